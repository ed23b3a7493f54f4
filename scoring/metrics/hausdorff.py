"""How far masks are apart. y_true, y_pred: texts, shape (n,): masks in run-length encoding, see `masks`.

The distances of pixels are measured by SciPy, which is loaded when it is first needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.metrics.bags import Texts
from scoring.metrics.masks import LONGEST, check_runs, read_runs
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Task, metric
from scoring.metrics.regression import mean

I64 = NDArray[np.int64]
HEIGHT = Parameter("height", int, 256, "How many pixels high every image is.", 1, 4096)
WIDTH = Parameter("width", int, 256, "How many pixels wide every image is.", 1, 4096)
ORDER = Parameter(
    "order",
    str,
    "columns",
    "How pixels are counted: down the columns, as Kaggle does, or along the rows.",
    choices=("columns", "rows"),
)
# Of all images together: masks made to be slow take some ten seconds then.
MOST_PIXELS: Final = 1 << 26


def _check(
    texts: pa.ChunkedArray,
    is_truth: bool,  # noqa: FBT001
    params: Mapping[str, Any],
) -> list[tuple[str, NDArray[np.bool_]]]:
    ((_code, bad),) = check_runs(texts, is_truth, params)
    size = int(params["height"]) * int(params["width"])
    good = pc.if_else(pa.array(bad), "", texts)
    runs = read_runs(good.combine_chunks() if isinstance(good, pa.ChunkedArray) else good)
    outside = np.zeros(len(texts), dtype=np.bool_)
    outside[runs.rows[runs.starts + runs.sizes - 1 > size]] = True
    too_many = is_truth & (np.arange(1, len(texts) + 1) > max(1, MOST_PIXELS // size))
    return [("bad_mask", bad), ("mask_outside", outside), ("too_many_for_metric", too_many)]


def _pixels(starts: I64, sizes: I64) -> I64:
    """The numbers of the pixels of some runs, from 0."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - 1 - (ends - sizes), sizes) + np.arange(ends[-1] if ends.size else 0)


@metric(
    "rle_hausdorff",
    label="Hausdorff distance of masks",
    direction=Direction.SMALLER_IS_BETTER,
    task=Task.IMAGES,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(HEIGHT, WIDTH, ORDER),
    check=_check,
    checked=("height", "width"),
    longest_text=LONGEST,
    source="scipy.spatial.distance.directed_hausdorff on decoded pixels, the larger of both ways; Hausdorff (1914)",
)
def rle_hausdorff(
    y_true: Texts,
    y_pred: Texts,
    weight: F64 | None = None,
    *,
    height: int = 256,
    width: int = 256,
    order: str = "columns",
) -> float:
    """Mean over rows of the distance, in pixels, of the pixel that is farthest from the other mask.

    Masks are written as for the Dice of masks; all images have the same size. Two empty masks: 0; one: the diagonal.
    """
    true, pred = (read_runs(pa.array(texts, pa.large_string())) for texts in (y_true, y_pred))
    side = height if order == "columns" else width
    distances = np.zeros(y_true.size)
    true_ends, pred_ends = (np.searchsorted(part.rows, np.arange(y_true.size + 1)) for part in (true, pred))
    for row in range(y_true.size):
        one, other = (
            _pixels(part.starts[ends[row] : ends[row + 1]], part.sizes[ends[row] : ends[row + 1]])
            for part, ends in ((true, true_ends), (pred, pred_ends))
        )
        if one.size and other.size:
            distances[row] = _distance(one, other, side)
        elif one.size or other.size:
            distances[row] = math.hypot(height, width)
    return mean(distances, weight)


def _distance(one: I64, other: I64, side: int) -> float:
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415 -- see above

    if np.array_equal(one, other):
        return 0.0
    # Only the part of the image that holds both matters: the nearest pixel of a mask lies in it.
    (one_across, one_down), (other_across, other_down) = (np.divmod(pixels, side) for pixels in (one, other))
    left, top = (min(a.min(), b.min()) for a, b in ((one_across, other_across), (one_down, other_down)))
    right, bottom = (max(a.max(), b.max()) for a, b in ((one_across, other_across), (one_down, other_down)))
    masks = np.zeros((2, right - left + 1, bottom - top + 1), dtype=np.bool_)
    masks[0, one_across - left, one_down - top] = True
    masks[1, other_across - left, other_down - top] = True
    farthest = 0.0
    for mask, from_mask in (masks, masks[::-1]):
        alone = mask & ~from_mask
        if alone.any():
            farthest = max(farthest, float(distance_transform_edt(~from_mask)[alone].max()))
    return farthest
