"""Columns of ranked lists, labels separated by spaces, to columns of codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.errors import InvalidSolution
from scoring.labels import codes_of, composed_text
from scoring.layout import LIST_MARKS, LONGEST_RANKING, Layout
from scoring.metrics.ranking import ABSENT, NO_LABEL
from scoring.metrics.registry import LARGEST
from scoring.values import Locator, as_array, as_mask
from scoring.words import text_bytes

WITH_RELEVANCE = r"^.+:([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"

Codes = NDArray[np.int32]
Mask = NDArray[np.bool_]

# Fewer rows are not worth another piece.
MANY = 50_000


@dataclass(frozen=True)
class Tokens:
    """Every label of a column without nulls, row by row; `sizes` says how many each row has."""

    texts: pa.ChunkedArray
    sizes: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row each label is of."""
        return np.repeat(np.arange(self.sizes.size), self.sizes)

    @property
    def places(self) -> NDArray[np.int64]:
        """The place of each label in its row."""
        return np.arange(len(self.texts)) - np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)


def _tokens(text: pa.ChunkedArray) -> Tokens:
    if all(_has_only_plain_blanks(chunk) for chunk in text.chunks):
        split = pc.split_pattern(text, " ")
    else:
        split = pc.utf8_split_whitespace(composed_text(text))
    tokens = Tokens(pc.list_flatten(split), as_array(pc.list_value_length(split)).astype(np.int64))
    real = as_mask(pc.not_equal(tokens.texts, ""))
    if real.all():
        return tokens
    # Two blanks in a row, or one at an end.
    rows = tokens.rows[real]
    return Tokens(tokens.texts.filter(pa.array(real)), np.bincount(rows, minlength=len(text)))


def _has_only_plain_blanks(chunk: pa.StringArray) -> bool:
    characters, _ = text_bytes(chunk)
    return not characters.size or bool(characters.min() >= 32 and characters.max() < 127)


@dataclass(frozen=True)
class Rankings:
    """A column of ranked lists.

    Attributes:
        columns: the code at each of the first places, NO_LABEL where there is none or the solution has no such label.
        blank: which rows name no label at all.
        joined: which rows hold unknown labels that look like a list: "a,b" or "['a', 'b']".
    """

    columns: list[Codes]
    blank: Mask
    joined: Mask

    @property
    def is_sound(self) -> bool:
        """Whether no row has a fault."""
        return not (self.blank.any() or self.joined.any())


def ranked_columns(text: pa.ChunkedArray, layout: Layout) -> Rankings:
    """The ranked lists in `text`, which has no nulls."""
    depth = min(layout.depth, LONGEST_RANKING)
    table = np.full((depth, len(text)), NO_LABEL, dtype=np.int32)
    # Piece by piece, so that little is in memory at once; each piece pays for hashing all labels. Arrow does its part
    # without holding Python's lock.
    size = max(MANY, len(layout.labels))

    def read(start: int) -> tuple[Mask, Mask]:
        return _read_piece(text.slice(start, size), layout, table[:, start : start + size])

    with ThreadPoolExecutor(pa.cpu_count()) as threads:
        faults = list(threads.map(read, range(0, len(text), size)))
    blank, joined = (np.concatenate([np.empty(0, np.bool_), *(pair[side] for pair in faults)]) for side in (0, 1))
    return Rankings(list(table), blank, joined)


def _read_piece(text: pa.ChunkedArray, layout: Layout, table: Codes) -> tuple[Mask, Mask]:
    """Fill `table`, a column per row of `text`; give back which rows are blank and joined (see Rankings)."""
    lists = [_even_lists(chunk) for chunk in text.chunks if len(chunk)]
    even = [pair for pair in lists if pair is not None]
    if len(even) == len(lists):
        codes = _codes(pa.chunked_array([tokens for tokens, _ in even], pa.string()), layout)
        token = row = 0
        for tokens, width in even:
            rows = len(tokens) // width
            block = codes[token : token + len(tokens)].reshape(rows, width).T[: len(table)]
            table[: len(block), row : row + rows] = block
            token, row = token + len(tokens), row + rows
        return np.zeros(len(text), dtype=np.bool_), _joined(text, codes, layout)
    tokens = _tokens(text)
    codes, places = _codes(tokens.texts, layout), tokens.places
    counted = places < len(table)
    table[places[counted], tokens.rows[counted]] = codes[counted]
    return np.asarray(tokens.sizes == 0), _joined(text, codes, layout)


def _joined(text: pa.ChunkedArray, codes: Codes, layout: Layout) -> Mask:
    """Which rows look like a list. Only where no label holds a comma or a bracket, and so by spelling alone.

    Whether what stands between the commas is a label of the solution is never asked: the answer would tell.
    """
    if layout.labels_hold_marks or (codes >= 0).all():
        return np.zeros(len(text), dtype=np.bool_)
    return as_mask(pc.match_substring_regex(text, LIST_MARKS))


def _codes(tokens: pa.ChunkedArray, layout: Layout) -> Codes:
    """The code of each label, which may have a blank before it."""
    found = as_array(pc.fill_null(pc.index_in(tokens, value_set=layout.label_texts), NO_LABEL))
    size = len(layout.labels)
    return np.where(found >= size, found - np.int32(size), found)


def _even_lists(chunk: pa.StringArray) -> tuple[pa.StringArray, int] | None:
    """The labels of a chunk in which every row has as many, single blanks between them; and how many that are.

    The labels are cut before their blank, " b" and " c" of "a b c": then they lie end to end as they are, and nothing
    is copied.
    """
    characters, starts = text_bytes(chunk)
    if not characters.size or characters.min() < 32 or characters.max() >= 127:
        return None
    blanks = np.flatnonzero(characters == 32)
    per_row, rest = divmod(blanks.size, len(chunk))
    if rest:
        return None
    offsets = np.empty(blanks.size + len(chunk) + 1, dtype=np.int32)
    grid = offsets[:-1].reshape(len(chunk), per_row + 1)
    grid[:, 0] = starts[:-1]
    grid[:, 1:] = blanks.reshape(len(chunk), per_row)
    offsets[-1] = starts[-1]
    # Each label at least one byte, besides its blank. Blanks of another row would make a step back.
    sizes = np.diff(offsets).reshape(grid.shape)
    if sizes[:, 0].min() < 1 or (per_row and sizes[:, 1:].min() < 2):
        return None
    tokens = pa.StringArray.from_buffers(offsets.size - 1, pa.py_buffer(offsets), pa.py_buffer(characters))
    return tokens, per_row + 1


def read_relevant_labels(
    text: pa.ChunkedArray, name: str, locator: Locator, *, with_relevance: bool
) -> tuple[tuple[str, ...], tuple[NDArray[np.generic], ...]]:
    """All labels, and per row the codes of the relevant ones (ABSENT beyond its last) and, if asked for, relevances.

    Raises:
        InvalidSolution: a row has no label, or a relevance is no number.
    """
    blank = as_mask(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(text), ""), fill_value=True))
    missing = locator.problems("no_relevant_labels", blank, column=name)
    if missing:
        raise InvalidSolution(missing)
    tokens = _tokens(text)
    texts, rows, places = tokens.texts, tokens.rows, tokens.places
    values = np.ones(len(texts))
    if with_relevance and as_mask(pc.match_substring(texts, ":")).any():
        texts, values = _relevances(texts, rows, name, locator, len(text))
    width = int(places.max()) + 1
    if width > LONGEST_RANKING:
        crowded = np.bincount(rows) > LONGEST_RANKING
        raise InvalidSolution(
            locator.problems("too_many_relevant", crowded, column=name, expected=str(LONGEST_RANKING))
        )
    labels = tuple(sorted(pc.unique(texts).to_pylist()))
    codes = np.full((len(text), width), ABSENT, dtype=np.int32)
    codes[rows, places] = codes_of(texts, labels)[0]
    _check_once(codes, name, locator)
    if not with_relevance:
        return labels, (codes,)
    relevance = np.zeros(codes.shape)
    relevance[rows, places] = values
    return labels, (codes, relevance)


def _relevances(
    tokens: pa.ChunkedArray, rows: NDArray[np.int64], name: str, locator: Locator, size: int
) -> tuple[pa.ChunkedArray, NDArray[np.float64]]:
    """The labels and their relevances; a label without a colon has the relevance 1."""
    has_number = as_mask(pc.match_substring_regex(tokens, WITH_RELEVANCE))
    numbers = pc.if_else(pa.array(has_number), pc.replace_substring_regex(tokens, r"^.*:", ""), pa.scalar("1"))
    values = as_array(numbers.cast(pa.float64()))
    good = (has_number | ~as_mask(pc.match_substring(tokens, ":"))) & (values <= LARGEST)
    if not good.all():
        bad = np.zeros(size, dtype=np.bool_)
        bad[rows[~good]] = True
        raise InvalidSolution(locator.problems("bad_relevance", bad, column=name, expected=f"0 to {LARGEST:g}"))
    return pc.replace_substring_regex(tokens, r":[^:]*$", ""), values


def _check_once(codes: Codes, name: str, locator: Locator) -> None:
    """No row names a relevant label twice."""
    ordered = np.sort(codes, axis=1)
    repeats = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != ABSENT)).any(axis=1)
    problems = locator.problems("repeated_label", repeats, column=name)
    if problems:
        raise InvalidSolution(problems)
