"""Solutions and submissions as the tables that organisers' own metrics are given: typed columns in one order of rows.

Types are told from the rows that a table holds, as pandas does reading a file: the public rows' from those alone, so
that a call which scores them can't tell by a type what stands in others. Those of a submission are told from its whole
column; where the solution's rows of a call have text, it stays text, whatever it looks like. A blank is a blank: what
it means is for the metric to say.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.errors import InvalidSolution, Problem, quoted
from scoring.ids import IntegerIds, TextIds
from scoring.joined import shown_ids
from scoring.layout import Layout
from scoring.metrics.registry import Inputs
from scoring.prepared import PreparedSolution, SolutionSpec, Split
from scoring.tables import Columns
from scoring.values import Locator, as_array, as_mask, parse_numbers

WHOLE_NUMBER: Final = r"^[+-]?[0-9]{1,18}$"
NAN: Final = r"(?i)^[+-]?nan$"
BOOLEANS: Final = ("true", "false")
# The name of what a split keeps for the metric.
FRAME: Final = "frame"

Column = NDArray[Any]


# --- the solution -----------------------------------------------------------------------------------------------------
def read_targets(
    columns: Mapping[str, pa.ChunkedArray], spec: SolutionSpec, usage: Column | None
) -> tuple[Layout, tuple[Column, ...]]:
    """The layout of submissions, and for each column numbers by which two versions of a row can be told apart.

    `usage`: the code of each row's. Rows of one usage are typed together, as in their table.

    Raises:
        InvalidSolution: the columns named for submissions are none.
    """
    names = spec.submission_columns or spec.target_columns
    for place, name in enumerate(names):
        if not name or name == spec.id_column or name in names[:place]:
            raise InvalidSolution(Problem("duplicate_columns", column=quoted(name)))
    texts = [name for name, text in columns.items() if name in names and _typed(text).dtype == object]
    layout = Layout(Inputs.FRAME, spec.id_column, tuple(names), labels=tuple(texts))
    return layout, tuple(_hashes(text, usage) for text in columns.values())


def with_frames(
    splits: Mapping[str, Split], ids: IntegerIds | TextIds, columns: Mapping[str, pa.ChunkedArray], id_column: str
) -> dict[str, Split]:
    """The splits, each with its rows of the solution as a table in Arrow's form."""
    known = ids.values if isinstance(ids, IntegerIds) else _objects(shown_ids(ids.values))
    answer = {}
    for name, split in splits.items():
        texts = {key: text if split.rows is None else text.take(pa.array(split.rows)) for key, text in columns.items()}
        frame = packed({id_column: split.of(known), **{key: _typed(text) for key, text in texts.items()}})
        answer[name] = replace(split, prepared=({FRAME: np.frombuffer(frame, dtype=np.uint8)},))
    return answer


def types_of(splits: Mapping[str, Split]) -> Column:
    """What the types of all tables are, as bytes: two solutions with the same values may differ in them."""
    names = "\n".join(f"{name}: {_schema(split)}" for name, split in splits.items())
    return np.frombuffer(names.encode(), dtype=np.uint8)


def _schema(split: Split) -> pa.Schema:
    return pa.ipc.open_file(pa.BufferReader(split.prepared[0][FRAME])).schema


def solution_frame(solution: PreparedSolution, part: str) -> bytes:
    """The public or the private rows of the solution, and nothing of the others."""
    return solution.splits[part].prepared[0][FRAME].tobytes()


# --- a submission -----------------------------------------------------------------------------------------------------
def typed_columns(text: Columns, layout: Layout, locator: Locator) -> tuple[list[Column], list[Problem]]:
    """The columns of a submission in the order of its file, and what is wrong with them: infinite numbers only.

    Those of which the solution has text somewhere are kept as text. What is refused does not depend on it.
    """
    texts = set(layout.labels)
    columns, problems = [], []
    for name in layout.columns:
        column = _typed(text[name])
        if column.dtype == np.float64:
            infinite = as_mask(pc.match_substring_regex(pc.utf8_trim_whitespace(text[name]), r"(?i)^[+-]?inf"))
            infinite |= np.isinf(column)
            problems += locator.problems(
                "not_finite", infinite, column=name, found=text[name], expected="a finite number"
            )
        columns.append(_objects(text[name]) if name in texts else column)
    return columns, problems


def submission_frame(solution: PreparedSolution, columns: Sequence[Column], part: str) -> bytes:
    """The public or the private rows of aligned predictions, without their ids, which are those of the solution."""
    split = solution.splits[part]
    texts = {field.name for field in _schema(split) if field.type == pa.string()}
    packable = {}
    for name, column in zip(solution.layout.columns, columns, strict=True):
        # Kept as text because of rows that are not in this table.
        is_other = name in solution.layout.labels and name not in texts
        whole = _typed(pa.chunked_array([pa.array(column, pa.string())])) if is_other else column
        packable[name] = split.of(whole)
    return packed(packable)


def comparable(columns: Sequence[Column]) -> list[Column]:
    """Columns as numbers, for whoever compares files: texts as hashes."""
    return [
        _text_hashes(column) if column.dtype == object else np.nan_to_num(column.astype(np.float64))
        for column in columns
    ]


# --- columns ----------------------------------------------------------------------------------------------------------
def packed(columns: Mapping[str, Column]) -> bytes:
    """Columns of one length as an Arrow file."""
    table = pa.table({name: as_arrow(column) for name, column in columns.items()})
    buffer = BytesIO()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def as_arrow(column: Column) -> pa.Array:
    """A column as Arrow has it; of objects, as text."""
    return pa.array(column, pa.string()) if column.dtype == object else pa.array(column)


def _typed(text: pa.ChunkedArray) -> Column:
    """A text column as booleans, whole numbers, numbers (blank: NaN) or, where it is none of these, texts."""
    if len(text) == 0:
        return np.empty(0)
    trimmed = pc.utf8_trim_whitespace(text)
    has_blanks = trimmed.null_count > 0 or bool(pc.any(pc.equal(trimmed, "")).as_py())
    if not has_blanks:
        lower = pc.utf8_lower(trimmed)
        if pc.all(pc.is_in(lower, value_set=pa.array(BOOLEANS))).as_py():
            return as_array(pc.equal(lower, "true"))
        if pc.all(pc.match_substring_regex(trimmed, WHOLE_NUMBER)).as_py():
            plain = pc.replace_substring_regex(trimmed, r"^\+", "")
            return as_array(plain.cast(pa.int64()))
    numbers = parse_numbers(trimmed)
    named_nan = as_mask(pc.match_substring_regex(trimmed, NAN))
    infinite = numbers.not_finite & ~named_nan
    if numbers.not_a_number.any():
        return _objects(text)
    values = numbers.values
    values[infinite] = np.inf
    return values


def _objects(text: pa.ChunkedArray | pa.Array) -> Column:
    return np.asarray(text.to_numpy(zero_copy_only=False), dtype=object)


def _hashes(text: pa.ChunkedArray, usage: Column | None) -> Column:
    if usage is None:
        return _hashes_of(text)
    found = np.empty(len(text), dtype=np.int64)
    for code in np.unique(usage):
        rows = np.flatnonzero(usage == code)
        found[rows] = _hashes_of(text.take(pa.array(rows)))
    return found


def _hashes_of(text: pa.ChunkedArray) -> Column:
    column = _typed(text)
    if column.dtype == object:
        return _text_hashes(column)
    return column.astype(np.float64).view(np.int64) if column.dtype == np.float64 else column.astype(np.int64)


def _text_hashes(column: Column) -> Column:
    """A number for each text, the same in every process; 0 for a blank."""
    encoded = pa.array(column, pa.string()).dictionary_encode()
    values = [text.encode() for text in encoded.dictionary.to_pylist()]
    table = np.array(
        [(zlib.crc32(value) << 31 | zlib.adler32(value) & 0x7FFFFFFF) + 1 for value in values] + [0], dtype=np.int64
    )
    found: Column = table[np.asarray(pc.fill_null(encoded.indices, -1))]
    return found
