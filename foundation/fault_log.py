"""Which faults there were, by the hour, for whoever operates the site.

The database may be what is away: faults are noted in memory, and written a little later, as soon as it answers, by a
thread of their own. Nobody waits for that. What a process noted and could not write when it ended is in the log alone.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from foundation.metrics import FAULTS
from foundation.models import FaultCount

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 2.0
NEXT_WAIT_SECONDS = 10.0
# More kinds than there can be: whoever could make up kinds must not fill the memory.
MOST_NOTES = 500

Note = tuple[datetime, str, str]
_lock = threading.Lock()
_noted: Counter[Note] = Counter()
_writer: threading.Thread | None = None


def note(code: str, exc: BaseException | None) -> None:
    """Remember a fault. `code`: as it is answered; of the exception its class alone, for its text may hold anything."""
    global _writer  # noqa: PLW0603 -- one for the process
    FAULTS.labels(fault=code).inc()
    if not settings.RECORD_FAULTS:
        return
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with _lock:
        if len(_noted) < MOST_NOTES:
            _noted[hour, code, type(exc).__name__ if exc is not None else ""] += 1
        if _writer is None or not _writer.is_alive():
            _writer = threading.Thread(target=_write_until_done, name="fault-log", daemon=True)
            _writer.start()


def write() -> None:
    """Write what was noted, or keep it where that fails."""
    with _lock:
        notes = Counter(_noted)
    if not notes:
        return
    with transaction.atomic():
        for (hour, code, exception), count in notes.items():
            row, _made = FaultCount.objects.get_or_create(hour=hour, code=code, exception=exception[:80])
            FaultCount.objects.filter(pk=row.pk).update(count=F("count") + count, last_at=timezone.now())
    with _lock:
        _noted.subtract(notes)
        for note in [one for one, count in _noted.items() if count <= 0]:
            del _noted[note]


def _write_until_done() -> None:
    global _writer  # noqa: PLW0603
    pause, seconds = threading.Event(), FIRST_WAIT_SECONDS
    while True:
        pause.wait(seconds)
        seconds = NEXT_WAIT_SECONDS
        try:
            write()
        except Exception as exc:  # noqa: BLE001 -- still away, as a rule: the same is tried again
            logger.debug("fault_log.waits", extra={"exception": type(exc).__name__})
        finally:
            connection.close()
        with _lock:
            if not _noted:
                _writer = None
                return
