"""The `uzu` command and the notebook client, against the real API in this process."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from datetime import UTC, datetime, timedelta

import click
import pandas as pd
import pytest
import uzu
from allauth.account.models import EmailAddress
from click.testing import CliRunner
from django.core.files.base import ContentFile
from django.utils import timezone
from rich.cells import cell_len
from rich.console import Console
from uzu import api as uzu_api, board, commands, config, experiments, frames, output

from accounts.tokens import authenticate_token, create_token
from competitions.files.services import add_data_file
from competitions.models import Baseline, Bracket, Competition, Page, Phase
from submissions.exclusion.services import disqualify
from submissions.models import Submission
from tests.clients.conftest import OFF_BY_ONE, PERFECT
from tests.factories import NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, overwrite, submits
from tests.phases import add

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
    before = board.look_at([row(1, 1, 0.1), row(2, 2, 0.2)], None)

    assert [change.kind for change in board.differences(before, now)] == kinds


@pytest.mark.parametrize(
    ("now", "kinds", "unknown"),
    [
        # Nothing has changed: the third and fourth were there, unseen.
        ([row(1, 1, 0.1), row(2, 2, 0.2), row(3, 3, 0.3), row(4, 4, 0.4)], [], 2),
        # Whether the third is new or came from below, it stands now where it did not.
        ([row(1, 1, 0.1), row(3, 2, 0.15), row(2, 3, 0.2), row(4, 4, 0.4)], ["unseen", "down"], 1),
    ],
)
def test_teams_below_the_last_look_are_not_called_new(now, kinds, unknown):
    before = board.look_at([row(1, 1, 0.1), row(2, 2, 0.2)], 2)

    assert [change.kind for change in board.differences(before, now)] == kinds
    assert board.not_compared(before, now) == unknown


@pytest.mark.parametrize(("earlier", "later", "reach"), [(2, 5, 5), (5, 2, 5), (None, 2, None), (2, None, None)])
def test_looks_add_up(earlier, later, reach):
    first = board.look_at([row(1, 1, 0.1), row(9, 2, 0.2)], earlier)
    second = board.look_at([row(1, 1, 0.05)], later)

    both = board.Look.read(json.loads(json.dumps(second.after(first).as_dict())))

    assert both == board.Look({"1": {"rank": 1, "score": 0.05}, "9": {"rank": 2, "score": 0.2}}, reach)


@pytest.mark.parametrize("kept", [None, {}, [], {"1": {"rank": 1, "score": 0.5}}, {"rows": 5}])
def test_what_is_no_look_counts_as_none(kept):
    assert board.Look.read(kept) is None


@pytest.mark.parametrize(
    ("days", "text"), [(-7, "7 d ago"), (8.5, "in 8 d"), (-0.05, "1 h ago"), (-0.002, "2 min ago"), (0, "now")]
)
def test_moments_say_before_or_after(days, text):
    assert output.age((datetime.now(UTC) + timedelta(days=days)).isoformat()) == text


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
def client(uzu_client):
    return uzu_client


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


def test_the_leaderboard_marks_who_has_no_rank_and_draws_baselines(alice, team):
    cup = team.competition
    submits(team, 0.5)
    out = TeamFactory(competition=cup, name="beta")
    submits(out, 0.1)
    disqualify(team=out, reason="Two accounts.", by=UserFactory(is_superuser=True), at=NOON)
    Baseline.objects.create(competition=cup, phase=cup.phase, name="Mean", since=NOON, public_score=0.7, public_key=0.7)

    lines = [row.split() for row in run("lb", "demo-cup").stdout.splitlines()[1:]]

    assert [row[:3] for row in lines] == [
        ["1", "alpha", "0.50000"],
        ["–", "Mean", "(baseline)"],
        ["–", "beta", "(disqualified)"],
    ]
    assert [one["team"]["name"] for one in json.loads(run("lb", "demo-cup", "--json").stdout)] == ["alpha", "beta"]


def test_the_leaderboard_of_a_bracket(alice, team):
    submits(team, 0.5)
    other = TeamFactory(competition=team.competition, name="beta")
    submits(other, 0.1)
    Bracket.objects.create(competition=team.competition, slug="student", name="Students").entries.create(team=team)

    lines = [row.split()[:3] for row in run("lb", "demo-cup", "--bracket", "student").stdout.splitlines()[1:]]

    assert lines == [["1", "alpha", "0.50000"]]
    assert [row["rank"] for row in uzu.leaderboard("demo-cup", bracket="student")] == [1]
    # It is no look that `uzu diff` could compare with: ranks are others there.
    assert "the first look" in run("diff", "demo-cup").stderr
    unknown = run("lb", "demo-cup", "--bracket", "nobody", status=1)
    assert "no such bracket" in unknown.stderr


def test_the_combined_leaderboard_has_a_column_for_each_phase(alice, team):
    cup = team.competition
    overwrite(cup, combined_rule="points")
    none = run("lb", "demo-cup", "--combined", status=1)
    assert "no combined leaderboard" in none.stderr
    add(cup, starts_at=STARTS, ends_at=cup.phase.ends_at)
    assert "No phase has a confirmed result yet." in run("lb", "demo-cup", "--combined").stderr
    other = TeamFactory(competition=cup, name="beta")
    for one, score in ((team, 0.5), (other, 0.25)):
        one.standings.filter(phase=cup.phase).update(
            best_private_score=score, private_key=score, private_submitted_at=NOON
        )
    Phase.objects.filter(pk=cup.phase.pk).update(ends_at=NOON, confirmed_at=NOON)

    shown = run("lb", "demo-cup", "--combined")
    lines = [row.split() for row in shown.stdout.splitlines()]

    assert lines[0] == ["rank", "team", "points", "Phase", "1", "Final"]
    assert lines[1:] == [
        ["1", "beta", "100.00", "1", "(0.25000)", "not", "yet"],
        ["2", "alpha", "50.00", "2", "(0.50000)", "not", "yet"],
    ]
    assert "Not final yet: Final will count" in shown.stderr
    assert [row["value"] for row in json.loads(run("lb", "demo-cup", "--combined", "--json").stdout)] == [100.0, 50.0]
    assert "without --private" in run("lb", "demo-cup", "--combined", "--private", status=2).stderr


def test_numbers_beside_the_score_are_columns(alice, team):
    overwrite(team.competition, further_metrics=[{"metric": "mae", "params": {}}])
    sent = submits(team, 0.5, public_numbers={"mae": 0.125})

    board, mine = (run(name, "demo-cup").stdout.splitlines() for name in ("lb", "submissions"))

    assert board[0].split()[:4] == ["rank", "team", "score", "MAE"]
    assert board[1].split()[:4] == ["1", "alpha", "0.50000", "0.12500"]
    assert "MAE" in mine[0]
    assert "0.12500" in mine[1]
    assert json.loads(run("submissions", "demo-cup", "--json").stdout)[0]["publicNumbers"][0]["score"] == 0.125
    assert sent.public_numbers


def test_diff_tells_what_changed_since_the_last_look(alice, team):
    submits(team, 0.5)
    first = run("diff", "demo-cup")
    submits(TeamFactory(competition=team.competition, name="beta"), 0.4)
    changes = json.loads(run("diff", "demo-cup", "--json").stdout)

    assert "the first look" in first.stderr
    assert [(one["kind"], one["team"], one["rankNow"]) for one in changes] == [("new", "beta", 1), ("down", "alpha", 2)]
    assert "Nothing changed" in run("diff", "demo-cup").stderr


def test_diff_tells_that_the_last_look_did_not_go_down_to_the_end(alice, team):
    for number in range(4):
        submits(TeamFactory(competition=team.competition, name=f"team {number}"), 0.1 * number + 0.1)
    run("lb", "demo-cup", "-n", "2")

    told = run("diff", "demo-cup", "--json")

    assert json.loads(told.stdout) == []
    assert "2 teams stand below rank 2" in told.stderr
    submits(team, 0.05)
    assert "–" in run("diff", "demo-cup").stdout, "now that all were seen, who was not there is new"


def test_taking_part_by_command(alice, team, monkeypatch):
    cup = CompetitionFactory(slug="rules-cup", rules_required=True)
    Page.objects.create(competition=cup, slug="rules", title="Rules", body="Be *kind*.", position=1)
    assert "uzu pages rules-cup" in run("enter", "rules-cup", status=1).stderr

    assert [one["slug"] for one in json.loads(run("pages", "rules-cup", "--json").stdout)] == ["rules"]
    assert run("pages", "rules-cup", "Rules").stdout == "Be *kind*.\n"
    assert "no page “faq”" in run("pages", "rules-cup", "faq", status=1).stderr
    assert "You take part in “rules-cup”" in run("enter", "rules-cup", "--accept-rules").stderr
    assert cup.memberships.get().user == team.owner
    assert "already" in run("enter", "rules-cup", status=1).stderr
    Competition.objects.filter(pk=cup.pk).update(rules_version=2)
    assert "the rules are accepted" in run("enter", "rules-cup", "--accept-rules").stderr
    assert cup.rules_acceptances.filter(version=2).exists()


def test_entering_takes_the_code_of_a_closed_room(alice):
    CompetitionFactory(slug="closed", visibility=Competition.Visibility.INVITATION, invitation_code="kaleidoscope")

    run("enter", "closed", "--code", "wrong", status=1)
    run("enter", "closed", "--code", "kaleidoscope")


def test_selecting_and_the_limits(alice, team):
    first, second = submits(team, 0.5), submits(team, 0.4)

    assert run("select", str(first.pk), str(second.pk)).stderr.splitlines() == [
        f"#{first.pk} is selected",
        f"#{second.pk} is selected",
    ]
    run("select", "--off", str(first.pk))
    assert list(Submission.objects.selected()) == [second]
    assert run("select", "999999", status=1).stdout == ""
    assert "1 of 3 left today" in run("limits", "demo-cup").stdout
    assert "there is no limit" in run("limits", "demo-cup").stdout
    assert json.loads(run("limits", "demo-cup", "--json").stdout)["remainingToday"] == 1


@pytest.mark.parametrize(
    "command",
    ["files {}", "download {}", "lb {}", "diff {}", "submissions {}", "submit {} FILE", "push {} FILE", "enter {}",
     "limits {}", "pages {}"],
)  # fmt: skip
def test_an_unknown_competition_is_told_in_one_sentence(alice, tmp_path, command):
    (tmp_path / "a.csv").write_bytes(PERFECT)
    arguments = command.format("nothing").replace("FILE", str(tmp_path / "a.csv")).split()

    told = run(*arguments, status=1)

    assert told.stderr == "Error: There is no competition “nothing” here: `uzu competitions` lists them.\n"
    assert told.stdout == ""


def test_errors_are_json_where_json_was_asked_for(alice, tmp_path):
    (tmp_path / "bad.csv").write_bytes(PERFECT.replace(b"2,2.0", b"2,x"))
    unknown = run("lb", "nothing", "--json", status=1)
    refused = run("submit", "demo-cup", str(tmp_path / "bad.csv"), "--json", status=1)

    assert unknown.stdout == refused.stdout == ""
    assert json.loads(unknown.stderr)["status"] == 404
    error = json.loads(refused.stderr)
    assert (error["status"], error["errors"][0]["row"]) == (400, 2)
    assert "is not a number" in error["error"]


# --- the lab book -------------------------------------------------------------------------------------------------------
EXPERIMENT = {"params": {"learning_rate": 0.05, "maxDepth": 7}, "metrics": {"rmse": 0.5}, "tags": ["lgbm"]}


def test_an_experiment_goes_along_and_is_changed_later(alice, team, tmp_path):
    (tmp_path / "a.csv").write_bytes(PERFECT)
    (tmp_path / "made.json").write_text(json.dumps(EXPERIMENT))
    run("submit", "demo-cup", str(tmp_path / "a.csv"), "--experiment", str(tmp_path / "made.json"), "-q")
    (submission,) = Submission.objects.filter(team=team)
    assert (submission.experiment, submission.shares_experiment) == (EXPERIMENT, False)

    (tmp_path / "made.json").write_text('{"run": "whale"}')
    run("describe", str(submission.pk), "--experiment", str(tmp_path / "made.json"), "--share", "-m", "mean")
    submission.refresh_from_db()
    assert (submission.experiment, submission.shares_experiment, submission.memo) == ({"run": "whale"}, True, "mean")
    run("describe", str(submission.pk), status=2)


@pytest.mark.parametrize("text", ["[]", "{", ""])
def test_a_file_that_is_no_experiment_is_told_before_anything_is_sent(alice, tmp_path, text):
    (tmp_path / "a.csv").write_bytes(PERFECT)
    (tmp_path / "made.json").write_text(text)
    told = run("submit", "demo-cup", str(tmp_path / "a.csv"), "--experiment", str(tmp_path / "made.json"), status=1)
    assert "made.json" in told.stderr
    assert not Submission.objects.exists()


def test_a_check_here_says_what_the_server_would_say(alice, tmp_path, monkeypatch):
    (tmp_path / "good.csv").write_bytes(PERFECT)
    (tmp_path / "bad.csv").write_bytes(PERFECT.replace(b"2,2.0", b"2,x").replace(b"4,4.0", b"1,4.0"))
    assert "as the competition expects" in run("check", "demo-cup", str(tmp_path / "good.csv")).stderr
    refused = json.loads(run("submit", "demo-cup", str(tmp_path / "bad.csv"), "--no-check", "--json", status=1).stderr)
    submissions = Submission.objects.count()

    # From here on there is no server.
    monkeypatch.setattr(uzu_api.Client, "request", None)
    checked = json.loads(run("check", "demo-cup", str(tmp_path / "bad.csv"), "--offline", "--json", status=1).stderr)

    assert checked["errors"] == refused["errors"]
    assert {error["code"] for error in checked["errors"]} == {"not_a_number", "duplicate_ids", "missing_ids"}
    assert Submission.objects.count() == submissions


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.05", 0.05), ("5", 5), ("True", True), ("007", "007"), ("1e3", "1e3"), ("nan", "nan"), ("lgbm", "lgbm"),
     ("-0.5", -0.5), ("1_000", "1_000"), ("9" * 30, "9" * 30)],
)  # fmt: skip
def test_what_mlflow_keeps_as_text_becomes_what_it_was(text, value):
    assert experiments._plain(text) == value


def test_a_shell_completes_competitions(alice, monkeypatch):
    def offered(word):
        parameter = commands.lb.params[0]
        return [item.value for item in parameter.shell_complete(click.Context(commands.lb), word)]

    assert (offered("de"), offered("x")) == (["demo-cup"], [])
    assert "_UZU_COMPLETE" in run("completion", "bash").stdout
    CompetitionFactory(slug="demo-second")
    assert offered("de") == ["demo-cup"], "not asked again at every key"
    (config.cache_dir() / "completion.json").unlink()
    assert sorted(offered("de")) == ["demo-cup", "demo-second"]
    monkeypatch.delenv("UZU_TOKEN")
    assert offered("de") == [], "nobody is signed in"


def test_a_download_is_held_against_its_checksum(alice, tmp_path, monkeypatch):
    run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q")
    got = tmp_path / "data" / "sample_submission.csv"
    assert got.read_bytes() == SAMPLE
    assert "is here already" in run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q").stderr

    got.write_bytes(SAMPLE.replace(b"1,0", b"1,9"))
    run("download", "demo-cup", "-o", str(tmp_path / "data"), "-q")
    assert got.read_bytes() == SAMPLE

    listed = [{**one, "sha256": "0" * 64} for one in alice.data_files("demo-cup")]
    monkeypatch.setattr(uzu.Client, "data_files", lambda _self, _slug, **_which: listed)
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


@pytest.fixture
def sign_in_on(team, client, monkeypatch):
    """`sign_in_on("laptop")`: `uzu login` there, as somebody new to it or again."""
    team.owner.set_password("correct horse")
    team.owner.save()
    EmailAddress.objects.create(user=team.owner, email=team.owner.email, verified=True, primary=True)
    monkeypatch.setenv("UZU_PASSWORD", "correct horse")
    configurations = config.config_dir()

    def sign_in(machine):
        monkeypatch.setenv("UZU_CONFIG_DIR", str(configurations / machine))
        monkeypatch.setattr(uzu_api.platform, "node", lambda: f"{machine}.example.org")
        run("login", "localhost", "-u", "alice")
        return config.read_json(config.config_dir() / "account.json")["token"]

    return sign_in


def names_of_tokens(user):
    return sorted(user.api_tokens.valid(timezone.now()).values_list("name", flat=True))


def test_a_token_bears_the_name_of_its_machine(team, sign_in_on):
    sign_in_on("laptop")
    sign_in_on("desktop")

    assert names_of_tokens(team.owner) == ["uzu (desktop)", "uzu (laptop)"]


def test_signing_in_again_replaces_the_token_of_this_machine_alone(team, sign_in_on):
    other = sign_in_on("desktop")
    first, second = sign_in_on("laptop"), sign_in_on("laptop")

    assert names_of_tokens(team.owner) == ["uzu (desktop)", "uzu (laptop)"]
    assert authenticate_token(first, timezone.now()) is None
    assert authenticate_token(second, timezone.now())
    assert authenticate_token(other, timezone.now())


def test_no_sign_in_signs_the_other_command_out(team, api, sign_in_on):
    password = {"username": "alice", "password": "correct horse"}
    guruguru = api.post("/auth/login/", password).json()["token"]
    tokens = [sign_in_on(f"machine{number}") for number in range(12)]
    for _ in range(10):
        api.post("/auth/login/", {**password})

    assert authenticate_token(guruguru, timezone.now()) is None, "the eleventh of guruguru's own"
    assert all(authenticate_token(one, timezone.now()) for one in tokens)


def test_nobody_takes_back_the_token_of_somebody_else(team, api, sign_in_on):
    theirs = create_token(user=TeamFactory(competition=team.competition).owner, name="mine", at=timezone.now())[1]
    sign_in_on("laptop")
    answer = api.post(
        "/auth/login/", {"username": "alice", "password": "correct horse", "machine": "x", "replaces": theirs}
    )

    assert answer.status_code == 200
    assert authenticate_token(theirs, timezone.now())


@pytest.mark.parametrize(
    ("package", "holds"),
    [
        ("uzu-client", {"pyproject.toml", "README.md", "src/uzu/commands.py"}),
        ("uzu-scoring", {"pyproject.toml", "README.md", "__init__.py", "metrics/registry.py"}),
    ],
)
def test_the_server_hands_out_the_packages(db, api, package, holds):
    answer = api.get(f"/{package}.zip")
    content = b"".join(answer.streaming_content)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert {f"{package}/{name}" for name in holds} <= set(names)
    assert not [name for name in names if not name.endswith((".py", ".md", ".toml"))]
    assert api.get(f"/{package}.zip", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert api.post(f"/{package}.zip").status_code == 405
