"""Errors of forecasts and of positive amounts: scaled, relative, deviances.

In every function: y_true, y_pred: shape (n,), finite. weight: shape (n,), >= 0, or None for equal weights. Of scaled
errors y_true has the shape (n, 2): the value and the scale of its series.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import mean, mean_square

SMALLER = Direction.SMALLER_IS_BETTER
LARGER = Direction.LARGER_IS_BETTER
# Logarithms and divisions by smaller predictions say nothing.
SMALLEST_AMOUNT = 1e-100
SMALLEST_ERROR = 1e-9
POWER = Parameter(
    "power", float, 1.5, "The power of the variance: 1 is Poisson, 2 would be gamma.", minimum=1.0, maximum=1.99
)
DELTA = Parameter("delta", float, 1.0, "From this error on the loss grows linearly.", minimum=1e-9, maximum=1e9)


def first_column(targets: Sequence[str], _params: Mapping[str, Any]) -> Sequence[str]:
    """A submission has a column for the first target only: the others say more about the truth."""
    return targets[:1]


def weighted_median(values: F64, weight: F64 | None) -> float:
    """The median; with weights the lower one of sklearn.utils.stats: the first value that half of the weight reaches.

    Without weights the mean of the two in the middle.
    """
    if weight is None:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(reached, reached[-1] / 2.0)]])


@metric(
    "wape",
    label="WAPE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    requires={Requirement.NOT_ZERO},
    source="Kolassa and Schütz (2007), MAD/mean ratio",
)
def weighted_absolute_percentage_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Sum of absolute differences divided by the sum of the absolute true values, as a fraction."""
    return mean(np.abs(y_true - y_pred), weight) / mean(np.abs(y_true), weight)


@metric(
    "rmspe",
    label="RMSPE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    requires={Requirement.NOT_ZERO},
    source="Root mean square percentage error as in Rossmann Store Sales: rows whose true value is 0 are left out",
)
def root_mean_squared_percentage_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Root of the mean of (difference / true value)², as a fraction. Rows whose true value is 0 do not count."""
    counted = y_true != 0.0
    shares = (y_true[counted] - y_pred[counted]) / y_true[counted]
    return math.sqrt(mean_square(shares, None if weight is None else weight[counted]))


@metric(
    "mase",
    label="MASE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    columns=first_column,
    source="Hyndman and Koehler (2006)",
)
def mean_absolute_scaled_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean of |difference| / scale, the scale being what the naive forecast errs in the past of the series.

    The solution has two target columns: the value, and the scale of its series (the mean absolute difference of
    neighbouring values before the forecast). A submission has the first one alone.
    """
    return mean(np.abs(y_true[:, 0] - y_pred) / _scale(y_true), weight)


@metric(
    "rmsse",
    label="RMSSE and WRMSSE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    columns=first_column,
    source="The M5 Accuracy competition, competitors' guide (2020); Hyndman and Koehler (2006)",
)
def root_mean_squared_scaled_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Root of the mean of difference² / scale, the scale being what the naive forecast errs in the past of the series.

    The solution has two target columns: the value, and the scale of its series (the mean squared difference of
    neighbouring values before the forecast). A submission has the first one alone. WRMSSE is the mean over series by
    weight: name the column of the series as group_column, set group_weights to rows and give a weight column.
    """
    return math.sqrt(mean(np.square(y_true[:, 0] - y_pred) / _scale(y_true), weight))


def _scale(y_true: F64) -> F64:
    # A series that never moved in the past has none: as mape does, any error there is huge.
    return np.asarray(np.maximum(np.abs(y_true[:, 1]), np.finfo(np.float64).eps))


@metric(
    "median_ae",
    label="Median absolute error",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="sklearn.metrics.median_absolute_error",
)
def median_absolute_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Median of the absolute differences; with weights the smallest one that half of the weight does not exceed."""
    return weighted_median(np.abs(y_true - y_pred), weight)


@metric(
    "huber",
    label="Huber loss",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(DELTA,),
    source="Huber (1964); scipy.special.huber",
)
def huber_loss(y_true: F64, y_pred: F64, weight: F64 | None = None, *, delta: float = 1.0) -> float:
    """Half the squared difference up to delta, and linear beyond: outliers count less than in MSE."""
    size = np.abs(y_true - y_pred)
    return mean(np.where(size <= delta, 0.5 * np.square(size), delta * (size - 0.5 * delta)), weight)


@metric(
    "r2_zero_mean",
    label="R², zero mean",
    direction=LARGER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    requires={Requirement.NOT_ZERO},
    source="Jane Street Real-Time Market Data Forecasting (2024): weighted zero-mean R²",
)
def r_squared_zero_mean(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """1 minus the squared differences as a share of the squared true values: 0 for predicting 0 everywhere."""
    return 1.0 - mean_square(y_true - y_pred, weight) / mean_square(y_true, weight)


@metric(
    "log_mae",
    label="Log of the MAE",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    source="Predicting Molecular Properties (2019): group mean log MAE, floor 1e-9",
)
def log_mean_absolute_error(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Natural logarithm of the mean absolute difference, which counts as 1e-9 at least. Meant for groups."""
    return math.log(max(mean(np.abs(y_true - y_pred), weight), SMALLEST_ERROR))


@metric(
    "poisson_deviance",
    label="Poisson deviance",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    minimum=SMALLEST_AMOUNT,
    true_minimum=0.0,
    source="sklearn.metrics.mean_poisson_deviance",
)
def poisson_deviance(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean of 2 (y log(y / p) - y + p), for counts: true values at least 0, predictions above 0."""
    positive = np.where(y_true > 0.0, y_true, 1.0)
    return 2.0 * mean(y_true * np.log(positive / np.where(y_true > 0.0, y_pred, 1.0)) - y_true + y_pred, weight)


@metric(
    "gamma_deviance",
    label="Gamma deviance",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    minimum=SMALLEST_AMOUNT,
    source="sklearn.metrics.mean_gamma_deviance",
)
def gamma_deviance(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean of 2 (log(p / y) + y / p - 1): only the ratio of truth and prediction matters. All above 0."""
    return 2.0 * mean(np.log(y_pred / y_true) + y_true / y_pred - 1.0, weight)


@metric(
    "tweedie_deviance",
    label="Tweedie deviance",
    direction=SMALLER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(POWER,),
    minimum=SMALLEST_AMOUNT,
    true_minimum=0.0,
    source="sklearn.metrics.mean_tweedie_deviance",
)
def tweedie_deviance(y_true: F64, y_pred: F64, weight: F64 | None = None, *, power: float = 1.5) -> float:
    """Deviance between Poisson (power 1) and gamma (power 2), for amounts that are often 0. Predictions above 0."""
    if power == 1.0:
        return poisson_deviance(y_true, y_pred, weight)
    return 2.0 * mean(
        np.power(y_true, 2.0 - power) / ((1.0 - power) * (2.0 - power))
        - y_true * np.power(y_pred, 1.0 - power) / (1.0 - power)
        + np.power(y_pred, 2.0 - power) / (2.0 - power),
        weight,
    )
