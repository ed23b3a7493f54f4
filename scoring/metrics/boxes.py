"""Detection of objects. y_true, y_pred: texts, shape (n,), a row being an image.

A cell of the solution holds boxes of five values, separated by spaces: label left top width height; one of a submission
six: label confidence left top width height. An empty cell: nothing is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.metrics.bags import Texts
from scoring.metrics.masks import mean_or_global
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.values import as_mask

NUMBER: Final = r"[+-]?([0-9]{1,12}\.?[0-9]{0,12}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?"
SIZE: Final = r"\+?([0-9]{1,12}\.?[0-9]{0,12}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?"
TRUE_BOXES: Final = rf"^\s*(\S+\s+{NUMBER}\s+{NUMBER}\s+{SIZE}\s+{SIZE}(\s+|$))*$"
BOXES: Final = rf"^\s*(\S+\s+{NUMBER}\s+{NUMBER}\s+{NUMBER}\s+{SIZE}\s+{SIZE}(\s+|$))*$"
# Of each label in each image, the most confident first: as COCO does.
MOST: Final = 100
LONGEST: Final = 100_000
# The step that keeps COCO's precision from dividing by nothing.
STEP: Final = float(np.spacing(1))
RECALLS: Final = np.linspace(0.0, 1.0, 101)
THRESHOLDS: Final = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
LEVELS = Parameter(
    "thresholds", tuple, THRESHOLDS, "From which overlap (IoU) a box counts as found; the mean of several.", 0.01, 1.0
)
HALF = Parameter("thresholds", tuple, [0.5], LEVELS.description, 0.01, 1.0)
AVERAGE = Parameter(
    "average",
    str,
    "global",
    "All boxes of all rows counted together (global), or the mean of the rows.",
    choices=("global", "rows"),
)
BETA = Parameter("beta", float, 1.0, "How many times recall counts as much as precision.", 0.01, 100.0)
EMPTY = Parameter("empty", float, 1.0, "What a row scores where there are no boxes, and none are predicted.", 0.0, 1.0)
INTERPOLATION = Parameter(
    "points",
    str,
    "coco",
    "How the curve of precision is added up: at 101 recalls (coco), or at every one there is (voc).",
    choices=("coco", "voc"),
)
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Boxes:
    """Boxes of several images: the image and label of each, its confidence, and left, top, right, bottom."""

    images: I64
    labels: NDArray[Any]
    confidence: F64
    corners: F64


def _read(texts: Texts, fields: int) -> Boxes:
    split = pc.utf8_split_whitespace(pa.array(texts, pa.large_string()))
    flat, counts = split.flatten(), np.asarray(pc.list_value_length(split)).astype(np.int64)
    rows = np.repeat(np.arange(counts.size), counts)
    real = np.asarray(pc.not_equal(flat, "").to_numpy(zero_copy_only=False))
    tokens, rows = flat.filter(pa.array(real)), rows[real]
    boxes = len(tokens) // fields
    places = np.arange(boxes * fields).reshape(boxes, fields)
    numbers = tokens.take(pa.array(places[:, 1:].ravel()))
    values = np.asarray(numbers.cast(pa.float64()).to_numpy(zero_copy_only=False)).reshape(boxes, fields - 1)
    left, top, width, height = values[:, -4:].T
    confidence = values[:, 0] if fields == 6 else np.ones(boxes)
    labels = tokens.take(pa.array(places[:, 0])).to_numpy(zero_copy_only=False)
    return Boxes(rows[::fields], labels, confidence, np.column_stack([left, top, left + width, top + height]))


def _check(
    texts: pa.ChunkedArray,
    is_truth: bool,  # noqa: FBT001
    _params: Mapping[str, Any],
) -> list[tuple[str, NDArray[np.bool_]]]:
    if is_truth:
        return [("bad_true_boxes", ~as_mask(pc.match_substring_regex(texts, TRUE_BOXES)))]
    return [("bad_boxes", ~as_mask(pc.match_substring_regex(texts, BOXES)))]


def overlap(one: F64, other: F64) -> F64:
    """Intersection over union of boxes, shapes (…, 4)."""
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared = np.clip(sides, 0.0, None).prod(axis=-1)
    area, other_area = ((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (one, other))
    union = area + other_area - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(union), where=union > 0.0))


@metric(
    "detection_map",
    label="Detection mAP",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.IMAGES,
    inputs=Inputs.TEXTS,
    params=(LEVELS, INTERPOLATION),
    check=_check,
    longest_text=LONGEST,
    requires={Requirement.NOT_EMPTY},
    source="pycocotools COCOeval (bbox, all areas, 100 detections); Everingham et al. (2010) with points=voc",
)
def detection_map(
    y_true: Texts,
    y_pred: Texts,
    weight: F64 | None = None,
    *,
    thresholds: Sequence[float] = tuple(THRESHOLDS),
    points: str = "coco",
) -> float:
    """Mean average precision of boxes, over the labels of the solution and over thresholds of overlap (IoU).

    A row is an image. The solution holds its boxes as label left top width height, a submission as label confidence
    left top width height, all separated by spaces. The most confident box first takes the true box that it overlaps
    most, each true box once. Of a label in an image the 100 most confident boxes count.
    """
    true, pred = _read(y_true, 5), _read(y_pred, 6)
    labels, codes = np.unique(true.labels.astype(str), return_inverse=True)
    groups = true.images * labels.size + codes
    pred, pred_groups = _grouped(pred, labels)
    confidence, corners = pred.confidence, pred.corners
    # By image and label, the most confident first; then which place each has there.
    order = np.lexsort((-confidence, pred_groups))
    pred_groups, confidence, corners = pred_groups[order], confidence[order], corners[order]
    rank = np.arange(pred_groups.size) - np.searchsorted(pred_groups, pred_groups, side="left")
    kept = rank < MOST
    pred_groups, rank = pred_groups[kept], rank[kept]
    confidence, corners = confidence[kept], corners[kept]
    found = _matched(groups, true.corners, pred_groups, corners, rank=rank, thresholds=np.asarray(thresholds))
    scores = []
    for code in range(labels.size):
        of_label = np.flatnonzero(pred_groups % labels.size == code)
        # Images in their order where confidences are the same.
        best_first = of_label[np.argsort(-confidence[of_label], kind="stable")]
        there = int(np.count_nonzero(codes == code))
        scores += [_average_precision(hits[best_first], there, points) for hits in found]
    return float(np.mean(scores))


def _grouped(pred: Boxes, labels: NDArray[Any]) -> tuple[Boxes, I64]:
    """The predicted boxes of these labels, and the number of the image and label of each."""
    known = np.isin(pred.labels.astype(str), labels)
    held = Boxes(pred.images[known], pred.labels[known], pred.confidence[known], pred.corners[known])
    return held, held.images * labels.size + np.searchsorted(labels, held.labels.astype(str))


@metric(
    "detection_f1",
    label="F-beta of detected objects",
    direction=Direction.LARGER_IS_BETTER,
    task=Task.IMAGES,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(HALF, AVERAGE, BETA, EMPTY),
    check=_check,
    longest_text=LONGEST,
    requires={Requirement.NOT_EMPTY},
    source="Precision and recall of boxes matched as by COCO; the mean over thresholds and rows as in Kaggle's Airbus",
)
def detection_f1(
    y_true: Texts,
    y_pred: Texts,
    weight: F64 | None = None,
    *,
    thresholds: Sequence[float] = (0.5,),
    average: str = "global",
    beta: float = 1.0,
    empty: float = 1.0,
) -> float:
    """F1 (or F-beta) of boxes: a true box that no box finds is a miss, a box that finds none a false one.

    A row is an image; boxes are written as for the detection mAP. The most confident box first takes the true box of
    its label that it overlaps most, each true box once. With several thresholds of overlap (IoU): the mean.
    """
    rows = y_true.size
    true, pred = _read(y_true, 5), _read(y_pred, 6)
    sizes = np.bincount(true.images, minlength=rows), np.bincount(pred.images, minlength=rows)
    labels, codes = np.unique(true.labels.astype(str), return_inverse=True)
    pred, groups = _grouped(pred, labels)
    order = np.lexsort((-pred.confidence, groups))
    groups, images, corners = groups[order], pred.images[order], pred.corners[order]
    rank = np.arange(groups.size) - np.searchsorted(groups, groups, side="left")
    found = _matched(
        true.images * labels.size + codes,
        true.corners,
        groups,
        corners,
        rank=rank,
        thresholds=np.asarray(thresholds),
    )
    size = beta**2 * sizes[0] + sizes[1]
    scores = [
        mean_or_global(((1.0 + beta**2) * np.bincount(images, hits, rows), size), weight, average, empty)
        for hits in found
    ]
    return float(np.mean(scores))


def _matched(groups: I64, true: F64, pred_groups: I64, pred: F64, *, rank: I64, thresholds: F64) -> NDArray[np.bool_]:
    """Whether each predicted box finds a true one, by threshold: shape (thresholds, boxes).

    The first of all groups at once, then the second ones: only within a group does one take from another.
    """
    order = np.argsort(groups, kind="stable")
    groups, true = groups[order], true[order]
    starts = np.searchsorted(groups, pred_groups, side="left")
    counts = np.searchsorted(groups, pred_groups, side="right") - starts
    free = np.ones((thresholds.size, groups.size), dtype=np.bool_)
    found = np.zeros((thresholds.size, pred_groups.size), dtype=np.bool_)
    least = np.minimum(thresholds, 1.0 - 1e-10)
    for place in range(int(rank.max(initial=-1)) + 1):
        boxes = np.flatnonzero((rank == place) & (counts > 0))
        if not boxes.size:
            continue
        width = int(counts[boxes].max())
        # Of equal overlaps the last one, as COCO does: looked at from the end.
        steps = np.arange(width)[::-1]
        real = steps < counts[boxes, None]
        partners = np.where(real, starts[boxes, None] + steps, 0)
        overlaps = np.where(real, overlap(pred[boxes, None], true[partners]), -1.0)
        for level, minimum in enumerate(least):
            open_ones = np.where(free[level][partners], overlaps, -1.0)
            best = open_ones.argmax(axis=1)
            rows = np.arange(boxes.size)
            hit = open_ones[rows, best] >= minimum
            found[level, boxes[hit]] = True
            free[level, partners[rows, best][hit]] = False
    return found


def _average_precision(hits: NDArray[np.bool_], there: int, points: str) -> float:
    if not hits.size:
        return 0.0
    right = np.cumsum(hits)
    recall = right / there
    precision = right / (np.arange(1, hits.size + 1) + STEP)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "voc":
        return float((np.diff(recall, prepend=0.0) * envelope).sum())
    places = np.searchsorted(recall, RECALLS, side="left")
    return float(np.append(envelope, 0.0)[places].mean())
