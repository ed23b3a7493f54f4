"""Metrics of predicted distributions: of a number, or of shares of classes.

y_true: shape (n,). y_pred: shape (n, columns): what the submission says of each row, in the columns named below.
weight: shape (n,), >= 0, or None for equal weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Task, metric
from scoring.metrics.regression import mean

SMALLER = Direction.SMALLER_IS_BETTER
LARGER = Direction.LARGER_IS_BETTER
EPSILON = float(np.finfo(np.float64).eps)
CLIP = Parameter("clip", float, 1e-15, "Shares are at least this.", minimum=1e-300, maximum=0.1)
SMALLEST_SCALE = Parameter(
    "smallest_scale", float, 1e-9, "A predicted deviation is taken to be at least this.", minimum=1e-9, maximum=1e9
)
LARGEST_ERROR = Parameter(
    "largest_error", float, 1e99, "A difference is taken to be at most this.", minimum=1e-9, maximum=1e99
)
INTERVAL = Parameter(
    "alpha", float, 0.1, "The share outside the interval: 0.1 for one of 90 %.", minimum=1e-6, maximum=0.999999
)
QUANTILES = Parameter(
    "quantiles", tuple, [0.1, 0.5, 0.9], "The quantiles to predict, ascending.", minimum=0.0, maximum=1.0
)
MEMBERS = Parameter("members", int, 10, "How many values are predicted for each row.", minimum=2, maximum=1000)


def named(*suffixes: str) -> Callable[[Sequence[str], Mapping[str, Any]], Sequence[str]]:
    """Columns of a submission: of each target those with these endings."""
    return lambda targets, _params: [f"{target}_{suffix}" for target in targets for suffix in suffixes]


def quantile_columns(targets: Sequence[str], params: Mapping[str, Any]) -> Sequence[str]:
    """Of each target a column for each quantile, target_0.1 and so on."""
    return [f"{target}_{quantile:g}" for target in targets for quantile in params["quantiles"]]


def member_columns(targets: Sequence[str], params: Mapping[str, Any]) -> Sequence[str]:
    """Of each target as many columns as there are members, target_1 and so on."""
    return [f"{target}_{number}" for target in targets for number in range(1, params["members"] + 1)]


def _deviations(y_true: F64, y_pred: F64, smallest_scale: float, largest_error: float) -> tuple[F64, F64]:
    error = np.minimum(np.abs(y_true - y_pred[:, 0]), largest_error)
    return error, np.asarray(np.maximum(y_pred[:, 1], smallest_scale))


@metric(
    "gaussian_log_likelihood",
    label="Gaussian log likelihood",
    direction=LARGER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(SMALLEST_SCALE, LARGEST_ERROR),
    columns=named("mean", "sd"),
    source="scipy.stats.norm.logpdf; Gneiting and Raftery (2007)",
)
def gaussian_log_likelihood(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, smallest_scale: float = 1e-9, largest_error: float = 1e99
) -> float:
    """Mean of the log density of the truth under the normal distribution that is predicted for it.

    A submission has the columns target_mean and target_sd (standard deviation) for each target column.
    """
    error, deviation = _deviations(y_true, y_pred, smallest_scale, largest_error)
    return mean(-0.5 * np.square(error / deviation) - np.log(deviation) - 0.5 * math.log(2.0 * math.pi), weight)


@metric(
    "laplace_log_likelihood",
    label="Laplace log likelihood",
    direction=LARGER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(SMALLEST_SCALE, LARGEST_ERROR),
    columns=named("mean", "sd"),
    source="scipy.stats.laplace.logpdf with scale sd/√2; OSIC Pulmonary Fibrosis Progression (2020) with "
    "smallest_scale 70 and largest_error 1000",
)
def laplace_log_likelihood(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, smallest_scale: float = 1e-9, largest_error: float = 1e99
) -> float:
    """Mean of the log density of the truth under the Laplace distribution that is predicted for it.

    A submission has the columns target_mean and target_sd (standard deviation) for each target column.
    """
    error, deviation = _deviations(y_true, y_pred, smallest_scale, largest_error)
    return mean(-math.sqrt(2.0) * error / deviation - np.log(math.sqrt(2.0) * deviation), weight)


@metric(
    "crps_gaussian",
    label="CRPS of normal distributions",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    columns=named("mean", "sd"),
    source="properscoring.crps_gaussian; Gneiting and Raftery (2007), equation 21",
)
def crps_gaussian(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean continuous ranked probability score of a predicted normal distribution; of deviation 0 the absolute error.

    A submission has the columns target_mean and target_sd for each target column. A deviation below 0 counts as 0.
    """
    from scipy.special import erf  # noqa: PLC0415 -- a tenth of a second that the start of a server need not spend

    error = y_true - y_pred[:, 0]
    deviation = np.maximum(y_pred[:, 1], 0.0)
    spread = deviation > 1e-150
    safe = np.where(spread, deviation, 1.0)
    z = error / safe
    density = np.exp(-0.5 * np.square(z)) / math.sqrt(2.0 * math.pi)
    scores = safe * (z * erf(z / math.sqrt(2.0)) + 2.0 * density - 1.0 / math.sqrt(math.pi))
    return mean(np.where(spread, scores, np.abs(error)), weight)


@metric(
    "crps_ensemble",
    label="CRPS of ensembles",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(MEMBERS,),
    columns=member_columns,
    source="properscoring.crps_ensemble; Gneiting and Raftery (2007), equation 20",
)
def crps_ensemble(y_true: F64, y_pred: F64, weight: F64 | None = None, *, members: int = 10) -> float:
    """Mean continuous ranked probability score of several predicted values of equal chance.

    A submission has the columns target_1, target_2, … for each target column, as many as members says.
    """
    ordered = np.sort(y_pred, axis=1)
    # Of all pairs the mean distance, from the sorted values alone.
    factors = 2.0 * np.arange(1, members + 1) - members - 1.0
    distances = (ordered * factors).sum(axis=1) / members**2
    return mean(np.abs(y_pred - y_true[:, None]).mean(axis=1) - distances, weight)


@metric(
    "interval_score",
    label="Interval score",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(INTERVAL,),
    columns=named("low", "high"),
    source="Gneiting and Raftery (2007), equation 43; Winkler (1972)",
)
def interval_score(y_true: F64, y_pred: F64, weight: F64 | None = None, *, alpha: float = 0.1) -> float:
    """Mean width of the predicted intervals, and 2 / alpha times what the truth lies outside of them.

    A submission has the columns target_low and target_high for each target column; ends in the wrong order are
    swapped.
    """
    low, high = y_pred.min(axis=1), y_pred.max(axis=1)
    outside = np.maximum(low - y_true, 0.0) + np.maximum(y_true - high, 0.0)
    return mean(high - low + 2.0 / alpha * outside, weight)


@metric(
    "quantile_loss",
    label="Quantile loss",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    params=(QUANTILES,),
    columns=quantile_columns,
    source="sklearn.metrics.mean_pinball_loss, mean over the quantiles",
)
def quantile_loss(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, quantiles: Sequence[float] = (0.1, 0.5, 0.9)
) -> float:
    """Mean over several quantiles of the pinball loss.

    A submission has a column for each quantile of each target column: target_0.1, target_0.5, …
    """
    difference = y_true[:, None] - y_pred.reshape(y_true.size, -1)
    levels = np.asarray(quantiles)
    return mean(np.maximum(levels * difference, (levels - 1.0) * difference).mean(axis=1), weight)


def _shares(values: F64, clip: float) -> F64:
    shares = np.clip(values / values.sum(axis=1, keepdims=True), clip, None)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


@metric(
    "kl_divergence",
    label="KL divergence",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    params=(CLIP,),
    minimum=0.0,
    rows_are_shares=True,
    source="scipy.stats.entropy(p, q); Kullback and Leibler (1951)",
)
def kl_divergence(y_true: F64, y_pred: F64, weight: F64 | None = None, *, clip: float = 1e-15) -> float:
    """Mean over rows of the sum of p log(p / q), p being the true shares of the columns and q the predicted ones.

    Each row is divided by its sum, in the solution and in the submission; a predicted share is at least clip.
    """
    true = y_true / y_true.sum(axis=1, keepdims=True)
    positive = np.where(true > 0.0, true, 1.0)
    terms = true * np.log(positive / np.where(true > 0.0, _shares(y_pred, clip), 1.0))
    return mean(terms.sum(axis=1), weight)


@metric(
    "soft_log_loss",
    label="Log loss of soft labels",
    direction=SMALLER,
    task=Task.DISTRIBUTIONS,
    inputs=Inputs.NUMBERS,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    params=(CLIP,),
    minimum=0.0,
    rows_are_shares=True,
    source="cross-entropy: scipy.stats.entropy(p) + scipy.stats.entropy(p, q)",
)
def soft_log_loss(y_true: F64, y_pred: F64, weight: F64 | None = None, *, clip: float = 1e-15) -> float:
    """Mean over rows of the sum of -p log(q), p being the true shares of the columns and q the predicted ones.

    Each row is divided by its sum, in the solution and in the submission; a predicted share is at least clip.
    """
    true = y_true / y_true.sum(axis=1, keepdims=True)
    return mean(-(true * np.log(_shares(y_pred, clip))).sum(axis=1), weight)
