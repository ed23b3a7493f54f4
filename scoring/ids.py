"""Which row of the solution an id belongs to, for millions of ids at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.words import BLOCK, TextTable, WordTable, text_bytes

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Alignment:
    """Where each submitted row belongs.

    Attributes:
        positions: the solution row of each submitted row, -1 for an unknown id.
        sources: the last submitted row of each solution row, -1 for a missing id.
    """

    positions: I64
    sources: I64

    @property
    def is_complete(self) -> bool:
        """Every id once, and no other."""
        same_size = self.positions.size == self.sources.size
        return same_size and bool(self.sources.size) and int(self.sources.min()) >= 0


class Ids(Protocol):
    """The ids of a solution, all different."""

    arrow_type: pa.DataType

    def __len__(self) -> int: ...

    def in_order(self, column: pa.ChunkedArray) -> bool:
        """Whether `column` holds just these ids in this order."""

    def align(self, column: pa.ChunkedArray) -> Alignment:
        """Where each row of `column`, which has no nulls, belongs."""

    def sources(self, column: pa.ChunkedArray) -> I32 | None:
        """The row of `column` (no nulls) that each solution row comes from; None unless every id is there once.

        Quicker than `align`, and in half the memory.
        """

    def text(self, row: int) -> str:
        """The id of a solution row, as text."""

    def content(self) -> list[NDArray[Any]]:
        """What tells these ids from others."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `load_ids` needs."""


def alignment(positions: I64, rows: int) -> Alignment:
    """The alignment of submitted rows at `positions`."""
    sources = np.full(rows + 1, -1, dtype=np.int64)
    for begin in range(0, positions.size, BLOCK):
        block = positions[begin : begin + BLOCK]
        # The position -1 writes to the extra last place, which is cut off.
        sources[block] = np.arange(begin, begin + block.size, dtype=np.int64)
    return Alignment(positions, sources[:rows])


def _positions(column: pa.ChunkedArray, find: Callable[[pa.Array], I64]) -> I64:
    """What `find` says of each chunk, end to end."""
    positions = np.empty(len(column), dtype=np.int64)
    start = 0
    for chunk in column.chunks:
        positions[start : start + len(chunk)] = find(chunk)
        start += len(chunk)
    return positions


def _sources(column: pa.ChunkedArray, rows: int, find: Callable[[pa.Array], NDArray[Any]]) -> I32 | None:
    """`Ids.sources` of `rows` solution rows, with what `find` says of each piece."""
    if len(column) != rows:
        return None
    # The position -1 writes to the extra last place, which is cut off.
    sources = np.full(rows + 1, -1, dtype=np.int32)
    start = 0
    for chunk in column.chunks:
        for begin in range(0, len(chunk), BLOCK):
            found = find(chunk.slice(begin, BLOCK))
            sources[found] = np.arange(start, start + found.size, dtype=np.int32)
            start += found.size
    # As many rows as the solution has, and none of its rows without one: no id is there twice, and none is unknown.
    return sources[:rows] if sources[:rows].min(initial=0) >= 0 else None


class IntegerIds:
    """Whole numbers of up to 18 digits."""

    arrow_type = pa.int64()

    def __init__(self, values: I64, *, table: I32 | None = None) -> None:
        self.values = values
        self._low = int(values.min())
        self._high = int(values.max())
        # Close together: the row of low, low + 1, ..., or -1. Else the slots of a hash table.
        self._is_dense = self._high - self._low < 4 * values.size + 1024
        if table is None and self._is_dense:
            table = np.full(self._high - self._low + 1, -1, dtype=np.int32)
            table[values - self._low] = np.arange(values.size, dtype=np.int32)
        self._hashed = None if self._is_dense else WordTable([values.view(np.uint64)], table)
        self._table = table if self._hashed is None else self._hashed.slots

    def __len__(self) -> int:
        return self.values.size

    def in_order(self, column: pa.ChunkedArray) -> bool:
        """See Ids."""
        if len(column) != len(self) or column.null_count:
            return False
        start = 0
        for chunk in column.chunks:
            if not np.array_equal(chunk.to_numpy(), self.values[start : start + len(chunk)]):
                return False
            start += len(chunk)
        return True

    def align(self, column: pa.ChunkedArray) -> Alignment:
        """See Ids."""
        return alignment(_positions(column, self._find_chunk), len(self))

    def sources(self, column: pa.ChunkedArray) -> I32 | None:
        """See Ids."""
        return _sources(column, len(self), lambda piece: self._find(np.asarray(piece.to_numpy(), dtype=np.int64)))

    def _find_chunk(self, chunk: pa.Int64Array) -> I64:
        given: I64 = np.asarray(chunk.to_numpy(), dtype=np.int64)
        blocks = [self._find(given[begin : begin + BLOCK]) for begin in range(0, given.size, BLOCK)]
        return np.concatenate([np.empty(0, np.int64), *blocks])

    def _find(self, given: I64) -> I32 | I64:
        if self._hashed is not None:
            return self._hashed.find([given.view(np.uint64)])
        assert self._table is not None
        places = given - self._low
        # Without a sign, what is below the lowest is far above the highest.
        outside = places.view(np.uint64) > np.uint64(self._high - self._low)
        if outside.any():
            return np.where(outside, np.int32(-1), self._table.take(np.where(outside, 0, places)))
        return self._table.take(places)

    def text(self, row: int) -> str:
        """See Ids."""
        return str(self.values[row])

    def content(self) -> list[NDArray[Any]]:
        """See Ids."""
        return [self.values]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See Ids."""
        assert self._table is not None
        return {"ids": self.values, "id_table": self._table}


class TextIds:
    """Texts, compared exactly."""

    arrow_type = pa.string()

    def __init__(self, values: pa.StringArray, *, table: TextTable | None = None) -> None:
        self.values = values
        self._table = table or TextTable.of(values)

    def __len__(self) -> int:
        return len(self.values)

    def in_order(self, column: pa.ChunkedArray) -> bool:
        """See Ids."""
        if len(column) != len(self) or column.null_count:
            return False
        start = 0
        for chunk in column.chunks:
            if not chunk.equals(self.values.slice(start, len(chunk))):
                return False
            start += len(chunk)
        return True

    def align(self, column: pa.ChunkedArray) -> Alignment:
        """See Ids."""
        if self._table is None:
            found = pc.fill_null(pc.index_in(column, value_set=self.values), fill_value=-1)
            return alignment(np.asarray(found.to_numpy(), dtype=np.int64), len(self))
        return alignment(_positions(column, self._table.find), len(self))

    def sources(self, column: pa.ChunkedArray) -> I32 | None:
        """See Ids."""
        if self._table is not None:
            return _sources(column, len(self), self._table.find)
        # Arrow hashes all ids for each call: ask once.
        found = pc.fill_null(pc.index_in(column, value_set=self.values), fill_value=-1)
        return _sources(found, len(self), lambda piece: np.asarray(piece.to_numpy()))

    def text(self, row: int) -> str:
        """See Ids."""
        return str(self.values[row].as_py())

    def content(self) -> list[NDArray[Any]]:
        """See Ids."""
        characters, offsets = text_bytes(self.values)
        return [offsets.astype(np.int32), characters]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See Ids."""
        offsets, characters = self.content()
        arrays = {"id_offsets": offsets, "id_characters": characters}
        if self._table is not None:
            arrays |= {"id_words": np.stack(self._table.table.keys), "id_table": self._table.table.slots}
        return arrays


def load_ids(arrays: dict[str, NDArray[Any]]) -> IntegerIds | TextIds:
    """The ids that `.arrays()` came from, on the same (perhaps memory-mapped) memory."""
    if "ids" in arrays:
        return IntegerIds(arrays["ids"], table=arrays["id_table"])
    offsets, characters = arrays["id_offsets"], arrays["id_characters"]
    texts = pa.StringArray.from_buffers(offsets.size - 1, pa.py_buffer(offsets), pa.py_buffer(characters))
    table = TextTable(WordTable(list(arrays["id_words"]), arrays["id_table"])) if "id_words" in arrays else None
    return TextIds(texts, table=table)


def ids_digest_bytes(ids: IntegerIds | TextIds) -> list[bytes]:
    """What tells one list of ids from another."""
    return [type(ids).__name__.encode(), *(np.ascontiguousarray(array).tobytes() for array in ids.content())]


def path_arrays(directory: Path, *, mmap: bool) -> dict[str, NDArray[Any]]:
    """Every array saved in `directory`, by name."""
    paths = sorted(directory.glob("*.npy"))
    loaded = {path.stem: np.load(path, mmap_mode="r" if mmap else None, allow_pickle=False) for path in paths}
    # As plain arrays: every operation on a np.memmap pays for being one.
    return {name: np.asarray(array) for name, array in loaded.items()}
