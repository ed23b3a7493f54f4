"""Remembers that a phase has ended, so that setting the server's clock back does not open it again.

Clocks of servers step back, by hand or when they are set right. What was received before the end and had to wait for a
lock still counts; what is received once the end is written down does not, whatever the clock says. The private
leaderboard asks the clock as well: what is written here can close something, and opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from competitions.models import Phase


def note_end(phase: Phase, at: datetime) -> None:
    """Write down that the phase has ended, because what follows relies on it: a late submission, a run, a
    confirmation.

    Call it in the transaction of that; before the end it does nothing.
    """
    if phase.ended_at is None and phase.is_past_end(at):
        Phase.objects.lock(phase)  # before its own row, as everybody does
        Phase.objects.filter(pk=phase.pk, ended_at__isnull=True).update(ended_at=at)
        phase.ended_at = at


def judge_as_received(phase: Phase, *, seen: Phase) -> None:
    """Let a request that had to wait for a lock be judged by whether the phase had ended when it was received.

    `phase`: as it was read under the lock. `seen`: as it was read when the request was received; if no end was
    written down by then, one that was written down meanwhile does not concern this request.
    """
    if seen.ended_at is None:
        phase.ended_at = None
