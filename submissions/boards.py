"""What a leaderboard that stood still takes in when it moves again."""

from __future__ import annotations

from datetime import datetime

from competitions.boards import board_of
from competitions.leaderboards.standings import rebuild_standings
from competitions.models import Phase
from submissions.derivation import public_standings


def open_board(phase: Phase, *, at: datetime) -> None:
    """Open the public leaderboard for good, with everything that was submitted.

    Call it in the transaction of the confirmation, with the rows of all teams and of the competition locked. A second
    confirmation finds it open.
    """
    if phase.board_opened_at is not None:
        return
    waits = board_of(phase).is_frozen(at)
    phase.board_opened_at = at
    phase.save(update_fields=["board_opened_at"])
    if waits:
        take_in(phase)


def take_in(phase: Phase) -> None:
    """Let the standings be those of what the board shows now. Call it with the rows of all teams locked."""
    rebuild_standings(phase=phase, rows=public_standings(phase))
