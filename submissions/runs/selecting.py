"""Which submissions a run scores."""

from __future__ import annotations

from submissions.models import ScoringRun, Submission
from submissions.querysets import SubmissionQuerySet


def submissions_of(run: ScoringRun) -> SubmissionQuerySet:
    """Private scoring: all of the competition's time. Rescoring: also late ones, and those a rescoring put out."""
    rows = Submission.objects.filter(competition=run.competition_id)
    if run.kind == ScoringRun.Kind.PRIVATE:
        return rows.scored().filter(is_late=False)
    return rows.filter(scored_at__isnull=False).exclude(status=Submission.Status.PENDING)
