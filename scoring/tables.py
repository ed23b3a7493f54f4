"""One table out of bytes, as Arrow columns: CSV or Parquet.

Each kind of file can be read two ways. `read_typed` is quick, takes the types from the caller and raises
`NotTypedError` at the first surprise, without saying where. `read_text` gives every value as text and locates what is
broken in the file itself; whoever calls it locates what is wrong with the values.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from scoring.containers import Bound, Data, ReadLimits, Source, read_source, unpacked
from scoring.encodings import encoding_of
from scoring.errors import SHOWN, InvalidFile, Problem, listed, quoted
from scoring.pages import unpacked_size

BOM: Final = b"\xef\xbb\xbf"
# Texts of two bytes a character: no UTF-8 begins like this.
WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
PARQUET_MAGIC: Final = b"PAR1"
LONGEST_HEADER: Final = 1 << 20
BLOCK: Final = 1 << 20
# Where spreadsheets leave rows they emptied: at the end. Longer leftovers are read as the rows they are.
LEFTOVERS: Final = 1 << 16
CTRL_Z: Final = b"\x1a"
# A first line by which spreadsheet programs are told the separator.
SEPARATOR_LINE: Final = re.compile(rb"\s*\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n|$)", re.IGNORECASE)
SEPARATORS: Final = (";", "\t", "|")
# What pandas calls an index that has no name.
INDEX_NAME: Final = re.compile(r"__index_level_\d+__|Unnamed: ?\d+|index_level_\d+")

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


def open_table(source: Source, limits: ReadLimits | None = None, needed: int | None = None) -> TableFile:
    """The table in `source`; its format is told by its content, whatever its name.

    `needed`: of how many bytes, unpacked, a file can be that is of any use; None: nobody knows.

    Raises:
        InvalidFile: it is no table, or one beyond the limits.
    """
    limits = limits or ReadLimits()
    data = unpacked(read_source(source, limits), limits, needed)
    if data[:4] == PARQUET_MAGIC:
        return ParquetFile(data, limits.of_packed(needed))
    return CsvFile(data)


def composed(name: str) -> str:
    """The name of a column as names are compared: without blanks around, accents composed (NFC)."""
    return unicodedata.normalize("NFC", name.strip())


def is_index_name(name: str) -> bool:
    """Whether a column is named like an index that was written along, or not named at all."""
    return not name or INDEX_NAME.fullmatch(name) is not None


def index_problems(names: Sequence[str], wanted: Collection[str] = ()) -> list[Problem]:
    """The first columns that nobody wants and that are named like an index, or not at all."""
    problems = [
        Problem("index_column", column=quoted(name))
        if name
        else Problem("nameless_column", {"count": place}, column="")
        for place, name in enumerate(names, start=1)
        if is_index_name(name) and name not in wanted
    ]
    return problems[:SHOWN]


def require_at_most(most_rows: int | None, rows: int | None) -> None:
    """Raises InvalidFile: `rows` are more than `most_rows`. None: unknown, no bound."""
    if most_rows is not None and rows is not None and rows > most_rows:
        raise InvalidFile(Problem("too_many_rows", {"limit": most_rows}))


class CsvFile:
    """Comma-separated UTF-8 text with a header line; LF, CRLF or CR; quotes as in RFC 4180; a BOM is skipped.

    So are a line `sep=,` before the header, and what spreadsheet programs and DOS leave at the end: rows of nothing
    but separators, a Ctrl-Z. `separator`: another sign than the comma, where that is welcome.
    """

    rows: int | None = None

    def __init__(self, data: Data, separator: str = ",") -> None:
        if data[:2] in WIDE_BOMS:
            raise InvalidFile(Problem("other_encoding", found="UTF-16"))
        self.separator = separator
        start = _begin(data, separator)
        end = _end_of_header(data, start)
        try:
            header = data[start:end].decode("utf-8")
            fields = next(csv.reader(io.StringIO(header, newline=""), delimiter=separator, strict=True), [])
        except UnicodeDecodeError:
            raise InvalidFile(_not_utf8(data[start:end])) from None
        except csv.Error:
            raise InvalidFile(Problem("broken_csv")) from None
        if not any(name.strip() for name in fields):
            raise InvalidFile(Problem("empty_file"))
        if "\0" in header:
            is_wide = header[1::2].strip("\0") == "" or header[::2].strip("\0") == ""
            raise InvalidFile(
                Problem("other_encoding", found="UTF-16") if is_wide and len(header) > 1 else Problem("unknown_format")
            )
        other = next((other for other in SEPARATORS if other in header), None)
        if len(fields) == 1 and other is not None:
            raise InvalidFile(_wrong_separator(other))
        self.names: tuple[str, ...] = tuple(composed(name) for name in fields)
        self.size = len(data)
        self._data = data
        self._body = pa.py_buffer(data).slice(end, _end_of_rows(data, end, separator) - end)

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile."""
        if self._body.size == 0:
            return self._nothing(types)
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(self._body),
                read_options=self._read_options(use_threads=True),
                parse_options=pa_csv.ParseOptions(delimiter=self.separator),
                convert_options=self._convert_options(types),
            )
        except (pa.ArrowException, ValueError) as error:
            raise NotTypedError from error
        return {name: table.column(name) for name in types}

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile."""
        check_utf8(self._data)
        types = dict.fromkeys(names, pa.string())
        if self._body.size == 0:
            return self._nothing(types)
        broken = _BrokenRows(most_rows)
        try:
            # Block by block: of a file with far too many rows only as many are read as tell.
            reader = pa_csv.open_csv(
                pa.BufferReader(self._body),
                read_options=self._read_options(use_threads=False),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self.separator, newlines_in_values=True, invalid_row_handler=broken.note
                ),
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


def _begin(data: Data, separator: str) -> int:
    """Where the header line begins: after byte order marks (some programs write two), blank lines, and `sep=,`."""
    start = 0
    while data[start : start + len(BOM)] == BOM:
        start += len(BOM)
    line = SEPARATOR_LINE.match(data[start : start + 64])
    if line is not None:
        if line[1] != separator.encode():
            raise InvalidFile(_wrong_separator(line[1].decode("latin-1")))
        start += line.end()
    while data[start : start + 1] in (b"\n", b"\r"):
        start += 1
    return start


def _wrong_separator(separator: str) -> Problem:
    if separator == "\t":
        return Problem("separated_by_tabs")
    return Problem("wrong_separator", found=quoted(separator))


def _end_of_rows(data: Data, start: int, separator: str) -> int:
    """Where the rows end: before what is left over behind the last one. Nothing but separators are rows, and wrong."""
    begin = max(start, len(data) - LEFTOVERS)
    tail = data[begin:]
    rows = tail.rstrip(b" \t,\r\n" + separator.encode() + CTRL_Z)
    if not rows:
        return begin + len(tail.rstrip(CTRL_Z))
    last = re.match(rb"[^\r\n]*", tail[len(rows) :])
    assert last is not None
    return begin + len(rows) + len(last[0].rstrip(CTRL_Z))


def check_utf8(data: Data) -> None:
    """Raises InvalidFile: `data` is no UTF-8. Step by step: as one text it would take up to five times its size."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), BLOCK):
        piece = data[start : start + BLOCK]
        try:
            decoder.decode(piece, final=start + BLOCK >= len(data))
        except UnicodeDecodeError as error:
            # The place is one in what was left of the piece before, and this piece.
            place = max(0, start + len(piece) - len(error.object) + error.start)
            raise InvalidFile(_not_utf8(_line_at(data, place))) from None


def _line_at(data: Data, place: int) -> bytes:
    """The line around `place`, or of a long one the part there."""
    begin = max(0, place - 500)
    before, after = data[begin:place], data[place : place + 500]
    return re.split(rb"[\r\n]", before)[-1] + re.split(rb"[\r\n]", after)[0]


def _not_utf8(line: bytes) -> Problem:
    encoding = encoding_of(line)
    return Problem("not_utf8") if encoding is None else Problem("other_encoding", found=encoding)


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

    def __init__(self, data: Data, bound: Bound) -> None:
        self._bound = bound
        self._data = data
        try:
            self._file = pa_parquet.ParquetFile(pa.BufferReader(data))
            schema = self._file.schema_arrow
            self._stored_names = {composed(name): name for name in schema.names}
            self.names: tuple[str, ...] = tuple(composed(name) for name in schema.names)
            metadata = self._file.metadata
            rows = metadata.num_rows
            groups = metadata.num_row_groups
            declared = sum(metadata.row_group(group).num_rows for group in range(groups))
            size = sum(metadata.row_group(group).total_byte_size for group in range(groups))
        except _PARQUET_ERRORS:
            raise InvalidFile(Problem("broken_parquet")) from None
        if rows < 0 or declared != rows:
            raise InvalidFile(Problem("broken_parquet"))
        # The file says so itself; a row takes a byte at least once it is read.
        bound.check(max(size, rows * len(self.names)))
        self.rows: int | None = rows
        self.size = len(data)
        self._types = {composed(field.name): field.type for field in schema}
        # Texts stay as dictionaries until their real size is known: a short file can name a long text a million times.
        self._texts = [field.name for field in schema if _is_text(field.type)]
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
        for name in names:
            # Lists in one row, bytes of any width: sizes that nothing bounds.
            if not _is_flat(self._types[name]):
                raise InvalidFile(Problem("wrong_type", column=quoted(name), found=quoted(self._types[name])))
        stored = [self._stored_names[name] for name in names]
        try:
            self._bound.check(unpacked_size(self._data, self._file.metadata, stored, self._bound.size))
            table = self._file.read(columns=stored)
            table = table.rename_columns([composed(name) for name in table.column_names])
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
            self._bound.check(lengths)
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


def _is_flat(kind: pa.DataType) -> bool:
    """Whether a value of this type has a size of its own: a number, a date, a boolean or a text."""
    if pa.types.is_dictionary(kind):
        return _is_flat(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_fixed_size_binary(kind))
