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

MAX_FPR = Parameter("max_fpr", float, 0.1, "The false positive rate up to which the curve counts.", 1e-6, 1.0 - 1e-9)
SPLIT = Parameter("split", float, 0.4, "The true positive rate below which the curve counts more.", 0.0, 1.0)
LOWER_WEIGHT = Parameter("lower_weight", float, 2.0, "How many times as much it counts there.", 0.0, 1000.0)
BETA_OF_SHARES = Parameter("beta", float, 1.0, "How many times recall counts as much as precision.", 0.01, 100.0)


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
    "gini",
    label="Gini, normalised",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    requires={Requirement.TWO_CLASSES},
    source="2 * sklearn.metrics.roc_auc_score - 1",
)
def gini(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Twice the AUC minus 1: 0 for chance, 1 for perfect order."""
    return 2.0 * area_under_curve(y_true, y_pred, weight) - 1.0


def _roc(y_true: F64, y_pred: F64, weight: F64 | None) -> tuple[F64, F64]:
    """False and true positive rates, from (0, 0) to (1, 1)."""
    positive, negative = weighted_curve(y_true, y_pred, weight)
    return np.append(0.0, negative / negative[-1]), np.append(0.0, positive / positive[-1])


@metric(
    "partial_auc",
    label="Partial AUC",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    params=(MAX_FPR,),
    requires={Requirement.TWO_CLASSES},
    source="sklearn.metrics.roc_auc_score(max_fpr=...), standardised as in McClish (1989)",
)
def partial_auc(y_true: F64, y_pred: F64, weight: F64 | None = None, *, max_fpr: float = 0.1) -> float:
    """Area under the ROC curve up to a false positive rate, standardised: 0.5 for chance, 1 for perfect order."""
    false, true = _roc(y_true, y_pred, weight)
    stop = int(np.searchsorted(false, max_fpr, side="right"))
    if stop < false.size:
        height = float(np.interp(max_fpr, false[stop - 1 : stop + 1], true[stop - 1 : stop + 1]))
        false, true = np.append(false[:stop], max_fpr), np.append(true[:stop], height)
    area = float((np.diff(false) * (true[1:] + true[:-1])).sum() / 2.0)
    least = 0.5 * max_fpr**2
    return 0.5 * (1.0 + (area - least) / (max_fpr - least))


@metric(
    "weighted_auc",
    label="AUC weighted by true positive rate",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    params=(SPLIT, LOWER_WEIGHT),
    requires={Requirement.TWO_CLASSES},
    source="ALASKA2 Image Steganalysis (2020): true positive rates up to 0.4 count twice",
)
def weighted_auc(
    y_true: F64, y_pred: F64, weight: F64 | None = None, *, split: float = 0.4, lower_weight: float = 2.0
) -> float:
    """Area under the ROC curve whose part below a true positive rate counts more; 1 for perfect order."""
    false, true = _roc(y_true, y_pred, weight)
    # Where the curve crosses the split it is cut in two straight pieces.
    cut = float(np.interp(split, true, false)) if split > 0.0 else 0.0
    place = int(np.searchsorted(true, split, side="left"))
    false, true = np.insert(false, place, cut), np.insert(true, place, split)
    lower, upper = np.minimum(true, split), np.maximum(true - split, 0.0)
    steps = np.diff(false)
    areas = [float((steps * (part[1:] + part[:-1])).sum() / 2.0) for part in (lower, upper)]
    return (lower_weight * areas[0] + areas[1]) / (lower_weight * split + 1.0 - split)


@metric(
    "pf1",
    label="Probabilistic F1",
    direction=LARGER,
    task=Task.BINARY,
    inputs=BINARY,
    weights=True,
    params=(BETA_OF_SHARES,),
    minimum=0.0,
    maximum=1.0,
    requires={Requirement.TWO_CLASSES},
    source="Yacouby and Axman (2020); RSNA Screening Mammography (2023)",
)
def probabilistic_f1(y_true: F64, y_pred: F64, weight: F64 | None = None, *, beta: float = 1.0) -> float:
    """F-beta of probabilities taken as parts of a prediction: 0.7 is 0.7 of a positive. 0 where it is not defined."""
    hits, true, pred = mean(y_true * y_pred, weight), mean(y_true, weight), mean(y_pred, weight)
    if hits <= 0.0:
        return 0.0
    precision, recall = hits / pred, hits / true
    return (1.0 + beta**2) * precision * recall / (beta**2 * precision + recall)


def log_losses(y_true: F64 | Codes, y_pred: F64) -> F64:
    """-log of the probability given to the truth, row by row."""
    if y_pred.ndim == 1:
        # 1 - |y - p| is p where y is 1 and 1 - p where it is 0.
        chance = 1.0 - np.abs(y_true - y_pred)
        small = y_true > y_pred + 0.5
        chance[small] = y_pred[small]
    else:
        rows = np.arange(y_true.size)
        chance = y_pred[rows, y_true] / y_pred.sum(axis=1)
    np.clip(chance, EPSILON, 1.0 - EPSILON, out=chance)
    return -np.log(chance)


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
    return mean(log_losses(y_true, y_pred), weight)


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
