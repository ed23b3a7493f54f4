"""Text columns to numbers, and where they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.errors import Problem, listed, quoted
from scoring.words import text_bytes

Mask = NDArray[np.bool_]

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"
# Rows read at a time.
PIECE = 1 << 16

INTEGER = r"^[+-]?[0-9]{1,18}(\.0*)?$"
# As R and others write round numbers: 1e+05.
ROUND_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE]\+?[0-9]{1,2}$"
# The whole numbers up to here are all doubles.
LARGEST_EXACT = float(1 << 53)


def as_array(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of numbers without nulls as one array."""
    # Arrow's own memory is used again from one request to the next; fresh pages of the system cost more than the copy.
    whole = (
        column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.array([], column.type)])
    )
    return np.asarray(whole.to_numpy(zero_copy_only=False))


def as_mask(column: pa.ChunkedArray) -> Mask:
    """A boolean column as an array; null counts as false."""
    return as_array(pc.fill_null(column, fill_value=False)).astype(np.bool_, copy=False)


def composed_text(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """`text` with accents and the like composed with their letters (NFC): some systems write them apart."""
    chunks = [chunk if _is_ascii(chunk) else pc.utf8_normalize(chunk, form="NFC") for chunk in text.chunks]
    return pa.chunked_array(chunks, pa.string())


def _is_ascii(chunk: pa.StringArray) -> bool:
    characters, _ = text_bytes(chunk)
    return not characters.size or int(characters.max()) < 128


@dataclass(frozen=True)
class Numbers:
    """A text column read as numbers: `values` holds NaN wherever one of the masks is true."""

    values: NDArray[np.float64]
    missing: Mask
    not_a_number: Mask
    not_finite: Mask

    @property
    def bad(self) -> Mask:
        """Rows without a finite number."""
        return self.missing | self.not_a_number | self.not_finite


def parse_numbers(text: pa.ChunkedArray) -> Numbers:
    """Blanks around a number, a plus sign and exponents are fine; a column of nothing but true and false is 1 and 0."""
    text = _without_booleans(text)
    parts = [_parse_numbers(piece) for piece in _pieces(text)]
    return Numbers(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.missing for part in parts]),
        np.concatenate([part.not_a_number for part in parts]),
        np.concatenate([part.not_finite for part in parts]),
    )


def _without_booleans(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of booleans as "1" and "0"; any other as it is: a single word among numbers is a mistake."""
    if len(text) == text.null_count:
        return text
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(pc.drop_null(text.slice(0, PIECE))))
    words = pa.array(["true", "false"])
    if not pc.all(pc.is_in(lower, value_set=words)).as_py():
        return text
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    if not pc.all(pc.or_(pc.is_in(lower, value_set=words), pc.is_null(lower))).as_py():
        return text
    return pc.if_else(pc.equal(lower, "true"), "1", pc.if_else(pc.is_null(lower), pa.scalar(None, pa.string()), "0"))


def _pieces(text: pa.ChunkedArray) -> list[pa.ChunkedArray]:
    """Short runs of a column (one at least): what lies between the steps of reading text takes many times its size."""
    return [text.slice(start, PIECE) for start in range(0, max(1, len(text)), PIECE)]


def _parse_numbers(text: pa.ChunkedArray) -> Numbers:
    text = pc.utf8_trim_whitespace(text)
    missing = as_mask(pc.fill_null(pc.equal(text, ""), fill_value=True))
    is_number = as_mask(pc.match_substring_regex(text, NUMBER))
    named = as_mask(pc.match_substring_regex(text, NOT_FINITE))
    plain = pc.replace_substring_regex(text, r"^\+", "")
    only_numbers = pc.if_else(pa.array(is_number), plain, pa.scalar(None, pa.string()))
    values = np.array(as_array(pc.fill_null(only_numbers.cast(pa.float64()), np.nan)), dtype=np.float64)
    overflowed = is_number & ~np.isfinite(values)
    values[overflowed] = np.nan
    return Numbers(values, missing, ~(missing | is_number | named), named | overflowed)


def parse_integers(text: pa.ChunkedArray) -> tuple[NDArray[np.int64], Mask]:
    """Whole numbers of up to 18 digits, also written 3.0 or 3e0, and which rows hold no such number (0 there)."""
    parts = [_parse_integers(piece) for piece in _pieces(text)]
    return np.concatenate([values for values, _ in parts]), np.concatenate([bad for _, bad in parts])


def _parse_integers(text: pa.ChunkedArray) -> tuple[NDArray[np.int64], Mask]:
    text = pc.utf8_trim_whitespace(text)
    is_integer = as_mask(pc.match_substring_regex(text, INTEGER))
    plain = pc.replace_substring_regex(pc.replace_substring_regex(text, r"^\+", ""), r"\.0*$", "")
    only = pc.if_else(pa.array(is_integer), plain, pa.scalar("0"))
    values = as_array(only.cast(pa.int64())).astype(np.int64, copy=False)
    if is_integer.all():
        return values, ~is_integer
    is_round = ~is_integer & as_mask(pc.match_substring_regex(text, ROUND_NUMBER))
    written = pc.replace_substring_regex(pc.if_else(pa.array(is_round), text, pa.scalar("0")), r"^\+", "")
    floats = as_array(written.cast(pa.float64()))
    is_round &= (np.abs(floats) <= LARGEST_EXACT) & (floats == np.floor(floats))
    values = np.where(is_round, np.where(is_round, floats, 0.0).astype(np.int64), values)
    return values, ~(is_integer | is_round)


class Locator:
    """Says where rows are: by their number and their id."""

    def __init__(self, ids: pa.ChunkedArray) -> None:
        self._ids = ids

    def id_of(self, index: int) -> str | None:
        """The id in the data row at `index`, as written."""
        value = self._ids[index].as_py()
        return None if value is None else quoted(value)

    def problems(
        self,
        code: str,
        mask: Mask,
        *,
        column: str | None = None,
        found: Callable[[int], object] | pa.ChunkedArray | None = None,
        expected: str | None = None,
    ) -> list[Problem]:
        """A problem for each of the first rows where `mask` holds; the last says how many more there are."""
        rows = np.flatnonzero(mask)
        problems = []
        for row in rows[:5].tolist():
            value: object = None
            if isinstance(found, pa.ChunkedArray):
                value = found[row].as_py()
            elif found is not None:
                value = found(row)
            problems.append(
                Problem(
                    code,
                    row=row + 1,
                    id=self.id_of(row),
                    column=None if column is None else quoted(column),
                    expected=expected,
                    found=None if value is None else quoted(value),
                )
            )
        return listed(problems, total=len(rows))

    def number_problems(self, numbers: Numbers, text: pa.ChunkedArray, column: str) -> list[Problem]:
        """What is wrong with a column that should hold finite numbers."""
        return [
            *self.problems("missing_value", numbers.missing, column=column, expected="a number"),
            *self.problems("not_a_number", numbers.not_a_number, column=column, found=text, expected="a number"),
            *self.problems("not_finite", numbers.not_finite, column=column, found=text, expected="a finite number"),
        ]
