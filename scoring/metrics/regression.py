"""Errors and correlations of numbers.

In every function: y_true, y_pred: shape (n,), finite. weight: shape (n,), >= 0, or None for equal weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from scoring.metrics.ranks import tied_ranks
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric

SMALLER = Direction.SMALLER_IS_BETTER
LARGER = Direction.LARGER_IS_BETTER
# The squares of smaller numbers lose digits, and soon all of them.
SMALL_SPREAD = 1e-140
ALPHA = Parameter("alpha", float, 0.5, "The quantile to predict, 0.5 for the median.", minimum=0.0, maximum=1.0)


def mean(values: F64, weight: F64 | None) -> float:
    """The (weighted) mean."""
    # Not np.dot anywhere: its threads wait for each other in busy loops, which a server of many requests pays for.
    if weight is None:
        return float(values.mean())
    return float((values * weight).sum() / weight.sum())


def mean_square(values: F64, weight: F64 | None) -> float:
    """The (weighted) mean of squares."""
    return mean(np.square(values), weight)


def is_constant(values: F64, weight: F64 | None) -> bool:
    """Whether all values that count are the same."""
    if weight is not None and values.size and not weight.all():
        values = values[weight > 0.0]
    return bool(values.min() == values.max())


def scaled(deviation: F64, weight: F64 | None) -> F64:
    """`deviation` times a power of two such that its squares do not vanish (exact), rows of weight 0 being 0."""
    counted = deviation if weight is None else np.where(weight > 0.0, deviation, 0.0)
    largest = max(float(counted.max()), -float(counted.min()))
    if largest == 0.0 or largest > SMALL_SPREAD:
        return counted
    return np.ldexp(counted, -math.frexp(largest)[1])


@metric(
    "rmse",
    label="RMSE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="sklearn.metrics.root_mean_squared_error",
)
def root_mean_squared_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Root of the (weighted) mean squared difference. Several targets: the mean of the columns' roots."""
    return math.sqrt(mean_square(y_true - y_pred, weight))


@metric(
    "mse",
    label="MSE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="sklearn.metrics.mean_squared_error",
)
def mean_squared_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """(Weighted) mean of squared differences."""
    return mean_square(y_true - y_pred, weight)


@metric(
    "mae",
    label="MAE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="sklearn.metrics.mean_absolute_error",
)
def mean_absolute_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """(Weighted) mean of absolute differences."""
    return mean(np.abs(y_true - y_pred), weight)


@metric(
    "rmsle",
    label="RMSLE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    minimum=0.0,
    source="sklearn.metrics.root_mean_squared_log_error",
)
def root_mean_squared_log_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Root of the (weighted) mean squared difference of log(1 + value). Targets and predictions are at least 0."""
    return math.sqrt(mean_square(np.log1p(y_true) - np.log1p(y_pred), weight))


@metric(
    "mape",
    label="MAPE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="sklearn.metrics.mean_absolute_percentage_error",
)
def mean_absolute_percentage_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """(Weighted) mean of |difference| / |true value|, as a fraction: 0.1 is ten percent.

    A true value of zero counts as the smallest step of a double (2.2e-16), which makes any error there huge.
    """
    size = np.maximum(np.abs(y_true), np.finfo(np.float64).eps)
    return mean(np.abs(y_true - y_pred) / size, weight)


@metric(
    "smape",
    label="SMAPE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="Makridakis (1993), in the form of 0 to 200 percent; 0 where both values are 0",
)
def symmetric_mean_absolute_percentage_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """(Weighted) mean of 200 * |difference| / (|true value| + |prediction|), in percent from 0 to 200.

    A row counts 0 where both are zero.
    """
    size = np.abs(y_true) + np.abs(y_pred)
    size[size == 0.0] = 1.0
    return 200.0 * mean(np.abs(y_true - y_pred) / size, weight)


@metric(
    "r2",
    label="R²",
    direction=LARGER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    requires={Requirement.NOT_CONSTANT},
    source="sklearn.metrics.r2_score",
)
def r_squared(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Share of the variance that is explained: 1 for perfect predictions, 0 for the mean of the rows scored."""
    residual = mean_square(y_true - y_pred, weight)
    return 1.0 - residual / mean_square(y_true - mean(y_true, weight), weight)


@metric(
    "pearson",
    label="Pearson correlation",
    direction=LARGER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    requires={Requirement.NOT_CONSTANT},
    source="scipy.stats.pearsonr",
)
def pearson_correlation(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Linear correlation from -1 to 1. Constant predictions score 0."""
    if y_pred.min() == y_pred.max():
        return 0.0
    true = scaled(y_true - mean(y_true, weight), weight)
    pred = scaled(y_pred - mean(y_pred, weight), weight)
    spread = math.sqrt(mean_square(true, weight)) * math.sqrt(mean_square(pred, weight))
    if spread == 0.0:
        return 0.0
    return min(1.0, max(-1.0, mean(true * pred, weight) / spread))


def _true_ranks(y_true: F64, weight: F64 | None) -> dict[str, F64]:
    ranks = tied_ranks(y_true)
    return {"ranks": ranks - ranks.mean()}


@metric(
    "spearman",
    label="Spearman correlation",
    direction=LARGER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    requires={Requirement.NOT_CONSTANT},
    prepare=_true_ranks,
    source="scipy.stats.spearmanr",
)
def spearman_correlation(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, prepared: Mapping[str, F64] | None = None
) -> float:
    """Correlation of ranks from -1 to 1, ties sharing their mean rank. Constant predictions score 0."""
    true = (prepared or _true_ranks(y_true, None))["ranks"]
    return pearson_correlation(true, tied_ranks(y_pred))


@metric(
    "pinball",
    label="Pinball loss",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(ALPHA,),
    source="sklearn.metrics.mean_pinball_loss",
)
def pinball_loss(y_true: F64, y_pred: F64, weight: F64 | None = None, *, alpha: float = 0.5) -> float:
    """Loss of a predicted quantile: alpha times what a prediction is too low, 1 - alpha times what it is too high."""
    difference = y_true - y_pred
    return mean(np.maximum(alpha * difference, (alpha - 1.0) * difference), weight)
