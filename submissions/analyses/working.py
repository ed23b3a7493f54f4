"""Working on an analysis: one worker at a time, which may be killed at any time.

A worker holds the row for as long as it gives signs of life. Nothing is written before the end, where it is written in
one transaction with the row's own end: so another worker begins anew, and comes to the same result by the same seed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from competitions.solution.services import active_solution
from foundation import leases
from foundation.faults import passing_fault
from foundation.worker import stopping
from submissions.models import Analysis

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
# What was taken so often without an end kills whoever works on it.
ATTEMPTS = 4

Clock = Callable[[], datetime]


class Outcome(StrEnum):
    DONE = "done"
    """The analysis has ended, in whatever way."""
    WAITING = "waiting"
    """Another worker has the analysis, or it is handed out again once its lease is over."""


class Interrupted(Exception):
    """Raised where this worker has been asked to stop in the middle of an analysis."""


class LostLease(Exception):
    """The analysis was cancelled, or another worker has taken it over."""


class Changed(Exception):
    """The data that the analysis reads has changed since it began: it has to begin anew."""


class NoResult(Exception):
    """The analysis can give no result; `error`, one of `Analysis.Error`, says why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Job:
    """An analysis in the hands of this worker."""

    def __init__(self, analysis: Analysis, now: Clock) -> None:
        self.analysis, self.now = analysis, now
        self.last = time.monotonic()

    def beat(self, progress: float) -> None:
        """Give a sign of life, every few seconds at most, and say how far it is, from 0 to 1.

        Raises:
            Interrupted, LostLease: stop here.
        """
        if stopping.is_set():
            raise Interrupted
        if time.monotonic() - self.last < BEAT_SECONDS:
            return
        self.last = time.monotonic()
        if not self._held().update(heartbeat_at=self.now(), progress=round(min(progress, 1.0), 3)):
            raise LostLease

    def complete(self, result: dict[str, Any], **fields: Any) -> None:
        """Keep the result and end, in the caller's transaction or one of its own.

        Raises:
            LostLease: nobody wants it any more.
        """
        with transaction.atomic():
            if not self._held().update(
                status=Analysis.Status.COMPLETE, progress=1.0, result=result, finished_at=self.now(), lease="", **fields
            ):
                raise LostLease

    def fail(self, error: str) -> None:
        self._held().update(status=Analysis.Status.FAILED, error=error, finished_at=self.now(), lease="")

    def start_over(self) -> None:
        """Begin the analysis anew at once, because the data that it reads has changed."""
        if self._held().update(lease="", attempts=0, progress=0.0):
            work_on_analysis.enqueue(self.analysis.pk)

    def _held(self) -> Any:
        running = Analysis.Status.RUNNING
        return Analysis.objects.filter(pk=self.analysis.pk, lease=self.analysis.lease, status=running)


def work(analysis_id: int, *, now: Clock = timezone.now) -> Outcome:
    """Work on an analysis to its end. Safe to call twice."""
    job = _take(analysis_id, now)
    if job is None:
        return Outcome.WAITING
    try:
        _doing(job.analysis.kind)(job)
    except LostLease:
        logger.info("analysis.given_up", extra={"analysis": analysis_id})
    except Interrupted:
        job.analysis.give_back()
        return Outcome.WAITING
    except Changed:
        job.start_over()
        return Outcome.WAITING
    except NoResult as none:
        job.fail(none.error)
    except Exception as exc:
        logger.exception("analysis.interrupted", extra={"analysis": analysis_id})
        # What passes is no fault of the analysis: it comes again. Anything else is tried again a few times.
        if passing_fault(exc) is not None:
            job.analysis.give_back()
        return Outcome.WAITING
    return Outcome.DONE


@task(queue_name="analyses")
def work_on_analysis(analysis_id: int) -> None:
    """Work on an analysis in the process beside the worker that has these jobs alone (`foundation.companion`)."""
    work(analysis_id)


def revive_analyses(at: datetime) -> int:
    """Hand analyses without a sign of life to the workers again, at most once in a lease; returns how many."""
    silent = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    active = [Analysis.Status.QUEUED, Analysis.Status.RUNNING]
    due = Analysis.objects.filter(status__in=active).filter(
        Q(heartbeat_at__lt=silent)
        | Q(heartbeat_at__isnull=True, created_at__lt=silent)
        | Q(lease="", attempts=0) & Q(status=Analysis.Status.RUNNING)
    )
    free = Q(handed_out_at__isnull=True) | Q(handed_out_at__lt=silent)
    revived = 0
    for pk in list(due.filter(free).values_list("pk", flat=True)):
        if due.filter(free, pk=pk).update(handed_out_at=at):
            work_on_analysis.enqueue(pk)
            revived += 1
    return revived


def _take(analysis_id: int, now: Clock) -> Job | None:
    """The analysis, from now on ours; None: it is over, or in somebody's hands."""
    at = now()
    dead = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    active = Analysis.objects.filter(pk=analysis_id, status__in=[Analysis.Status.QUEUED, Analysis.Status.RUNNING])
    analysis = leases.take(active, at=at, silent_since=dead)
    if analysis is None:
        return None
    solution = active_solution(analysis.phase)
    fields = {"status": Analysis.Status.RUNNING, "solution": solution, "progress": 0.0}
    mine = Analysis.objects.filter(pk=analysis.pk, lease=analysis.lease, status__in=["queued", "running"])
    if not mine.update(**fields, started_at=analysis.started_at or at):
        return None
    analysis.refresh_from_db()
    job = Job(analysis, now)
    if analysis.attempts > ATTEMPTS:
        job.fail(Analysis.Error.BROKE_DOWN)
        return None
    if solution is None:
        job.fail(Analysis.Error.NOTHING)
        return None
    return job


# By their names: each of them imports this module.
_DOING = {
    Analysis.Kind.INTEGRITY: "desk.look_for_copies",
    Analysis.Kind.RANKS: "ranks.measure_ranks",
    Analysis.Kind.WOBBLE: "wobble.measure_wobble",
    Analysis.Kind.DRY_RUN: "dry_runs.try_rescoring",
}


def _doing(kind: str) -> Callable[[Job], None]:
    module, _dot, name = _DOING[Analysis.Kind(kind)].partition(".")
    return getattr(import_module(f"submissions.analyses.{module}"), name)
