"""Agreement of ordered ratings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.classification import CLASSES
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import is_constant, mean, mean_square

LARGEST_RATING = 1e9
Codes = NDArray[np.int32]
WEIGHTING = Parameter(
    "weighting",
    str,
    "none",
    "What a disagreement costs: always 1 (none), the steps between the two levels (linear), or their square "
    "(quadratic). The levels stand in the order of classes.",
    choices=("none", "linear", "quadratic"),
)


@metric(
    "quadratic_weighted_kappa",
    label="Quadratic weighted kappa",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.MULTICLASS,
    inputs=Inputs.INTEGERS,
    weights=True,
    minimum=-LARGEST_RATING,
    maximum=LARGEST_RATING,
    requires={Requirement.NOT_CONSTANT},
    source="sklearn.metrics.cohen_kappa_score(weights='quadratic') with every whole number from the lowest to the "
    "highest rating as a label",
)
def quadratic_weighted_kappa(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Agreement of whole-number ratings, 1 for perfect, 0 for chance. A disagreement costs its squared distance.

    Ratings nobody gives count as steps too: 1 and 3 are two apart even if there is no 2. Constant predictions score 0.
    """
    if is_constant(y_pred, weight):
        return 0.0
    # The costs of the confusion matrix and of the matrix expected by chance are sums of (t - p)^2 over pairs of rows:
    # neither matrix is needed.
    observed = mean_square(y_true - y_pred, weight)
    true_mean, pred_mean = mean(y_true, weight), mean(y_pred, weight)
    spread = mean_square(y_true - true_mean, weight) + mean_square(y_pred - pred_mean, weight)
    return 1.0 - observed / (spread + (true_mean - pred_mean) ** 2)


@metric(
    "cohen_kappa",
    label="Cohen's kappa of named levels",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES, WEIGHTING),
    requires={Requirement.NOT_CONSTANT},
    source="sklearn.metrics.cohen_kappa_score(labels=classes, weights=weighting), Cohen (1960, 1968)",
)
def cohen_kappa(y_true: Codes, y_pred: Codes, weight: F64 | None = None, *, weighting: str = "none") -> float:
    """Agreement of labels, 1 for perfect, 0 for chance; with weighting, of levels such as low, middle, high.

    Levels stand in the order of the parameter classes; without it whole numbers by value, texts by alphabet. A label
    that the solution does not know stands behind the last one. Constant predictions score 0.
    """
    if is_constant(y_pred.astype(np.float64), weight):
        return 0.0
    levels = int(max(y_true.max(), y_pred.max())) + 1
    true, pred = (_share(codes, weight, levels) for codes in (y_true, y_pred))
    if weighting == "none":
        observed, expected = mean((y_true != y_pred).astype(np.float64), weight), 1.0 - float((true * pred).sum())
    elif weighting == "linear":
        observed = mean(np.abs(y_true - y_pred).astype(np.float64), weight)
        # Two levels are apart by the borders between them: those that one of the two is below, the other above.
        below, pred_below = np.cumsum(true), np.cumsum(pred)
        expected = float((below * (1.0 - pred_below) + pred_below * (1.0 - below)).sum())
    else:
        return quadratic_weighted_kappa(y_true.astype(np.float64), y_pred.astype(np.float64), weight)
    return 1.0 - observed / expected if expected > 0.0 else 0.0


def _share(codes: Codes, weight: F64 | None, levels: int) -> F64:
    counts = np.bincount(codes, weight, levels)
    return np.asarray(counts / counts.sum())


def _cells(y_true: Codes, y_pred: Codes) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
    """Of the pairs of a true and a predicted group that occur: how many rows, and the sizes of the two groups."""
    true_sizes, pred_sizes = np.bincount(y_true), np.bincount(y_pred)
    pairs, counts = np.unique(y_true.astype(np.int64) * pred_sizes.size + y_pred, return_counts=True)
    return counts, true_sizes[pairs // pred_sizes.size], pred_sizes[pairs % pred_sizes.size]


@metric(
    "ari",
    label="Adjusted Rand index",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.CLUSTERING,
    inputs=Inputs.CLUSTERS,
    source="sklearn.metrics.adjusted_rand_score, Hubert and Arabie (1985)",
)
def adjusted_rand_index(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Agreement of two groupings by pairs of rows, 1 for the same grouping, about 0 for chance.

    The names of the groups do not matter. 1 where both put every row into one group, or each into its own.
    """
    counts, _true, _pred = _cells(y_true, y_pred)
    rows = int(y_true.size)
    together, true, pred = (
        int((sizes.astype(np.int64) * (sizes - 1)).sum())
        for sizes in (counts, np.bincount(y_true), np.bincount(y_pred))
    )
    pairs = rows * (rows - 1)
    # Whole numbers of Python: nothing is rounded before the last division.
    numerator, denominator = 2 * (together * pairs - true * pred), (true + pred) * pairs - 2 * true * pred
    return numerator / denominator if denominator else 1.0


@metric(
    "nmi",
    label="Normalised mutual information (V-measure)",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.CLUSTERING,
    inputs=Inputs.CLUSTERS,
    source="sklearn.metrics.normalized_mutual_info_score, the same as v_measure_score; Rosenberg and Hirschberg (2007)",
)
def normalised_mutual_information(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """What two groupings tell of each other, as a share of the mean of what each tells: from 0 to 1.

    The names of the groups do not matter. It is the V-measure too. 1 where both put every row into one group, 0 where
    only one of them does.
    """
    counts, true, pred = _cells(y_true, y_pred)
    rows = y_true.size
    own = [_entropy(np.bincount(codes), rows) for codes in (y_true, y_pred)]
    if min(own) <= 0.0:
        return 1.0 if max(own) <= 0.0 else 0.0
    shares = counts / rows
    shared = float((shares * (np.log(counts) + np.log(rows) - np.log(true) - np.log(pred))).sum())
    return min(1.0, max(0.0, 2.0 * shared / sum(own)))


def _entropy(sizes: NDArray[Any], rows: int) -> float:
    sizes = sizes[sizes > 0]
    if sizes.size < 2:
        return 0.0
    return float(-(sizes / rows * (np.log(sizes) - np.log(rows))).sum())
