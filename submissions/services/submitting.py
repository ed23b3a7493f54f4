"""What happens to a submission, step by step: slot, file, score, finish. Numbers are crunched with no lock held."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from django_tasks import task

from competitions.leaderboards.standings import StandingUpdate
from competitions.metrics.sandboxes import NO_SANDBOX_READY, NoneReady
from competitions.models import Phase, Solution, Team
from competitions.phases.entry import decide_soon
from competitions.quota import check_quota
from foundation.digests import sha256_of
from foundation.faults import StorageUnavailable, passing_fault
from scoring.containers import Source
from scoring.errors import InvalidSubmission
from submissions.exceptions import InvalidFile, ScoringFailed, Undecided
from submissions.limits import Allowance
from submissions.messages import kept
from submissions.models import Submission
from submissions.services import incoming
from submissions.services.admission import check_backlog, room, turns
from submissions.services.evaluation import Evaluation, evaluate
from submissions.services.experiments import clean_experiment
from submissions.services.finishing import (
    AlreadySettled,
    SolutionChanged,
    finish_failed,
    finish_refused,
    finish_scored,
    leave_waiting,
)
from submissions.services.holding import begin_try, in_hand, now
from submissions.services.slots import Slot, take_slot

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# Until a queued submission's job should have come; then the sweeper scores it instead, and a job that comes all the
# same finds it scored. A worker that was killed between taking a job and counting its try leaves no other trace.
QUEUE_PATIENCE = timedelta(minutes=1)
# A submission as it stands at the end, and what it did to the standing.
Settled = tuple[Submission | None, StandingUpdate | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission. `update`: what it did to the standing; None while queued, and for a late one."""

    submission: Submission
    update: StandingUpdate | None
    allowance: Allowance

    @property
    def is_queued(self) -> bool:
        return self.submission.status == Submission.Status.PENDING


def submit(
    *,
    user: User,
    team: Team,
    phase: Phase | None = None,
    file: File | IO[bytes],
    filename: str,
    memo: str = "",
    cv_score: float | None = None,
    experiment: Any = None,
    source: str = Submission.Source.API,
    at: datetime,
) -> Outcome:
    """Submit `file` for `team` and score its public part at once, or by the job queue where it is large.

    `phase`: for which phase; None: the one that is meant where none is named.
    Read the team, with its competition and the phase, before `at` is taken (see `competitions.ending`).

    Raises:
        Refusal: `can.submit` says no, the limits are used up, or the memo, the CV score, the experiment or the size
            can't be accepted; nothing is kept.
        Overloaded: too much is waiting already; nothing is kept.
        StorageQuotaReached: the competition's files have come to as much as they may; nothing is kept.
        InvalidFile: the file can't be scored; it is kept as refused and does not count.
        Unavailable: the file could not be kept, because something was away; the slot is given back.
        ScoringFailed: a mistake on our side; it is kept as failed and does not count.
        Undecided: a fault came, and not even that could be written down.
    """
    memo, cv_score = incoming.clean_memo(memo), incoming.clean_cv_score(cv_score)
    experiment = clean_experiment(experiment)
    filename = incoming.clean_filename(filename)
    file = incoming.as_file(file, filename)
    facts = {"filename": filename, "size": file.size, "memo": memo, "cv_score": cv_score, "source": source}
    facts["experiment"] = experiment
    with room:
        return _submit(user=user, team=team, phase=phase or team.competition.phase, file=file, facts=facts, at=at)


def _submit(*, user: User, team: Team, phase: Phase, file: File, facts: dict[str, Any], at: datetime) -> Outcome:
    check_backlog()
    check_quota(team.competition, file.size)
    # The worker may not have looked since the phase began. Asked before any row is locked.
    decide_soon(phase, at)
    slot = take_slot(user=user, team_id=team.pk, at=at, seen=phase, **facts)
    submission = slot.submission
    with in_hand(submission.pk):
        try:
            if submission.size > settings.INLINE_SCORING_BYTES:
                return _queue(slot, file)
            with turns.turn() as granted:
                if not granted:
                    return _queue(slot, file)
                try:
                    settled, update = _score_at_once(slot, file, at)
                except NoneReady:
                    return _queue_kept(slot, fault=NO_SANDBOX_READY)
        except Exception as fault:  # noqa: BLE001 -- told and logged there, whatever it is
            return _after_fault(slot, fault)
    if settled is None or settled.status == Submission.Status.FAILED:
        raise ScoringFailed
    if settled.status == Submission.Status.REFUSED:
        raise InvalidFile(submission=settled)
    return Outcome(settled, update, slot.left)


def score_stored(pk: int, at: datetime) -> Submission | None:
    """Score a pending submission from its stored file: what the queue and the sweeper do. Safe to run twice.

    Returns it as it stands then: refused, failed, or still pending after a fault that passes; None if it is gone.
    """
    submission = Submission.objects.for_display().filter(pk=pk).first()
    if submission is None or submission.status != Submission.Status.PENDING:
        return submission
    with in_hand(pk):
        try:
            return _score_from_storage(submission, at)
        except Exception as exc:
            if (fault := passing_fault(exc)) is not None:
                return leave_waiting(submission, fault, at=at)
            logger.exception("submission.failed", extra={"submission": submission.pk})
            return finish_failed(submission)


@task(queue_name="scoring")
def score_queued(submission_id: int) -> None:
    """Score a submission whose file was too large to be scored while its sender waited."""
    # Others leave it alone meanwhile; when this process is killed, they take it up soon.
    begin_try(submission_id)
    score_stored(submission_id, timezone.now())


def _score_at_once(slot: Slot, file: File, at: datetime) -> Settled:
    """Store the file and score it, neither waiting for the other: writing needs the disk, scoring the processor."""
    submission, content = slot.submission, incoming.content_of(file)
    with ThreadPoolExecutor(1) as background:
        stored = background.submit(incoming.store, submission, file)
        return _evaluate_and_finish(
            submission,
            content,
            sha256=stored.result,
            background=background,
            solution=slot.solution,
            at=at,
            at_once=True,
        )


def _score_from_storage(submission: Submission, at: datetime) -> Submission | None:
    storage, name = submission.file.storage, str(submission.file.name)
    if not storage.exists(name) or storage.size(name) != submission.size:
        if submission.sha256:
            raise StorageUnavailable  # it was there: a folder is not mounted, or the store has lost it
        return finish_failed(submission)  # the crash came before or while the file was written
    with storage.open(name) as stored, ThreadPoolExecutor(1) as background:
        sha256 = sha256_of(stored)
        source = _source_of(submission, stored)
        return _evaluate_and_finish(submission, source, sha256=lambda: sha256, background=background, at=at)[0]


def _evaluate_and_finish(
    submission: Submission,
    source: Source,
    *,
    sha256: Callable[[], str],
    background: Executor,
    solution: Solution | None = None,
    at: datetime,
    at_once: bool = False,
) -> Settled:
    """Evaluate and finish; once more if the organisers replaced the solution meanwhile.

    `solution`: the active one, where it was read a moment ago.
    Returns the submission as it stands then, scored or refused, by whomever; None if it is gone.

    Raises:
        NoneReady: at once, and the organisers' own metric would have to be waited for.
    """
    while True:
        phase = submission.phase
        private = submission.is_late and phase.is_confirmed(at)
        try:
            evaluation = evaluate(
                source,
                submission,
                phase,
                background=background,
                private=private,
                solution=solution,
                at_once=at_once,
            )
        except InvalidSubmission as invalid:
            return finish_refused(submission, kept(invalid.problems), sha256=sha256()), None
        try:
            return finish_scored(submission, evaluation, sha256=sha256(), at=at)
        except SolutionChanged:
            _discard(evaluation, submission)
            phase.refresh_from_db()
            solution = None
        except AlreadySettled:
            _discard(evaluation, submission)
            return Submission.objects.for_display().filter(pk=submission.pk).first(), None
        except BaseException:
            _discard(evaluation, submission)
            raise


def _queue(slot: Slot, file: File) -> Outcome:
    incoming.store(slot.submission, file)
    return _queue_kept(slot)


def _queue_kept(slot: Slot, *, fault: str = "") -> Outcome:
    """Hand a submission whose file is stored to the job queue. `fault`: the code of what its sender is told of why."""
    # From here on it is accepted: the row says that the file is kept, and its job has time to come.
    submission = slot.submission
    submission.fault = fault
    Submission.objects.pending().filter(pk=submission.pk).update(
        sha256=submission.sha256, fault=fault, next_try_at=now() + QUEUE_PATIENCE
    )
    score_queued.enqueue(submission.pk)
    return Outcome(submission, None, slot.left)


def _after_fault(slot: Slot, exc: Exception) -> Outcome:
    """What becomes of a submission that met a fault while its sender waits.

    Raises:
        Unavailable, ScoringFailed, Undecided: see `submit`.
    """
    submission, fault = slot.submission, passing_fault(exc)
    try:
        if fault is not None and submission.sha256:
            Submission.objects.pending().filter(pk=submission.pk).update(sha256=submission.sha256)
            return Outcome(leave_waiting(submission, fault, at=now()) or submission, None, slot.left)
        finish_failed(submission)
    except Exception as second:
        # The row stays as it is: the sweeper scores it from its file, or gives its slot back.
        logger.exception("submission.undecided", extra={"submission": submission.pk})
        raise Undecided from second
    if fault is not None:
        raise fault from exc
    logger.error("submission.failed", exc_info=exc, extra={"submission": submission.pk})
    raise ScoringFailed from exc


def _discard(evaluation: Evaluation, submission: Submission) -> None:
    submission.aligned.storage.delete(evaluation.aligned)


def _source_of(submission: Submission, stored: File) -> Source:
    """A path where the storage is a local folder, so that the file need not be read into memory at once."""
    try:
        return Path(submission.file.storage.path(str(submission.file.name)))
    except NotImplementedError:
        return incoming.content_of(stored)
