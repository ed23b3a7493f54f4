"""A crash between the slot and the score loses nothing and counts nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from competitions.models import Standing
from submissions.models import Submission
from submissions.services import holding, score_stored, settle_abandoned, submitting
from submissions.services.holding import LEASE
from submissions.services.recovery import ATTEMPTS
from submissions.services.slots import take_slot
from submissions.services.submitting import score_queued
from tests.factories import ENDS, NOON, TeamFactory
from tests.submissions.conftest import enqueued, send
from tests.submissions.files import upload

pytestmark = pytest.mark.django_db
BETWEEN = LEASE + timedelta(seconds=1)
LONG_AFTER = NOON + BETWEEN


class Killed(BaseException):
    """Stands for a process that is gone: no handler of the service runs."""


def crash_while(stage, team, monkeypatch, *, at=NOON, **fields):
    """Submit, and let the process die in `stage`; returns what it left."""

    def dies(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(submitting, stage, dies)
        patch.setattr(holding, "now", lambda: at)
        with pytest.raises(Killed):
            send(team, at=at, **fields)
    submission = Submission.objects.latest("pk")
    assert submission.status == Submission.Status.PENDING
    return submission


@pytest.mark.parametrize("stage", ["evaluate", "finish_scored"])
def test_crash_after_the_file_was_stored_is_scored_later(team, monkeypatch, stage):
    submission = crash_while(stage, team, monkeypatch, public=0.25)
    assert Standing.objects.get(team=team).total_submissions == 1

    assert settle_abandoned(LONG_AFTER) == 1
    submission.refresh_from_db()
    assert (submission.status, submission.public_score) == (Submission.Status.SCORED, 0.25)
    assert len(submission.sha256) == 64
    standing = Standing.objects.get(team=team)
    assert (standing.best_public_score, standing.best_submitted_at, standing.total_submissions) == (0.25, NOON, 1)


@pytest.fixture
def slot_at_noon(team, monkeypatch):
    """A slot that a process took at noon, and nothing else: its file is called x.csv."""

    def take(size: int) -> Submission:
        with monkeypatch.context() as patch:
            patch.setattr(holding, "now", lambda: NOON)
            return take_slot(user=team.owner, team_id=team.pk, at=NOON, size=size, filename="x.csv").submission

    return take


def test_crash_before_the_file_was_stored_gives_the_slot_back(team, slot_at_noon):
    submission = slot_at_noon(size=5)
    assert settle_abandoned(LONG_AFTER) == 1
    submission.refresh_from_db()
    assert submission.status == Submission.Status.FAILED
    assert Standing.objects.get(team=team).total_submissions == 0


def test_crash_while_the_file_was_being_written_gives_the_slot_back(team, slot_at_noon):
    submission = slot_at_noon(size=100)
    submission.file.storage.save(submission.file.name, ContentFile(b"id,tar"))
    settle_abandoned(LONG_AFTER)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.FAILED


def test_bad_file_is_refused_later_as_it_would_have_been(team, monkeypatch):
    submission = crash_while("evaluate", team, monkeypatch, file=upload("id,target\n"))
    settle_abandoned(LONG_AFTER)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.REFUSED
    assert submission.problems[0]["code"] == "no_rows"
    assert Standing.objects.get(team=team).total_submissions == 0


def test_what_is_still_being_worked_on_is_left_alone(team, monkeypatch):
    submission = crash_while("evaluate", team, monkeypatch)
    assert settle_abandoned(NOON + LEASE - timedelta(seconds=1)) == 0
    submission.refresh_from_db()
    assert submission.status == Submission.Status.PENDING


def test_settling_twice_is_settling_once(team, monkeypatch):
    crash_while("evaluate", team, monkeypatch)
    assert [settle_abandoned(LONG_AFTER) for _ in range(3)] == [1, 0, 0]
    assert Standing.objects.get(team=team).total_submissions == 1


def test_a_file_that_kills_its_reader_is_given_up(team, monkeypatch):
    submission = crash_while("evaluate", team, monkeypatch)

    def dies(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(submitting, "evaluate", dies)
        for attempt in range(ATTEMPTS):
            with pytest.raises(Killed):
                settle_abandoned(LONG_AFTER + attempt * BETWEEN)
    assert settle_abandoned(LONG_AFTER + ATTEMPTS * BETWEEN) == 1
    submission.refresh_from_db()
    assert submission.status == Submission.Status.FAILED
    assert Standing.objects.get(team=team).total_submissions == 0


def test_what_another_sweeper_is_scoring_is_left_to_it(team, monkeypatch):
    submission = crash_while("evaluate", team, monkeypatch)
    evaluate = submitting.evaluate
    by_others = []

    def meanwhile(*args, **kwargs):
        by_others.append(settle_abandoned(LONG_AFTER + LEASE / 2))
        return evaluate(*args, **kwargs)

    monkeypatch.setattr(submitting, "evaluate", meanwhile)
    assert settle_abandoned(LONG_AFTER) == 1
    assert by_others == [0]
    submission.refresh_from_db()
    assert submission.attempts == 1


def test_request_that_comes_second_finds_it_settled(team, monkeypatch):
    """The sweeper was quicker than a very slow request."""
    finish = submitting.finish_scored
    calls = []

    def overtaken(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            Submission.objects.update(next_try_at=NOON)  # it gave no sign of life for long
            assert settle_abandoned(LONG_AFTER) == 1
        return finish(*args, **kwargs)

    monkeypatch.setattr(submitting, "finish_scored", overtaken)
    outcome = send(team, 0.25)
    assert len(calls) == 2
    assert (outcome.submission.public_score, outcome.update) == (0.25, None)
    assert Standing.objects.get(team=team).total_submissions == 1


def test_submission_of_the_last_second_counts_although_it_is_scored_after_the_end(team, monkeypatch):
    last = ENDS - timedelta(seconds=1)
    crash_while("evaluate", team, monkeypatch, at=last, public=0.25)
    settle_abandoned(ENDS + timedelta(hours=1))
    standing = Standing.objects.get(team=team)
    assert (standing.best_public_score, standing.best_submitted_at) == (0.25, last)


# --- the queue ----------------------------------------------------------------------------------------------------------
def test_large_file_waits_for_the_queue_and_uses_its_slot(team, settings):
    settings.INLINE_SCORING_BYTES = 10
    outcome = send(team, 0.25)
    assert outcome.is_queued
    assert (outcome.update, outcome.allowance.used_today) == (None, 1)
    assert enqueued(score_queued) == [outcome.submission.pk]

    for _ in range(2):  # a job may run twice
        submission = score_stored(outcome.submission.pk, NOON)
    assert (submission.status, submission.public_score) == (Submission.Status.SCORED, 0.25)
    assert Standing.objects.get(team=team).total_submissions == 1


def test_job_of_a_deleted_submission_does_nothing(team):
    assert score_stored(12345, NOON) is None


def test_other_team_is_not_touched(team, monkeypatch):
    other = TeamFactory(competition=team.competition)
    send(other, 0.5)
    crash_while("evaluate", team, monkeypatch)
    settle_abandoned(LONG_AFTER)
    assert Standing.objects.get(team=other).total_submissions == 1
