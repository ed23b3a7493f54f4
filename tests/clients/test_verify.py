"""`uzu verify` and `uzu replay`: what was published is checked without the server that published it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
import uzu
from django.core.management import call_command
from uzu import config, proofs

from competitions.models import Phase, Standing, Team
from competitions.organising.editing import edit_competition
from submissions import runs
from submissions.exclusion.services import disqualify, lift, void
from submissions.services import score_stored, submit
from tests.clients.conftest import OFF_BY_ONE, PERFECT, SOLUTION
from tests.clients.test_uzu_command import run
from tests.factories import AFTER, NOON, TeamFactory, UserFactory

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db
BETWEEN = b"id,target\n1,1.0\n2,2.5\n3,3.25\n4,4.0\n"


def write(path: Path, content) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.fixture
def alice(now, team, uzu_client):
    return uzu_client(team.owner)


@pytest.fixture
def kept(alice, tmp_path, settings):
    """A submitted file, its receipt as `uzu submit` keeps it, and where that is."""
    settings.SITE_URL = "http://localhost"
    file = write(tmp_path / "mine.csv", OFF_BY_ONE)
    told = run("submit", "demo-cup", str(file)).output
    path = Path(re.search(r"receipt is in (.*\.json)", told).group(1))
    return file, path


def end(competition, host) -> None:
    """Private scoring, a look at it, and the confirmation."""
    scoring = runs.start_run(phase=competition.phase, kind="private", by=host, at=AFTER)
    while runs.work(scoring.pk, now=lambda: AFTER) is runs.Outcome.MORE:
        pass
    runs.open_preview(phase=competition.phase, by=host, at=AFTER)


@pytest.fixture
def confirmed(kept, team, host, now):
    """The competition of `kept` to its end: two submissions of alice's, one of bob's, the result confirmed."""
    competition = team.competition
    Phase.objects.update(releases_solution=True)
    competition.refresh_from_db()
    edit_competition(competition=competition, changes={"max_team_size": 9}, by=host, at=NOON)
    bob = TeamFactory(competition=competition, owner=UserFactory(username="bob"), name="beta")
    for one, content in ((team, PERFECT), (bob, BETWEEN)):
        submit(user=one.owner, team=one, file=BytesIO(content), filename="p.csv", at=NOON)
    now.move_to(AFTER)
    end(competition, host)
    runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER)
    return competition


# --- receipts ---------------------------------------------------------------------------------------------------------
def test_a_receipt_is_kept_and_proves_what_was_sent(kept):
    file, path = kept
    assert "everything holds" in run("verify", str(path), str(file)).output
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_the_answer_in_json_holds_it_too(alice, tmp_path):
    file = write(tmp_path / "mine.csv", OFF_BY_ONE)
    answer = json.loads(run("submit", "demo-cup", str(file), "--json").stdout)
    assert answer["receipt"]["receipt"]["size"] == len(OFF_BY_ONE)


@pytest.mark.parametrize("queued", [False, True])
def test_a_notebook_keeps_it_as_well(alice, tmp_path, settings, monkeypatch, queued):
    settings.SITE_URL = "http://localhost"
    if queued:
        settings.INLINE_SCORING_BYTES = 0
        monkeypatch.setattr(uzu.Client, "wait", scored_meanwhile(uzu.Client.wait))
    file = write(tmp_path / "mine.csv", OFF_BY_ONE)
    result = uzu.submit(file, "demo-cup")
    (path,) = (config.config_dir() / "kept" / "localhost" / "receipts").iterdir()
    assert json.loads(path.read_text())["receipt"]["submission"] == result.id
    assert "mine.csv is the file" in run("verify", str(path), str(file)).output


def scored_meanwhile(wait):
    """The worker scores while the client waits."""

    def waiting(client, number, **kwargs):
        score_stored(number, NOON)
        return wait(client, number, **kwargs)

    return waiting


def test_of_another_file_it_proves_nothing(kept, tmp_path):
    told = run("verify", str(kept[1]), str(write(tmp_path / "other.csv", PERFECT)), status=1).output
    assert "other.csv is not the file" in told


def forged(envelope, **changes):
    return {**envelope, "receipt": {**envelope["receipt"], **changes}}


FORGERIES = {
    "a better score": lambda one: forged(one, score="0.00000"),
    "another team": lambda one: forged(one, team=one["receipt"]["team"] + 1),
    "a key that is nobody's": lambda one: forged(one, key="0" * 16),
    "a field less": lambda one: {**one, "receipt": {k: v for k, v in one["receipt"].items() if k != "number"}},
    "a field more": lambda one: forged(one, privateScore="0.1"),
    "the signature cut": lambda one: {**one, "signature": one["signature"][:-2]},
    "the signature of nothing": lambda one: {**one, "signature": ""},
    "no hexadecimal signature": lambda one: {**one, "signature": "zz"},
    "no receipt in it": lambda one: {"signature": one["signature"]},
    "a list": lambda one: [one],
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_or_cut_one_is_found(kept, forge):
    file, path = kept
    path.write_text(json.dumps(forge(json.loads(path.read_text()))))
    result = run("verify", str(path), str(file), status=1)
    assert "everything holds" not in result.output
    assert "Traceback" not in result.output


def test_a_half_written_one_is_no_receipt(kept):
    kept[1].write_text(kept[1].read_text()[:100])
    assert "is no JSON" in run("verify", str(kept[1]), status=1).output


def test_signatures_of_two_receipts_can_not_be_swapped(kept, tmp_path):
    run("submit", "demo-cup", str(write(tmp_path / "second.csv", PERFECT)))
    first, second = sorted(kept[1].parent.glob("*.json"))
    one, other = json.loads(first.read_text()), json.loads(second.read_text())
    first.write_text(json.dumps({**one, "signature": other["signature"]}))
    assert "forged or changed" in run("verify", str(first), status=1).output


REPLAYS = {
    "for a file sent later": (lambda sent, _log: [sent[0].receipt, sent[1].file], "is not the file"),
    "as what was sealed of another": (
        lambda sent, log: [sent[0].receipt, "--log", log, "--path", sent[1].path],
        "leads to no root",
    ),
    "in another competition": (
        lambda sent, log: [sent[0].receipt, "--log", elsewhere(log)],
        "the log is of another competition",
    ),
    "to the log of another competition": (
        lambda sent, log: [elsewhere(log), sent[0].receipt],
        "the log is of another competition",
    ),
}


class Sent(NamedTuple):
    file: Path
    receipt: Path
    path: Path


def elsewhere(log: Path) -> Path:
    """The log as another competition would have it, whole in itself."""
    entries, previous = [], proofs.BEGINNING
    for one in lines(log):
        entry = {**one, "competition": one["competition"] + 1, "previous": previous}
        entry["hash"] = previous = proofs._hash_of(entry)
        entries.append(json.dumps(entry) + "\n")
    return write(log.with_name("elsewhere.jsonl"), "".join(entries).encode())


@pytest.mark.parametrize(("replay", "found"), REPLAYS.values(), ids=REPLAYS)
def test_a_replayed_receipt_proves_nothing_but_what_it_was_given_for(
    alice, team, host, now, api, tmp_path, settings, replay, found
):
    """It is the site's and unchanged, and shown once more."""
    settings.SITE_URL = "http://localhost"
    files = [write(tmp_path / f"{place}.csv", content) for place, content in enumerate((OFF_BY_ONE, PERFECT))]
    numbers = [
        json.loads(run("submit", "demo-cup", str(file), "--json").stdout)["receipt"]["receipt"]["submission"]
        for file in files
    ]
    now.move_to(AFTER)
    end(team.competition, host)
    proved = [map(Path, run("receipt", "demo-cup", str(number)).stdout.splitlines()) for number in numbers]
    sent = [Sent(file, *paths) for file, paths in zip(files, proved, strict=True)]
    log = write(tmp_path / "log.jsonl", api.get("/api/competitions/demo-cup/log/jsonl/").getvalue())
    for one in sent:
        run("verify", *map(str, [one.receipt, one.file, "--log", log, "--path", one.path]))
        run("verify", str(log), str(one.receipt))
    assert found in run("verify", *map(str, replay(sent, log)), status=1).output


def test_a_log_knows_what_receipts_say_only_where_they_are_signed(log, kept):
    kept[1].write_text(json.dumps(forged(json.loads(kept[1].read_text()), logHead=None)))
    assert "forged or changed" in run("verify", str(log), str(kept[1]), status=1).output


def test_without_a_known_key_nothing_is_proved(kept, tmp_path, api):
    alone = shutil.copy(kept[1], tmp_path / "alone.json")
    shutil.rmtree(config.config_dir() / "kept")
    assert "is not known here" in run("verify", str(alone), status=1).output
    keys = write(tmp_path / "keys.json", api.get("/.well-known/uzu-key").json())
    assert "everything holds" in run("verify", str(alone), "--key", str(keys)).output


def test_a_key_of_the_forgers_own_is_not_believed(kept, tmp_path):
    """Signed rightly, by a key that calls itself as the site's does."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    envelope = json.loads(kept[1].read_text())
    mine = Ed25519PrivateKey.generate()
    forgery = forged(envelope, score="0.00000")
    forgery["signature"] = mine.sign(proofs.canonical(forgery["receipt"])).hex()
    kept[1].write_text(json.dumps(forgery))
    run("verify", str(kept[1]), status=1)
    public = mine.public_key().public_bytes_raw().hex()
    keys = write(tmp_path / "keys.json", {"keys": [{"id": envelope["key"], "publicKey": public}]})
    assert "not the one it calls itself" in run("verify", str(kept[1]), "--key", str(keys), status=1).output


def test_old_receipts_outlive_a_new_key(kept, tmp_path):
    call_command("rotate_signing_key", stdout=sys.stderr)
    run("submit", "demo-cup", str(write(tmp_path / "second.csv", PERFECT)))
    receipts = sorted(kept[1].parent.glob("*.json"))
    assert len({json.loads(path.read_text())["key"] for path in receipts}) == 2
    for path in receipts:
        assert "everything holds" in run("verify", str(path)).output


# --- the log ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def log(confirmed, api, tmp_path):
    return write(tmp_path / "log.jsonl", api.get(f"/api/competitions/{confirmed.slug}/log/jsonl/").getvalue())


def test_the_downloaded_log_holds_and_knows_the_receipt(log, kept):
    told = run("verify", str(log), str(kept[1])).output
    assert "everything holds" in told
    assert "is in the log" in told


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def changed(entries, number, **fields):
    return [{**one, **fields} if one["sequence"] == number else one for one in entries]


REWRITES = {
    "a reason": (lambda rows: changed(rows, 2, reason="nothing"), "entry 2 was changed"),
    "who it was": (lambda rows: changed(rows, 2, actorId=None), "entry 2 was changed"),
    "one taken out": (lambda rows: [one for one in rows if one["sequence"] != 2], "entry 2 is missing"),
    "two swapped": (lambda rows: [rows[1], rows[0], *rows[2:]], "entry 1 is missing"),
    "one put in twice": (lambda rows: [rows[0], *rows], "entry 2 is missing"),
    "the first taken out": (lambda rows: rows[1:], "entry 1 is missing"),
}


@pytest.mark.parametrize(("rewrite", "found"), REWRITES.values(), ids=REWRITES)
def test_a_rewritten_log_is_found(log, rewrite, found):
    log.write_text("".join(json.dumps(one) + "\n" for one in rewrite(lines(log))))
    assert found in run("verify", str(log), status=1).output


def test_a_log_cut_off_at_its_end_is_found_by_a_head_that_was_known(log):
    rows = lines(log)
    log.write_text("".join(json.dumps(one) + "\n" for one in rows[:-1]))
    assert "everything holds" in run("verify", str(log)).output
    assert "is not in the log" in run("verify", str(log), "--head", rows[-1]["hash"], status=1).output


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[]\n", b"hello\n", b"\xff\xfe", b'{"facts": 1}\n'])
def test_what_is_no_log_is_told_so(tmp_path, content):
    result = run("verify", str(write(tmp_path / "log.jsonl", content)), status=1)
    assert result.output.startswith("Error: ")


def test_a_receipt_in_the_root(log, kept, alice):
    number = json.loads(kept[1].read_text())["receipt"]["submission"]
    receipt, path = run("receipt", "demo-cup", str(number)).stdout.splitlines()
    arguments = ("verify", receipt, "--log", str(log), "--path")
    assert "sealed by entry" in run(*arguments, path).output
    steps = json.loads(Path(path).read_text())
    steps["steps"][0]["hash"] = "0" * 64
    Path(path).write_text(json.dumps(steps))
    assert "leads to no root" in run(*arguments, path, status=1).output


# --- the solution -----------------------------------------------------------------------------------------------------
def test_the_released_solution_is_the_one_committed_to(log, confirmed, api, tmp_path):
    content = api.get(f"/api/competitions/{confirmed.slug}/solution/file/").getvalue()
    assert content == SOLUTION
    assert "everything holds" in run("verify", "solution", str(write(tmp_path / "s.csv", content)), str(log)).output
    other = write(tmp_path / "other.csv", content + b"5,5.0,Private\n")
    assert "is not the file" in run("verify", "solution", str(other), str(log), status=1).output


@pytest.mark.parametrize("missing", ["salt", "sealed", "version"])
def test_a_log_with_a_field_less_is_told_so(log, tmp_path, missing):
    rows = lines(log)
    del rows[-1]["facts"]["solutions"][0][missing]
    log.write_text("".join(json.dumps(one) + "\n" for one in rows))
    told = run("verify", "solution", str(write(tmp_path / "s.csv", SOLUTION)), str(log), status=1).output
    assert "not in the form that servers write" in told


def test_another_salt_opens_nothing(log):
    rows = lines(log)
    rows[-1]["facts"]["solutions"][0]["salt"] = "0" * 64
    assert [check.holds for check in proofs.check_commitments(rows)] == [False]


@pytest.mark.parametrize("releases", [True, False])
def test_the_solution_stays_closed_until_then(alice, team, host, api, now, releases):
    competition = team.competition
    edit_competition(competition=competition, changes={"releases_solution": releases}, by=host, at=NOON)
    address = f"/api/competitions/{competition.slug}/solution/file/"
    salt = competition.solutions.get().salt
    submit(user=team.owner, team=team, file=BytesIO(PERFECT), filename="p.csv", at=NOON)
    for person in (None, team.owner, host):
        api.force_authenticate(person)
        assert api.get(address).json()["errors"][0]["code"] == "private_leaderboard_closed"
    now.move_to(AFTER)
    end(competition, host)
    assert api.get(address).json()["errors"][0]["code"] == "private_leaderboard_closed"
    assert salt not in json.dumps([row.record for row in competition.log.all()])
    runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER)
    api.force_authenticate(None)
    answer = api.get(address)
    if releases:
        assert answer.getvalue() == SOLUTION
        runs.unconfirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER, reason="A row was wrong.")
        answer = api.get(address)
        assert answer.json()["errors"][0]["code"] == "private_leaderboard_closed"
    else:
        assert answer.json()["errors"][0]["code"] == "solution_not_released"


# --- the final ranking ------------------------------------------------------------------------------------------------
def test_the_ranking_was_sealed_before_anybody_looked(log):
    checks = proofs.check_board(proofs.read_log(log), smaller_is_better=True)
    assert [check.holds for check in checks] == [True] * 3
    kinds = [one["kind"] for one in lines(log)]
    assert kinds.index("receipts_root") < kinds.index("private_run") < kinds.index("previewed")


def test_equal_rankings_have_unequal_hashes_and_salts_stay_until_the_confirmation(kept, team, host, now, api):
    """Who sees the hashes of two runs can't tell whether anything changed, or try scores until a hash fits."""
    competition = team.competition
    now.move_to(AFTER)
    end(competition, host)
    again = runs.start_run(phase=competition.phase, kind="private", by=host, at=AFTER, reason="Once more.")
    while runs.work(again.pk, now=lambda: AFTER) is runs.Outcome.MORE:
        pass
    hashes = {row.facts["boardHash"] for row in competition.log.filter(kind="private_run")}
    assert len(hashes) == 2
    sealed = [run.sealed_board for run in competition.scoring_runs.all()]
    assert sealed[0].board == sealed[1].board != []
    api.force_authenticate(host)
    told = json.dumps(api.get(f"/api/competitions/{competition.slug}/log/").json())
    assert not any(one.salt in told for one in sealed)
    runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER)
    assert competition.log.get(kind="confirmed").facts["salt"] == again.sealed_board.salt


def test_a_ranking_bent_after_the_sealing_is_found(kept, team, host, now, api, tmp_path):
    competition = team.competition
    bob = TeamFactory(competition=competition)
    submit(user=bob.owner, team=bob, file=BytesIO(BETWEEN), filename="p.csv", at=NOON)
    now.move_to(AFTER)
    end(competition, host)
    Standing.objects.filter(team=team).update(best_private_score=0.0, private_key=0.0)
    runs.confirm_private_leaderboard(phase=competition.phase, by=host, at=AFTER)
    log = write(tmp_path / "log.jsonl", api.get(f"/api/competitions/{competition.slug}/log/jsonl/").getvalue())
    checks = proofs.check_board(proofs.read_log(log), smaller_is_better=True)
    assert [check.text for check in checks if check.holds is False] == [
        "it changed between sealing and confirmation (2 teams, then 2): nothing in the log says why"
    ]


# --- the whole result -------------------------------------------------------------------------------------------------
def test_a_replay_says_what_holds_and_what_it_could_not_check(confirmed, alice, tmp_path):
    told = run("replay", "demo-cup", "-o", str(tmp_path / "replay")).output
    assert "✗" not in told
    for text in (
        "the chain of",
        "version 1 of the solution is what was committed to",
        "the ranking is the one that entry",
        "nobody looked at it before",
        "the 2 teams stand in the order of their scores",
        "the private leaderboard shows the ranking of the log",
        "the public score is that of the receipt",
        "rank 1 of your team, 0.0, follows from your files and selections",
        "– the scores of 1 other teams: their files are not public",
    ):
        assert text in told


def test_a_replay_knows_who_was_excluded_after_the_confirmation(confirmed, alice, tmp_path):
    by = UserFactory(is_superuser=True)
    other = Team.objects.get(competition=confirmed, name="beta")
    exclusion = disqualify(team=other, reason="Two accounts.", by=by, at=AFTER)
    told = run("replay", "demo-cup", "-o", str(tmp_path / "one")).output
    assert "the private leaderboard shows the ranking of the log, without 1 disqualified" in told
    assert "✗" not in told
    lift(exclusion=exclusion, reason="It was one.", by=by, at=AFTER)
    told = run("replay", "demo-cup", "-o", str(tmp_path / "two")).output
    assert "the private leaderboard shows the ranking of the log" in told
    assert "disqualified" not in told
    void(submission=other.submissions.get(), reason="By hand.", by=by, at=AFTER)
    told = run("replay", "demo-cup", "-o", str(tmp_path / "three")).output
    assert "of the log moved the ranking after it was opened" in told
    assert "✗" not in told


def test_without_the_solution_scores_are_not_computed(confirmed, alice, tmp_path):
    Phase.objects.update(releases_solution=False)
    folder = str(tmp_path / "replay")
    assert "– scores: the solution is not released" in run("replay", "demo-cup", "-o", folder).output
    mine = write(tmp_path / "solution.csv", SOLUTION)
    told = run("replay", "demo-cup", "-o", folder, "--offline", "--solution", str(mine)).output
    assert "rank 1 of your team, 0.0, follows" in told


BENT = {
    "another file of mine": ("files", b"id,target\n1,9.0\n2,2.0\n3,3.0\n4,4.0\n", "is not the file that the receipt"),
    "no solution at all": ("solution", b"hello", "can't be read as the solution"),
    "another solution": ("solution", SOLUTION.replace(b"3,3.0", b"3,3.5"), "solution is not the file of version 1"),
}


@pytest.mark.parametrize(("place", "content", "found"), BENT.values(), ids=BENT)
def test_a_replay_finds_what_does_not_fit(confirmed, alice, tmp_path, place, content, found):
    folder = tmp_path / "replay"
    run("replay", "demo-cup", "-o", str(folder))
    target = folder / place
    if target.is_dir():
        target = min(target.iterdir())
    target.write_bytes(content)
    assert found in run("replay", "demo-cup", "-o", str(folder), "--offline", status=1).output


def test_a_replay_finds_a_rank_that_does_not_follow(confirmed, alice, tmp_path):
    Phase.objects.update(selectable_submissions=1)
    folder = tmp_path / "replay"
    run("replay", "demo-cup", "-o", str(folder))
    kept = json.loads((folder / "submissions.json").read_text())
    for one in kept["results"]:
        one["isSelected"] = one["publicScore"] == 1.0
    (folder / "submissions.json").write_text(json.dumps(kept))
    told = run("replay", "demo-cup", "-o", str(folder), "--offline", status=1).output
    assert "does not follow from your files and selections" in told


def test_there_is_nothing_to_replay_before_the_confirmation(kept, alice, tmp_path):
    assert "is not confirmed" in run("replay", "demo-cup", "-o", str(tmp_path / "r"), status=1).output
    assert not (tmp_path / "r").exists()


# --- on a machine without Django --------------------------------------------------------------------------------------
def requirements(wheel: Path) -> set[str]:
    """The names of everything that the packages need, the packages that those need included."""
    found: set[str] = set()
    waiting = re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", metadata_of(wheel), re.MULTILINE)
    while waiting:
        name = waiting.pop().lower()
        if name not in found:
            found.add(name)
            for one in distribution(name).requires or []:
                if "extra ==" not in one and ("python_version" not in one and "sys_platform" not in one):
                    waiting.append(re.match(r"[\w.-]+", one).group())
    return found


def metadata_of(wheel: Path) -> str:
    import zipfile

    with zipfile.ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith("METADATA"))
        return archive.read(name).decode()


def build(folder: Path, target: Path) -> Path:
    """The wheel of a package of this repository, by its own build file."""
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(target)!r}))"
    made = subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True, text=True)
    return target / made.stdout.split()[-1]


@pytest.fixture(scope="module")
def without_django(tmp_path_factory) -> Path:
    """A fresh environment with the two packages of this repository and what they need, and nothing else."""
    folder = tmp_path_factory.mktemp("machine")
    wheels = [build(ROOT / name, folder) for name in ("cli", "scoring")]
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    for name in {name for wheel in wheels for name in requirements(wheel)}:
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or []} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(installed.locate_file(top))
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    python = folder / "venv" / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps", "--python", str(python)]
    subprocess.run([*install, *map(str, wheels)], check=True, capture_output=True)
    return folder / "venv" / "bin"


def test_everything_is_checked_on_a_machine_without_django(confirmed, kept, alice, log, without_django, tmp_path):
    folder = tmp_path / "replay"
    run("replay", "demo-cup", "-o", str(folder))

    def elsewhere(*arguments):
        environment = {"PATH": os.defpath, "HOME": str(tmp_path), "UZU_CONFIG_DIR": str(tmp_path / "none")}
        return subprocess.run(
            [without_django / arguments[0], *arguments[1:]],
            check=False,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

    for module in ("django", "foundation", "competitions"):
        assert f"No module named '{module}'" in elsewhere("python", "-c", f"import {module}").stderr
    number = json.loads(kept[1].read_text())["receipt"]["submission"]
    keys, path = str(folder / "keys.json"), str(folder / "paths" / f"{number}.json")
    for arguments in (
        ("verify", str(kept[1]), str(kept[0]), "--key", keys, "--log", str(log), "--path", path),
        ("verify", str(log), str(kept[1]), "--key", keys),
        ("verify", "solution", str(folder / "solution"), str(log)),
    ):
        checked = elsewhere("uzu", *arguments)
        assert (checked.returncode, "everything holds" in checked.stdout) == (0, True), checked
    replayed = elsewhere("uzu", "replay", "demo-cup", "-o", str(folder), "--offline")
    assert replayed.returncode == 0, replayed
    assert "rank 1 of your team, 0.0, follows from your files and selections" in replayed.stdout
