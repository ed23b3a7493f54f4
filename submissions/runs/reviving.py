"""Runs whose workers were killed are handed to the workers again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from submissions.models import ScoringRun, Submission
from submissions.runs.starting import hand_out

logger = logging.getLogger(__name__)


def revive_runs(at: datetime) -> int:
    """Hand runs that give no sign of life to the workers again, at most once in a lease; returns how many.

    One that waited for the last submissions comes as soon as they are done.
    """
    silent = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    due = ScoringRun.objects.filter(
        Q(status=ScoringRun.Status.RUNNING, heartbeat_at__lt=silent)
        | Q(status=ScoringRun.Status.RUNNING, heartbeat_at__isnull=True)
        | Q(status=ScoringRun.Status.QUEUED, created_at__lt=silent)
    )
    still_pending = Submission.objects.filter(phase=OuterRef("phase"), is_late=False).pending()
    done_waiting = ScoringRun.objects.filter(~Exists(still_pending), status=ScoringRun.Status.QUEUED, waiting_for__gt=0)
    revived = 0
    for pk in list(done_waiting.values_list("pk", flat=True)):
        if done_waiting.filter(pk=pk).update(waiting_for=0, handed_out_at=at):
            hand_out(pk)
            revived += 1
    for pk in list(due.values_list("pk", flat=True)):
        mine = due.filter(Q(handed_out_at__isnull=True) | Q(handed_out_at__lt=silent), pk=pk)
        if mine.update(handed_out_at=at):
            hand_out(pk)
            revived += 1
            logger.info("scoring_run.handed_out_again", extra={"scoring_run": pk})
    return revived
