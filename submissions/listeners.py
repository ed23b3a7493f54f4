"""What happens elsewhere and concerns submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from competitions import signals
from competitions.models import Phase, Team
from submissions.analyses import measure_ranks_anew
from submissions.boards import take_in
from submissions.services.late import score_late
from submissions.services.merging import move_submissions
from submissions.services.taking_over import follow_merge, take_over_again
from submissions.trials.scoring import forget_private_side, forget_scores, score_baselines


@receiver(signals.teams_merging, dispatch_uid="submissions.move")
def teams_merge(*, from_team: Team, to_team: Team, **_: Any) -> None:
    move_submissions(from_team=from_team, to_team=to_team)
    follow_merge(to_team.competition_id)


@receiver(signals.entry_widened, dispatch_uid="submissions.take-over")
def teams_are_added(*, phase: Phase, **_: Any) -> None:
    take_over_again(phase)


@receiver(signals.board_moved, dispatch_uid="submissions.board")
def board_moves(*, phase: Phase, **_: Any) -> None:
    take_in(phase)


@receiver(signals.private_leaderboard_confirmed, dispatch_uid="submissions.late")
def private_leaderboard_opens(*, phase: Phase, at: datetime, **_: Any) -> None:
    """Have the ranks measured, and late submissions scored privately, also those sent in before."""
    measure_ranks_anew(phase, at)
    if phase.submissions.late_without_private_score().exists():
        score_late.enqueue(phase.pk)
    if phase.baselines.exists():
        score_baselines.enqueue(phase.pk)


@receiver(signals.private_leaderboard_unconfirmed, dispatch_uid="submissions.baselines-closed")
def private_leaderboard_closes(*, phase: Phase, **_: Any) -> None:
    forget_private_side(phase)


@receiver(signals.solution_replaced, dispatch_uid="submissions.baselines")
def solution_is_replaced(*, phase: Phase, **_: Any) -> None:
    """Hide the baselines' scores, which the former version gave, and have them scored by the new one."""
    if phase.baselines.exists():
        forget_scores(phase)
        score_baselines.enqueue(phase.pk)
