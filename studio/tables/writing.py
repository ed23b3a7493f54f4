"""Tables as CSV that any program reads: UTF-8, commas, LF; quotes only where they are needed, blanks as nothing."""

from __future__ import annotations

import csv
import io
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc

from studio.tables.table import Table

ROWS: Final = 1 << 15
SPECIAL: Final = '[",\r\n]'


def write_csv(table: Table, sink: IO[bytes]) -> int:
    """Write a table as CSV, values as they were written, block by block; the bytes written."""
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(table.names)
    size = _written(header.getvalue().encode(), sink)
    for batch in table.columns.to_batches(max_chunksize=ROWS):
        cells = [_cells(column) for column in batch.columns]
        # A line of nothing would be no row.
        lines = pc.if_else(pc.equal(cells[0], ""), '""', cells[0]) if len(cells) == 1 else _joined(cells, ",")
        size += _written(_characters(_joined([lines, pa.scalar("")], "\n")), sink)
    return size


def csv_bytes(table: Table) -> bytes:
    """The same in memory."""
    out = io.BytesIO()
    write_csv(table, out)
    return out.getvalue()


def _written(content: bytes | memoryview, sink: IO[bytes]) -> int:
    sink.write(content)
    return len(content)


def _cells(column: pa.Array) -> pa.Array:
    text = column.fill_null("")
    special = pc.match_substring_regex(text, SPECIAL)
    if not pc.any(special).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def _joined(parts: list[pa.Array], sign: str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, sign)


def _characters(lines: pa.StringArray) -> memoryview:
    """The texts of an array end to end, as they lie in memory."""
    _validity, offsets, characters = lines.buffers()
    places = memoryview(offsets).cast("B").cast("i")
    begin, end = places[lines.offset], places[lines.offset + len(lines)]
    return memoryview(characters)[begin:end]
