"""Reading a submission: from uploaded bytes to predictions in the solution's row order.

A clean file goes a quick way, with the types known beforehand. At the first surprise the file is read again, slowly,
as text, to say what is wrong and where, or to accept what is merely unusual.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring import refusals
from scoring.bounds import most_bytes, most_rows, most_unpacked
from scoring.containers import ReadLimits, Source
from scoring.errors import (
    SHOWN,
    InvalidFile,
    InvalidSubmission,
    Problem,
    ScoringError,
    StalePredictionsError,
    listed,
    quoted,
)
from scoring.folders import SubmittedFiles
from scoring.joined import with_ids
from scoring.labels import codes_of
from scoring.layout import Layout
from scoring.metrics.registry import Inputs
from scoring.prepared import PreparedSolution
from scoring.rankings import ranked_columns
from scoring.tables import (
    Columns,
    NotTypedError,
    TableFile,
    index_problems,
    is_index_name,
    open_table,
    require_at_most,
)
from scoring.texts import text_array, text_faults
from scoring.values import as_array

if TYPE_CHECKING:
    from scoring.expected import Expected

__all__ = ["Predictions", "ReadLimits", "read_predictions"]

LAYOUT_KEY = b"uzu.layout"


@dataclass(frozen=True)
class Predictions:
    """A submission in the solution's row order: float64 columns, or int32 label codes (see Layout).

    Of an organiser's own metric: booleans, whole numbers, float64 with NaN for a blank, or texts as objects.
    """

    columns: tuple[NDArray[Any], ...]
    layout_digest: str

    def save(self, target: str | Path | IO[bytes]) -> None:
        """Write an Arrow IPC file that private scoring reads without parsing."""
        schema = pa.schema(
            [(str(number), _stored_type(column)) for number, column in enumerate(self.columns)],
            metadata={LAYOUT_KEY: self.layout_digest.encode()},
        )
        batch = pa.record_batch(
            [pa.array(column, field.type) for column, field in zip(self.columns, schema, strict=True)], schema=schema
        )
        sink = str(target) if isinstance(target, str | Path) else target
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(batch)

    @classmethod
    def load(cls, source: str | Path | IO[bytes], solution: PreparedSolution) -> Predictions:
        """What `save` wrote; memory-mapped if `source` is a path.

        Raises:
            StalePredictionsError: it was aligned to another solution: read the submitted file again.
            ScoringError: it is no such file.
        """
        try:
            opened = pa.memory_map(str(source)) if isinstance(source, str | Path) else source
            reader = pa.ipc.open_file(opened)
            metadata = reader.schema.metadata or {}
            digest = metadata.get(LAYOUT_KEY, b"").decode("utf-8", "replace")
            if digest != solution.layout_digest:
                raise StalePredictionsError("aligned to another solution")
            batch = reader.get_batch(0)
        except (pa.ArrowException, OSError, IndexError) as error:
            raise ScoringError("no stored predictions there") from error
        columns = tuple(np.asarray(column.to_numpy(zero_copy_only=False)) for column in batch.columns)
        return cls(columns, digest)


def _stored_type(column: NDArray[Any]) -> pa.DataType:
    return pa.large_string() if column.dtype == object else pa.from_numpy_dtype(column.dtype)


def read_predictions(
    source: Source, solution: PreparedSolution, *, filename: str = "", limits: ReadLimits | None = None
) -> Predictions:
    """The predictions in `source`, checked against `solution` and brought into its order.

    Every check looks at all rows, public, private and ignored alike: no refusal tells them apart. Only whether any
    label is known is asked of the public rows, whose score would tell it too. Archives are unpacked as far as the
    solution can need, other files are read as far as `limits` allow. `filename` is only for the caller's convenience:
    formats are told by content.

    Raises:
        InvalidSubmission: what is wrong and where.
    """
    try:
        # How long a text may be, only the organiser's own metric knows.
        is_own = solution.layout.inputs is Inputs.FRAME
        if solution.layout.are_files:
            file: TableFile = SubmittedFiles(source, wanted_files(solution), limits)
        else:
            file = open_table(source, limits, None if is_own else most_unpacked(solution))
        columns = read_columns(file, solution)
        refusals.require_a_known_label(columns, with_ids_of(file, solution.layout), solution)
    except InvalidFile as error:
        raise InvalidSubmission(error.problems) from None
    return Predictions(columns, solution.layout_digest)


def read_columns(file: TableFile, solution: Expected) -> tuple[NDArray[Any], ...]:
    """The aligned columns of `file`, checked against all that can be told without the answers.

    Raises:
        InvalidFile: what is wrong and where.
    """
    _check_columns(file.names, solution.layout)
    require_at_most(most_rows(solution), file.rows)
    file = with_ids_of(file, solution.layout)
    columns = _read_quickly(file, solution)
    return refusals.read_carefully(file, solution) if columns is None else columns


def wanted_files(solution: Expected) -> list[str]:
    """The names of the files of a submission."""
    return [solution.id_index.text(row) for row in range(solution.rows)]


def with_ids_of(file: TableFile, layout: Layout) -> TableFile:
    """`file` with its id columns as one, as the layout has them."""
    return with_ids(file, layout.id_columns, layout.id_column)


def _check_columns(names: tuple[str, ...], layout: Layout) -> None:
    expected, given = layout.file_columns, Counter(names)
    known = set(expected)
    wanted = ", ".join(quoted(name) for name in expected[:20])
    found = ", ".join(quoted(name) for name in names[:20])
    groups = {
        "missing_columns": [name for name in expected if name not in given],
        "unexpected_columns": [name for name in given if name not in known and not is_index_name(name)],
        "duplicate_columns": [name for name in expected if given[name] > 1],
    }
    problems = [
        problem
        for code, faulty in groups.items()
        for problem in listed(
            [Problem(code, column=quoted(name), expected=wanted, found=found) for name in faulty[:SHOWN]],
            total=len(faulty),
        )
    ]
    problems += index_problems(names, known)
    if problems:
        raise InvalidFile(problems)


def _read_quickly(file: TableFile, solution: Expected) -> tuple[NDArray[Any], ...] | None:
    """The aligned columns of a file without any fault or oddity, or None."""
    if solution.layout.inputs is Inputs.FRAME or _is_too_long(file, solution):
        return None
    layout = solution.layout
    kind = pa.string() if layout.holds_codes or layout.holds_texts else pa.float64()
    types = {layout.id_column: solution.id_index.arrow_type, **dict.fromkeys(layout.columns, kind)}
    try:
        table = file.read_typed(types)
    except NotTypedError:
        return None
    ids = table.pop(layout.id_column)
    has_blanks = not layout.holds_texts and any(table[name].null_count for name in layout.columns)
    if len(ids) != solution.rows or ids.null_count or has_blanks:
        return None
    columns = _quick_texts(table, layout) if layout.holds_texts else _quick_columns(table, layout)
    if columns is None:
        return None
    if not solution.id_index.in_order(ids):
        sources = solution.id_index.sources(ids)
        del ids
        if sources is None:
            return None
        for number in range(len(columns)):
            columns[number] = _taken(columns[number], sources)
    return tuple(columns)


def _quick_texts(table: Columns, layout: Layout) -> list[NDArray[Any]] | None:
    """The columns of texts in the order of the file, or None if one is not written as the metric asks."""
    columns = []
    for name in layout.columns:
        text = table.pop(name).fill_null("")
        if any(mask.any() for _code, mask in text_faults(text, layout)):
            return None
        columns.append(text_array(text))
    return columns


def _is_too_long(file: TableFile, solution: Expected) -> bool:
    """Whether it must have far too many rows, or strange ones. The quick way would take them all into memory."""
    return file.rows is None and file.size > most_bytes(solution)


def _taken(column: NDArray[Any], sources: NDArray[np.int32]) -> NDArray[Any]:
    """`column[sources]`, all of which are rows of it. By Arrow: numpy makes such indices twice as wide first."""
    if column.dtype == object:
        return np.asarray(column.take(sources))
    return np.asarray(pc.take(pa.array(column), pa.array(sources), boundscheck=False).to_numpy())


def _quick_columns(table: Columns, layout: Layout) -> list[NDArray[Any]] | None:
    """The prediction columns in the order of the file, or None if one holds anything unusual.

    Takes each out of `table` as it comes to it, so that nothing is in memory twice for long.
    """
    if layout.inputs is Inputs.RANKED_LABELS:
        read = ranked_columns(table.pop(layout.columns[0]), layout)
        return list(read.columns) if read.is_sound else None
    columns = []
    for name in layout.columns:
        column = _quick_column(table.pop(name), layout)
        if column is None:
            return None
        columns.append(column)
    if layout.needs_a_chance and not refusals.have_a_chance(columns).all():
        return None
    return columns


def _quick_column(column: pa.ChunkedArray, layout: Layout) -> NDArray[Any] | None:
    if layout.holds_codes:
        codes, others = codes_of(column, layout.labels)
        # Labels unheard of may be only spelt in another way, 3.0 for 3: for the careful way to find out.
        return None if others else codes
    values = as_array(column)
    low, high = values.min(), values.max()
    # NaN and infinities fail this too.
    if not (low >= layout.minimum and high <= layout.maximum):
        return None
    if layout.inputs is Inputs.INTEGERS and not (values == np.floor(values)).all():
        return None
    return values
