"""What a leaderboard that stood still takes in when it moves again."""

from __future__ import annotations

from datetime import datetime

from competitions.boards import board_of
from competitions.leaderboards.standings import rebuild_standings
from competitions.models import Competition
from submissions.derivation import public_standings


def open_board(competition: Competition, *, at: datetime) -> None:
    """Open the public leaderboard for good, with everything that was submitted.

    Call it in the transaction of the confirmation, with the rows of all teams and of the competition locked. A second
    confirmation finds it open.
    """
    if competition.phase.board_opened_at is not None:
        return
    waits = board_of(competition).is_frozen(at)
    competition.phase.board_opened_at = at
    competition.phase.save(update_fields=["board_opened_at"])
    if waits:
        take_in(competition)


def take_in(competition: Competition) -> None:
    """Let the standings be those of what the board shows now. Call it with the rows of all teams locked."""
    rebuild_standings(competition=competition, rows=public_standings(competition))
