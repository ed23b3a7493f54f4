"""Sorting by score, quickly: what AUC, average precision and rank correlation are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.registry import F64

U64 = NDArray[np.uint64]

_SIGN = np.uint64(1 << 63)
_ONE = np.uint64(1)
_NO_SIGN = np.int64((1 << 63) - 1)
_FRACTION = 52
_HALF_OF_HALF = 1 << 62


def tied_ranks(values: F64) -> F64:
    """Ranks from 1; equal values share the mean of their ranks."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(starts[1:], values.size)
    ranks = np.empty(values.size)
    ranks[order] = np.repeat((starts + ends + 1) / 2.0, ends - starts)
    return ranks


def sortable(values: F64) -> U64:
    """Unsigned integers in the order of finite `values`; equal values (0.0 and -0.0 too) give equal integers."""
    bits = (values + 0.0).view(np.uint64)
    if values.size and not np.signbit(values.min()):
        return bits
    negative = bits >= _SIGN
    return np.where(negative, ~bits, bits | _SIGN)


def sorted_with_flag(values: F64, flag: NDArray[np.bool_]) -> tuple[NDArray[np.integer[Any]], NDArray[np.bool_]]:
    """Keys of `values` in ascending order, and the flags of the rows they came from; within ties false comes first.

    A sort of plain integers is many times quicker than finding an order and following it: the flag travels in the
    lowest bit of the key. Values that span more of the range of doubles than leaves a bit free go the long way.
    """
    keys = _keys_with_room(values)
    if keys is None:
        order = np.lexsort((flag, values))
        return sortable(values)[order], flag[order]
    keys |= flag
    keys.sort()
    return keys >> 1, (keys & 1).astype(np.bool_)


def _keys_with_room(values: F64) -> NDArray[np.integer[Any]] | None:
    """New integers in the order of finite `values`, the lowest bit of each 0; None where they need all 64 bits."""
    bits = (values + 0.0).view(np.int64)
    if values.min() >= 0.0:
        return bits.view(np.uint64) << _ONE
    # The bits of a double without its sign count up with its size, and begin here just below the smallest but zero.
    size = bits & _NO_SIGN
    largest = int(size.max())
    smallest = int(np.where(size == 0, largest, size).min())
    below = max((smallest >> _FRACTION) - 1, 0) << _FRACTION
    if largest - below >= _HALF_OF_HALF:
        return None
    size = np.maximum(size - below, 0)
    keys: NDArray[np.int64] = np.where(bits < 0, -size, size) << np.int64(1)
    return keys
