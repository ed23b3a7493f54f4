"""What has to be looked after again and again, whatever became of the jobs: called by the worker every few seconds.

Everything here may run in several workers at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db.models import Q
from django_tasks.base import TaskResultStatus

from competitions.services.data_uploads import resume_data_uploads, sweep_data_uploads
from submissions.models import ScoringRun
from submissions.runs import hand_out
from submissions.services import catch_up_with_late, settle_abandoned

logger = logging.getLogger(__name__)

# A job that takes longer belongs to a worker that is gone; whatever matters is taken up by the sweeps.
LONGEST_JOB = timedelta(days=1)
KEPT_JOB_DAYS = 14


def revive_runs(at: datetime) -> int:
    """Hand runs that give no sign of life to the workers again, at most once in a lease; returns how many."""
    silent = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    due = ScoringRun.objects.filter(
        Q(status=ScoringRun.Status.RUNNING, heartbeat_at__lt=silent)
        | Q(status=ScoringRun.Status.RUNNING, heartbeat_at__isnull=True)
        | Q(status=ScoringRun.Status.QUEUED, created_at__lt=silent)
    )
    revived = 0
    for pk in list(due.values_list("pk", flat=True)):
        mine = due.filter(Q(handed_out_at__isnull=True) | Q(handed_out_at__lt=silent), pk=pk)
        if mine.update(handed_out_at=at):
            hand_out(pk)
            revived += 1
            logger.info("scoring_run.handed_out_again", extra={"scoring_run": pk})
    return revived


def close_lost_jobs(at: datetime) -> int:
    """Mark jobs of killed workers as failed, so that they do not look busy for ever. The database queue only."""
    if not uses_database_queue():
        return 0
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 -- installed, though not always in use

    lost = DBTaskResult.objects.running().filter(started_at__lt=at - LONGEST_JOB)
    return lost.update(status=TaskResultStatus.FAILED, finished_at=at, exception_class_path="submissions.WorkerLost")


def forget_old_jobs(_at: datetime) -> None:
    if uses_database_queue():
        call_command("prune_db_task_results", queue_name="*", min_age_days=KEPT_JOB_DAYS, verbosity=0)


def uses_database_queue() -> bool:
    return settings.TASKS["default"]["BACKEND"].startswith("django_tasks_db")


@dataclass(frozen=True, slots=True)
class Duty:
    run: Callable[[datetime], object]
    every: timedelta


# Other rooms to the right add theirs when they start.
DUTIES: list[Duty] = [
    Duty(revive_runs, timedelta(seconds=5)),
    Duty(settle_abandoned, timedelta(minutes=1)),
    Duty(catch_up_with_late, timedelta(minutes=10)),
    Duty(resume_data_uploads, timedelta(minutes=10)),
    Duty(sweep_data_uploads, timedelta(hours=1)),
    Duty(close_lost_jobs, timedelta(hours=1)),
    Duty(forget_old_jobs, timedelta(hours=6)),
]


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
