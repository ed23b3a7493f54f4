"""The `uzu` command in a competition of several phases: each command is about the phase that one names."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
import uzu
from django.core.files.base import ContentFile
from uzu import api as uzu_api

from competitions.files.services import add_data_file
from competitions.files.uploads import finish_upload
from competitions.models import DataFile, DataUpload, LogRow, Phase
from competitions.organising.editing import edit_competition
from competitions.phases.services import add_phase
from competitions.solution.services import replace_solution
from submissions import runs
from submissions.models import Submission
from submissions.services import submit
from tests.clients.conftest import OFF_BY_ONE, PERFECT, SOLUTION
from tests.clients.test_uzu_command import run
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.phases import FINAL, FINAL_ENDS, add, phase_of

pytestmark = pytest.mark.django_db
# Of the final: everybody's predictions of the development are wrong there.
OTHER = b"id,target,Usage\n1,2.0,Public\n2,3.0,Public\n3,4.0,Private\n4,5.0,Private\n"


@pytest.fixture
def cup(competition, team, host):
    """With a final after the phase there is, and a sample submission for each."""
    final = add(competition, daily_submission_limit=7, score_digits=2)
    replace_solution(phase=final, file=BytesIO(OTHER), filename="final.csv", by=host, at=STARTS)
    for name, phase in (("sample_submission.csv", None), ("final/sample.csv", final)):
        content = ContentFile(b"id,target\n1,0\n2,0\n3,0\n4,0\n" if phase is None else b"id,target\n9,0\n", name=name)
        add_data_file(
            competition=competition, file=content, name=name, phase=phase, is_sample_submission=True, by=None, at=STARTS
        )
    competition.refresh_from_db()
    return competition


@pytest.fixture
def alice(now, cup, team, uzu_client):
    return uzu_client(team.owner)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(OFF_BY_ONE)
    return path


def test_a_file_goes_into_the_phase_that_is_named(alice, now, file):
    now.move_to(FINAL)
    for phase in ("Final", "2", " final "):
        run("submit", "demo-cup", str(file), "--phase", phase, "--no-check")
    run("submit", "demo-cup", str(file), "--no-check")
    run("submit", "demo-cup", str(file), "--phase", "1", "--no-check")
    assert list(Submission.objects.order_by("pk").values_list("phase__number", flat=True)) == [2, 2, 2, 2, 1]
    listed = json.loads(run("submissions", "demo-cup", "--phase", "1", "--json").stdout)
    assert [one["isLate"] for one in listed] == [True]
    assert len(json.loads(run("submissions", "demo-cup", "--json").stdout)) == 4
    assert uzu.submissions("demo-cup", phase="Final") == alice.submissions("demo-cup", phase=2)


def test_it_is_compared_with_the_sample_of_its_phase(alice, now, file):
    assert uzu.submit(file, "demo-cup", phase=1).score is not None
    now.move_to(FINAL)
    for named in (["--phase", "Final"], []):
        assert "ids are missing: 9" in run("submit", "demo-cup", str(file), *named, status=1).output
    with pytest.raises(uzu.FrameMismatch):
        uzu.submit(file, "demo-cup", phase=2)
    run("submit", "demo-cup", str(file), "--phase", "1")


def test_each_phase_has_its_leaderboard_and_its_limits(alice, now, file):
    run("submit", "demo-cup", str(file))
    now.move_to(FINAL)
    run("submit", "demo-cup", str(file), "--no-check")
    scores = [json.loads(run("lb", "demo-cup", "--phase", one, "--json").stdout)[0]["score"] for one in ("1", "2")]
    assert scores == [1.0, 0.0]
    assert uzu.leaderboard("demo-cup", phase=1)[0]["score"] == 1.0
    assert " 0.00" in run("lb", "demo-cup", "--phase", "Final").output
    assert "6 of 7 left today" in run("limits", "demo-cup", "--phase", "2").output
    for _look in range(2):
        told = run("diff", "demo-cup", "--phase", "1").output
    assert "Nothing changed" in told
    assert "first look" not in run("diff", "demo-cup", "--phase", "2").output  # `lb` was one


def test_files_open_with_their_phase(alice, now, tmp_path):
    assert "final/sample.csv" not in run("files", "demo-cup").output
    now.move_to(FINAL)
    assert "final/sample.csv" in run("files", "demo-cup").output
    assert [path.name for path in uzu.download("demo-cup", tmp_path / "one", phase=1)] == ["sample_submission.csv"]
    run("download", "demo-cup", "-o", str(tmp_path / "two"), "--phase", "final", "-q")
    assert (tmp_path / "two" / "final" / "sample.csv").is_file()


def test_organisers_push_a_file_for_a_phase(cup, host, now, uzu_client, file, monkeypatch):
    """An upload of the same name for no phase that is under way is another one."""
    client = uzu_client(host)
    file.write_bytes(b"a,b\n1,2\n")
    fields = {"name": "mine.csv", "size": 8}
    begun = client.request("POST", "/api/competitions/demo-cup/data/uploads/", json=fields).json()
    # The worker, while the client waits.
    monkeypatch.setattr(uzu_api.time, "sleep", lambda _seconds: [finish_upload(one.pk, at=NOON) for one in finishing()])
    run("push", "demo-cup", str(file), "--phase", "Final", "-q")
    assert DataFile.objects.get(name="mine.csv").phase == phase_of(cup, 2)
    assert DataUpload.objects.get(state=DataUpload.State.OPEN).pk == UUID(begun["id"])


def finishing():
    return DataUpload.objects.filter(state=DataUpload.State.FINISHING)


def test_a_check_here_is_of_the_phase(alice, now, tmp_path):
    good = tmp_path / "good.csv"
    good.write_bytes(PERFECT)
    now.move_to(FINAL)
    run("check", "demo-cup", str(good), "--phase", "1")
    assert "id" in run("check", "demo-cup", str(good), "--phase", "2", status=1).output
    run("check", "demo-cup", str(good), "--phase", "1", "--offline")
    assert "by its number" in run("check", "demo-cup", str(good), "--phase", "Final", "--offline", status=2).output


@pytest.mark.parametrize("command", ["lb", "submissions", "limits", "files", "diff"])
def test_what_is_no_phase_is_told_with_those_there_are(alice, command):
    told = run(command, "demo-cup", "--phase", "Semifinal", status=1).output
    assert "has no phase “Semifinal”; there are: 1, 2 Final" in told.replace("\n", " ")


def test_without_phases_nothing_more_is_asked_of_the_server(now, host, uzu_client, monkeypatch):
    CompetitionFactory(slug="alone", hosts=[host])
    client = uzu_client(TeamFactory(competition__slug="one").owner)
    asked = []
    request = uzu.Client.request
    monkeypatch.setattr(
        uzu.Client, "request", lambda self, *args, **more: asked.append(args[1]) or request(self, *args, **more)
    )
    run("lb", "alone")
    assert asked == ["/api/competitions/alone/", "/api/competitions/alone/leaderboard/public/"]
    assert client.phase_named("alone", None) is None


# --- computing it again -----------------------------------------------------------------------------------------------
def end(phase: Phase, host, at) -> None:
    scoring = runs.start_run(phase=phase, kind="private", by=host, at=at)
    while runs.work(scoring.pk, now=lambda: at) is runs.Outcome.MORE:
        pass
    runs.open_preview(phase=phase, by=host, at=at)
    runs.confirm_private_leaderboard(phase=phase, by=host, at=at)


@pytest.fixture
def over(cup, alice, team, host, now, settings):
    """Both phases to their end, the first confirmed only after the second: their entries lie among each other."""
    settings.SITE_URL = "http://localhost"
    Phase.objects.update(releases_solution=True)
    bob = TeamFactory(competition=cup, owner=UserFactory(username="bob"), name="beta")
    for number, at in ((1, NOON), (2, FINAL)):
        now.move_to(at)
        for one, content in ((team, OFF_BY_ONE), (bob, PERFECT)):
            phase = phase_of(cup, number)
            submit(user=one.owner, team=one, phase=phase, file=BytesIO(content), filename="p.csv", at=at)
    late = FINAL_ENDS + timedelta(hours=1)
    now.move_to(late)
    first = phase_of(cup, 1)
    scoring = runs.start_run(phase=first, kind="private", by=host, at=late)
    assert runs.work(scoring.pk, now=lambda: late) is runs.Outcome.DONE
    end(phase_of(cup, 2), host, late)
    runs.open_preview(phase=first, by=host, at=late)
    runs.confirm_private_leaderboard(phase=first, by=host, at=late)
    return cup


@pytest.mark.parametrize(("phase", "rank"), [(["--phase", "1"], 2), (["--phase", "Final"], 1), ([], 1)])
def test_each_result_is_computed_again(over, tmp_path, phase, rank):
    folder = str(tmp_path / "replay")
    told = run("replay", "demo-cup", "-o", folder, *phase).output
    assert "✗" not in told
    assert "the ranking is the one that entry" in told
    assert "version 1 of the solution is what was committed to" in told
    assert f"rank {rank} of your team" in told
    assert "✗" not in run("replay", "demo-cup", "-o", folder, *phase, "--offline").output


def test_a_solution_is_held_against_the_commitment_of_its_phase(over, alice, tmp_path):
    log = tmp_path / "log.jsonl"
    alice.download_file(f"/api/competitions/{over.pk}/log/jsonl/", log)
    for content, phase, status in ((SOLUTION, "1", 0), (OTHER, "2", 0), (OTHER, "1", 1), (SOLUTION, "2", 1)):
        path = tmp_path / "solution.csv"
        path.write_bytes(content)
        run("verify", "solution", str(path), str(log), "--phase", phase, status=status)


def test_the_folder_says_of_which_phase_it_is(over, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("replay", "demo-cup", "--phase", "Final")
    assert [path.name for path in Path().glob("demo-cup*")] == ["demo-cup-Final-replay"]


def test_publishing_commits_to_the_solution_of_every_phase(host):
    draft = CompetitionFactory(slug="draft", hosts=[host], is_published=False)
    fields = {"name": "Final", "starts_at": AFTER, "ends_at": FINAL_ENDS}
    final = add_phase(competition=draft, fields=fields, by=host, at=STARTS)
    for phase, content in ((draft.phase, SOLUTION), (final, OTHER)):
        replace_solution(phase=phase, file=BytesIO(content), filename="s.csv", by=host, at=STARTS)
    edit_competition(competition=draft, changes={"is_published": True}, by=host, at=STARTS, publish_anyway=True)
    told = [
        row.facts["solution"]["commitment"] for row in LogRow.objects.filter(competition=draft).order_by("sequence")
    ]
    assert len(set(told)) == 2
    assert LogRow.objects.get(competition=draft, kind="phase").facts["solution"].keys() == {"version", "commitment"}
