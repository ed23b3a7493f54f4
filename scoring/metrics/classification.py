"""Metrics of class labels.

In every function: y_true, y_pred: codes of labels, >= 0, shape (n,). A submitted label that the solution does not know
has a code of its own and is simply wrong. weight: shape (n,), >= 0, or None for equal weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Task, metric

Codes = NDArray[np.int32]

LARGER = Direction.LARGER_IS_BETTER
CLASSES = Parameter(
    "classes", list, None, "The labels a submission may hold. Without them any label is taken, and may be wrong."
)
POSITIVE = Parameter(
    "positive", str, None, "The label counted as positive. Without it: 1, else the last of two labels in order."
)

BETA = Parameter("beta", float, 2.0, "How many times recall counts as much as precision.", minimum=0.01, maximum=100.0)


@dataclass(frozen=True)
class Counts:
    """Weight per class: of rows that are of it, predicted to be, and both; and whether it occurs at all."""

    true: F64
    pred: F64
    hits: F64
    occurs: NDArray[np.bool_]

    @property
    def f1(self) -> F64:
        """The F1 score of each class, 0 where it is not defined."""
        size = self.true + self.pred
        return 2.0 * self.hits / np.where(size > 0.0, size, 1.0)


def _counts(y_true: Codes, y_pred: Codes, weight: F64 | None) -> Counts:
    classes = int(max(y_true.max(), y_pred.max())) + 1
    hit = y_true == y_pred
    true, pred = np.bincount(y_true, minlength=classes), np.bincount(y_pred, minlength=classes)
    occurs = (true > 0) | (pred > 0)
    hits = np.bincount(y_true[hit], None if weight is None else weight[hit], classes)
    if weight is not None:
        true, pred = np.bincount(y_true, weight, classes), np.bincount(y_pred, weight, classes)
    return Counts(true.astype(np.float64), pred.astype(np.float64), hits.astype(np.float64), occurs)


def _accuracy(y_true: Codes, y_pred: Codes, weight: F64 | None) -> float:
    hit = y_true == y_pred
    if weight is None:
        return float(np.count_nonzero(hit) / hit.size)
    return float(weight[hit].sum() / weight.sum())


@metric(
    "accuracy",
    label="Accuracy",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    source="sklearn.metrics.accuracy_score",
)
def accuracy(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Share of rows whose label is right."""
    return _accuracy(y_true, y_pred, weight)


@metric(
    "balanced_accuracy",
    label="Balanced accuracy",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    source="sklearn.metrics.balanced_accuracy_score",
)
def balanced_accuracy(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Mean over the classes of the solution of the share of its rows that are found."""
    counts = _counts(y_true, y_pred, weight)
    present = counts.true > 0.0
    return float(np.mean(counts.hits[present] / counts.true[present]))


@metric(
    "f1",
    label="F1",
    direction=LARGER,
    task=Task.BINARY,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES, POSITIVE),
    source="sklearn.metrics.f1_score(average='binary')",
)
def f1_binary(y_true: Codes, y_pred: Codes, weight: F64 | None = None, *, positive: int = 1) -> float:
    """Harmonic mean of precision and recall of one label, the positive one; 0 where neither is defined.

    Every other label counts as negative.
    """
    counts = _counts((y_true == positive).astype(np.int32), (y_pred == positive).astype(np.int32), weight)
    return float(counts.f1[1]) if counts.f1.size > 1 else 0.0


@metric(
    "fbeta",
    label="F-beta",
    direction=LARGER,
    task=Task.BINARY,
    inputs=Inputs.LABELS,
    weights=True,
    params=(BETA, CLASSES, POSITIVE),
    source="sklearn.metrics.fbeta_score(average='binary'), van Rijsbergen (1979)",
)
def fbeta_binary(
    y_true: Codes, y_pred: Codes, weight: F64 | None = None, *, positive: int = 1, beta: float = 2.0
) -> float:
    """Mean of precision and recall of the positive label, recall counting beta times as much; 0 where undefined."""
    counts = _counts((y_true == positive).astype(np.int32), (y_pred == positive).astype(np.int32), weight)
    if counts.f1.size < 2:
        return 0.0
    hits, true, pred = (float(part[1]) for part in (counts.hits, counts.true, counts.pred))
    size = beta**2 * true + pred
    return (1.0 + beta**2) * hits / size if size > 0.0 else 0.0


@metric(
    "f1_micro",
    label="F1, micro average",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    pools_columns=True,
    source="sklearn.metrics.f1_score(average='micro'), several columns of 0 and 1 being an indicator of labels",
)
def f1_micro(y_true: Codes, y_pred: Codes, weight: F64 | None = None, *, positive: int | None = None) -> float:
    """F1 of the hits of all classes together. With one label per row this is the accuracy.

    Several target columns are counted together. Where they hold 0 and 1 each column is a label that a row has or not,
    and the score is the F1 of all that it has.
    """
    # One column: shape (n,); several: (n, columns). `positive`: the code of "has it" in columns of 0 and 1.
    if positive is None:
        return _accuracy(y_true.ravel(), y_pred.ravel(), _repeated(weight, y_true))
    true, pred = y_true == positive, y_pred == positive
    hits, size = (_total(rows, weight) for rows in (true & pred, true.astype(np.int8) + pred))
    return 2.0 * hits / size if size > 0.0 else 0.0


def _repeated(weight: F64 | None, values: NDArray[np.generic]) -> F64 | None:
    """`weight` for each value of a row."""
    return weight if weight is None or values.ndim == 1 else np.repeat(weight, values.shape[1])


def _total(counts: NDArray[np.generic], weight: F64 | None) -> float:
    """The sum of `counts`, shape (n, columns), each row by its weight."""
    rows = counts.sum(axis=1)
    return float(rows.sum() if weight is None else (rows * weight).sum())


@metric(
    "f1_macro",
    label="F1, macro average",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    source="sklearn.metrics.f1_score(average='macro')",
)
def f1_macro(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Mean of the F1 of each label that occurs in the truth or in the predictions of the rows scored."""
    counts = _counts(y_true, y_pred, weight)
    return float(np.mean(counts.f1[counts.occurs]))


@metric(
    "f1_weighted",
    label="F1, weighted by class size",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    source="sklearn.metrics.f1_score(average='weighted')",
)
def f1_weighted(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Mean of the F1 of each label, weighted by how many rows truly are of it."""
    counts = _counts(y_true, y_pred, weight)
    return float(np.dot(counts.f1, counts.true) / counts.true.sum())


@metric(
    "mcc",
    label="Matthews correlation",
    direction=LARGER,
    task=Task.MULTICLASS,
    inputs=Inputs.LABELS,
    weights=True,
    params=(CLASSES,),
    source="sklearn.metrics.matthews_corrcoef, Gorodkin (2004)",
)
def matthews_correlation(y_true: Codes, y_pred: Codes, weight: F64 | None = None) -> float:
    """Correlation of true and predicted labels, two or more; 0 where either is always the same."""
    counts = _counts(y_true, y_pred, weight)
    total = counts.true.sum()
    # As shares, so that no square of a large weight overflows.
    true, pred = counts.true / total, counts.pred / total
    spread_true, spread_pred = 1.0 - np.dot(true, true), 1.0 - np.dot(pred, pred)
    # Counted, not summed: rounding must not make a small number of what is 0.
    always_the_same = min(np.count_nonzero(true), np.count_nonzero(pred)) < 2
    if always_the_same or spread_true <= 0.0 or spread_pred <= 0.0:
        return 0.0
    shared = counts.hits.sum() / total - np.dot(true, pred)
    return float(shared / (math.sqrt(spread_true) * math.sqrt(spread_pred)))
