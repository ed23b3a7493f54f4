"""Which submissions a run scores, and which may not change any more."""

from __future__ import annotations

from competitions.models import Competition
from submissions.models import ScoringRun, Submission
from submissions.querysets import SubmissionQuerySet


def submissions_of(run: ScoringRun) -> SubmissionQuerySet:
    """Private scoring: all of the competition's time. Rescoring: also late ones, and those a rescoring put out."""
    rows = Submission.objects.filter(competition=run.competition_id)
    if run.kind == ScoringRun.Kind.PRIVATE:
        return rows.scored().filter(is_late=False)
    return rows.filter(scored_at__isnull=False).exclude(status=Submission.Status.PENDING)


def is_scored_privately(competition: Competition) -> bool:
    """Whether private scoring has begun, which settles what counts. Binding with a team's row locked: planning a run
    locks all of them.
    """
    return competition.scoring_runs.filter(scores_private=True).exists()
