"""The worker process beside the web server: what queue it works on, what it outlives, and when it ends."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections

from foundation import fault_log
from foundation.faults import passing_fault

logger = logging.getLogger(__name__)

# Set when the process is asked to end. Long jobs look at it between their steps, and leave the rest to the next worker.
stopping = threading.Event()


def uses_database_queue() -> bool:
    return settings.TASKS["default"]["BACKEND"].startswith("django_tasks_db")


# Between the tries while something is away, the last one for all that follow.
PAUSES = (0.5, 1.0, 2.0, 5.0)
# What runs so long without a fault has come through: pauses begin anew.
CAME_THROUGH_SECONDS = 30.0


def outlive_faults(run: Callable[[], object], *, pauses: tuple[float, ...] = PAUSES) -> None:
    """Call `run` again after every fault that passes, until it returns by itself or the process is asked to end.

    A database that is away for a minute ends no worker: it waits, and goes on with a new connection.
    """
    faults = 0
    while not stopping.is_set():
        began = time.monotonic()
        try:
            run()
        except Exception as exc:
            fault = passing_fault(exc)
            if fault is None:
                raise
            faults = 0 if time.monotonic() - began > CAME_THROUGH_SECONDS else faults
            pause = pauses[min(faults, len(pauses) - 1)]
            faults += 1
            fault_log.note(fault.code, exc)
            logger.warning("worker.waits", extra={"fault": fault.code, "pause_seconds": pause})
            # Broken ones are not found out by themselves in the middle of a transaction.
            connections.close_all()
            stopping.wait(pause)
        else:
            return
