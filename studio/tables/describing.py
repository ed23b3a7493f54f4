"""What the columns of a table hold: their type, gaps and distribution."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.tables.moments import date_format
from studio.tables.table import F64, Table, as_numbers, without_nothing

# Of a longer table so many rows are looked at.
LOOKED_AT: Final = 20_000
# A glance: as in the previews of data files.
FIRST_ROWS: Final = 5
BINS: Final = 20
COMMON: Final = 5
MOST_CHARACTERS: Final = 80
MOST_COLUMNS: Final = 200

INTEGER: Final = r"^\s*[+-]?[0-9]+(\.0*)?\s*$"
NUMBER: Final = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
LEADING_ZERO: Final = r"^\s*[+-]?0[0-9]+\s*$"
BOOLEANS: Final = ("true", "false")
NAMED_LIKE_A_DATE: Final = re.compile(r"date|time|day|日", re.IGNORECASE)
# So many digits a double does not hold: they are a name.
LONG_NUMBER: Final = r"^\s*[+-]?[0-9]{16,}\s*$"


class Kind(StrEnum):
    EMPTY = "empty"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"


NUMERIC: Final = (Kind.INTEGER, Kind.NUMBER)


@dataclass(frozen=True)
class Column:
    """What one column holds, as far as the rows that were looked at tell.

    Attributes:
        missing: blanks among all rows.
        distinct: different values among the rows that were looked at.
        looked_at: how many rows that were; as many as there are, or a sample of them.
        leading_zeros: some value is a whole number written with zeros before it, and so is none to be computed with.
        date_format: as `strptime` names it, of a date.
    """

    name: str
    kind: Kind
    missing: int
    distinct: int
    looked_at: int
    leading_zeros: bool = False
    date_format: str | None = None

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC and not self.leading_zeros


def describe(table: Table) -> tuple[Column, ...]:
    """Each column, told by a sample of the rows where there are many."""
    sample = table.sample(LOOKED_AT)
    return tuple(_column(table, sample, name) for name in table.names)


def column_of(table: Table, name: str) -> Column:
    """One column."""
    only = table.only([name])
    return _column(only, only.sample(LOOKED_AT), name)


def _column(table: Table, sample: Table, name: str) -> Column:
    text = without_nothing(sample.text(name))
    values = pa.chunked_array([pc.unique(text.drop_null())], pa.string())
    kind, form, zeros = _kind(name, values)
    return Column(name, kind, table.text(name).null_count, len(values), sample.rows, zeros, form)


def _kind(name: str, values: pa.ChunkedArray) -> tuple[Kind, str | None, bool]:
    """What different values are, their format if they are dates, and whether some begin with zeros."""
    if not len(values):
        return Kind.EMPTY, None, False
    if len(values) <= 2 and pc.all(pc.is_in(pc.utf8_lower(values), value_set=pa.array(BOOLEANS))).as_py():
        return Kind.BOOLEAN, None, False
    if _all(values, INTEGER):
        if pc.any(pc.match_substring_regex(values, LONG_NUMBER)).as_py():
            return Kind.TEXT, None, False
        form = date_format(values, compact=True) if NAMED_LIKE_A_DATE.search(name) else None
        zeros = pc.any(pc.match_substring_regex(values, LEADING_ZERO)).as_py()
        return (Kind.DATE, form, False) if form else (Kind.INTEGER, None, bool(zeros))
    if _all(values, NUMBER):
        return Kind.NUMBER, None, False
    form = date_format(values)
    return (Kind.DATE, form, False) if form else (Kind.TEXT, None, False)


def _all(values: pa.ChunkedArray, pattern: str) -> bool:
    # A column of texts is told by its first values, without looking at all of them.
    return all(pc.all(pc.match_substring_regex(part, pattern)).as_py() for part in (values.slice(0, 50), values))


# --- at a glance ------------------------------------------------------------------------------------------------------
def overview(table: Table) -> dict[str, Any]:
    """The table at a glance, JSON-ready, in the shape of a data file's preview (`competitions/files/previews.py`):
    `rows`, `read_rows`, `first_rows`, and of each column `name`, `type`, `missing`, `distinct`, `smallest`, `largest`,
    `mean`, `histogram`, `common`.

    Distributions are those of a sample of the rows (`read_rows`); of a table with very many columns the first are told.
    """
    shown = table.only(table.names[:MOST_COLUMNS])
    sample = shown.sample(LOOKED_AT)
    first = zip(*(sample_head(shown, name) for name in shown.names), strict=True)
    return {
        "rows": table.rows,
        "read_rows": sample.rows,
        "columns": [_glance(_column(shown, sample, name), sample.text(name)) for name in shown.names],
        "first_rows": [list(row) for row in first],
    }


def sample_head(table: Table, name: str) -> list[str]:
    """The first values of a column, each as short as it is shown."""
    return [_shortened(value or "") for value in table.text(name).slice(0, FIRST_ROWS).to_pylist()]


def _glance(column: Column, text: pa.ChunkedArray) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": _shortened(column.name),
        "type": column.kind.value if column.is_numeric else "text",
        "missing": column.missing,
        "distinct": column.distinct,
        "smallest": None,
        "largest": None,
        "mean": None,
        "histogram": [],
        "common": [],
    }
    if column.is_numeric:
        numbers = as_numbers(text)
        return told | _distribution(numbers[~np.isnan(numbers)])
    counts = pc.value_counts(text.drop_null())
    largest = pc.select_k_unstable(pa.table({"n": counts.field("counts")}), COMMON, [("n", "descending")])
    common = [counts[place.as_py()] for place in largest]
    told["common"] = [{"value": _shortened(str(one["values"])), "count": one["counts"].as_py()} for one in common]
    return told


def _distribution(numbers: F64) -> dict[str, Any]:
    if not numbers.size:
        return {}
    smallest, largest = float(numbers.min()), float(numbers.max())
    with np.errstate(over="ignore", invalid="ignore"):
        span, mean = largest - smallest, float(numbers.mean())
        told = {"smallest": smallest, "largest": largest, "mean": mean if np.isfinite(mean) else None}
        if not np.isfinite(span):
            return told
        shares = (numbers - smallest) / span if span else np.zeros(numbers.size)
    bins = np.minimum((shares * BINS).astype(np.int64), BINS - 1)
    return told | {"histogram": np.bincount(bins, minlength=BINS).tolist()}


def _shortened(text: str) -> str:
    # No database keeps a NUL in JSON.
    text = text.replace("\x00", "")
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
