"""Working on a workbench: one worker at a time, which may be killed at any time; another one begins the job anew."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from foundation import leases
from foundation.faults import passing_fault
from studio.jobs import Clock, Interrupted, Job, LostLease, NoResult
from studio.looking import look
from studio.making import make
from studio.models import Workbench

logger = logging.getLogger(__name__)

# What was taken so often without an end kills whoever works on it.
ATTEMPTS = 3
# A step that tells nothing, such as the reading of one large table, may take so long.
LEASE = timedelta(minutes=5)
# What nobody holds waits for a worker, or lost its job.
LOST_AFTER = timedelta(seconds=30)
DOING = {Workbench.Job.READ: look, Workbench.Job.MAKE: make}


@task(queue_name="analyses")
def work_on(workbench_id: int) -> None:
    """Do what a workbench waits for."""
    work(workbench_id)


def work(workbench_id: int, *, now: Clock = timezone.now) -> bool:
    """Do what the workbench waits for, if nobody is at it; whether this call came to an end of it."""
    at = now()
    waiting = Workbench.objects.filter(pk=workbench_id).exclude(job="").select_related("competition", "asked_by")
    row = leases.take(waiting, at=at, silent_since=_silent_since(at))
    if row is None:
        return False
    job = Job(row, now)
    try:
        problems = _problems_of(job)
        if problems:
            job.end(problems=problems)
    except LostLease:
        return False
    except Interrupted:
        row.give_back()
        return False
    except Exception:
        row.give_back()
        raise
    return True


def _problems_of(job: Job) -> list[dict[str, Any]]:
    """Do the job; why it came to nothing, if it did.

    Raises:
        LostLease, Interrupted: somebody else goes on, or nobody.
        Whatever passes by itself: a database or a storage that is away.
    """
    if job.workbench.attempts > ATTEMPTS:
        return [{"code": "kills_its_worker"}]
    try:
        DOING[Workbench.Job(job.workbench.job)](job)
    except NoResult as none:
        return none.problems
    except (LostLease, Interrupted):
        raise
    except Exception as exc:
        if passing_fault(exc) is not None:
            raise
        logger.exception("studio.broken", extra={"workbench": job.workbench.pk, "job": job.workbench.job})
        return [{"code": "broken"}]
    return []


def revive_workbenches(at: datetime) -> int:
    """Hand out again what gives no sign of life; returns how many."""
    is_lost = Q(lease="", heartbeat_at__lt=at - LOST_AFTER) | Q(heartbeat_at__lt=_silent_since(at))
    silent = Workbench.objects.exclude(job="").filter(is_lost)
    keys = list(silent.values_list("pk", flat=True))
    for key in keys:
        work_on.enqueue(key)
    return len(keys)


def _silent_since(at: datetime) -> datetime:
    return at - LEASE
