"""Metrics of masks in run-length encoding. y_true, y_pred: texts, shape (n,). weight: shape (n,), >= 0, or None.

A cell holds pairs of numbers separated by spaces: the first pixel of a run, counted from 1, and how many there are. The
order in which pixels are counted does not matter as long as it is the same one. An empty cell is an empty mask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.metrics.bags import Texts
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Task, metric
from scoring.metrics.regression import mean
from scoring.values import as_mask

LARGER = Direction.LARGER_IS_BETTER
AVERAGE = Parameter(
    "average",
    str,
    "rows",
    "The mean of the rows, or all pixels of all rows counted together (global).",
    choices=("rows", "global"),
)
EMPTY = Parameter("empty", float, 1.0, "What a row scores where both masks are empty.", 0.0, 1.0)
BETA = Parameter("beta", float, 1.0, "How many times recall counts as much as precision: 1 is Dice.", 0.01, 100.0)
PAIRS: Final = r"^\s*([1-9][0-9]{0,9}\s+[1-9][0-9]{0,9}(\s+|$))*$"
LONGEST: Final = 1_000_000
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Runs:
    """Runs of pixels of several rows: their first pixels, how many they have, and their rows."""

    starts: I64
    sizes: I64
    rows: I64


def read_runs(texts: pa.Array) -> Runs:
    split = pc.utf8_split_whitespace(texts)
    flat, counts = split.flatten(), np.asarray(pc.list_value_length(split)).astype(np.int64)
    rows = np.repeat(np.arange(counts.size), counts)
    real = np.asarray(pc.not_equal(flat, "").to_numpy(zero_copy_only=False))
    numbers = np.asarray(flat.filter(pa.array(real)).cast(pa.int64()).to_numpy(zero_copy_only=False))
    return Runs(numbers[0::2], numbers[1::2], rows[real][0::2])


def check_runs(
    texts: pa.ChunkedArray,
    _is_truth: bool,  # noqa: FBT001
    _params: Mapping[str, Any],
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Which rows are no runs, ascending and apart."""
    bad = ~as_mask(pc.match_substring_regex(texts, PAIRS))
    good = pc.if_else(pa.array(bad), "", texts)
    runs = read_runs(good.combine_chunks() if isinstance(good, pa.ChunkedArray) else good)
    same_row = runs.rows[1:] == runs.rows[:-1]
    overlap = same_row & (runs.starts[1:] < runs.starts[:-1] + runs.sizes[:-1])
    bad[runs.rows[1:][overlap]] = True
    return [("bad_mask", bad)]


def _areas(y_true: Texts, y_pred: Texts) -> tuple[I64, I64, I64]:
    """By row: the pixels in both masks, in the true one and in the predicted one."""
    rows = y_true.size
    true, pred = (read_runs(pa.array(texts, pa.large_string())) for texts in (y_true, y_pred))
    # Where runs begin (+1) and end (-1), in order: while two are open both masks hold the pixel.
    row = np.concatenate([true.rows, true.rows, pred.rows, pred.rows])
    place = np.concatenate([true.starts, true.starts + true.sizes, pred.starts, pred.starts + pred.sizes])
    ones = [np.full(part.rows.size, sign) for part in (true, pred) for sign in (1, -1)]
    order = np.lexsort((place, row))
    row, place, depth = row[order], place[order], np.cumsum(np.concatenate(ones)[order])
    open_in_both = depth[:-1] == 2
    shared = np.bincount(row[:-1][open_in_both], np.diff(place)[open_in_both], rows)
    return (
        shared.astype(np.int64),
        np.bincount(true.rows, true.sizes, rows).astype(np.int64),
        np.bincount(pred.rows, pred.sizes, rows).astype(np.int64),
    )


def mean_or_global(parts: tuple[NDArray[Any], NDArray[Any]], weight: F64 | None, average: str, empty: float) -> float:
    """The mean of the shares of each row, or the share of the sums."""
    hits, size = parts
    if average == "global":
        total = float(size.sum() if weight is None else (size * weight).sum())
        return float(hits.sum() if weight is None else (hits * weight).sum()) / total if total else empty
    return mean(np.where(size > 0, hits / np.where(size > 0, size, 1), empty), weight)


@metric(
    "rle_dice",
    label="Dice of masks",
    direction=LARGER,
    task=Task.IMAGES,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(AVERAGE, BETA, EMPTY),
    check=check_runs,
    longest_text=LONGEST,
    source="sklearn.metrics.f1_score on decoded pixels; Dice (1945); run lengths as in Kaggle's competitions",
)
def rle_dice(
    y_true: Texts,
    y_pred: Texts,
    weight: F64 | None = None,
    *,
    average: str = "rows",
    beta: float = 1.0,
    empty: float = 1.0,
) -> float:
    """Dice coefficient (F1 of pixels, or F-beta) of masks in run-length encoding.

    A cell holds pairs of the first pixel of a run (from 1) and its length, separated by spaces, ascending and apart; an
    empty cell is an empty mask.
    """
    both, true, pred = _areas(y_true, y_pred)
    return mean_or_global(((1.0 + beta**2) * both, beta**2 * true + pred), weight, average, empty)


@metric(
    "rle_iou",
    label="IoU of masks",
    direction=LARGER,
    task=Task.IMAGES,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(AVERAGE, EMPTY),
    check=check_runs,
    longest_text=LONGEST,
    source="sklearn.metrics.jaccard_score on decoded pixels; Jaccard (1912); run lengths as in Kaggle's competitions",
)
def rle_iou(
    y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, average: str = "rows", empty: float = 1.0
) -> float:
    """Intersection over union of masks in run-length encoding.

    A cell holds pairs of the first pixel of a run (from 1) and its length, separated by spaces, ascending and apart; an
    empty cell is an empty mask.
    """
    both, true, pred = _areas(y_true, y_pred)
    return mean_or_global((both, true + pred - both), weight, average, empty)
