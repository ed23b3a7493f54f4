"""Texts as bags and sequences of tokens, for all rows at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Texts = NDArray[Any]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

# Characters looked at together: what lies between the steps takes many times their size.
BLOCK = 1 << 20
_ODD = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(31)


@dataclass(frozen=True)
class Tokens:
    """Tokens of several rows, one row after the other. `codes`: the same for the same token; `sizes`: by row."""

    codes: I64
    sizes: I64

    @property
    def rows(self) -> I64:
        """The row of each token."""
        return np.repeat(np.arange(self.sizes.size), self.sizes)


def words(*columns: Texts) -> tuple[list[Tokens], list[str]]:
    """The words of some columns, separated by white space, with codes in common; and the word of each code."""
    whole = pa.array(np.concatenate(columns), pa.large_string())
    split = pc.utf8_split_whitespace(whole)
    flat, sizes = split.flatten(), np.asarray(pc.list_value_length(split)).astype(np.int64)
    # White space at an end, and a text of nothing else, leave empty words.
    real = np.asarray(pc.not_equal(flat, "").to_numpy(zero_copy_only=False))
    if not real.all():
        sizes = np.bincount(np.repeat(np.arange(sizes.size), sizes)[real], minlength=sizes.size)
        flat = flat.filter(pa.array(real))
    encoded = flat.dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False)).astype(np.int64)
    return list(_cut(codes, sizes, [column.size for column in columns])), encoded.dictionary.to_pylist()


def characters(*columns: Texts) -> list[Tokens]:
    """The characters of some columns."""
    found = []
    for column in columns:
        letters = np.frombuffer("".join(column).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
        found.append(Tokens(letters, np.fromiter(map(len, column), np.int64, column.size)))
    return found


def _cut(codes: I64, sizes: I64, rows: Sequence[int]) -> Iterator[Tokens]:
    ends = np.concatenate(([0], np.cumsum(sizes)))
    start = 0
    for count in rows:
        yield Tokens(codes[ends[start] : ends[start + count]], sizes[start : start + count])
        start += count


def as_strings(tokens: Tokens) -> list[str]:
    """Each row as a text in which one character stands for each token."""
    # Past the surrogates, which no text may hold.
    letters = (tokens.codes + np.where(tokens.codes >= 0xD800 - 1, 0x800 + 1, 1)).astype(np.uint32)
    whole = letters.tobytes().decode("utf-32-le")
    ends = np.concatenate(([0], np.cumsum(tokens.sizes))).tolist()
    return [whole[start:end] for start, end in itertools.pairwise(ends)]


def set_overlap(true: Tokens, pred: Tokens) -> tuple[I64, I64, I64]:
    """By row: how many different tokens both hold, the true row holds, and the predicted one."""
    rows, size = true.sizes.size, 1 + max(int(part.codes.max(initial=0)) for part in (true, pred))
    mine, theirs = (np.unique(part.rows * size + part.codes) for part in (true, pred))
    both = np.intersect1d(mine, theirs, assume_unique=True)
    counts = [np.bincount(keys // size, minlength=rows) for keys in (both, mine, theirs)]
    return counts[0], counts[1], counts[2]


def gram_overlaps(true: Tokens, pred: Tokens, longest: int) -> Iterator[tuple[I64, I64, I64]]:
    """For runs of 1, 2, … `longest` tokens, by row: how many both hold, each as often as in both, and of each."""
    rows = true.sizes.size
    for (mine, my_rows), (theirs, their_rows) in zip(_grams(true, longest), _grams(pred, longest), strict=True):
        keys, first, counts = np.unique(mine, return_index=True, return_counts=True)
        others, other_counts = np.unique(theirs, return_counts=True)
        both, here, there = np.intersect1d(keys, others, assume_unique=True, return_indices=True)
        shared = np.minimum(counts[here], other_counts[there])
        match = np.bincount(my_rows[first[here]], shared, rows).astype(np.int64) if both.size else np.zeros(rows, int)
        yield match, np.bincount(my_rows, minlength=rows), np.bincount(their_rows, minlength=rows)


def _grams(tokens: Tokens, longest: int) -> Iterator[tuple[U64, I64]]:
    """For each length a key of every run of tokens, different rows having different keys; and the row of each."""
    rows, codes = tokens.rows, tokens.codes.astype(np.uint64)
    keys = _mixed(rows.astype(np.uint64) + _OTHER)
    for length in range(1, longest + 1):
        size = max(codes.size - length + 1, 0)
        # Runs that reach into the next row are none.
        keys = _mixed(keys[:size] * _OTHER + codes[length - 1 :])
        whole = rows[:size] == rows[length - 1 :]
        yield keys[whole], rows[:size][whole]


def _mixed(keys: U64) -> U64:
    keys = (keys ^ (keys >> _SHIFT)) * _ODD
    return np.asarray((keys ^ (keys >> _SHIFT)) * _OTHER)


def blocks(*columns: Texts) -> Iterator[slice]:
    """Rows to look at together, so many that their texts are about a block."""
    sizes = np.zeros(columns[0].size, dtype=np.int64)
    for column in columns:
        sizes += np.fromiter(map(len, column), np.int64, column.size)
    number = np.cumsum(sizes) // BLOCK
    starts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), columns[0].size]
    for start, end in itertools.pairwise(starts):
        yield slice(start, end)
