"""Metrics of probabilities and of scores for a yes / no question, or for one of several classes.

Binary: y_true: shape (n,), 0.0 or 1.0; y_pred: shape (n,). Several classes: y_true: codes of classes, shape (n,);
y_pred: shape (n, classes). weight: shape (n,), >= 0, or None for equal weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.ranks import sorted_with_flag
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import mean, mean_square

Codes = NDArray[np.int32]

SMALLER = Direction.SMALLER_IS_BETTER
LARGER = Direction.LARGER_IS_BETTER
BINARY = Inputs.BINARY_SCORES
EPSILON = float(np.finfo(np.float64).eps)
CLASSES = Parameter(
    "classes",
    list,
    None,
    "The class labels, which are the columns of a submission. Without them: the labels found in the solution.",
)


def binary_auc(positive: NDArray[np.bool_], y_pred: F64) -> float:
    """Area under the ROC curve without weights: a count of pairs, exact until its last division."""
    keys, flags = sorted_with_flag(y_pred, positive)
    places = np.flatnonzero(flags)
    positives = places.size
    negatives = flags.size - positives
    # Below the positive at place p, the i-th of them, stand p - i negatives; negatives of equal score count half,
    # and stand before the positives of their tie.
    pairs = int(places.sum()) - positives * (positives - 1) // 2
    equal = keys[1:] == keys[:-1]
    half_pairs = 0
    # Only ties that mix both kinds matter, and each of these has one step from a negative to a positive.
    steps = np.flatnonzero(equal & (flags[1:] & ~flags[:-1]))
    if steps.size:
        values = keys[steps]
        first = np.searchsorted(keys, values, side="left")
        last = np.searchsorted(keys, values, side="right")
        half_pairs = int(((steps + 1 - first) * (last - steps - 1)).sum())
    return (pairs - half_pairs / 2) / (positives * negatives)


def weighted_curve(y_true: F64, y_pred: F64, weight: F64 | None) -> tuple[F64, F64]:
    """Weight of positives and of negatives at or above each distinct score, scores descending."""
    order = np.argsort(-y_pred, kind="stable")
    scores = y_pred[order]
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    if weight is None:
        positive = np.cumsum(y_true[order])[ends]
        return positive, (ends + 1) - positive
    return np.cumsum((y_true * weight)[order])[ends], np.cumsum(((1.0 - y_true) * weight)[order])[ends]


@metric(
    "auc",
    label="AUC",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    requires={Requirement.TWO_CLASSES},
    source="sklearn.metrics.roc_auc_score",
)
def area_under_curve(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Area under the ROC curve: the chance that a positive row is scored above a negative one, ties counting half.

    The submission holds any number per row; only their order matters.
    """
    if weight is None:
        return binary_auc(y_true == 1.0, y_pred)
    positive, negative = weighted_curve(y_true, y_pred, weight)
    steps = np.diff(negative, prepend=0.0)
    heights = positive - np.diff(positive, prepend=0.0) / 2.0
    return float((steps * heights).sum() / (positive[-1] * negative[-1]))


@metric(
    "average_precision",
    label="Average precision",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    requires={Requirement.TWO_CLASSES},
    source="sklearn.metrics.average_precision_score",
)
def average_precision(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Area under the steps of the precision-recall curve. The submission holds any number per row."""
    positive, negative = weighted_curve(y_true, y_pred, weight)
    total = positive + negative
    # Rows of weight 0 at the top make 0 / 0 there: they recall nothing.
    precision = positive / np.where(total > 0.0, total, 1.0)
    return float((np.diff(positive, prepend=0.0) * precision).sum() / positive[-1])


@metric(
    "log_loss",
    label="Log loss",
    direction=SMALLER,
    task=Task.MULTICLASS,
    inputs=(BINARY, Inputs.CLASS_PROBABILITIES),
    weights=True,
    params=(CLASSES,),
    minimum=0.0,
    maximum=1.0,
    source="sklearn.metrics.log_loss",
)
def log_loss(y_true: F64 | Codes, y_pred: F64, weight: F64 | None = None) -> float:
    """Cross-entropy of the submitted probabilities: the mean of -log(p), p being that of the true class.

    A target of 0 and 1: the submission holds the probability of 1, in a column of the target's name. Other targets:
    the submission has one column per class, named like the class, and each row is divided by its sum. Probabilities
    are kept 2.2e-16 away from 0 and 1.
    """
    if y_pred.ndim == 1:
        # 1 - |y - p| is p where y is 1 and 1 - p where it is 0.
        chance = 1.0 - np.abs(y_true - y_pred)
        small = y_true > y_pred + 0.5
        chance[small] = y_pred[small]
    else:
        rows = np.arange(y_true.size)
        chance = y_pred[rows, y_true] / y_pred.sum(axis=1)
    np.clip(chance, EPSILON, 1.0 - EPSILON, out=chance)
    return -mean(np.log(chance), weight)


@metric(
    "brier",
    label="Brier score",
    direction=SMALLER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    minimum=0.0,
    maximum=1.0,
    source="sklearn.metrics.brier_score_loss",
)
def brier_score(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """(Weighted) mean squared difference of the probability of 1 and the truth, 0 or 1."""
    return mean_square(y_true - y_pred, weight)


@metric(
    "auc_ovr",
    label="AUC, one against the rest",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.CLASS_PROBABILITIES,
    weights=True,
    multiple_targets=False,
    params=(CLASSES,),
    minimum=0.0,
    maximum=1.0,
    requires={Requirement.EVERY_CLASS},
    source="sklearn.metrics.roc_auc_score(multi_class='ovr', average='macro')",
)
def auc_one_versus_rest(y_true: Codes, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean over classes of the AUC of that class against all others.

    The submission has one column per class, named like the class. The values of a column are compared as they are.
    """
    classes = y_pred.shape[1]
    scores = [
        area_under_curve((y_true == code).astype(np.float64), np.ascontiguousarray(y_pred[:, code]), weight)
        for code in range(classes)
    ]
    return float(np.mean(scores))


@metric(
    "auc_ovo",
    label="AUC, one against one",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.CLASS_PROBABILITIES,
    multiple_targets=False,
    params=(CLASSES,),
    minimum=0.0,
    maximum=1.0,
    requires={Requirement.EVERY_CLASS},
    source="sklearn.metrics.roc_auc_score(multi_class='ovo', average='macro'), Hand and Till (2001)",
)
def auc_one_versus_one(y_true: Codes, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean over pairs of classes of the AUC between the two.

    The submission has one column per class, named like the class. The values of a column are compared as they are.
    """
    classes = y_pred.shape[1]
    rows = [np.flatnonzero(y_true == code) for code in range(classes)]
    scores = []
    for code, own in enumerate(rows):
        column = y_pred[:, code]
        own_scores = np.sort(column[own])
        for other, others in enumerate(rows):
            if other == code:
                continue
            values = np.sort(column[others])
            # Twice the pairs in which a row of `own` stands higher, ties counting half: whole numbers.
            twice = int(np.searchsorted(values, own_scores, side="left").sum())
            twice += int(np.searchsorted(values, own_scores, side="right").sum())
            scores.append(twice / (2 * own.size * others.size))
    return float(np.mean(scores))
