"""Writing the scores of one chunk, together with how far its part got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F

from competitions.columns import shown_numbers
from competitions.exceptions import CompetitionRunning
from competitions.models import Phase, Solution
from scoring.batches import Result, Scores
from submissions.messages import kept
from submissions.models import ScoringPart, ScoringRun, Submission, aligned_path

PRIVATE_FIELDS = ["private_score", "private_numbers"]
RESCORED_FIELDS = [
    *("public_score", "former_public_score", "public_numbers", *PRIVATE_FIELDS),
    *("status", "problems", "solution"),
]


class LostLease(Exception):
    """Somebody else works on the part now, or the run is over."""


class SolutionReplaced(Exception):
    """The competition scores by another solution by now."""


def write_chunk(
    run: ScoringRun,
    part: ScoringPart,
    submissions: Sequence[Submission],
    scores: Mapping[int, Scores | None],
    *,
    last: bool,
    at: datetime,
) -> None:
    """Write the scores and move the part's cursor, or nothing at all. `last`: the part ends with this chunk.

    Raises:
        LostLease, SolutionReplaced: these scores are nobody's business any more.
        CompetitionRunning: private scores although the competition has not ended; can't be, and must not be.
    """
    realigned = _store_realigned(submissions, scores)
    try:
        with transaction.atomic():
            phase = _still_ours(run, part, at)
            failed = 0
            for submission in submissions:
                failed += not _apply(run, phase, submission, scores[submission.pk], at)
            fields = PRIVATE_FIELDS if run.kind == ScoringRun.Kind.PRIVATE else RESCORED_FIELDS
            if submissions:
                Submission.objects.bulk_update(submissions, [*fields, *(["aligned"] if realigned else [])])
            _move_on(run, part, submissions, failed=failed, last=last, at=at)
            replaced = [(one.aligned.storage, old) for one, old, _new in realigned if old]
            transaction.on_commit(lambda: _delete(replaced))
    except BaseException:
        for submission, old, new in realigned:
            submission.aligned.storage.delete(new)
            submission.aligned.name = old
        raise


def require_active_solution(run: ScoringRun) -> None:
    """Raises SolutionReplaced: the run's is not the one that scores any more."""
    if not Solution.objects.filter(phase=run.phase_id, is_active=True, pk=run.solution_id or 0).exists():
        raise SolutionReplaced


def _still_ours(run: ScoringRun, part: ScoringPart, at: datetime) -> Phase:
    """Lock the run's row, then the part's, and look whether this worker may still write."""
    running = ScoringRun.objects.filter(pk=run.pk, status=ScoringRun.Status.RUNNING)
    if not running.update(heartbeat_at=at):
        raise LostLease
    held = ScoringPart.objects.select_for_update().filter(pk=part.pk, lease=part.lease, cursor=part.cursor)
    if not held.exists():
        raise LostLease
    require_active_solution(run)
    phase = Phase.objects.get(pk=run.phase_id)
    if run.scores_private and not phase.is_past_end(at):
        raise CompetitionRunning
    return phase


def _apply(run: ScoringRun, phase: Phase, submission: Submission, scores: Scores | None, at: datetime) -> bool:
    """Put the scores on the submission; whether it could be read and, where its public score was asked for, has one.

    Whether it has a private score is not told: the log has how many could not be scored, for everybody, at once.
    Private scores of the phase's time keep all their digits, by which the final ranking is made.
    """
    found = scores if scores is not None and scores.result is Result.SCORED else None
    if run.kind == ScoringRun.Kind.RESCORE:
        submission.solution = run.solution
        score = None if found is None or found.public is None else phase.shown_score(found.public)
        if submission.public_score not in (None, score):
            submission.former_public_score = submission.public_score
        submission.public_score = score
        submission.public_numbers = {} if found is None else shown_numbers(phase, found.public_further)
        submission.problems = kept(scores.problems) if scores is not None else []
        submission.status = _status(scores)
    # Late submissions get theirs once the private leaderboard is open, not before.
    may_have_private = run.scores_private and (phase.is_confirmed(at) or not submission.is_late)
    submission.private_score = found.private if found and may_have_private else None
    submission.private_numbers = dict(found.private_further) if found and submission.private_score is not None else {}
    if submission.is_late and submission.private_score is not None:
        submission.private_score = phase.shown_score(submission.private_score)
        submission.private_numbers = shown_numbers(phase, submission.private_numbers)
    return found is not None


def _status(scores: Scores | None) -> str:
    if scores is None:  # its files are gone
        return Submission.Status.FAILED
    return Submission.Status.SCORED if scores.result is Result.SCORED else Submission.Status.REFUSED


def _move_on(
    run: ScoringRun, part: ScoringPart, submissions: Sequence[Submission], *, failed: int, last: bool, at: datetime
) -> None:
    part.cursor = submissions[-1].pk if submissions else part.cursor
    part.heartbeat_at, part.attempts = at, 0
    part.finished_at = at if last else None
    part.save(update_fields=["cursor", "heartbeat_at", "attempts", "finished_at"])
    ScoringRun.objects.filter(pk=run.pk).update(done=F("done") + len(submissions), failed=F("failed") + failed)


def _delete(files: Sequence[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)


def _store_realigned(
    submissions: Sequence[Submission], scores: Mapping[int, Scores | None]
) -> list[tuple[Submission, str | None, str]]:
    """Keep predictions that had to be read anew: submission, old name, new name."""
    realigned = []
    for submission in submissions:
        found = scores[submission.pk]
        if found is not None and found.aligned is not None:
            storage = submission.aligned.storage
            new = storage.save(aligned_path(submission, submission.filename), File(BytesIO(found.aligned)))
            realigned.append((submission, submission.aligned.name, new))
            submission.aligned.name = new
    return realigned
