"""The private scores of late submissions, once the private leaderboard is confirmed. They move no ranking."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from competitions.columns import shown_numbers
from competitions.metrics.running import score_by
from competitions.models import Phase, Solution
from competitions.solution.services import prepared_solution
from scoring.errors import InvalidSubmission
from scoring.reading import Predictions
from submissions.models import Submission

logger = logging.getLogger(__name__)


def catch_up_with_late(at: datetime) -> int:
    """Give late submissions the private scores that a lost job left them without; returns how many got one."""
    waiting = Submission.objects.late_without_private_score().filter(
        phase__confirmed_at__isnull=False, phase__ends_at__lte=at
    )
    return sum(score_late_privately(pk, at) for pk in set(waiting.order_by().values_list("phase", flat=True)))


def score_late_privately(phase_id: int, at: datetime) -> int:
    """Give every late submission that has none its private score; returns how many got one.

    Computes nothing before the confirmation, and stops at once if it is taken back.
    """
    if not Phase.objects.get(pk=phase_id).is_confirmed(at):
        return 0
    done = 0
    rows = Submission.objects.filter(phase=phase_id).late_without_private_score()
    solutions: dict[int, Solution] = {}
    for submission in rows.select_related("solution__phase").order_by("pk").iterator(chunk_size=100):
        # What is scored names the solution it was scored with.
        own = cast("Solution", submission.solution)
        solution = solutions.setdefault(own.pk, own)
        try:
            with submission.aligned.storage.open(submission.aligned.name or "") as stored:
                prepared = prepared_solution(solution)
                predictions = Predictions.load(stored, prepared)
            scored = score_by(solution, prepared, predictions, "private", submission=submission.pk)
        except InvalidSubmission:
            continue
        except Exception:
            logger.exception("submission.late_private_failed", extra={"submission": submission.pk})
            continue
        with transaction.atomic():
            phase = Phase.objects.lock(own.phase)
            if not phase.is_confirmed(at):
                return done
            # Only if a rescoring has not changed what the score rests on.
            done += Submission.objects.filter(pk=submission.pk, aligned=submission.aligned.name).update(
                private_score=phase.shown_score(scored.score),
                private_numbers=shown_numbers(phase, scored.numbers),
            )
    return done


@task(queue_name="scoring")
def score_late(phase_id: int) -> None:
    """Give the late submissions of the phase their private scores."""
    score_late_privately(phase_id, timezone.now())
