"""Columns of labels to columns of codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.values import composed_text, parse_integers

__all__ = ["codes_of", "composed_text", "normal_label", "normal_text", "sorted_labels", "without_fractions"]

Codes = NDArray[np.int32]

# What pandas, R, spreadsheets and JSON write for yes and no, in small letters, and the number each of them is.
BOOLEANS = {"true": "1", "false": "0"}


def normal_text(text: pa.ChunkedArray, labels: Collection[str] = (), *, integers: bool = False) -> pa.ChunkedArray:
    """Labels as they are compared: without blanks around, accents composed, whole numbers and booleans in one spelling.

    `labels` are those of the solution, all of them whole numbers if `integers`. A whole number is written as one (3,
    not 3.0, 03 or 3e0); true and 1 are the same label in any spelling where only one of them is in `labels`, and so
    are false and 0: what pandas makes of `probability > 0.5`.
    """
    trimmed = composed_text(pc.utf8_trim_whitespace(text))
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if integers:
        trimmed = _with_words(trimmed, BOOLEANS)
        values, bad = parse_integers(trimmed)
        whole = pc.if_else(pa.array(bad), trimmed.combine_chunks(), pa.array(values).cast(pa.string()))
        return pa.chunked_array([whole])
    spellings = _spellings_of(labels)
    if not spellings:
        return trimmed
    # A number 1.0 is yes as 1 is; other labels of the solution stay as they are.
    values, bad = parse_integers(trimmed)
    is_number = pa.array(~bad & ((values == 0) | (values == 1)))
    numbers = pc.if_else(is_number, pa.array(values).cast(pa.string()), trimmed.combine_chunks())
    read = _with_words(pa.chunked_array([numbers]), spellings).combine_chunks()
    is_label = pc.is_in(trimmed.combine_chunks(), value_set=pa.array(list(labels), pa.string()))
    return pa.chunked_array([pc.if_else(is_label, trimmed.combine_chunks(), read)])


def _with_words(text: pa.ChunkedArray, words: dict[str, str]) -> pa.ChunkedArray:
    """`text` with each of some words, in whatever case, replaced."""
    lower = pc.utf8_lower(text)
    for word, label in words.items():
        text = pc.if_else(pc.equal(lower, word), pa.scalar(label), text)
    return text


def _spellings_of(labels: Collection[str]) -> dict[str, str]:
    """The label that each word, in small letters, and number of a boolean stands for, where there is just one."""
    spellings: dict[str, str] = {}
    for word, number in BOOLEANS.items():
        named = [label for label in labels if label.lower() == word]
        if len(named) == 1:
            spellings |= {word: named[0], number: named[0]}
    return spellings


def normal_label(label: str) -> str:
    """One label as `normal_text` leaves a text: without blanks around, accents composed."""
    return unicodedata.normalize("NFC", label.strip())


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
    """The labels that `texts` are spellings of.

    Whole numbers written as pandas writes floats (1.0, 2.0) are the numbers, booleans in several spellings, or mixed
    with 0 and 1, are True and False.
    """
    whole = {text.removesuffix(".0") for text in texts}
    if all(_is_integer(text) for text in whole):
        return whole
    words = {text.lower() for text in whole}
    if words <= {*BOOLEANS, *BOOLEANS.values()}:
        yes = {"True" for word in words if word in ("true", "1")}
        no = {"False" for word in words if word in ("false", "0")}
        is_one_spelling = len(texts) == len(yes | no)
        return texts if is_one_spelling and words <= set(BOOLEANS) else yes | no
    return texts


def _is_integer(text: str) -> bool:
    body = text[1:] if text[:1] == "-" else text
    return body.isascii() and body.isdigit() and len(body) <= 18 and str(int(text)) == text
