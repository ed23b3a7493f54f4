"""Jobs of the submit path. Each takes ids, reloads, and is safe to run twice."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from submissions.services.late import score_late_privately
from submissions.services.submitting import score_stored


@task(queue_name="scoring")
def score_queued(submission_id: int) -> None:
    score_stored(submission_id, timezone.now())


@task(queue_name="scoring")
def score_late(competition_id: int) -> None:
    score_late_privately(competition_id, timezone.now())
