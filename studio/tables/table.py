"""A table as the organiser wrote it: every value as text, blanks as nulls, so that no id loses a zero.

What a column means as numbers or moments is worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.values import parse_numbers

F64 = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]

# What programs write where there is nothing.
NOTHING: Final = ("NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "None", "none", "-", "?")


@dataclass(frozen=True)
class Form:
    """How a file was written.

    Attributes:
        format: "csv" or "parquet"; of tables that were made here "made".
        separator: between the values of a CSV; encoding: of its text, as Python names it.
        decimal: the sign before decimals; numbers with a comma are read into ones with a point.
    """

    format: str = "made"
    separator: str = ","
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass(frozen=True, eq=False)
class Table:
    """A table in memory.

    Attributes:
        name: of its file.
        columns: texts (pyarrow.string), blanks as nulls; the names are as `scoring.tables.composed` leaves them.
    """

    name: str
    columns: pa.Table
    form: Form = field(default_factory=Form)

    def __repr__(self) -> str:
        """Nothing it holds: reprs end up in logs."""
        return f"<Table {self.rows} x {len(self.names)}>"

    @property
    def rows(self) -> int:
        return int(self.columns.num_rows)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns.column_names)

    def text(self, name: str) -> pa.ChunkedArray:
        """A column as it was written."""
        return self.columns.column(name)

    def numbers(self, name: str) -> F64:
        """A column as numbers; NaN for a blank and for what is no finite number."""
        return as_numbers(self.text(name))

    def take(self, rows: Rows | Mask) -> Table:
        """These rows, in this order; or those where the mask holds."""
        chosen = pa.array(rows)
        columns = self.columns.filter(chosen) if rows.dtype == np.bool_ else self.columns.take(chosen)
        return Table(self.name, columns, self.form)

    def only(self, names: Sequence[str]) -> Table:
        """These columns, in this order."""
        return Table(self.name, self.columns.select(list(names)), self.form)

    def without(self, names: Sequence[str]) -> Table:
        """All columns but these."""
        return self.only([name for name in self.names if name not in names])

    def called(self, name: str) -> Table:
        """The same under another name."""
        return Table(name, self.columns, self.form)

    def renamed(self, names: Mapping[str, str]) -> Table:
        """The same with other names of some columns."""
        return Table(self.name, self.columns.rename_columns([names.get(one, one) for one in self.names]), self.form)

    def with_column(self, name: str, values: Any, *, first: bool = False) -> Table:
        """The same with one more column, or with another one of this name."""
        column = as_text(values)
        if name in self.names:
            columns = self.columns.set_column(self.names.index(name), name, column)
        elif first:
            columns = self.columns.add_column(0, name, column)
        else:
            columns = self.columns.append_column(name, column)
        return Table(self.name, columns, self.form)

    def sample(self, most: int, *, seed: int = 0) -> Table:
        """At most so many rows, in their order."""
        return self if self.rows <= most else self.take(sampled_rows(self.rows, most, seed=seed))


def table_of(name: str, columns: Mapping[str, Any]) -> Table:
    """A table out of lists, numpy arrays or Arrow arrays; numbers are written so that reading gives them back."""
    return Table(name, pa.table({key: as_text(values) for key, values in columns.items()}))


def as_text(values: Any) -> pa.ChunkedArray:
    """Values as the texts of a column."""
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array(values, from_pandas=True)
    if pa.types.is_boolean(values.type):
        values = pc.if_else(values, "True", "False")
    if values.type != pa.string():
        values = values.cast(pa.string())
    column = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if len(column) and pc.any(pc.equal(column, "")).as_py():
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return column


def sampled_rows(rows: int, most: int, *, seed: int = 0) -> Rows:
    """Places of at most `most` of so many rows, drawn by the seed, in ascending order."""
    if rows <= most:
        return np.arange(rows, dtype=np.intp)
    generator = np.random.default_rng([seed, rows, most])
    return np.sort(generator.choice(rows, most, replace=False, shuffle=False)).astype(np.intp)


def as_numbers(text: pa.ChunkedArray) -> F64:
    """Texts as numbers; NaN for a blank and for what is no finite number."""
    for is_second_try in (False, True):
        try:
            values = (without_nothing(text) if is_second_try else text).cast(pa.float64())
        except pa.ArrowInvalid:
            continue
        numbers = np.array(pc.fill_null(values, np.nan).to_numpy(), dtype=np.float64)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers
    return np.asarray(parse_numbers(text).values, dtype=np.float64)


def without_nothing(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts with the words for nothing as nulls."""
    trimmed = pc.utf8_trim_whitespace(text)
    is_nothing = pc.is_in(trimmed, value_set=pa.array([*NOTHING, ""]))
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), trimmed)


def codes_of(text: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """A code for each value, -1 for a blank, and the values by their code in the order of their first row."""
    encoded = text.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = np.asarray(pc.fill_null(encoded.indices, -1)).astype(np.int64)
    return codes, encoded.dictionary.to_pylist()
