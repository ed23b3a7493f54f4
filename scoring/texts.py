"""Columns of texts: numpy arrays of `str`, which are stored as bytes and offsets."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.labels import composed_text
from scoring.layout import Layout
from scoring.metrics import registry
from scoring.values import Mask, as_array, as_mask


def text_array(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of texts, accents composed, nothing being an empty text."""
    return as_array(composed_text(column.fill_null(""))).astype(object, copy=False)


def text_faults(text: pa.ChunkedArray, layout: Layout, *, is_truth: bool = False) -> list[tuple[str, Mask]]:
    """Which rows of a column without nulls are too long, or not written as the metric asks: by problem code."""
    faults = [("text_too_long", as_mask(pc.greater(pc.utf8_length(text), layout.longest)))]
    metric = registry.get(layout.text_metric)
    if metric.check is None or faults[0][1].any():
        return faults
    params = dict(zip(metric.checked, layout.text_kind.split(" "), strict=True))
    return [*faults, *metric.check(text, is_truth, params)]


def as_bytes(texts: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All texts one after the other, and where each begins and the last ends."""
    stored = pa.array(texts, pa.large_string())
    _valid, offsets, characters = stored.buffers()
    ends = np.frombuffer(offsets, np.int64)[: len(stored) + 1] if offsets is not None else np.zeros(1, np.int64)
    letters = np.frombuffer(characters, np.uint8)[: ends[-1]] if characters is not None else np.empty(0, np.uint8)
    return letters, ends


def as_texts(characters: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[Any]:
    """The inverse of `as_bytes`."""
    stored = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(characters))
    return np.asarray(stored.to_numpy(zero_copy_only=False))


def told_apart(columns: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Columns with a number for each text, the same for the same one; other columns as they are."""
    return [
        np.array([zlib.crc32(text.encode()) for text in column], dtype=np.uint32).view(np.int32)
        if column.dtype == object
        else column
        for column in columns
    ]
