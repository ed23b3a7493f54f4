"""The way of a submission: slot, file, score, finish. Numbers are crunched with no lock held."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.base import File

from competitions.models import Team
from competitions.standings import StandingUpdate
from scoring.containers import Source
from scoring.errors import InvalidSubmission
from submissions.exceptions import InvalidFile, ScoringFailed
from submissions.limits import Allowance, allowance
from submissions.messages import kept
from submissions.models import Submission
from submissions.services import incoming
from submissions.services.admission import check_backlog, turns
from submissions.services.evaluation import Evaluation, evaluate
from submissions.services.finishing import (
    AlreadySettled,
    SolutionChanged,
    finish_failed,
    finish_refused,
    finish_scored,
)
from submissions.services.slots import take_slot

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

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
    file: File | IO[bytes],
    filename: str,
    memo: str = "",
    cv_score: float | None = None,
    source: str = Submission.Source.API,
    at: datetime,
) -> Outcome:
    """Submit `file` for `team` and score its public part at once, or by the job queue where it is large.

    Raises:
        Refusal: `can.submit` says no, the limits are used up, or the memo, the CV score or the size can't be accepted;
            nothing is kept.
        Overloaded: too much is waiting already; nothing is kept.
        InvalidFile: the file can't be scored; it is kept as refused and does not count.
        ScoringFailed: a fault on our side; it is kept as failed and does not count.
    """
    memo, cv_score = incoming.clean_memo(memo), incoming.clean_cv_score(cv_score)
    filename = incoming.clean_filename(filename)
    file = incoming.as_file(file, filename)
    facts = {"filename": filename, "size": file.size, "memo": memo, "cv_score": cv_score, "source": source}
    check_backlog()
    submission = take_slot(user=user, team_id=team.pk, at=at, **facts)
    try:
        if submission.size > settings.INLINE_SCORING_BYTES:
            return _queue(submission, file, at)
        with turns.turn() as granted:
            if not granted:
                return _queue(submission, file, at)
            settled, update = _score_at_once(submission, file, at)
    except Exception as fault:
        logger.exception("submission.failed", extra={"submission": submission.pk})
        finish_failed(submission)
        raise ScoringFailed from fault
    if settled is None or settled.status == Submission.Status.FAILED:
        raise ScoringFailed
    if settled.status == Submission.Status.REFUSED:
        raise InvalidFile(submission=settled)
    return _outcome(settled, update, at)


def score_stored(pk: int, at: datetime) -> Submission | None:
    """Score a pending submission from its stored file: what the queue and the sweeper do. Safe to run twice.

    Returns it as it stands then, refused or failed included; None if it is gone.
    """
    submission = Submission.objects.for_display().filter(pk=pk).first()
    if submission is None or submission.status != Submission.Status.PENDING:
        return submission
    try:
        return _score_from_storage(submission, at)
    except Exception:
        logger.exception("submission.failed", extra={"submission": submission.pk})
        return finish_failed(submission)


def _score_at_once(submission: Submission, file: File, at: datetime) -> Settled:
    """Store the file and score it, neither waiting for the other: writing needs the disk, scoring the processor."""
    content = incoming.content_of(file)
    with ThreadPoolExecutor(1) as background:
        stored = background.submit(incoming.store, submission, file)
        return _score(submission, content, sha256=stored.result, background=background, at=at)


def _score_from_storage(submission: Submission, at: datetime) -> Submission | None:
    storage, name = submission.file.storage, str(submission.file.name)
    if not storage.exists(name) or storage.size(name) != submission.size:
        return finish_failed(submission)  # the crash came before or while the file was written
    with storage.open(name) as stored, ThreadPoolExecutor(1) as background:
        sha256 = incoming.sha256_of(stored)
        source = _source_of(submission, stored)
        return _score(submission, source, sha256=lambda: sha256, background=background, at=at)[0]


def _score(
    submission: Submission, source: Source, *, sha256: Callable[[], str], background: Executor, at: datetime
) -> Settled:
    """Evaluate and finish; once more if the organisers replaced the solution meanwhile.

    Returns the submission as it stands then, scored or refused, by whomever; None if it is gone.
    """
    while True:
        competition = submission.competition
        private = submission.is_late and competition.is_confirmed(at)
        try:
            evaluation = evaluate(source, submission, competition, background=background, private=private)
        except InvalidSubmission as invalid:
            return finish_refused(submission, kept(invalid.problems), sha256=sha256()), None
        try:
            return finish_scored(submission, evaluation, sha256=sha256(), at=at)
        except SolutionChanged:
            _discard(evaluation, submission)
            competition.refresh_from_db()
        except AlreadySettled:
            _discard(evaluation, submission)
            return Submission.objects.for_display().filter(pk=submission.pk).first(), None
        except BaseException:
            _discard(evaluation, submission)
            raise


def _queue(submission: Submission, file: File, at: datetime) -> Outcome:
    from submissions.services.queue import score_queued  # noqa: PLC0415 -- the job calls back into this module

    submission.file.storage.save(submission.file.name, file)
    score_queued.enqueue(submission.pk)
    return _outcome(submission, None, at)


def _outcome(submission: Submission, update: StandingUpdate | None, at: datetime) -> Outcome:
    return Outcome(submission=submission, update=update, allowance=allowance(submission.team, at))


def _discard(evaluation: Evaluation, submission: Submission) -> None:
    submission.aligned.storage.delete(evaluation.aligned)


def _source_of(submission: Submission, stored: File) -> Source:
    """A path where the storage is a local folder, so that the file need not be read into memory at once."""
    try:
        return Path(submission.file.storage.path(str(submission.file.name)))
    except NotImplementedError:
        return incoming.content_of(stored)
