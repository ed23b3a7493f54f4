"""Which submissions a run scores, and which may not change any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from competitions.models import Phase
from submissions.models import ScoringRun, Submission
from submissions.querysets import SubmissionQuerySet

if TYPE_CHECKING:
    from django.db.models import QuerySet


def submissions_of(run: ScoringRun) -> SubmissionQuerySet:
    """What a run scores. Private: all sent in before the end. Rescoring: late ones too, and those it put out before."""
    rows = Submission.objects.filter(phase=run.phase_id)
    if run.kind == ScoringRun.Kind.PRIVATE:
        return rows.scored().filter(is_late=False)
    return to_rescore(rows)


def to_rescore(rows: SubmissionQuerySet) -> SubmissionQuerySet:
    """The submissions that a rescoring scores again: all that had a score once."""
    return rows.filter(scored_at__isnull=False).exclude(status=Submission.Status.PENDING)


def rescorings(phase: Phase) -> QuerySet[ScoringRun]:
    return phase.scoring_runs.filter(kind=ScoringRun.Kind.RESCORE)


def has_private_result(phase: Phase) -> bool:
    """Whether private scoring was ever complete: from then on organisers may know how teams would stand."""
    return phase.scoring_runs.filter(scores_private=True, status=ScoringRun.Status.COMPLETE).exists()


def is_scored_privately(phase: Phase) -> bool:
    """Whether private scoring has begun, so that what counts may not change any more.

    With a team's row locked the answer stays true: planning a run locks all of them.
    """
    return phase.scoring_runs.filter(scores_private=True).exists()
