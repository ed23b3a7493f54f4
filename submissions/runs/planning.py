"""Cutting a run into parts, and ending it without a result."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from competitions.ending import note_end
from competitions.leaderboards.standings import lock_teams
from competitions.solution.services import active_solution, mark_used
from submissions import signals
from submissions.models import ScoringPart, ScoringRun, Submission
from submissions.receipts import seal_receipts
from submissions.runs.selecting import submissions_of

PART = 500
MOST_PARTS = 2000


class NotYet(Exception):
    """Submissions sent in before the end are still being scored; `waiting_for`: how many."""

    def __init__(self, waiting_for: int) -> None:
        super().__init__(waiting_for)
        self.waiting_for = waiting_for


def begin(run_id: int, at: datetime) -> ScoringRun | None:
    """The run, cut into parts; None if it is over.

    Raises:
        NotYet: it has to wait.
    """
    with transaction.atomic():
        # Without its relations: joined rows are those of before the wait for the lock.
        run = ScoringRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not run.is_active:
            return None
        if run.status == ScoringRun.Status.QUEUED:
            _plan(run, at)
        return run if run.is_active else None


def _plan(run: ScoringRun, at: datetime) -> None:
    phase = run.phase
    ended = phase.is_past_end(at)
    solution = active_solution(phase)
    if run.kind == ScoringRun.Kind.PRIVATE and not ended:
        _end(run, "The competition has not ended.", at)
        return
    if solution is None:
        _end(run, "There is no solution.", at)
        return
    # Who takes a slot does so under the team's lock: from here on its submission is newer than all that are seen.
    lock_teams(phase.competition)
    note_end(phase, at)  # writes the competition's row: after those of teams, as everybody does
    pending = Submission.objects.filter(phase=phase, is_late=False).pending()
    if ended and (waiting_for := pending.count()):
        raise NotYet(waiting_for)
    if ended:
        # Before the first private score: from here on nobody can add a submission of before the end unnoticed.
        seal_receipts(phase, at=at)
    run.waiting_for = 0
    run.solution, run.scores_private = solution, ended
    run.newest_submission = phase.submissions.aggregate(newest=Max("pk"))["newest"] or 0
    run.total = _cut(run)
    if run.total:
        mark_used(solution, at)
    run.done = run.failed = 0
    run.status = ScoringRun.Status.RUNNING
    run.started_at = run.started_at or at
    run.heartbeat_at = at
    run.save()


def _cut(run: ScoringRun) -> int:
    """Make the parts; returns how many submissions they hold."""
    keys = submissions_of(run).order_by("pk").values_list("pk", flat=True)
    size = max(PART, keys.count() // MOST_PARTS)
    parts: list[ScoringPart] = []
    total = 0
    for key in keys.iterator(chunk_size=10_000):
        if total % size == 0:
            parts.append(ScoringPart(run=run, first=key, last=key))
        parts[-1].last = key
        total += 1
    ScoringPart.objects.bulk_create(parts)
    return total


def start_over(run_id: int) -> None:
    """Forget what was done: the solution was replaced meanwhile."""
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update().get(pk=run_id)
        if run.status == ScoringRun.Status.RUNNING:
            run.parts.all().delete()
            run.status = ScoringRun.Status.QUEUED
            run.save(update_fields=["status"])


def fail(run_id: int, error: str, *, at: datetime) -> None:
    """End the run without a result. `error` is for organisers and names no score."""
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update().get(pk=run_id)
        if run.is_active:
            _end(run, error, at)


def _end(run: ScoringRun, error: str, at: datetime) -> None:
    run.status, run.error, run.finished_at = ScoringRun.Status.FAILED, error, at
    run.save(update_fields=["status", "error", "finished_at"])
    run.parts.all().delete()
    transaction.on_commit(lambda: signals.scoring_finished.send_robust(ScoringRun, scoring_run=run))
