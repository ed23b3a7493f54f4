"""Settling what a crash left between the slot and the score."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from submissions.models import Submission
from submissions.querysets import SubmissionQuerySet
from submissions.services.finishing import finish_failed
from submissions.services.submitting import score_stored

logger = logging.getLogger(__name__)

# Longer than any request lives; a queued submission that waits longer is scored here instead of by its job.
ABANDONED_AFTER = timedelta(minutes=10)
# A file that kills the process which reads it is given up; its slot goes back.
ATTEMPTS = 3
BATCH = 200


def settle_abandoned(at: datetime) -> int:
    """Score every abandoned submission from its stored file, or give its slot back; returns how many were settled.

    Safe to run twice, at the same time as well: each submission is finished once, under its team's lock.
    """
    settled = 0
    rows = _unclaimed(at).select_related("user").order_by("created_at", "pk")
    for abandoned in list(rows[:BATCH]):
        # Counted before it begins: what kills this process must find itself counted.
        claimed = _unclaimed(at).filter(pk=abandoned.pk).update(attempts=F("attempts") + 1, attempted_at=at)
        if not claimed:
            continue
        given_up = abandoned.attempts >= ATTEMPTS
        submission = finish_failed(abandoned) if given_up else score_stored(abandoned.pk, at)
        if submission is not None and submission.status != Submission.Status.PENDING:
            settled += 1
            logger.info(
                "submission.settled", extra={"submission": submission.pk, "submission_status": submission.status}
            )
    return settled


def _unclaimed(at: datetime) -> SubmissionQuerySet:
    """Abandoned ones that no other sweeper has begun to score."""
    before = at - ABANDONED_AFTER
    return Submission.objects.abandoned(before).filter(Q(attempted_at__isnull=True) | Q(attempted_at__lt=before))
