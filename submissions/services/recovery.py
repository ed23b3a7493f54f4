"""Taking up submissions that nobody works on: after a crash, after a lost job, and after a fault that passed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from submissions.models import Submission
from submissions.services.finishing import finish_failed
from submissions.services.holding import LEASE
from submissions.services.submitting import score_stored

logger = logging.getLogger(__name__)

# A file that kills the process which reads it is given up; its slot goes back.
ATTEMPTS = 3
BATCH = 200


def settle_abandoned(at: datetime) -> int:
    """Score every abandoned submission from its stored file, or give its slot back; returns how many were settled.

    Safe to run twice, at the same time as well: each submission is finished once, under its team's lock. After a fault
    that passes the others wait for the next call: what ails one probably ails all.
    """
    settled = 0
    rows = Submission.objects.to_take_up(at).select_related("user").order_by("next_try_at", "created_at", "pk")
    for abandoned in list(rows[:BATCH]):
        # Counted before it begins: what kills this process must find itself counted.
        mine = Submission.objects.to_take_up(at).filter(pk=abandoned.pk)
        if not mine.update(attempts=F("attempts") + 1, next_try_at=at + LEASE):
            continue
        given_up = abandoned.attempts >= ATTEMPTS
        submission = finish_failed(abandoned) if given_up else score_stored(abandoned.pk, at)
        if submission is not None and submission.status == Submission.Status.PENDING:
            break
        if submission is not None:
            settled += 1
            logger.info(
                "submission.settled", extra={"submission": submission.pk, "submission_status": submission.status}
            )
    return settled


def try_again(submissions: Iterable[Submission], at: datetime) -> int:
    """Let the worker take up these pending submissions at once; returns how many are pending."""
    pks = [submission.pk for submission in submissions]
    return Submission.objects.pending().filter(pk__in=pks).update(next_try_at=at)


def give_up(submissions: Iterable[Submission]) -> int:
    """Fail these pending submissions by hand: their slots go back. Returns how many were pending."""
    pending = [submission for submission in submissions if submission.status == Submission.Status.PENDING]
    done = [finish_failed(submission) for submission in pending]
    return sum(one is not None and one.status == Submission.Status.FAILED for one in done)
