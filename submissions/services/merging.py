"""What a merge of teams does to their submissions."""

from __future__ import annotations

from typing import cast

from competitions.exceptions import CompetitionEnded
from competitions.models import Phase, Team
from submissions.models import Exclusion, ExtraSubmissions, Submission
from submissions.runs.selecting import is_scored_privately


def move_submissions(*, from_team: Team, to_team: Team) -> None:
    """Give `to_team` the submissions of both. Call it inside the merge's transaction with both team rows locked.

    Late, refused and pending ones move too; a pending one is finished for the team it is in by then. If the two teams
    had selected more together than one team may, the best public scores stay selected, of equal ones the earlier.

    Raises:
        CompetitionEnded: the merge waited for its locks until private scoring had begun.
    """
    phases = list(to_team.competition.phases.all())
    if any(is_scored_privately(phase) for phase in phases):
        raise CompetitionEnded
    Submission.objects.filter(team=from_team).update(team=to_team)
    # What was voided stays void; who has it now reads why, and answers.
    Exclusion.objects.filter(team=from_team, submission__isnull=False).update(team=to_team)
    ExtraSubmissions.objects.filter(team=from_team).update(team=to_team)
    for phase in phases:
        _keep_selected(to_team, phase)


def _keep_selected(team: Team, phase: Phase) -> None:
    selected = sorted(
        Submission.objects.filter(team=team, phase=phase).selected(),
        # What is selected is scored.
        key=lambda one: (phase.sort_key(cast("float", one.public_score)), one.created_at, one.pk),
    )
    too_many = selected[phase.selectable_submissions :]
    Submission.objects.filter(pk__in=[one.pk for one in too_many]).update(is_selected=False)
