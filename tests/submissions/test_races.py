"""Many at once: limits hold exactly and nothing is lost, with real threads and real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from competitions.models import Standing, Team
from foundation.refusals import Refusal
from submissions.exceptions import TooManySelected
from submissions.models import Submission
from submissions.services import holding, select, settle_abandoned, submitting
from submissions.services.admission import Turns
from submissions.services.slots import take_slot
from tests.factories import NOON, TeamFactory, submits
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import csv_scoring, file_scoring
from tests.submissions.racer import LIMIT

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _a_turn_for_everybody(monkeypatch):
    """None is sent to the queue: these races are about limits and locks, those of admission have their own tests."""
    monkeypatch.setattr(submitting, "turns", Turns(slots=100, waiters=0, patience=0))


def at_once(number, act):
    """Run `act(i)` in `number` threads that start together; returns what each returned, or the refusal it met."""
    start = Barrier(number)

    def run(i):
        start.wait()
        try:
            return act(i)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(run, range(number)))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_fifty_threads_of_one_team_with_a_limit_of_five():
    team = TeamFactory(competition=competition_with_solution("rmse", daily_submission_limit=5))

    results = at_once(50, lambda i: send(Team.objects.select_related("competition", "owner").get(pk=team.pk), i / 64))

    scored = [one.submission for one in results if not isinstance(one, Refusal)]
    refusals = [one for one in results if isinstance(one, Refusal)]
    assert len(scored) == 5
    assert Counter(one.code for one in refusals) == {"daily_limit_reached": 45}
    assert {one.status for one in refusals} == {429}
    assert set(ours(Submission).all()) == set(scored)
    assert {one.status for one in ours(Submission).all()} == {Submission.Status.SCORED}
    standing = Standing.objects.get(team=team)
    assert standing.total_submissions == 5
    assert standing.best_public_score == min(one.public_score for one in scored)
    _folders, files = default_storage.listdir(f"competitions/{team.competition_id}/submissions")
    assert len(files) == 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_through_the_api(settings):
    from django.utils import timezone

    year = timezone.now().year
    competition = competition_with_solution(
        "rmse",
        daily_submission_limit=5,
        starts_at=NOON.replace(year=year - 1),
        ends_at=NOON.replace(year=year + 1),
    )
    team = TeamFactory(competition=competition)
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(team.owner)

    def post(i):
        file = file_scoring("rmse", 0.5)
        file.name = "submission.csv"
        return clients[i].post("/api/teams/submissions/", {"team": team.pk, "file": file})

    answers = at_once(len(clients), post)
    assert Counter(one.status_code for one in answers) == {201: 5, 429: 15}
    assert {one.json()["errors"][0]["code"] for one in answers if one.status_code == 429} == {"daily_limit_reached"}
    assert Standing.objects.get(team=team).total_submissions == 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_teams_do_not_wait_for_each_other_in_vain():
    competition = competition_with_solution("rmse")
    teams = [TeamFactory(competition=competition) for _ in range(12)]
    results = at_once(
        12, lambda i: send(Team.objects.select_related("competition", "owner").get(pk=teams[i].pk), i / 8)
    )
    assert [one.submission.public_score for one in results] == [i / 8 for i in range(12)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_selections_at_once_never_exceed_the_limit():
    team = TeamFactory()
    rows = [submits(team, 0.5) for _ in range(10)]
    results = at_once(10, lambda i: select(submission=rows[i], selected=True, by=team.owner, at=NOON))
    assert team.submissions.selected().count() == team.competition.phase.selectable_submissions
    assert sum(isinstance(one, TooManySelected) for one in results) == 8


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sweepers_at_once_settle_once():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    text = csv_scoring("rmse", 0.25)
    for _ in range(4):
        submission = take_slot(user=team.owner, team_id=team.pk, at=NOON, size=len(text), filename="x.csv").submission
        submission.file.storage.save(submission.file.name, file_scoring("rmse", 0.25))
    at_once(4, lambda _i: settle_abandoned(holding.now() + 2 * holding.LEASE))
    assert Counter(ours(Submission).values_list("status", flat=True)) == {"scored": 4}
    assert Standing.objects.get(team=team).total_submissions == 4
    _folders, aligned = default_storage.listdir(f"competitions/{team.competition_id}/aligned")
    assert len(aligned) == 4


@pytest.fixture
def racer(tmp_path):
    """Starts processes that share a database of their own on SQLite."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "UZU_VAR_DIR": str(tmp_path),
        "UZU_PREPARED_DIR": str(tmp_path / "prepared"),
    }

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.submissions.racer", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


def test_two_processes_on_sqlite_with_a_limit_of_five(racer):
    team = racer("prepare").communicate()[0].strip()
    racers = [racer("submit", team, "10") for _ in range(2)]
    for one in racers:
        assert one.stdout.readline().strip() == "ready"
    for one in racers:
        one.stdin.write("go\n")
        one.stdin.flush()
    lines = [line for one in racers for line in one.communicate()[0].split()]
    assert Counter(lines) == {"scored": LIMIT, "daily_limit_reached": 20 - LIMIT}


def test_process_killed_between_slot_and_score_loses_nothing(racer):
    team = racer("prepare").communicate()[0].strip()
    killed = racer("die", team)
    assert (killed.communicate()[0], killed.returncode) == ("", -signal.SIGKILL)
    assert racer("settle").communicate()[0] == "scored 0.25 1\n"
