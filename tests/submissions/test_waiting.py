"""Only what lies in the file is final: a fault of ours leaves an accepted submission waiting, and it is tried again."""

from __future__ import annotations

import errno
import threading
from datetime import timedelta

import pytest
from django.contrib.admin.sites import site
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError
from django.test import RequestFactory

from competitions.metrics import running
from competitions.models import Standing
from foundation.faults import StorageFull, StorageUnavailable, Unavailable
from foundation.storage import LocalStorage
from submissions import runs
from submissions.exceptions import ScoringFailed, Undecided
from submissions.models import ScoringRun, Submission
from submissions.runs.reviving import revive_runs
from submissions.services import holding, score_stored, settle_abandoned, submitting
from submissions.services.finishing import MOST_FAULTS, PAUSES
from submissions.services.submitting import score_queued
from tests.factories import AFTER, NOON, UserFactory
from tests.submissions.conftest import enqueued, send

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

FULL = OSError(errno.ENOSPC, "No space left on device")
PASSING = {
    "storage": FULL,
    "database": OperationalError("server closed the connection unexpectedly"),
    "memory": MemoryError(),
    "network": ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
}


@pytest.fixture(autouse=True)
def _clock_of_the_wall(monkeypatch):
    """Leases and pauses are measured by the real clock, which here stands at noon."""
    monkeypatch.setattr(holding, "now", lambda: NOON)
    monkeypatch.setattr(submitting, "now", lambda: NOON)


def breaks(fault):
    def act(*_args, **_kwargs):
        raise fault

    return act


@pytest.fixture(params=list(PASSING))
def passing(request):
    return PASSING[request.param]


# --- while the sender waits -------------------------------------------------------------------------------------------
def test_a_fault_after_the_file_was_kept_leaves_it_waiting_and_it_is_scored_once_that_is_over(
    team, monkeypatch, passing
):
    with monkeypatch.context() as patch:
        patch.setattr(running, "public_score", breaks(passing))
        outcome = send(team, 0.25)
    assert outcome.is_queued
    assert outcome.allowance.used_today == 1
    waiting = Submission.objects.get()
    assert (waiting.status, waiting.faults, waiting.next_try_at) == ("pending", 1, NOON + PAUSES[0])
    assert waiting.fault

    assert settle_abandoned(NOON) == 0
    assert settle_abandoned(NOON + PAUSES[0]) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.public_score) == ("scored", 0.25)
    assert Standing.objects.get(team=team).total_submissions == 1


def test_a_file_that_could_not_be_kept_is_told_and_does_not_count(team, monkeypatch):
    monkeypatch.setattr(LocalStorage, "save", breaks(FULL))
    with pytest.raises(StorageFull) as told:
        send(team)
    assert told.value.retry_after
    assert Submission.objects.get().status == "failed"
    assert Standing.objects.get(team=team).total_submissions == 0


def test_when_not_even_the_fault_can_be_written_down_the_sweeper_decides(team, monkeypatch):
    away = breaks(PASSING["database"])
    with monkeypatch.context() as patch:
        patch.setattr(submitting, "finish_scored", away)
        patch.setattr(submitting, "leave_waiting", away)
        with pytest.raises(Undecided):
            send(team, 0.25)
    assert settle_abandoned(NOON + holding.LEASE) == 1
    assert Submission.objects.get().public_score == 0.25


def test_a_queue_that_is_away_loses_nothing(team, settings, monkeypatch):
    settings.INLINE_SCORING_BYTES = 10
    with monkeypatch.context() as patch:
        patch.setattr("django_tasks_db.backend.DatabaseBackend.enqueue", breaks(PASSING["network"]))
        assert send(team, 0.25).is_queued
    assert settle_abandoned(NOON + PAUSES[0]) == 1
    assert Submission.objects.get().public_score == 0.25


def test_a_mistake_of_ours_is_no_fault_that_passes(team, monkeypatch):
    monkeypatch.setattr(running, "public_score", breaks(KeyError("target")))
    with pytest.raises(ScoringFailed):
        send(team)
    assert Submission.objects.get().status == "failed"


# --- trying again -----------------------------------------------------------------------------------------------------
@pytest.fixture
def waiting(team, settings):
    """A submission in the queue, whose file is kept."""
    settings.INLINE_SCORING_BYTES = 10
    return send(team, 0.25).submission


def test_pauses_grow(waiting, monkeypatch, passing):
    monkeypatch.setattr(submitting, "evaluate", breaks(passing))
    at, pauses = NOON, []
    for _try in range(len(PAUSES) + 2):
        row = score_stored(waiting.pk, at)
        assert row.status == "pending"
        pauses.append(row.next_try_at - at)
        at = row.next_try_at
    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert sorted(PAUSES) == PAUSES


def test_after_days_it_is_given_up_and_does_not_count(waiting, monkeypatch):
    monkeypatch.setattr(submitting, "evaluate", breaks(FULL))
    Submission.objects.update(faults=MOST_FAULTS - 1)
    assert MOST_FAULTS * PAUSES[-1] > timedelta(days=5)
    assert score_stored(waiting.pk, NOON).status == "failed"
    assert Standing.objects.get(team=waiting.team).total_submissions == 0


def test_a_kept_file_that_is_not_there_is_a_fault_of_the_storage(waiting):
    """A folder that is not mounted looks like one without files."""
    storage, name = waiting.file.storage, waiting.file.name
    kept = storage.open(name).read()
    storage.delete(name)
    row = score_stored(waiting.pk, NOON)
    assert (row.status, row.fault) == ("pending", StorageUnavailable.code)
    with storage.open(name, "wb") as file:
        file.write(kept)
    assert score_stored(waiting.pk, NOON).public_score == 0.25


def test_what_ails_one_is_not_asked_of_all(team, settings, monkeypatch):
    settings.INLINE_SCORING_BYTES = 10
    for _ in range(3):
        send(team)
    Submission.objects.update(next_try_at=NOON)
    asked = []
    monkeypatch.setattr(submitting, "evaluate", lambda *_args, **_kwargs: asked.append(1) or breaks(FULL)())
    settle_abandoned(NOON)
    assert len(asked) == 1
    settle_abandoned(NOON)
    assert (len(asked), Submission.objects.filter(faults=1).count()) == (2, 2)


def test_who_waits_is_told(waiting, member, monkeypatch):
    address = f"/api/submissions/{waiting.pk}/"
    assert member.get(address).json()["waiting"] is None
    monkeypatch.setattr(submitting, "evaluate", breaks(FULL))
    score_stored(waiting.pk, NOON)
    told = member.get(address).json()
    assert told["status"] == "pending"
    assert told["waiting"]["code"] == "storage_full"
    assert "tried again" in told["waiting"]["detail"]
    assert told["waiting"]["nextTryAt"] == "2026-06-05T12:00:05Z"


# --- by hand ----------------------------------------------------------------------------------------------------------
def by_hand(action: str, *, superuser: bool = True):
    request = RequestFactory().post("/admin/submissions/submission/")
    request.user = UserFactory(is_staff=True, is_superuser=superuser)
    request.session = {}
    request._messages = FallbackStorage(request)
    actions = site.get_model_admin(Submission).get_actions(request)
    if action not in actions:
        return False
    actions[action][0](site.get_model_admin(Submission), request, Submission.objects.all())
    return True


def test_an_operator_may_give_it_up(waiting):
    assert by_hand("give_up")
    waiting.refresh_from_db()
    assert waiting.status == "failed"
    assert Standing.objects.get(team=waiting.team).total_submissions == 0


def test_an_operator_may_have_it_tried_at_once(waiting):
    Submission.objects.update(next_try_at=NOON + timedelta(days=300))
    assert by_hand("try_again_now")
    waiting.refresh_from_db()
    assert waiting.next_try_at < NOON + timedelta(days=300)
    assert settle_abandoned(waiting.next_try_at) == 1


@pytest.mark.parametrize("action", ["give_up", "try_again_now"])
def test_organisers_may_not(waiting, action):
    assert not by_hand(action, superuser=False)


# --- in hand ----------------------------------------------------------------------------------------------------------
def test_what_gives_signs_of_life_is_left_alone_and_what_does_not_is_taken_up(waiting, monkeypatch):
    """However long it takes: a process that lives renews, one that is gone does not."""
    holding.begin_try(waiting.pk)
    monkeypatch.setattr(holding, "now", lambda: NOON + holding.LEASE / 2)
    holding.renew([waiting.pk])
    assert settle_abandoned(NOON + holding.LEASE) == 0
    assert settle_abandoned(NOON + holding.LEASE * 1.5) == 1


def test_signs_of_life_are_given_while_something_is_in_hand_and_then_end(waiting, monkeypatch):
    monkeypatch.setattr(holding, "BEAT_SECONDS", 0.005)
    monkeypatch.setattr(holding, "connection", type("Connection", (), {"close": staticmethod(lambda: None)}))
    seen, twice = [], threading.Event()

    def renew(pks):
        seen.append(list(pks))
        if len(seen) == 2:
            twice.set()

    monkeypatch.setattr(holding, "renew", renew)
    with holding.in_hand(waiting.pk):
        heart = holding._heart
        assert twice.wait(10)
    heart.join(10)
    assert not heart.is_alive()
    assert seen[0] == [waiting.pk]


def test_the_job_of_a_queued_file_has_time_to_come(waiting):
    assert settle_abandoned(NOON + holding.LEASE * 2) == 0
    assert enqueued(score_queued) == [waiting.pk]


def test_a_submission_of_last_month_is_left_to_who_makes_it(team, monkeypatch):
    """The demo's are dated in the past, and the worker runs beside it."""
    finish = submitting.finish_scored

    def meanwhile(*args, **kwargs):
        assert settle_abandoned(NOON + timedelta(seconds=10)) == 0
        return finish(*args, **kwargs)

    monkeypatch.setattr(submitting, "finish_scored", meanwhile)
    outcome = send(team, 0.25, at=team.competition.phase.starts_at + timedelta(hours=1))
    assert outcome.update is not None


# --- runs -------------------------------------------------------------------------------------------------------------
def test_private_scoring_says_what_it_waits_for_and_begins_once_that_is_done(waiting, api):
    competition = waiting.competition
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    host = UserFactory()
    competition.hosts.add(host)
    api.force_authenticate(host)
    told = api.get(f"/api/competitions/{competition.slug}/scoring-runs/{run.pk}/").json()
    assert "1 submission of before the end" in told["waitingFor"]
    assert revive_runs(AFTER + timedelta(seconds=5)) == 0

    score_stored(waiting.pk, AFTER)
    assert revive_runs(AFTER + timedelta(seconds=5)) == 1
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    run.refresh_from_db()
    assert (run.status, run.waits_for) == ("complete", "")


def test_a_fault_in_a_run_is_no_reason_to_give_the_run_up(team, monkeypatch, passing):
    send(team)
    run = runs.start_run(phase=team.competition.phase, kind="private", by=None, at=AFTER)
    with monkeypatch.context() as patch:
        patch.setattr("submissions.runs.working.write_chunk", breaks(passing))
        for _try in range(20):
            assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.WAITING
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    assert ScoringRun.objects.get().status == "complete"


def test_every_answer_to_a_fault_says_when_to_come_back():
    for refusal in [Unavailable, *Unavailable.__subclasses__(), Undecided, ScoringFailed]:
        assert refusal.retry_after > 0
        assert refusal.status == 503
