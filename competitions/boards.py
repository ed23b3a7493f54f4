"""The public leaderboard's own rules: who sees it, and from when it stands still.

Both end with the first confirmation, which opens it for good. A leaderboard that stands still is the one made of what
was submitted before: standings take nothing later in until it is opened, so that no door that reads them can tell more.
Everything that asks for these rules asks a `Board`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from competitions.models import Phase

# The names of `competitions.models.BoardAudience`.
EVERYBODY, PARTICIPANTS, OWN_ROW, HOSTS = "everybody", "participants", "own_row", "hosts"


@dataclass(frozen=True, slots=True)
class Board:
    """Who sees a public leaderboard, and from when it stands still.

    `opened_at`: when the first confirmation opened it. `freezes_at`: None, it never stands still.
    """

    audience: str
    freezes_at: datetime | None
    opened_at: datetime | None

    def is_frozen(self, at: datetime) -> bool:
        """Whether it stands still at `at`."""
        return self.freezes_at is not None and self.opened_at is None and at >= self.freezes_at

    def takes(self, submitted_at: datetime) -> bool:
        """Whether what is submitted at that moment moves it, as it is now."""
        return not self.is_frozen(submitted_at)

    def frozen_since(self, at: datetime) -> datetime | None:
        return self.freezes_at if self.is_frozen(at) else None

    def hides_rank(self) -> bool:
        """Whether teams are not told their own place either."""
        return self.audience == HOSTS


def board_of(phase: Phase) -> Board:
    """The rules of the phase's public leaderboard."""
    minutes = phase.board_freeze_minutes
    freezes_at = phase.board_freezes_at if minutes is None else phase.ends_at - timedelta(minutes=minutes)
    opened_at = phase.board_opened_at
    return Board(EVERYBODY if opened_at is not None else phase.board_audience, freezes_at, opened_at)
