"""How large the pages of a Parquet file are once unpacked, read from their headers before anything is unpacked.

The footer of a file may say anything; memory is taken for what each page's own header says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow.parquet as pa_parquet

from scoring.containers import Data

# The longest header of a page that is looked at: it may hold the smallest and the largest value of its page.
LONGEST_HEADER: Final = 1 << 16

UNPACKED_SIZE: Final = 2
PACKED_SIZE: Final = 3


def unpacked_size(data: Data, metadata: pa_parquet.FileMetaData, columns: Sequence[str], most: int) -> int:
    """The bytes that all pages of some flat columns take unpacked; counting stops once there are more than `most`.

    Raises:
        ValueError: there is no such page where the file says one is.
    """
    size = 0
    for group in range(metadata.num_row_groups):
        part = metadata.row_group(group)
        for number in range(part.num_columns):
            chunk = part.column(number)
            if chunk.path_in_schema not in columns:
                continue
            size += _chunk_size(data, chunk, part.num_rows, most - size)
            if size > most:
                return size
    return size


def _chunk_size(data: Data, chunk: pa_parquet.ColumnChunkMetaData, rows: int, most: int) -> int:
    place = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < place:
        place = chunk.dictionary_page_offset
    end = place + chunk.total_compressed_size
    if place < 0 or end > len(data):
        raise ValueError("pages outside the file")
    size = pages = 0
    while place < end and size <= most:
        header = _Header(data[place : min(end, place + LONGEST_HEADER)])
        numbers = header.numbers()
        unpacked, packed = numbers.get(UNPACKED_SIZE, -1), numbers.get(PACKED_SIZE, -1)
        if unpacked < 0 or packed < 0:
            raise ValueError("a page without a size")
        pages += 1
        # A dictionary, and pages of a row at least.
        if pages > rows + 2:
            raise ValueError("more pages than rows")
        size += unpacked
        place += header.place + packed
    return size


class _Header:
    """A structure in Thrift's compact protocol, of which the whole numbers at its top level are read.

    https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def numbers(self, depth: int = 0) -> dict[int, int]:
        """The whole numbers by field; `place` is behind the structure afterwards."""
        if depth > 8:
            raise ValueError("structures within structures")
        found: dict[int, int] = {}
        field = 0
        while head := self._byte():
            kind, step = head & 0x0F, head >> 4
            field = field + step if step else self._signed()
            if kind in (4, 5, 6):
                found[field] = self._signed()
            else:
                self._skip(kind, depth)
        return found

    def _skip(self, kind: int, depth: int) -> None:
        # Booleans, 1 and 2, are their own value.
        if kind == 3:
            self.place += 1
        elif kind in (4, 5, 6):
            self._varint()
        elif kind == 7:
            self.place += 8
        elif kind == 8:
            length = self._varint()
            self.place += length
        elif kind == 12:
            self.numbers(depth + 1)
        elif kind not in (1, 2):
            raise ValueError("no header of a page holds this")

    def _byte(self) -> int:
        # Beyond the end this raises IndexError, which readers of broken files know.
        byte = self._data[self.place]
        self.place += 1
        return byte

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number without end")

    def _signed(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
