"""How much scoring a web process takes on at once: the last five minutes must not starve the site.

A few submissions are scored in their request, a few more wait a moment for their turn, the rest go to the job queue and
are answered at once with 202. Whatever becomes of them, only a few are worked on at once: the others wait with their
file received, so that who reads a leaderboard shares the process with a few and not with all. When the queue itself is
as long as the operator allows, the answer is 503 with the time to come back, before anything is stored or counted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from submissions.exceptions import Overloaded
from submissions.models import Submission


class Turns:
    """`slots` may go at once; at most `waiters` wait, for `patience` seconds; everybody else is told so at once."""

    def __init__(self, *, slots: int, waiters: int, patience: float) -> None:
        self._turns = threading.Semaphore(slots)
        self._waiting = threading.Semaphore(waiters)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is this caller's turn now; if so, until the block ends."""
        granted = self._turns.acquire(blocking=False) or self._wait()
        try:
            yield granted
        finally:
            if granted:
                self._turns.release()

    def _wait(self) -> bool:
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._turns.acquire(timeout=self._patience)
        finally:
            self._waiting.release()


turns = Turns(
    slots=settings.INLINE_SCORING_SLOTS,
    waiters=settings.INLINE_SCORING_WAITERS,
    patience=settings.INLINE_SCORING_PATIENCE_SECONDS,
)


# Those that are scored or wait for it, and one that goes to the queue.
room = threading.BoundedSemaphore(settings.INLINE_SCORING_SLOTS + settings.INLINE_SCORING_WAITERS + 1)


def check_backlog() -> None:
    """One read of the index of pending submissions.

    Raises:
        Overloaded: as many wait to be scored as the operator allows.
    """
    most = settings.SUBMISSION_BACKLOG
    # Whether there is a last one that may be there, instead of how many there are: looked for in the index alone.
    if most <= 0 or Submission.objects.pending().order_by()[most - 1 :].exists():
        raise Overloaded
