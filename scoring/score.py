"""The score of predictions: of the public rows at once, of the private rows after the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidSubmission, Problem, ScoringError
from scoring.metrics.registry import Inputs
from scoring.prepared import PreparedSolution, Split
from scoring.reading import Predictions
from scoring.targets import WHOLE

__all__ = ["private_score", "public_score"]


def public_score(solution: PreparedSolution, predictions: Predictions) -> float:
    """The score of the public rows.

    Raises:
        InvalidSubmission: the metric gives no finite number for these predictions.
    """
    return _score(solution, predictions, "public")


def private_score(solution: PreparedSolution, predictions: Predictions) -> float:
    """The score of the private rows. Who may ask, and when, is for the caller: this room knows no clock.

    Raises:
        InvalidSubmission: the metric gives no finite number for these predictions.
    """
    return _score(solution, predictions, "private")


def _score(solution: PreparedSolution, predictions: Predictions, name: str) -> float:
    if predictions.layout_digest != solution.layout_digest:
        raise ScoringError("predictions of another solution")
    split = solution.splits[name]
    columns = [split.of(column) for column in predictions.columns]
    with np.errstate(all="ignore"):
        scores = [
            float(solution.metric.function(truth, column, split.weight, **keywords))
            for truth, column, keywords in _calls(solution, split, columns)
        ]
    score = math.fsum(scores) / len(scores)
    if not math.isfinite(score):
        # Says nothing more on purpose: what is undefined on the public rows alone would tell which rows these are.
        raise InvalidSubmission(Problem("undefined_score", {"metric": solution.metric.label}))
    return score


def _calls(
    solution: PreparedSolution, split: Split, columns: list[NDArray[Any]]
) -> Iterator[tuple[Any, NDArray[Any], dict[str, Any]]]:
    """Truth, predictions and keywords of each call of the metric: one per target column, or a single one."""
    keywords = {name: value for name, value in solution.params.items() if name != "classes"}
    prepared = [{"prepared": ready} for ready in split.prepared] or [{}] * max(len(split.truth), 1)
    inputs = solution.layout.inputs
    if inputs in WHOLE:
        truth: Any = split.truth if inputs is Inputs.RANKED_LABELS else split.truth[0]
        yield truth, np.stack(columns).T, {**keywords, **prepared[0]}
        return
    for truth, column, ready in zip(split.truth, columns, prepared, strict=True):
        yield truth, column, {**keywords, **ready}
