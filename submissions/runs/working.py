"""Working on a run: any number of workers, any of which may be killed at any time.

A run is cut into parts. A worker takes a part for as long as it gives signs of life, scores it chunk by chunk, and
writes the scores of a chunk together with how far it got, while the part is still its own. So each submission's score
is written by exactly one chunk that counts, and whoever takes over goes on behind it. Whoever finds nothing left to
take rebuilds the standings and completes the run, in one transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from competitions.columns import further_metrics
from competitions.solution.services import prepared_folder
from foundation import leases
from foundation.faults import passing_fault
from foundation.worker import stopping
from submissions.models import ScoringPart, ScoringRun, Submission
from submissions.runs.completing import complete
from submissions.runs.crunching import BEAT_SECONDS, Cruncher, Pending, require_storage
from submissions.runs.own import OwnCruncher
from submissions.runs.planning import NotYet, begin, fail, start_over
from submissions.runs.selecting import submissions_of
from submissions.runs.writing import LostLease, SolutionReplaced, write_chunk

if TYPE_CHECKING:
    from competitions.models import Solution

logger = logging.getLogger(__name__)

# Submissions whose scores are written together.
CHUNK = 100
# After so long a job lets others of the same worker go first, and comes again.
SLICE_SECONDS = 30.0
# A part that was taken so often without anything written kills whoever works on it.
ATTEMPTS = 5

Clock = Callable[[], datetime]


class Outcome(StrEnum):
    DONE = "done"
    """The run is over."""
    MORE = "more"
    """There is more to do: come again."""
    WAITING = "waiting"
    """For other workers, or for submissions of the last moment: whoever looks after runs will call again."""


def work(run_id: int, *, now: Clock = timezone.now, seconds: float = SLICE_SECONDS) -> Outcome:
    """Work on a run until it is complete, there is nothing to take, or `seconds` are over. Safe to call twice."""
    until = time.monotonic() + seconds
    outcome = None
    try:
        while outcome is None and not stopping.is_set():
            outcome = _step(run_id, now, until)
    except NotYet as not_yet:
        # Said in its row, for whoever wonders why nothing happens.
        ScoringRun.objects.filter(pk=run_id).update(waiting_for=not_yet.waiting_for)
        return Outcome.WAITING
    except Exception:
        # What was written stays; the part goes to the next worker when its lease is over.
        logger.exception("scoring_run.interrupted", extra={"scoring_run": run_id})
        return Outcome.WAITING
    return outcome or Outcome.MORE


@task(queue_name="scoring")
def work_on_run(run_id: int) -> None:
    """Work on a run for a while, then let other jobs go first."""
    if work(run_id) is Outcome.MORE:
        work_on_run.enqueue(run_id)


def _step(run_id: int, now: Clock, until: float) -> Outcome | None:
    """Work on one part, or complete the run. None: go on."""
    run = begin(run_id, now())
    if run is None:
        return Outcome.DONE
    part = take_part(run, now())
    if part is None:
        return _complete(run, now)
    if part.attempts > ATTEMPTS:
        fail(run.pk, "A part of the run failed again and again.", at=now())
        return Outcome.DONE
    return None if _work_on(run, part, now, until) else Outcome.MORE


def take_part(run: ScoringRun, at: datetime) -> ScoringPart | None:
    """A part that nobody works on, or whose worker gives no sign of life any more, from now on ours."""
    dead = at - timedelta(seconds=settings.SCORING_LEASE_SECONDS)
    unfinished = ScoringPart.objects.filter(run=run, finished_at__isnull=True).order_by("first")
    part = leases.take(unfinished, at=at, silent_since=dead)
    if part is None:
        return None
    ScoringRun.objects.filter(pk=run.pk).update(heartbeat_at=at)
    return part


def _complete(run: ScoringRun, now: Clock) -> Outcome:
    try:
        return Outcome.DONE if complete(run.pk, now()) else Outcome.WAITING
    except SolutionReplaced:
        start_over(run.pk)
        return Outcome.MORE


def _work_on(run: ScoringRun, part: ScoringPart, now: Clock, until: float) -> bool:
    """Whether to look for the next part; False: the time is over, and the part is given back."""
    solution = cast("Solution", run.solution)
    public, private = run.kind == ScoringRun.Kind.RESCORE, run.scores_private
    cruncher = (
        Cruncher(
            prepared_folder(solution),
            public=public,
            private=private,
            rows=run.total * solution.rows,
            further=further_metrics(solution.phase),
        )
        if solution.own_metric_id is None
        else OwnCruncher(solution, public=public, private=private)
    )
    beat = _Heart(part, now).beat
    try:
        pending = _next(run, part, part.cursor, cruncher)
        while pending is not None:
            # Out of time, nothing more is begun; what was begun is written, not thrown away.
            over = stopping.is_set() or time.monotonic() > until
            # The next chunk is in the processes' hands while this one is being written.
            upcoming = None if over else _next(run, part, pending.submissions[-1].pk, cruncher)
            scores = pending.scores(beat)
            if None in scores.values():
                require_storage(solution)
            last = upcoming is None and not over
            write_chunk(run, part, pending.submissions, scores, last=last, at=now())
            if over or (upcoming is not None and stopping.is_set()):
                part.give_back()
                return False
            pending = upcoming
        if part.finished_at is None:
            write_chunk(run, part, [], {}, last=True, at=now())
    except LostLease:
        logger.warning("scoring_run.lease_lost", extra={"scoring_run": run.pk, "part": part.pk})
    except SolutionReplaced:
        logger.info("scoring_run.starts_over", extra={"scoring_run": run.pk})
        start_over(run.pk)
    except Exception as exc:
        # What passes does not count as a try: the part is free again, and the run comes again after a lease. A
        # process that was killed does: a file may be what kills it.
        if passing_fault(exc) is not None and not isinstance(exc, BrokenExecutor):
            part.give_back()
        raise
    finally:
        cruncher.close()
    return True


def _next(run: ScoringRun, part: ScoringPart, after: int, cruncher: Cruncher) -> Pending | None:
    rows = submissions_of(run).filter(pk__gt=after, pk__gte=part.first, pk__lte=part.last).order_by("pk")
    chunk: list[Submission] = list(rows[:CHUNK])
    return cruncher.start(chunk) if chunk else None


class _Heart:
    """Renews the signs of life of a part, every few seconds at most."""

    def __init__(self, part: ScoringPart, now: Clock) -> None:
        self.part, self.now = part, now
        self.last = time.monotonic()

    def beat(self) -> None:
        """Raises LostLease: somebody else took the part."""
        if time.monotonic() - self.last < BEAT_SECONDS:
            return
        self.last = time.monotonic()
        at = self.now()
        ScoringRun.objects.filter(pk=self.part.run_id).update(heartbeat_at=at)
        if not self.part.renew(at):
            raise LostLease
