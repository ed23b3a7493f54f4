"""One table out of bytes, as Arrow columns: CSV or Parquet.

Each kind of file can be read two ways. `read_typed` is quick, takes the types from the caller and raises
`NotTypedError` at the first surprise, without saying where. `read_text` gives every value as text and locates what is
broken in the file itself; whoever calls it locates what is wrong with the values.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from scoring.containers import Data, ReadLimits, Source, read_source, unpacked
from scoring.errors import SHOWN, InvalidFile, Problem, listed, quoted

BOM: Final = b"\xef\xbb\xbf"
PARQUET_MAGIC: Final = b"PAR1"
LONGEST_HEADER: Final = 1 << 20
BLOCK: Final = 1 << 20

Columns = dict[str, pa.ChunkedArray]


class NotTypedError(Exception):
    """The columns do not hold what the quick way expects; the careful way will say why."""


class TableFile(Protocol):
    """A table that is known by its column names and not read yet."""

    names: tuple[str, ...]
    # None: nobody knows before it is read.
    rows: int | None
    # In bytes, unpacked.
    size: int

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """The named columns in the given types, empty values as nulls, or NotTypedError."""

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """The named columns as text, empty values as nulls, or InvalidFile; so too beyond `most_rows`, if given.

        Text takes many times the memory of a file whose rows are short: give a bound to whoever is not trusted.
        """


def open_table(source: Source, limits: ReadLimits | None = None) -> TableFile:
    """The table in `source`; its format is told by its content, whatever its name.

    Raises:
        InvalidFile: it is no table, or one beyond the limits.
    """
    limits = limits or ReadLimits()
    data = unpacked(read_source(source, limits), limits)
    if data[:4] == PARQUET_MAGIC:
        return ParquetFile(data, limits)
    return CsvFile(data)


def require_at_most(most_rows: int | None, rows: int | None) -> None:
    """Raises InvalidFile: `rows` are more than `most_rows`. None: unknown, no bound."""
    if most_rows is not None and rows is not None and rows > most_rows:
        raise InvalidFile(Problem("too_many_rows", {"limit": most_rows}))


class CsvFile:
    """Comma-separated UTF-8 text with a header line; LF, CRLF or CR; quotes as in RFC 4180; a BOM is skipped."""

    rows: int | None = None

    def __init__(self, data: Data) -> None:
        start = len(BOM) if data[: len(BOM)] == BOM else 0
        while data[start : start + 1] in (b"\n", b"\r"):
            start += 1
        end = _end_of_header(data, start)
        try:
            header = data[start:end].decode("utf-8")
            fields = next(csv.reader(io.StringIO(header, newline=""), strict=True), [])
        except UnicodeDecodeError:
            raise InvalidFile(Problem("not_utf8")) from None
        except csv.Error:
            raise InvalidFile(Problem("broken_csv")) from None
        if not any(name.strip() for name in fields):
            raise InvalidFile(Problem("empty_file"))
        if "\0" in header:
            raise InvalidFile(Problem("unknown_format"))
        self.names: tuple[str, ...] = tuple(name.strip() for name in fields)
        self.size = len(data)
        self._data = data
        self._body = pa.py_buffer(data).slice(end)

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile."""
        if self._body.size == 0:
            return self._nothing(types)
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(self._body),
                read_options=self._read_options(use_threads=True),
                convert_options=self._convert_options(types),
            )
        except (pa.ArrowException, ValueError) as error:
            raise NotTypedError from error
        return {name: table.column(name) for name in types}

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile."""
        try:
            codecs.utf_8_decode(self._data, "strict", True)
        except UnicodeDecodeError:
            raise InvalidFile(Problem("not_utf8")) from None
        types = dict.fromkeys(names, pa.string())
        if self._body.size == 0:
            return self._nothing(types)
        broken = _BrokenRows(most_rows)
        try:
            # Block by block: of a file with far too many rows only as many are read as tell.
            reader = pa_csv.open_csv(
                pa.BufferReader(self._body),
                read_options=self._read_options(use_threads=False),
                parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=broken.note),
                convert_options=self._convert_options(types),
            )
            batches: list[pa.RecordBatch] = []
            rows = 0
            for batch in reader:
                batches.append(batch)
                rows += batch.num_rows
                require_at_most(most_rows, rows + broken.count)
        except (pa.ArrowException, ValueError):
            require_at_most(most_rows, broken.count)
            raise InvalidFile(Problem("broken_csv")) from None
        if broken.count:
            raise InvalidFile(listed(broken.first, total=broken.count))
        table = pa.Table.from_batches(batches, reader.schema)
        return {name: table.column(name) for name in names}

    def _nothing(self, types: Mapping[str, pa.DataType]) -> Columns:
        return {name: pa.chunked_array([], type=kind) for name, kind in types.items()}

    def _read_options(self, *, use_threads: bool) -> pa_csv.ReadOptions:
        return pa_csv.ReadOptions(column_names=list(self.names), use_threads=use_threads, block_size=BLOCK)

    def _convert_options(self, types: Mapping[str, pa.DataType]) -> pa_csv.ConvertOptions:
        return pa_csv.ConvertOptions(
            column_types=dict(types),
            include_columns=list(types),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=True,
        )


class _BrokenRows:
    """Rows with another number of fields than the header: the first few, and how many."""

    def __init__(self, most: int | None) -> None:
        self.first: list[Problem] = []
        self.count = 0
        self._most = most

    def note(self, row: pa_csv.InvalidRow) -> str:
        """What Arrow is to do about `row`: go on without it, or give up once there are too many."""
        self.count += 1
        if self.count <= SHOWN:
            # Arrow counts the rows it is given, and it is given none of the header.
            expected, found = str(row.expected_columns), str(row.actual_columns)
            self.first.append(Problem("wrong_field_count", row=row.number, expected=expected, found=found))
        return "skip" if self._most is None or self.count <= self._most else "error"


def _end_of_header(data: Data, start: int) -> int:
    """Where the header line ends, its line break included. Line breaks within quotes do not count."""
    inside_quotes = False
    header = data[start : start + LONGEST_HEADER]
    for position, byte in enumerate(header, start=start):
        if byte == 0x22:
            inside_quotes = not inside_quotes
        elif byte in (0x0A, 0x0D) and not inside_quotes:
            is_crlf = data[position : position + 2] == b"\r\n"
            return position + (2 if is_crlf else 1)
    if len(header) == LONGEST_HEADER:
        raise InvalidFile(Problem("unknown_format"))
    return len(data)


class ParquetFile:
    """Parquet with flat columns of numbers, texts or booleans."""

    def __init__(self, data: Data, limits: ReadLimits) -> None:
        self._limits = limits
        try:
            self._file = pa_parquet.ParquetFile(pa.BufferReader(data))
            self.names: tuple[str, ...] = tuple(self._file.schema_arrow.names)
            metadata = self._file.metadata
            size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
            rows = metadata.num_rows
            groups = metadata.num_row_groups
            declared = sum(metadata.row_group(group).num_rows for group in range(groups))
        except _PARQUET_ERRORS:
            raise InvalidFile(Problem("broken_parquet")) from None
        # The file says so itself; a row takes a byte at least once it is read.
        if size > limits.decompressed or rows * len(self.names) > limits.decompressed:
            raise InvalidFile(Problem("too_large", {"limit": limits.decompressed}))
        if rows < 0 or declared != rows:
            raise InvalidFile(Problem("broken_parquet"))
        self.rows: int | None = rows
        self.size = len(data)
        # Texts stay as dictionaries until their real size is known: a short file can name a long text a million times.
        self._texts = [field.name for field in self._file.schema_arrow if _is_text(field.type)]
        if self._texts:
            self._file = pa_parquet.ParquetFile(pa.BufferReader(data), read_dictionary=self._texts)

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile."""
        table = self._table(list(types))
        try:
            return {name: self._cast(table.column(name), kind) for name, kind in types.items()}
        except (pa.ArrowException, ValueError) as error:
            raise NotTypedError from error

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile."""
        require_at_most(most_rows, self.rows)
        table = self._table(names)
        columns: Columns = {}
        for name in names:
            column = table.column(name)
            try:
                text = self._cast(column, pa.string())
                columns[name] = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
            except (pa.ArrowException, ValueError):
                problem = Problem("wrong_type", column=quoted(name), found=quoted(column.type))
                raise InvalidFile(problem) from None
        return columns

    def _table(self, names: Sequence[str]) -> pa.Table:
        try:
            table = self._file.read(columns=list(names))
            # Texts may hold bytes that are no UTF-8, dictionaries may be pointed at beyond their end.
            table.validate(full=True)
        except _PARQUET_ERRORS:
            raise InvalidFile(Problem("broken_parquet")) from None
        if table.num_rows != self.rows or set(table.column_names) != set(names):
            raise InvalidFile(Problem("broken_parquet"))
        return table

    def _cast(self, column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
        if column.type == kind:
            return column
        if pa.types.is_dictionary(column.type) and not pa.types.is_dictionary(kind):
            lengths = sum(
                pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
                for chunk in column.chunks
                if pa.types.is_string(chunk.dictionary.type) or pa.types.is_large_string(chunk.dictionary.type)
            )
            if lengths > self._limits.decompressed:
                raise InvalidFile(Problem("too_large", {"limit": self._limits.decompressed}))
            column = column.cast(column.type.value_type)
        if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(column.type):
            return column.cast(pa.string()).dictionary_encode()
        if pa.types.is_boolean(column.type):
            # As text in the spelling of Python, which is that of a CSV written by pandas.
            return (
                pc.if_else(column, "True", "False") if pa.types.is_string(kind) else column.cast(pa.int8()).cast(kind)
            )
        return column.cast(kind)


# Arrow reports a broken file in many ways, some of them plain Python errors.
_PARQUET_ERRORS: Final = (pa.ArrowException, OSError, ValueError, KeyError, IndexError, MemoryError, OverflowError)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))
