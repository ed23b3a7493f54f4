"""From a file to a table: CSV with any separator in common encodings, or Parquet; as it is, in gz or zip."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scoring.containers import Data, ReadLimits, Source, read_source, unpacked
from scoring.errors import InvalidFile, Problem, listed, quoted
from scoring.tables import (
    PARQUET_MAGIC,
    SEPARATOR_LINE,
    SEPARATORS,
    WIDE_BOMS,
    Columns,
    CsvFile,
    ParquetFile,
    TableFile,
    check_utf8,
)
from studio.tables.table import Form, Table, without_nothing

__all__ = ["InvalidFile", "ReadLimits", "read_table"]

# A cell takes four bytes and more, however short it is.
MOST_CELLS: Final = 200_000_000
MOST_COLUMNS: Final = 10_000
# What the separator is told by.
FIRST_BYTES: Final = 1 << 16
FIRST_LINES: Final = 30
STEP: Final = 1 << 22
# The encodings that `scoring.encodings` names, as Python does.
ENCODINGS: Final = {"Shift_JIS (cp932)": "cp932", "Windows-1252 (Latin-1)": "cp1252"}
DECIMAL_COMMA: Final = r"^\s*[+-]?[0-9]+(,[0-9]+)?\s*$"


def read_table(source: Source, *, name: str, limits: ReadLimits | None = None) -> Table:
    """The table in `source`, told by its content; `name` is what it is called from then on.

    Raises:
        scoring.errors.InvalidFile: it is none; `.problems` are `scoring.errors.Problem` with the codes of
            `scoring.messages.MESSAGES` and of `studio.tables.messages.READING`, each with its place where there is one.
    """
    limits = limits or ReadLimits()
    data = unpacked(read_source(source, limits), limits)
    file: TableFile
    if data[:4] == PARQUET_MAGIC:
        file, form = ParquetFile(data, limits.of_packed(None)), Form("parquet")
    else:
        data, encoding = _as_utf8(data)
        separator = _separator(data)
        file, form = CsvFile(data, separator), Form("csv", separator, encoding)
    names = _names(file.names)
    most_rows = MOST_CELLS // len(names)
    columns = _one_piece(_read(file, names, most_rows))
    if not len(next(iter(columns.values()))):
        raise InvalidFile(Problem("no_rows"))
    if form.separator != "," and _with_points(columns):
        form = Form(form.format, form.separator, form.encoding, ",")
    return Table(name, pa.table(columns), form)


def _names(given: tuple[str, ...]) -> list[str]:
    """The names of the columns; one without a name is called as pandas calls it."""
    names = [one or f"Unnamed: {place}" for place, one in enumerate(given)]
    repeated = [one for one, count in Counter(names).items() if count > 1]
    if repeated:
        raise InvalidFile(listed([Problem("duplicate_columns", column=quoted(one)) for one in repeated]))
    if len(names) > MOST_COLUMNS:
        raise InvalidFile(Problem("too_many_columns", {"limit": MOST_COLUMNS}))
    return names


def _read(file: TableFile, names: list[str], most_rows: int) -> Columns:
    """All columns of a file, under other names where some have none."""
    given = file.names
    if isinstance(file, CsvFile):
        # Arrow takes the names from there, and two without one would be the same.
        file.names = tuple(names)
        return file.read_text(names, most_rows)
    read = file.read_text(given, most_rows)
    return {name: read.pop(one) for name, one in zip(names, given, strict=True)}


def _one_piece(columns: Columns) -> Columns:
    """Each column as one array: whoever takes rows of it looks in one place. The pieces are given back one by one."""
    for name in list(columns):
        columns[name] = pa.chunked_array([columns.pop(name).combine_chunks()], pa.string())
    return columns


# --- text -------------------------------------------------------------------------------------------------------------
def _as_utf8(data: Data) -> tuple[Data, str]:
    """A text in UTF-8, and the encoding it had.

    Raises:
        InvalidFile: it has none that is known.
    """
    if data[:2] in WIDE_BOMS:
        return _decoded(data, "utf-16", Problem("other_encoding", found="UTF-16")), "utf-16"
    try:
        check_utf8(data)
    except InvalidFile as error:
        problem = error.problems[0]
        encoding = ENCODINGS.get(problem.found or "")
        if encoding is None:
            raise
        return _decoded(data, encoding, problem), encoding
    return data, "utf-8"


def _decoded(data: Data, encoding: str, problem: Problem) -> bytes:
    decoder = codecs.getincrementaldecoder(encoding)()
    out = io.BytesIO()
    try:
        for start in range(0, len(data), STEP):
            piece = decoder.decode(data[start : start + STEP], final=start + STEP >= len(data))
            out.write(piece.encode("utf-8", "replace"))
    except UnicodeDecodeError:
        raise InvalidFile(problem) from None
    return out.getvalue()


def _separator(data: Data) -> str:
    """What stands between the values: the sign that gives the first lines the same number of them, and the most."""
    head = data[:FIRST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    named = SEPARATOR_LINE.match(data[:64].removeprefix(codecs.BOM_UTF8))
    if named is not None:
        return named[1].decode("latin-1")
    best, separator = (0.0, 0), ","
    for sign in (",", *SEPARATORS, " "):
        counts = _field_counts(head, sign, is_whole=len(data) <= FIRST_BYTES)
        if not counts or counts[0] < 2:
            continue
        alike = sum(count == counts[0] for count in counts) / len(counts)
        # A blank is a separator only where nothing else can be one.
        if (alike, counts[0]) > best and (sign != " " or (best == (0.0, 0) and alike == 1.0 and len(counts) > 1)):
            best, separator = (alike, counts[0]), sign
    return separator


def _field_counts(head: str, sign: str, *, is_whole: bool) -> list[int]:
    """How many values the first lines have if `sign` separates them."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=sign)
    counts: list[int] = []
    try:
        for row in reader:
            if row:
                counts.append(len(row))
            if len(counts) > FIRST_LINES:
                break
    except csv.Error:
        return counts
    # The last line may be cut off.
    return counts if is_whole or len(counts) > FIRST_LINES else counts[:-1]


def _with_points(columns: Columns) -> bool:
    """Write numbers with a decimal comma with a point; whether there are any."""
    found = False
    for name, column in columns.items():
        head = without_nothing(column.slice(0, 1000)).drop_null()
        if not len(head) or not pc.all(pc.match_substring_regex(head, DECIMAL_COMMA)).as_py():
            continue
        values = without_nothing(column)
        if not pc.any(pc.match_substring(values, ",")).as_py():
            continue
        if pc.all(pc.match_substring_regex(values, DECIMAL_COMMA)).as_py():
            columns[name] = pc.replace_substring(values, ",", ".")
            found = True
    return found
