"""Metrics of ranked lists.

y_pred of a list of labels: codes, shape (n, depth), -2 where there is no label or one no row of the solution knows.
y_true of it: codes, shape (n, most relevant labels of a row), -1 where a row has fewer; and for NDCG their relevance,
same shape. weight: shape (n,), >= 0, or None for equal weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import mean

Codes = NDArray[np.int32]
Truth = tuple[NDArray[Any], ...]

LARGER = Direction.LARGER_IS_BETTER
ABSENT = -1
NO_LABEL = -2
K = Parameter("k", int, 5, "How many places of the ranking count.", minimum=1, maximum=1000)


def _new_hits(y_true: Codes, y_pred: Codes) -> NDArray[np.int32]:
    """Which relevant label stands at each place: its column in y_true, or -1; a label named twice counts once."""
    hits = np.full(y_pred.shape, -1, dtype=np.int32)
    for column in range(y_true.shape[1]):
        match = y_pred == y_true[:, column, None]
        first = match.argmax(axis=1)
        rows = np.flatnonzero(match[np.arange(first.size), first])
        hits[rows, first[rows]] = column
    return hits


def average_precisions(y_true: Truth, y_pred: Codes, *, k: int) -> F64:
    """The average precision of the first K labels, row by row."""
    relevant = y_true[0]
    y_pred = y_pred[:, :k]
    if relevant.shape[1] == 1:
        match = y_pred == relevant
        first = match.argmax(axis=1)
        scores = match[np.arange(first.size), first] / (first + 1.0)
        return np.asarray(scores)
    is_hit = _new_hits(relevant, y_pred) >= 0
    precision = np.cumsum(is_hit, axis=1) / np.arange(1.0, y_pred.shape[1] + 1.0)
    counted = np.minimum((relevant != ABSENT).sum(axis=1), k)
    return np.asarray((precision * is_hit).sum(axis=1) / counted)


@metric(
    "map_at_k",
    label="MAP@K",
    direction=LARGER,
    task=Task.RANKING,
    inputs=Inputs.RANKED_LABELS,
    weights=True,
    multiple_targets=False,
    params=(K,),
    source="ml_metrics.mapk (Hamner)",
)
def mean_average_precision_at_k(y_true: Truth, y_pred: Codes, weight: F64 | None = None, *, k: int = 5) -> float:
    """Mean over rows of the average precision of the first K labels.

    The solution's column holds the relevant labels of a row, separated by spaces (often just one); the submission's
    column of the same name holds labels separated by spaces, the most confident first. Labels after the K-th are not
    read, a repeated label counts at its first place. A row scores the sum of precision at each hit, divided by the
    smaller of K and its number of relevant labels.
    """
    return mean(average_precisions(y_true, y_pred, k=k), weight)


def _discounts(places: int) -> F64:
    return np.asarray(1.0 / np.log2(np.arange(2.0, places + 2.0)))


def _ideal_gain(y_true: Truth | F64, weight: F64 | None, *, k: int = 5) -> dict[str, F64]:
    relevance = y_true[1] if isinstance(y_true, tuple) else y_true
    places = min(k, relevance.shape[1])
    best = -np.sort(-relevance, axis=1)[:, :places]
    return {"ideal": np.einsum("ij,j->i", best, _discounts(places))}


def discounted_gains(
    y_true: Truth | F64,
    y_pred: NDArray[Any],
    weight: F64 | None,
    *,
    k: int,
    prepared: Mapping[str, F64] | None,
) -> F64:
    """The discounted gain of the first K places as a share of the best possible, row by row."""
    ideal = (prepared or _ideal_gain(y_true, weight, k=k))["ideal"]
    if isinstance(y_true, tuple):  # noqa: SIM108 -- the type checker follows this form only
        gain = _gain_of_labels(y_true, y_pred[:, :k])
    else:
        gain = _gain_of_scores(y_true, y_pred, k)
    return np.divide(gain, ideal, out=np.zeros_like(ideal), where=ideal > 0.0)


@metric(
    "ndcg_at_k",
    label="NDCG@K",
    direction=LARGER,
    task=Task.RANKING,
    inputs=(Inputs.RANKED_LABELS, Inputs.RELEVANCES),
    weights=True,
    multiple_targets=False,
    params=(K,),
    minimum=-1e100,
    prepare=_ideal_gain,
    source="sklearn.metrics.ndcg_score, Järvelin and Kekäläinen (2002), linear gain",
)
def ndcg_at_k(
    y_true: Truth | F64,
    y_pred: NDArray[Any],
    weight: F64 | None = None,
    *,
    k: int = 5,
    prepared: Mapping[str, F64] | None = None,
) -> float:
    """Mean over rows of the discounted gain of the first K places, divided by the best possible.

    One target column: it holds the relevant labels of a row separated by spaces, each as label or label:relevance (1
    without), and the submission's column holds labels separated by spaces, the most confident first, a repeated label
    counting at its first place. Several target columns: each is a document with its relevance, the submission gives a
    score to each, higher scores rank first, equal scores share their places. A place p is discounted by log2(p + 1).
    A row without any relevance scores 0.
    """
    return mean(discounted_gains(y_true, y_pred, weight, k=k, prepared=prepared), weight)


def _gain_of_labels(y_true: Truth, y_pred: Codes) -> F64:
    relevant, relevance = y_true
    hits = _new_hits(relevant, y_pred)
    gains = np.where(hits >= 0, np.take_along_axis(relevance, np.maximum(hits, 0), axis=1), 0.0)
    return np.asarray(np.einsum("ij,j->i", gains, _discounts(y_pred.shape[1])))


def _gain_of_scores(y_true: F64, y_pred: F64, k: int) -> F64:
    documents = y_pred.shape[1]
    order = np.argsort(-y_pred, axis=1)
    scores = np.take_along_axis(y_pred, order, axis=1)
    gains = np.take_along_axis(y_true, order, axis=1)
    discounts = np.zeros(documents)
    discounts[:k] = _discounts(min(k, documents))
    is_tie = scores[:, 1:] == scores[:, :-1]
    tied = np.flatnonzero(is_tie.any(axis=1))
    if tied.size:
        # Documents of equal score share the mean of their gains.
        starts = np.hstack([np.ones((tied.size, 1), dtype=np.bool_), ~is_tie[tied]]).ravel()
        places = np.flatnonzero(starts)
        sizes = np.diff(places, append=starts.size)
        sums = np.add.reduceat(gains[tied].ravel(), places)
        gains[tied] = np.repeat(sums / sizes, sizes).reshape(tied.size, documents)
    return np.asarray(np.einsum("ij,j->i", gains, discounts))


def _hits_and_relevant(y_true: Truth, y_pred: Codes, k: int) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Which places hold a relevant label for the first time, and how many relevant labels each row has."""
    return _new_hits(y_true[0], y_pred[:, :k]) >= 0, (y_true[0] != ABSENT).sum(axis=1)


@metric(
    "recall_at_k",
    label="Recall@K",
    direction=LARGER,
    task=Task.RANKING,
    inputs=Inputs.RANKED_LABELS,
    weights=True,
    multiple_targets=False,
    params=(K,),
    source="trec_eval recall.K",
)
def recall_at_k(y_true: Truth, y_pred: Codes, weight: F64 | None = None, *, k: int = 5) -> float:
    """Mean over rows of the share of the relevant labels that are among the first K.

    Labels are separated by spaces, the most confident first. With more than K relevant labels a row can't reach 1.
    """
    hits, relevant = _hits_and_relevant(y_true, y_pred, k)
    return mean(hits.sum(axis=1) / relevant, weight)


@metric(
    "hit_at_k",
    label="Hit@K (top-K accuracy)",
    direction=LARGER,
    task=Task.RANKING,
    inputs=Inputs.RANKED_LABELS,
    weights=True,
    multiple_targets=False,
    params=(K,),
    source="trec_eval success.K; with one relevant label sklearn.metrics.top_k_accuracy_score",
)
def hit_at_k(y_true: Truth, y_pred: Codes, weight: F64 | None = None, *, k: int = 5) -> float:
    """Share of the rows with a relevant label among the first K. Labels are separated by spaces."""
    hits, _relevant = _hits_and_relevant(y_true, y_pred, k)
    return mean(np.asarray(hits.any(axis=1), dtype=np.float64), weight)


@metric(
    "mrr",
    label="Mean reciprocal rank",
    direction=LARGER,
    task=Task.RANKING,
    inputs=Inputs.RANKED_LABELS,
    weights=True,
    multiple_targets=False,
    params=(K,),
    source="trec_eval recip_rank, cut off at K",
)
def mean_reciprocal_rank(y_true: Truth, y_pred: Codes, weight: F64 | None = None, *, k: int = 5) -> float:
    """Mean over rows of 1 / place of the first relevant label; 0 where none is among the first K."""
    hits, _relevant = _hits_and_relevant(y_true, y_pred, k)
    return mean(np.where(hits.any(axis=1), 1.0 / (hits.argmax(axis=1) + 1.0), 0.0), weight)


@metric(
    "lwlrap",
    label="lwlrap",
    direction=LARGER,
    task=Task.RANKING,
    inputs=Inputs.BINARY_SCORES,
    weights=True,
    pools_columns=True,
    fewest_targets=2,
    requires={Requirement.NOT_ZERO},
    source="sklearn.metrics.label_ranking_average_precision_score with a row's number of labels as its weight; "
    "Freesound Audio Tagging (2019)",
)
def label_weighted_label_ranking_average_precision(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Mean over all labels that rows have of the precision at that label's place in the row.

    Each target column is a label that a row has (1) or not (0); a submission gives a score to each, and higher ones
    stand first. Of equal scores all stand at the last of their places. Rows without a label do not count.
    """
    rows, labels = np.nonzero(y_true == 1.0)
    order = np.argsort(-y_pred, axis=1, kind="stable")
    ordered = np.take_along_axis(y_pred, order, axis=1)
    hits = np.cumsum(np.take_along_axis(y_true, order, axis=1), axis=1)
    width = y_pred.shape[1]
    # The last place of each tie: from the right, the nearest place at which a smaller score follows.
    ends = np.where(
        np.column_stack([ordered[:, 1:] != ordered[:, :-1], np.ones(len(ordered), bool)]), np.arange(width), width
    )
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    precision = np.take_along_axis(hits, last, axis=1) / (last + 1.0)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.broadcast_to(np.arange(width), order.shape), axis=1)
    found: F64 = np.asarray(precision[rows, place[rows, labels]])
    return mean(found, None if weight is None else weight[rows])
