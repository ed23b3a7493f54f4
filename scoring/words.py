"""Finding millions of short texts, or sparse numbers, in a known list: a hash table of machine words.

A text is cut into words of eight bytes, padded with zeros, so that comparing, hashing and gathering are operations on
whole arrays. Every answer is verified word by word: nothing is decided by a hash alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Words = list[U64]

# Longer texts are left to Arrow.
LONGEST: Final = 48

# Rows worked on at once, so that what lies between steps stays in the cache.
BLOCK: Final = 1 << 15

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], dtype=np.uint64)


def text_bytes(column: pa.StringArray) -> tuple[U8, I64]:
    """The bytes of all texts of an array without nulls, end to end, and where each starts and the last ends."""
    _, offset_buffer, character_buffer = column.buffers()
    if len(column) == 0 or character_buffer is None:
        return np.empty(0, np.uint8), np.zeros(len(column) + 1, np.int64)
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    characters = np.frombuffer(character_buffer, dtype=np.uint8)[int(offsets[0]) : int(offsets[-1])]
    return characters, offsets.astype(np.int64) - int(offsets[0])


def has_zero_bytes(characters: U8) -> bool:
    """Whether padding with zeros would hide something."""
    return bool(characters.size) and int(characters.min()) == 0


class WordReader:
    """Cuts texts out of one run of bytes."""

    def __init__(self, characters: U8) -> None:
        padded = np.zeros(characters.size + LONGEST + 8, dtype=np.uint8)
        padded[: characters.size] = characters
        # A word starting at every byte; reading where no word boundary is, is what this is for.
        self._words: U64 = np.ndarray(shape=(padded.size - 7,), dtype=np.dtype("<u8"), buffer=padded.data, strides=(1,))

    def read(self, starts: I64, lengths: I64, count: int) -> Words:
        """The first `count` words of each text; what is longer than `count` words reads as its beginning."""
        words = []
        shortest, longest = int(lengths.min()), int(lengths.max())
        for number in range(count):
            word = self._words[starts + 8 * number]
            if shortest < 8 * (number + 1):
                if shortest == longest:
                    word &= _MASKS[max(0, min(8, shortest - 8 * number))]
                else:
                    word &= _MASKS.take(np.clip(lengths - 8 * number, 0, 8))
            words.append(word)
        return words


class WordTable:
    """The positions of a list of different keys, each of `count` words."""

    def __init__(self, keys: Words, slots: I32 | None = None) -> None:
        self.keys = keys
        self.slots = _fill(keys) if slots is None else slots
        self._shift = np.uint64(64 - (self.slots.size.bit_length() - 1))
        self._last = self.slots.size - 1

    def find(self, words: Words) -> I64:
        """The position of each of some keys, -1 where it is none."""
        place = _places(words, self._shift)
        found = self.slots.take(place).astype(np.int64)
        wrong = np.flatnonzero(self._differs(found, words))
        # An empty slot ends the search, so it is as long as the longest run of taken slots, whatever is looked for.
        while wrong.size:
            place[wrong] = (place[wrong] + 1) & self._last
            found[wrong] = self.slots.take(place[wrong])
            still = self._differs(found[wrong], [word[wrong] for word in words])
            wrong = wrong[still]
        return found

    def _differs(self, found: I64, words: Words) -> NDArray[np.bool_]:
        differs = self.keys[0].take(found, mode="wrap") != words[0]
        for key, word in zip(self.keys[1:], words[1:], strict=True):
            differs |= key.take(found, mode="wrap") != word
        return np.asarray(differs & (found >= 0))


def _places(words: Words, shift: np.uint64) -> I64:
    mixed = words[0] * _FACTOR
    for word in words[1:]:
        mixed ^= mixed >> _HALF
        mixed ^= word
        mixed *= _FACTOR
    mixed ^= mixed >> _HALF
    mixed *= _FACTOR
    return (mixed >> shift).view(np.int64)


def _fill(keys: Words) -> I32:
    rows = keys[0].size
    size = 1 << max(4, (3 * rows).bit_length())
    slots = np.full(size, -1, dtype=np.int32)
    place = _places(keys, np.uint64(64 - (size.bit_length() - 1)))
    waiting = np.arange(rows, dtype=np.int32)
    while waiting.size:
        free = slots[place] < 0
        slots[place[free]] = waiting[free]
        # Of several that wanted the same slot one got it.
        lost = slots[place] != waiting
        waiting = waiting[lost]
        place = (place[lost] + 1) & (size - 1)
    return slots


class TextTable:
    """The positions of a list of different texts, none of which is long or holds a zero byte."""

    def __init__(self, table: WordTable) -> None:
        self.table = table
        self._count = len(table.keys)

    @classmethod
    def of(cls, texts: pa.StringArray) -> TextTable | None:
        """The table of `texts`, or None if they do not suit one."""
        characters, offsets = text_bytes(texts)
        lengths = np.diff(offsets)
        if not lengths.size or int(lengths.max()) > LONGEST or has_zero_bytes(characters):
            return None
        count = max(1, -(-int(lengths.max()) // 8))
        return cls(WordTable(WordReader(characters).read(offsets[:-1], lengths, count)))

    def find(self, texts: pa.StringArray) -> I64:
        """The position of each text of an array without nulls, -1 where it is none."""
        characters, offsets = text_bytes(texts)
        reader, starts, lengths = WordReader(characters), offsets[:-1], np.diff(offsets)
        positions = np.empty(starts.size, dtype=np.int64)
        for begin in range(0, starts.size, BLOCK):
            block = slice(begin, begin + BLOCK)
            found = self.table.find(reader.read(starts[block], lengths[block], self._count))
            too_long = lengths[block] > 8 * self._count
            if too_long.any():
                found[too_long] = -1
            positions[block] = found
        if has_zero_bytes(characters):
            # Read as padding above, but no text of the table holds one.
            positions[np.searchsorted(offsets, np.flatnonzero(characters == 0), side="right") - 1] = -1
        return positions
