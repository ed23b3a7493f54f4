"""What has to be looked after again and again, whatever became of the jobs: called by the worker every few seconds.

Everything here may run in several workers at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command
from django_tasks.base import TaskResultStatus

from foundation.worker import uses_database_queue

logger = logging.getLogger(__name__)

# A job that takes longer belongs to a worker that is gone; whatever matters is taken up by the sweeps.
LONGEST_JOB = timedelta(days=1)
KEPT_JOB_DAYS = 14


def close_lost_jobs(at: datetime) -> int:
    """Mark jobs of killed workers as failed, so that they do not look busy for ever. The database queue only."""
    if not uses_database_queue():
        return 0
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 -- installed, though not always in use

    lost = DBTaskResult.objects.running().filter(started_at__lt=at - LONGEST_JOB)
    return lost.update(status=TaskResultStatus.FAILED, finished_at=at, exception_class_path="foundation.WorkerLost")


def forget_old_jobs(_at: datetime) -> None:
    if uses_database_queue():
        call_command("prune_db_task_results", queue_name="*", min_age_days=KEPT_JOB_DAYS, verbosity=0)


@dataclass(frozen=True, slots=True)
class Duty:
    run: Callable[[datetime], object]
    every: timedelta


# Each room adds its own when it starts, in its `apps.py`.
DUTIES: list[Duty] = []


class Ticker:
    """Calls each duty when it is due. A duty that fails is tried again the next time."""

    def __init__(self, duties: list[Duty] | None = None) -> None:
        self.duties = DUTIES if duties is None else duties
        self.last: dict[int, datetime] = {}

    def tick(self, at: datetime) -> None:
        for place, duty in enumerate(self.duties):
            if (last := self.last.get(place)) is not None and at - last < duty.every:
                continue
            self.last[place] = at
            try:
                duty.run(at)
            except Exception:
                logger.exception("periodic.failed", extra={"duty": getattr(duty.run, "__name__", "?")})
