"""Lets one process work on a submission: a time in its row, renewed meanwhile, keeps all others away.

The row says from when on others may take it up (`next_try_at`). Whoever works on it puts that off again and again; when
the process is gone, whatever ended it and wherever it ran, nobody does, and seconds later the sweeper takes it up.

Measured by the clock on the wall, and not by the moment a submission counts for: the demo makes those of last month.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from submissions.models import Submission

logger = logging.getLogger(__name__)

# Several signs of life may be missed, by a slow database or by the clocks of two machines.
LEASE = timedelta(seconds=20)
BEAT_SECONDS = 5.0
# What takes longer than any submission hangs: no more signs of life.
LONGEST_SECONDS = 1800.0

_lock = threading.Lock()
# When each was taken in hand, by the monotonic clock.
_held: dict[int, float] = {}
_heart: threading.Thread | None = None


def now() -> datetime:
    return timezone.now()


def lease_end() -> datetime:
    """Until when a process that takes a submission in hand now may be silent."""
    return now() + LEASE


@contextmanager
def in_hand(pk: int) -> Iterator[None]:
    """Keep others from the submission while the block runs. Its row says so for the first `LEASE` already."""
    global _heart  # noqa: PLW0603 -- one for the process
    with _lock:
        _held[pk] = time.monotonic()
        if _heart is None or not _heart.is_alive():
            _heart = threading.Thread(target=_beat_while_held, name="submissions-in-hand", daemon=True)
            _heart.start()
    try:
        yield
    finally:
        with _lock:
            _held.pop(pk, None)


def begin_try(pk: int) -> bool:
    """Take a pending submission in hand, counted before the work begins; whether it is still pending.

    What kills this process must find itself counted.
    """
    pending = Submission.objects.pending().filter(pk=pk)
    return bool(pending.update(attempts=F("attempts") + 1, next_try_at=lease_end()))


def renew(pks: list[int]) -> None:
    """One sign of life for these, as far as they are still to be scored."""
    Submission.objects.pending().filter(pk__in=pks).update(next_try_at=lease_end())


def _beat_while_held() -> None:
    """Most submissions are done before the first sign of life is due."""
    global _heart  # noqa: PLW0603
    pause = threading.Event()
    while True:
        pause.wait(BEAT_SECONDS)
        with _lock:
            oldest = time.monotonic() - LONGEST_SECONDS
            pks = [pk for pk, since in _held.items() if since > oldest]
            if not pks:
                _heart = None
                return
        try:
            renew(pks)
        except Exception:
            # The database is away or busy: another sign of life follows, and doing the work twice does no harm.
            logger.warning("submissions.sign_of_life_missed", exc_info=True)
        finally:
            connection.close()
