"""The score of predictions: of the public rows at once, of the private rows after the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidSubmission, Problem, ScoringError
from scoring.parts import Part, mean_of, own_parameters
from scoring.prepared import PreparedSolution
from scoring.reading import Predictions

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
    parts = solution.parts(name)
    with np.errstate(all="ignore"):
        scores = [_value(solution, part, columns) for part in parts]
    if solution.options.are_plain:
        score = math.fsum(scores) / len(scores)
    elif solution.options.group_spread and all(map(math.isfinite, scores)):
        score = float(mean_of(np.array(scores)[:, None], parts, solution.options, solution.metric.direction)[0])
    else:
        shares = [part.importance for part in parts]
        score = math.fsum(share * one for share, one in zip(shares, scores, strict=True)) / math.fsum(shares)
    if not math.isfinite(score):
        # Says nothing more on purpose: what is undefined on the public rows alone would tell which rows these are.
        raise InvalidSubmission(Problem("undefined_score", {"metric": solution.metric.label}))
    return score


def _value(solution: PreparedSolution, part: Part, columns: list[NDArray[Any]]) -> float:
    """What the metric says, NaN where it divides by nothing: Python's numbers raise then, numpy's do not."""
    given = part.of(columns, len(solution.spec.target_columns))
    try:
        return float(solution.metric.function(part.truth, given, part.weight, **keywords(solution, part)))
    except ArithmeticError:
        return math.nan


def keywords(solution: PreparedSolution, part: Part) -> dict[str, Any]:
    """The keywords of one call of the metric."""
    own = own_parameters(solution.params)
    return {**own, "prepared": part.prepared} if part.prepared else own
