"""Metrics as functions of means over rows, for scoring the same submission on very many resamples of the rows.

A form gives some statistics of each row, and makes the score of their (weighted) means. Metrics without a form are
computed on each resample by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.probability import log_losses
from scoring.metrics.ranking import average_precisions, discounted_gains
from scoring.metrics.registry import F64

# Spreads below this share of what they were computed from are rounding, not spread.
NO_SPREAD: Final = 1e-12


@dataclass(frozen=True)
class Form:
    """A metric as a function of means.

    Attributes:
        statistics: `(y_true, y_pred, **keywords)`, as the metric takes them, to the shape (size, rows).
        finish: means of the statistics, shape (size, resamples), to scores.
        size: how many statistics there are.
    """

    statistics: Callable[..., F64]
    finish: Callable[[F64], F64]
    size: int = 1


def _only(means: F64) -> F64:
    answer: F64 = means[0]
    return answer


def _root(means: F64) -> F64:
    return np.asarray(np.sqrt(means[0]))


def _squares(y_true: F64, y_pred: F64) -> F64:
    return np.square(y_true - y_pred)[None]


def _absolutes(y_true: F64, y_pred: F64) -> F64:
    return np.abs(y_true - y_pred)[None]


def _log_squares(y_true: F64, y_pred: F64) -> F64:
    answer: F64 = np.square(np.log1p(y_true) - np.log1p(y_pred))[None]
    return answer


def _shares(y_true: F64, y_pred: F64) -> F64:
    size = np.maximum(np.abs(y_true), np.finfo(np.float64).eps)
    return (np.abs(y_true - y_pred) / size)[None]


def _symmetric_shares(y_true: F64, y_pred: F64) -> F64:
    size = np.abs(y_true) + np.abs(y_pred)
    size[size == 0.0] = 1.0
    answer: F64 = (200.0 * np.abs(y_true - y_pred) / size)[None]
    return answer


def _pinballs(y_true: F64, y_pred: F64, *, alpha: float = 0.5) -> F64:
    difference = y_true - y_pred
    return np.maximum(alpha * difference, (alpha - 1.0) * difference)[None]


def _explained(y_true: F64, y_pred: F64) -> F64:
    centred = y_true - y_true.mean()
    return np.stack([np.square(y_true - y_pred), centred, np.square(centred)])


def _r_squared(means: F64) -> F64:
    residual, centred, square = means
    return np.asarray(1.0 - residual / _spread(centred, square))


def _spread(mean: F64, square: F64) -> F64:
    """The variance; NaN where there is none."""
    spread = square - np.square(mean)
    return np.where(spread > NO_SPREAD * square, spread, np.nan)


def _products(y_true: F64, y_pred: F64) -> F64:
    true, pred = y_true - y_true.mean(), y_pred - y_pred.mean()
    # Scaled, so that no product overflows or vanishes.
    true, pred = (values / (np.abs(values).max() or 1.0) for values in (true, pred))
    return np.stack([true, pred, np.square(true), np.square(pred), true * pred])


def _correlation(means: F64) -> F64:
    true, pred, true_square, pred_square, product = means
    true_spread = _spread(true, true_square)
    pred_spread = pred_square - np.square(pred)
    has_spread = pred_spread > NO_SPREAD * pred_square
    found = (product - true * pred) / np.sqrt(true_spread * np.where(has_spread, pred_spread, 1.0))
    return np.where(has_spread, np.clip(found, -1.0, 1.0), 0.0)


def _ratings(y_true: F64, y_pred: F64) -> F64:
    true, pred = y_true - y_true.mean(), y_pred - y_true.mean()
    return np.stack([np.square(true - pred), true, pred, np.square(true), np.square(pred)])


def _kappa(means: F64) -> F64:
    observed, true, pred, true_square, pred_square = means
    pred_spread = pred_square - np.square(pred)
    has_spread = pred_spread > NO_SPREAD * pred_square
    expected = _spread(true, true_square) + pred_spread + np.square(true - pred)
    return np.where(has_spread, 1.0 - observed / expected, 0.0)


def _hits(y_true: NDArray[Any], y_pred: NDArray[Any], *, positive: int | None = None) -> F64:
    """Of labels: whether they are right. Of indicators (`positive`), per row: hits, and twice the size of F1."""
    if positive is None:
        hit = y_true == y_pred
        return np.stack([hit if hit.ndim == 1 else hit.mean(axis=1), np.full(len(hit), 2.0)])
    true, pred = y_true == positive, y_pred == positive
    return np.stack([(true & pred).sum(axis=1), true.sum(axis=1) + pred.sum(axis=1)]).astype(np.float64)


def _f1(means: F64) -> F64:
    hits, size = means
    return np.where(size > 0.0, 2.0 * hits / np.where(size > 0.0, size, 1.0), 0.0)


def _right(y_true: NDArray[Any], y_pred: NDArray[Any]) -> F64:
    answer: F64 = (y_true == y_pred).astype(np.float64)[None]
    return answer


def _positives(y_true: NDArray[Any], y_pred: NDArray[Any], *, positive: int = 1) -> F64:
    true, pred = y_true == positive, y_pred == positive
    return np.stack([true & pred, true.astype(np.int8) + pred]).astype(np.float64)


def _log_losses(y_true: NDArray[Any], y_pred: F64) -> F64:
    return log_losses(y_true, y_pred)[None]


def _average_precisions(y_true: Any, y_pred: Any, *, k: int = 5) -> F64:
    return average_precisions(y_true, y_pred, k=k)[None]


def _gains(y_true: Any, y_pred: Any, *, k: int = 5, prepared: Mapping[str, F64] | None = None) -> F64:
    return discounted_gains(y_true, y_pred, None, k=k, prepared=prepared)[None]


FORMS: Final[dict[str, Form]] = {
    "rmse": Form(_squares, _root),
    "mse": Form(_squares, _only),
    "mae": Form(_absolutes, _only),
    "rmsle": Form(_log_squares, _root),
    "mape": Form(_shares, _only),
    "smape": Form(_symmetric_shares, _only),
    "pinball": Form(_pinballs, _only),
    "r2": Form(_explained, _r_squared, 3),
    "pearson": Form(_products, _correlation, 5),
    "quadratic_weighted_kappa": Form(_ratings, _kappa, 5),
    "accuracy": Form(_right, _only),
    "f1": Form(_positives, _f1, 2),
    "f1_micro": Form(_hits, _f1, 2),
    "log_loss": Form(_log_losses, _only),
    "brier": Form(_squares, _only),
    "map_at_k": Form(_average_precisions, _only),
    "ndcg_at_k": Form(_gains, _only),
}


def area_under_curve_of(y_true: F64, y_pred: F64, weight: F64 | None, counts: NDArray[np.uint8]) -> F64:
    """The AUC on each resample, `counts` saying how often each holds a row. The predictions are sorted once."""
    order = np.argsort(y_pred, kind="stable")
    ordered = y_pred[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    has_ties = starts.size < order.size
    positive = y_true[order] == 1.0
    weights = None if weight is None else weight[order]
    scores = np.empty(len(counts))
    for place, drawn in enumerate(counts):
        held: Any = drawn[order]
        if weights is not None:
            held = held * weights
        above, below = held * positive, held * ~positive
        if has_ties:
            wide = np.float64 if weights is not None else np.int64
            above, below = (np.add.reduceat(part, starts, dtype=wide) for part in (above, below))
        # Negatives below each positive; those of equal score count half.
        reached = np.cumsum(below, dtype=np.float64)
        pairs = np.dot(above.astype(np.float64), reached - below / 2.0 if has_ties else reached)
        scores[place] = pairs / (above.sum(dtype=np.float64) * reached[-1])
    return scores
