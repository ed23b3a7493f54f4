"""Columns of labels to columns of codes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.values import parse_integers

Codes = NDArray[np.int32]


def normal_text(text: pa.ChunkedArray, *, integers: bool) -> pa.ChunkedArray:
    """Labels as they are compared: without blanks around, whole numbers in one spelling (3, not 3.0 or 03).

    Where labels are whole numbers, true and false are 1 and 0: what pandas makes of `probability > 0.5`.
    """
    trimmed = pc.utf8_trim_whitespace(text)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if not integers:
        return trimmed
    lower = pc.utf8_lower(trimmed)
    for word, number in (("true", "1"), ("false", "0")):
        trimmed = pc.if_else(pc.equal(lower, word), pa.scalar(number), trimmed)
    values, bad = parse_integers(trimmed)
    return pa.chunked_array([pc.if_else(pa.array(bad), trimmed.combine_chunks(), pa.array(values).cast(pa.string()))])


def codes_of(texts: pa.ChunkedArray, labels: tuple[str, ...]) -> tuple[Codes, list[str]]:
    """The code of each label; texts that are none of `labels` get codes from len(labels) on; null gets -1.

    Returns:
        The codes, and the texts the further codes stand for.
    """
    encoded = texts.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    known = {label: code for code, label in enumerate(labels)}
    others: list[str] = []
    table = np.empty(len(encoded.dictionary) + 1, dtype=np.int32)
    table[-1] = -1
    for place, text in enumerate(encoded.dictionary.to_pylist()):
        code = known.get(text)
        if code is None:
            code = len(labels) + len(others)
            others.append(text)
        table[place] = code
    indices = np.asarray(pc.fill_null(encoded.indices, -1))
    return table[indices], others


def sorted_labels(texts: set[str]) -> tuple[tuple[str, ...], bool]:
    """The labels in order, numbers by value; and whether all are whole numbers."""
    integers = bool(texts) and all(_is_integer(text) for text in texts)
    return tuple(sorted(texts, key=int) if integers else sorted(texts)), integers


def without_fractions(texts: set[str]) -> set[str]:
    """`texts`, or if these are whole numbers written as pandas writes floats (1.0, 2.0), the numbers."""
    whole = {text.removesuffix(".0") for text in texts}
    return whole if all(_is_integer(text) for text in whole) else texts


def _is_integer(text: str) -> bool:
    body = text[1:] if text[:1] == "-" else text
    return body.isascii() and body.isdigit() and len(body) <= 18 and str(int(text)) == text
