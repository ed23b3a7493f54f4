"""The `uzu` command and the notebook client, against the real API in this process."""

from __future__ import annotations

import io
import json
import stat
import zipfile

import httpx
import pandas as pd
import pytest
import uzu
from allauth.account.models import EmailAddress
from click.testing import CliRunner
from django.core import signals
from django.core.files.base import ContentFile
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from rich.cells import cell_len
from rich.console import Console
from uzu import api as uzu_api, board, commands, config, frames, output

from accounts.tokens import create_token
from competitions.services.data import add_data_file
from submissions.models import Submission
from tests.clients.conftest import OFF_BY_ONE, PERFECT
from tests.factories import NOON, TeamFactory, submits

SAMPLE = b"id,target\n1,0\n2,0\n3,0\n4,0\n"


# --- without a server -------------------------------------------------------------------------------------------------
@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_bytes(SAMPLE)
    return path


@pytest.mark.parametrize(
    "content",
    [
        PERFECT,
        b"\xef\xbb\xbf" + PERFECT,
        PERFECT.replace(b"\n", b"\r\n"),
        b"target,id\n1,1\n2,2\n3,3\n4,4\n",
        b'"id","target"\n4,1\n3,1\n2,1\n1,1\n',
    ],
)
def test_a_file_like_the_sample_passes(sample, content):
    frames.check_against_sample(content, sample)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no header row"),
        (b"id,y\n1,1\n", "the columns differ: expected id, target; found id, y"),
        (b"id,target\n1,1\n2,2\n3,3\n", "1 ids are missing: 4"),
        (b"id,target\n", "4 ids are missing: 1, 2, 3, 4"),
        (PERFECT + b"5,1\n", "1 ids are not in the sample submission: 5"),
        (PERFECT + b"1,1\n", "these ids stand twice: 1"),
        (PERFECT.replace(b"2,2.0", b"2,"), "1 rows lack a value: target of id 2"),
        (PERFECT.replace(b"2,2.0", b"2,NaN"), "1 rows lack a value: target of id 2"),
        (b"id,target\n\xff\xfe", "no text in UTF-8"),
    ],
)
def test_a_file_unlike_the_sample_is_told_where(sample, content, words):
    with pytest.raises(uzu.FrameMismatch, match=words):
        frames.check_against_sample(content, sample)


class PolarsLike:
    """What the client asks of a polars frame; the real one is asked in tests/e2e."""

    def __init__(self, text):
        self.text = text

    def write_csv(self):
        return self.text


class LazyPolarsLike:
    def collect(self):
        return PolarsLike("id,target\n1,1.5\n")


PANDAS = pd.DataFrame({"id": [1], "target": [1.5]})


@pytest.mark.parametrize(
    "frame",
    [PANDAS, PANDAS.set_index("id"), PolarsLike("id,target\n1,1.5\n"), LazyPolarsLike()],
    ids=["pandas", "named index", "polars", "lazy polars"],
)
def test_frames_become_csv(frame):
    assert frames.to_csv(frame) == b"id,target\n1,1.5\n"


def test_numbers_keep_their_digits():
    assert b"0.30000000000000004" in frames.to_csv(pd.DataFrame({"x": [0.1 + 0.2]}))


def test_what_is_no_frame_is_told():
    with pytest.raises(TypeError, match="pandas or polars"):
        frames.to_csv([1, 2])


def row(team, rank, score):
    return {"team": {"id": team, "name": f"team {team}"}, "rank": rank, "score": score}


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        ([row(1, 1, 0.1), row(2, 2, 0.2)], []),
        ([row(2, 1, 0.05), row(1, 2, 0.1)], ["improved", "down"]),
        ([row(3, 1, 0.01), row(1, 2, 0.1), row(2, 3, 0.2)], ["new", "down", "down"]),
        ([row(2, 1, 0.2)], ["up"]),
        ([row(1, 1, 0.1), row(2, 2, 0.2), row(4, None, None)], []),
    ],
)
def test_what_changed_on_the_leaderboard(now, kinds):
    before = board.snapshot([row(1, 1, 0.1), row(2, 2, 0.2)])

    assert [change.kind for change in board.differences(before, now)] == kinds


ROWS = [
    {"slug": "a-long-name-of-a-cup", "title": "長いタイトル" * 5, "teams": 12},
    {"slug": "b", "title": "x", "teams": 3},
]
COLUMNS = [
    ("slug", "left", lambda row: row["slug"]),
    ("title", "flexible", lambda row: row["title"]),
    ("teams", "right", lambda row: str(row["teams"])),
]


@pytest.mark.parametrize(("width", "headings"), [(120, 3), (60, 3), (45, 3), (40, 2), (34, 2), (25, 1)], ids=str)
def test_tables_fit_the_terminal(monkeypatch, width, headings):
    printed = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=printed, width=width, force_terminal=True, color_system=None))

    output.show(ROWS, COLUMNS, as_json=False, empty="")

    lines = printed.getvalue().splitlines()
    assert len(lines) == 3
    assert max(cell_len(line) for line in lines) <= width
    assert (len(lines[0].split()), "a-long-name-of-a-cup" in lines[1]) == (headings, True)


def test_a_pipe_gets_whole_lines(monkeypatch):
    printed = io.StringIO()
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(output, "out", Console(file=printed))

    output.show(ROWS, COLUMNS, as_json=False, empty="")

    assert "長いタイトル" * 5 in printed.getvalue()


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (2559, "2.6 kB"), (5 * 10**9, "5.0 GB")])
def test_sizes(size, text):
    assert output.size(size) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        ({"detail": "Not a number.", "row": 3, "column": "y"}, "Not a number. (row 3, column y)"),
        (
            {"detail": "Row 3, column “y”: “x” is bad.", "row": 3, "id": 9, "column": "y"},
            "Row 3, column “y”: “x” is bad. (id 9)",
        ),
        ({"detail": "The column “y” is missing.", "column": "y"}, "The column “y” is missing."),
        ({"detail": "Unknown id.", "id": "7", "more": 4}, "Unknown id. (id 7, and 4 more)"),
    ],
)
def test_a_problem_names_its_place_once(problem, text):
    assert uzu_api.message_of(problem) == text


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("uzu.example.org", "https://uzu.example.org"),
        ("localhost:8000/", "http://localhost:8000"),
        ("http://uzu.example.org/", "http://uzu.example.org"),
    ],
)
def test_addresses_as_people_type_them(typed, url):
    assert config.normalise(typed) == url


# --- with a server ----------------------------------------------------------------------------------------------------
@pytest.fixture
def client(db, monkeypatch, tmp_path):
    """`client(user)`: an account's client, which the commands use too."""
    monkeypatch.setenv("UZU_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("UZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    # As Django's own test client does: the test's connection stays.
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    transport = httpx.WSGITransport(app=get_wsgi_application())
    init = uzu.Client.__init__
    monkeypatch.setattr(
        uzu.Client, "__init__", lambda self, url, token="", **_kwargs: init(self, url, token, transport=transport)
    )

    def sign_in(user):
        monkeypatch.setenv("UZU_URL", "http://localhost")
        monkeypatch.setenv("UZU_TOKEN", create_token(user=user, name="uzu", at=NOON)[1])
        return uzu.Client.configured()

    yield sign_in
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def alice(now, team, host, client):
    add_data_file(
        competition=team.competition,
        file=ContentFile(SAMPLE, name="sample_submission.csv"),
        name="sample_submission.csv",
        by=host,
        at=NOON,
    )
    return client(team.owner)


def run(*arguments, status=0):
    result = CliRunner().invoke(commands.main, arguments)
    assert result.exit_code == status, result.output
    return result


def test_three_lines_of_a_notebook(alice):
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "target": [2.0, 3.0, 4.0, 5.0]})

    result = uzu.submit(frame, "demo-cup", memo="ridge", cv=1.25)

    assert (result.score, result.rank, result.is_best, result.remaining) == (1.0, 1, True, 2)
    kept = Submission.objects.get()
    assert (kept.memo, kept.cv_score) == ("ridge", 1.25)


def test_a_frame_unlike_the_sample_is_never_sent(alice):
    with pytest.raises(uzu.FrameMismatch, match="ids are missing"):
        uzu.submit(pd.DataFrame({"id": [1], "target": [2.0]}), "demo-cup")

    assert not Submission.objects.exists()


def test_the_servers_refusal_is_told_with_its_place(alice):
    with pytest.raises(uzu.UzuError, match=r"^Row 2, column “target”: “x” is not a number") as refused:
        uzu.submit(pd.DataFrame({"id": [1, 2, 3, 4], "target": [1, "x", 3, 4]}), "demo-cup")

    assert (refused.value.status, refused.value.errors[0]["column"]) == (400, "target")


def test_submitting_prints_the_score_the_rank_and_what_is_left(alice, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes(OFF_BY_ONE)

    printed = run("submit", "demo-cup", str(file), "-m", "ridge", "--watch").output

    assert "public score 1.00000" in printed
    assert "rank 1 of 1" in printed
    assert "2 submissions remaining" in printed


def test_json_on_request(alice, team):
    submits(team, 0.5)

    (mine,) = json.loads(run("lb", "demo-cup", "--json").stdout)
    assert (mine["rank"], mine["score"], mine["isMine"]) == (1, 0.5, True)
    assert json.loads(run("submissions", "demo-cup", "--json").stdout)[0]["publicScore"] == 0.5
    assert json.loads(run("files", "demo-cup", "--json").stdout)[0]["name"] == "sample_submission.csv"
    assert [one["slug"] for one in json.loads(run("competitions", "--json").stdout)] == ["demo-cup"]


def test_diff_tells_what_changed_since_the_last_look(alice, team):
    submits(team, 0.5)
    first = run("diff", "demo-cup")
    submits(TeamFactory(competition=team.competition, name="beta"), 0.4)
    changes = json.loads(run("diff", "demo-cup", "--json").stdout)

    assert "the first look" in first.stderr
    assert [(one["kind"], one["team"], one["rankNow"]) for one in changes] == [("new", "beta", 1), ("down", "alpha", 2)]
    assert "Nothing changed" in run("diff", "demo-cup").stderr


def test_a_download_is_held_against_its_checksum(alice, tmp_path, monkeypatch):
    run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q")
    got = tmp_path / "data" / "sample_submission.csv"
    assert got.read_bytes() == SAMPLE
    assert "is here already" in run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q").stderr

    got.write_bytes(SAMPLE.replace(b"1,0", b"1,9"))
    run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q")
    assert got.read_bytes() == SAMPLE

    listed = [{**one, "sha256": "0" * 64} for one in alice.data_files("demo-cup")]
    monkeypatch.setattr(uzu.Client, "data_files", lambda _self, _slug: listed)
    assert "checksum" in run("download", "demo-cup", "-o", str(tmp_path / "other"), "-q", status=1).stderr
    assert not list((tmp_path / "other").iterdir())


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil", "a/../../evil"])
def test_no_server_writes_outside_the_folder(tmp_path, name):
    with pytest.raises(uzu.UzuError, match="outside"):
        commands.notebook.safe_target(tmp_path, name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lb", "nothing"], "There is no competition “nothing” here"),
        (["download", "demo-cup", "-f", "nope.csv"], "There is no data file “nope.csv”"),
        (["lb", "demo-cup", "--private"], "The private leaderboard opens when"),
        (["submissions", "elsewhere"], "There is no competition"),
    ],
)
def test_refusals_are_a_line_on_standard_error(alice, arguments, words):
    result = run(*arguments, status=1)

    assert words in result.stderr
    assert result.stdout == ""


def test_signing_in_keeps_a_token_only_its_owner_reads(team, client, monkeypatch):
    team.owner.set_password("correct horse")
    team.owner.save()
    EmailAddress.objects.create(user=team.owner, email=team.owner.email, verified=True, primary=True)
    monkeypatch.setenv("UZU_PASSWORD", "correct horse")

    run("login", "localhost", "-u", "alice@example.org")

    kept = config.config_dir() / "account.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "alice on http://localhost" in run("whoami").output
    run("logout")
    assert "not signed in" in run("whoami", status=1).stderr


def test_the_server_hands_out_the_command(db, api):
    answer = api.get("/uzu-client.zip")
    content = b"".join(answer.streaming_content)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert {"uzu-client/pyproject.toml", "uzu-client/README.md", "uzu-client/src/uzu/commands.py"} <= set(names)
    assert not [name for name in names if not name.endswith((".py", ".md", ".toml"))]
    assert api.get("/uzu-client.zip", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert api.post("/uzu-client.zip").status_code == 405
