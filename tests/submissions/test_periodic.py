"""What is looked after again and again: dead runs, lost and old jobs; and the proof of the standings."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from competitions.models import SearchName, Standing
from foundation.duties import Duty, Ticker, close_lost_jobs, forget_old_jobs
from submissions import runs
from submissions.models import ScoringRun
from submissions.runs.reviving import revive_runs
from submissions.runs.working import work_on_run
from tests.factories import AFTER, NOON, TeamFactory
from tests.submissions.conftest import enqueued, send

pytestmark = pytest.mark.django_db


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


# --- runs ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_run_without_a_sign_of_life_is_handed_out_again_once_in_a_lease(competition, status):
    run = ScoringRun.objects.create(
        competition=competition,
        phase=competition.phase,
        kind="private",
        status=status,
        created_at=AFTER,
        heartbeat_at=AFTER if status == "running" else None,
    )
    assert revive_runs(AFTER + seconds(59)) == 0
    assert revive_runs(AFTER + seconds(61)) == 1
    assert revive_runs(AFTER + seconds(65)) == 0
    assert revive_runs(AFTER + seconds(122)) == 1
    assert enqueued(work_on_run) == [run.pk, run.pk]


@pytest.mark.parametrize("status", ["complete", "failed", "cancelled"])
def test_a_run_that_is_over_is_left_alone(competition, status):
    ScoringRun.objects.create(
        competition=competition, phase=competition.phase, kind="private", status=status, created_at=AFTER
    )
    assert revive_runs(AFTER + seconds(1000)) == 0


def test_a_run_is_handed_to_as_many_workers_as_share_it(competition, settings):
    settings.SCORING_WORKERS = 3
    run = ScoringRun.objects.create(competition=competition, phase=competition.phase, kind="private", created_at=AFTER)
    revive_runs(AFTER + seconds(61))
    assert enqueued(work_on_run) == [run.pk] * 3


# --- jobs ---------------------------------------------------------------------------------------------------------------
def test_jobs_of_killed_workers_are_closed_and_old_ones_forgotten():
    work_on_run.enqueue(1)
    work_on_run.enqueue(2)
    lost, recent = DBTaskResult.objects.order_by("enqueued_at")
    DBTaskResult.objects.update(status="RUNNING", started_at=NOON)
    DBTaskResult.objects.filter(pk=recent.pk).update(started_at=NOON + timedelta(hours=12))
    assert close_lost_jobs(NOON + timedelta(hours=25)) == 1
    lost.refresh_from_db()
    assert lost.status == "FAILED"
    DBTaskResult.objects.filter(pk=lost.pk).update(finished_at=NOON - timedelta(days=3650))
    forget_old_jobs(NOON)
    assert list(DBTaskResult.objects.all()) == [recent]


def test_duties_come_when_they_are_due_and_a_fault_stops_no_other():
    called = []

    def broken(at):
        called.append(("broken", at))
        raise RuntimeError

    ticker = Ticker([Duty(broken, seconds(5)), Duty(lambda at: called.append(("other", at)), seconds(60))])
    for second in range(0, 11, 2):
        ticker.tick(NOON + seconds(second))
    assert called == [
        ("broken", NOON),
        ("other", NOON),
        ("broken", NOON + seconds(6)),
    ]


# --- the proof ----------------------------------------------------------------------------------------------------------
def check(*arguments) -> str:
    out = StringIO()
    call_command("check_standings", *arguments, stdout=out)
    return out.getvalue()


def test_standings_are_what_the_submissions_say(competition, team):
    other = TeamFactory(competition=competition)
    for hour, score in enumerate([0.5, 0.75, 0.25, 0.25]):
        send(team, score, at=NOON + timedelta(hours=hour))
    send(other, 0.375)
    assert "0 differences" in check()
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert "left out" in check(competition.slug)
    runs.work(run.pk, now=lambda: AFTER)
    assert "0 differences" in check(competition.slug)


@pytest.mark.parametrize(
    "fault",
    [
        {"best_public_score": 0.0},
        {"public_key": 7.0},
        {"total_submissions": 5},
        {"best_private_score": 0.5},
        {"is_ranked": False},
    ],
)
def test_a_wrong_standing_is_found_named_without_scores_and_repaired(competition, team, fault):
    send(team, 0.5)
    Standing.objects.update(**fault)
    with pytest.raises(CommandError, match="differences"):
        check()
    if "best_private_score" in fault:  # no run may have written it: nothing to repair it by
        return
    assert f"team {team.pk}: {next(iter(fault))}" in check("--repair")
    assert "0 differences" in check()


def test_a_search_text_that_is_not_the_names_is_found_and_repaired(competition, team):
    lost = TeamFactory(competition=competition)
    SearchName.objects.filter(team=team).update(text="of another name")
    SearchName.objects.filter(team=lost).delete()
    with pytest.raises(CommandError, match="2 differences"):
        check()
    assert f"team {team.pk}: what a search looks through" in check("--repair")
    assert "0 differences" in check()


def test_a_lost_point_of_the_history_is_found_and_repaired(competition, team):
    send(team, 0.5)
    team.standing_changes.all().delete()
    assert "history" in check("--repair")
    assert team.standing_changes.count() == 1


def test_an_unknown_competition_is_an_error():
    with pytest.raises(CommandError, match="nowhere"):
        check("nowhere")
