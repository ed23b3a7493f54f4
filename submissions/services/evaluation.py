"""Makes a score of a file: no lock, no transaction, no write but the aligned file."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings

from competitions.metrics.running import Scored, score_by
from competitions.models import Phase, Solution
from competitions.solution.services import active_solution, prepared_solution
from foundation.metrics import SCORING_SECONDS
from scoring.containers import Source
from scoring.errors import InvalidSubmission
from scoring.reading import ReadLimits, read_predictions
from submissions.exceptions import NothingToScoreWith
from submissions.models import Submission, Trial, aligned_path
from submissions.services.incoming import FileInOnePiece

if TYPE_CHECKING:
    from scoring.reading import Predictions


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A file's public score by one version of the solution, which brings its metric."""

    solution: Solution
    public: Scored
    # Of late submissions of a confirmed competition only.
    private: Scored | None
    # Where the aligned predictions are stored.
    aligned: str


@SCORING_SECONDS.time()
def evaluate(
    source: Source,
    submission: Submission | Trial,
    phase: Phase,
    *,
    background: Executor,
    private: bool = False,
    at_once: bool = False,
    solution: Solution | None = None,
) -> Evaluation:
    """Read, check and align the file, score the public part, and store the values meanwhile; the private part if asked.

    Only for a late submission of a confirmed competition may `private` be asked: the caller has looked. `at_once`:
    somebody waits for it. `solution`: the active one, where the caller has read it; whether it still is, is asked when
    the score is written.

    Raises:
        InvalidSubmission: what is wrong with the file and where.
        NothingToScoreWith: the solution has been taken away.
        NoneReady: at once, and the organisers' own metric would have to be waited for.
        SandboxUnavailable: their metric can't be run at the moment.
    """
    solution = solution or active_solution(phase)
    if solution is None:
        raise NothingToScoreWith
    prepared = prepared_solution(solution)
    limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
    predictions = read_predictions(source, prepared, filename=submission.filename, limits=limits)
    aligned = background.submit(store_aligned, predictions, submission)
    key = submission.pk if isinstance(submission, Submission) else None
    try:
        return Evaluation(
            solution=solution,
            public=score_by(solution, prepared, predictions, "public", submission=key, at_once=at_once),
            private=_private_score(solution, prepared, predictions, key) if private else None,
            aligned=aligned.result(),
        )
    except BaseException:
        submission.aligned.storage.delete(aligned.result())
        raise


def store_aligned(predictions: Predictions, submission: Submission | Trial) -> str:
    buffer = BytesIO()
    predictions.save(buffer)
    name = aligned_path(submission, submission.filename)
    return submission.aligned.storage.save(name, FileInOnePiece(buffer.getvalue()))


def _private_score(solution: Solution, prepared: Any, predictions: Predictions, key: int | None) -> Scored | None:
    try:
        return score_by(solution, prepared, predictions, "private", submission=key)
    except InvalidSubmission:  # undefined on the private rows alone
        return None
