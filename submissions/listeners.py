"""What happens elsewhere and concerns submissions."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from competitions import signals
from competitions.models import Competition, Team
from submissions.services.merging import move_submissions
from submissions.services.queue import score_late


@receiver(signals.teams_merging, dispatch_uid="submissions.move")
def teams_merge(*, from_team: Team, to_team: Team, **_: Any) -> None:
    move_submissions(from_team=from_team, to_team=to_team)


@receiver(signals.private_leaderboard_confirmed, dispatch_uid="submissions.late")
def private_leaderboard_opens(*, competition: Competition, **_: Any) -> None:
    """From now on late submissions may have private scores: also those sent in before."""
    if competition.submissions.late_without_private_score().exists():
        score_late.enqueue(competition.pk)
