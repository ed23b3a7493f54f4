"""Scoring many stored submissions at once, in this process or another: takes names of files, gives back numbers.

The work of private scoring and rescoring. It reads the aligned predictions and, where these belong to another layout of
the solution, the file as it was submitted.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

from scoring.containers import ReadLimits
from scoring.errors import InvalidSubmission, Problem, ScoringError
from scoring.further import Further, further_scores, read_further
from scoring.memory import keep_memory
from scoring.prepared import PreparedSolution
from scoring.reading import Predictions, read_predictions
from scoring.score import private_score, public_score

# Solutions kept open by one process; memory-mapped.
KEPT: Final = 2


@dataclass(frozen=True)
class StoredSubmission:
    """Where one submission's predictions are: a path, or the bytes where storage has no paths.

    Attributes:
        key: the caller's own, handed back with the scores.
        aligned: what `Predictions.save` wrote, if it is there.
        original: the file as it was submitted; read only if `aligned` is of no use.
    """

    key: int
    aligned: str | bytes | None = None
    original: str | bytes | None = None
    filename: str = ""


class Result(StrEnum):
    SCORED = "scored"
    """The scores that were asked for; a private one may be undefined."""
    NEEDS_ORIGINAL = "needs_original"
    """The aligned predictions are of no use, and there was no original."""
    REFUSED = "refused"
    """By this solution the file can't be scored."""


@dataclass(frozen=True)
class Scores:
    """What became of one stored submission.

    Attributes:
        aligned: new aligned predictions, if the original had to be read.
        problems: of a refused one.
        public_further, private_further: what further metrics say, by key.
    """

    key: int
    result: Result
    public: float | None = None
    private: float | None = None
    aligned: bytes | None = None
    problems: tuple[Problem, ...] = ()
    public_further: Mapping[str, float | None] = field(default_factory=dict)
    private_further: Mapping[str, float | None] = field(default_factory=dict)


def score_batch(
    folder: str,
    batch: Sequence[StoredSubmission],
    *,
    public: bool,
    private: bool,
    limits: ReadLimits | None = None,
    further: Sequence[Mapping[str, Any]] = (),
) -> list[Scores]:
    """The scores of `batch` by the solution prepared in `folder`. Who may ask for private ones is for the caller.

    `further`: the metrics that are shown beside the one that ranks, as `Further.as_dict` has them.
    """
    solution, beside = _solution(folder), read_further(list(further))
    return [_scores(solution, one, public=public, private=private, limits=limits, beside=beside) for one in batch]


def begin_process() -> None:
    """What a process that scores for another does first."""
    keep_memory()
    end_with_parent()


def end_with_parent() -> None:
    """Make this process end when the one that started it does, even by a kill that leaves it no time to say so."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _scores(
    solution: PreparedSolution,
    one: StoredSubmission,
    *,
    public: bool,
    private: bool,
    limits: ReadLimits | None,
    beside: Sequence[Further],
) -> Scores:
    try:
        predictions, aligned = read_stored(solution, one, limits)
        if predictions is None:
            return Scores(one.key, Result.NEEDS_ORIGINAL)
        public_value = public_score(solution, predictions) if public else None
    except InvalidSubmission as invalid:
        return Scores(one.key, Result.REFUSED, problems=invalid.problems)
    try:
        private_value = private_score(solution, predictions) if private else None
    except InvalidSubmission:
        private_value = None
    return Scores(
        one.key,
        Result.SCORED,
        public=public_value,
        private=private_value,
        aligned=aligned,
        public_further=further_scores(solution, predictions, "public", beside) if public else {},
        private_further=further_scores(solution, predictions, "private", beside) if private else {},
    )


def read_stored(
    solution: PreparedSolution, one: StoredSubmission, limits: ReadLimits | None
) -> tuple[Predictions | None, bytes | None]:
    """The predictions of a stored submission, and new aligned ones to keep if the original had to be read.

    None: the aligned ones are of no use, and there was no original.

    Raises:
        InvalidSubmission: by this solution the file can't be scored.
    """
    predictions = _stored_predictions(solution, one)
    if predictions is not None or one.original is None:
        return predictions, None
    source = one.original if isinstance(one.original, bytes) else Path(one.original)
    predictions = read_predictions(source, solution, filename=one.filename, limits=limits)
    return predictions, _as_bytes(predictions)


def _stored_predictions(solution: PreparedSolution, one: StoredSubmission) -> Predictions | None:
    """None: not there, not readable, or of another layout."""
    if one.aligned is None:
        return None
    try:
        return Predictions.load(BytesIO(one.aligned) if isinstance(one.aligned, bytes) else one.aligned, solution)
    except ScoringError:
        return None


def _as_bytes(predictions: Predictions) -> bytes:
    buffer = BytesIO()
    predictions.save(buffer)
    return buffer.getvalue()


@lru_cache(maxsize=KEPT)
def _solution(folder: str) -> PreparedSolution:
    return PreparedSolution.load(folder)
