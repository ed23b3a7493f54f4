"""From a file to a score: no lock, no transaction, no write but the aligned file."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings

from competitions.models import Competition, Solution
from competitions.solutions import active_solution, prepared_solution
from scoring.containers import Source
from scoring.errors import InvalidSubmission
from scoring.reading import ReadLimits, read_predictions
from scoring.score import private_score, public_score
from submissions.exceptions import NothingToScoreWith
from submissions.models import Submission, aligned_path
from submissions.services.incoming import Whole

if TYPE_CHECKING:
    from scoring.reading import Predictions


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A file's public score by one version of the solution, which brings its metric."""

    solution: Solution
    public_score: float
    # Of late submissions of a confirmed competition only.
    private_score: float | None
    # Where the aligned predictions are stored.
    aligned: str


def evaluate(
    source: Source,
    submission: Submission,
    competition: Competition,
    *,
    background: Executor,
    private: bool = False,
) -> Evaluation:
    """Read, check and align the file, score the public part, and store the values meanwhile; the private part if asked.

    Only for a late submission of a confirmed competition may `private` be asked: the caller has looked.

    Raises:
        InvalidSubmission: what is wrong with the file and where.
        NothingToScoreWith: the solution has been taken away.
    """
    solution = active_solution(competition)
    if solution is None:
        raise NothingToScoreWith
    prepared = prepared_solution(solution)
    limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
    predictions = read_predictions(source, prepared, filename=submission.filename, limits=limits)
    aligned = background.submit(store_aligned, predictions, submission)
    try:
        return Evaluation(
            solution=solution,
            public_score=public_score(prepared, predictions),
            private_score=_private_score(prepared, predictions) if private else None,
            aligned=aligned.result(),
        )
    except BaseException:
        submission.aligned.storage.delete(aligned.result())
        raise


def store_aligned(predictions: Predictions, submission: Submission) -> str:
    buffer = BytesIO()
    predictions.save(buffer)
    name = aligned_path(submission, submission.filename)
    return submission.aligned.storage.save(name, Whole(buffer.getvalue()))


def _private_score(prepared: Any, predictions: Predictions) -> float | None:
    try:
        return private_score(prepared, predictions)
    except InvalidSubmission:  # undefined on the private rows alone
        return None
