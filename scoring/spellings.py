"""Text ids that are the same to every reader and written in another way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoring.ids import I64, Alignment, TextIds, alignment
from scoring.values import composed_text

# A moment as pandas, Arrow and ISO 8601 write it. What follows a day is dropped where it is midnight.
MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.0+)?(Z|[+-]00:?00)?$"
MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
DIGITS = r"^[0-9]+$"
FLOAT_OF_DIGITS = r"^([0-9]+)\.0*$"


def spelt_otherwise(found: Alignment, given: pa.ChunkedArray, ids: TextIds) -> Alignment:
    """`found`, with the unknown ids of `given` looked up by what they are to a reader.

    That is without blanks around, with accents composed (NFC), a day being its midnight. Only where no two ids of the
    solution are the same in this way.
    """
    unknown = np.flatnonzero((found.positions < 0) & ~np.asarray(given.is_null()))
    if not unknown.size:
        return found
    known = as_read(pa.chunked_array([ids.values]))
    if pc.count_distinct(known).as_py() != len(known):
        return found
    return alignment(
        _looked_up(found.positions.copy(), unknown, as_read(given.take(pa.array(unknown))), known), len(ids)
    )


def lacking_zeros(found: Alignment, given: pa.ChunkedArray, ids: TextIds) -> I64:
    """The solution row of each unknown id of `given` that is its number without leading zeros; -1 for all others."""
    nowhere = np.full(found.positions.size, -1, dtype=np.int64)
    unknown = np.flatnonzero((found.positions < 0) & ~np.asarray(given.is_null()))
    known = _without_zeros(pa.chunked_array([ids.values]))
    if not unknown.size or pc.count_distinct(known).as_py() != len(known) - known.null_count:
        return nowhere
    return _looked_up(nowhere, unknown, _without_zeros(given.take(pa.array(unknown))), known)


def _looked_up(positions: I64, rows: I64, texts: pa.ChunkedArray, known: pa.ChunkedArray) -> I64:
    """`positions` with those of `rows` set to where `texts` stand in `known`; null stands nowhere."""
    places = pc.index_in(texts, value_set=known.combine_chunks(), skip_nulls=True)
    positions[rows] = np.asarray(pc.fill_null(places, -1).to_numpy())
    return positions


def as_read(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """`text` as it is to a reader: without blanks around, accents composed, a day for its midnight."""
    moment = pc.replace_substring_regex(composed_text(pc.utf8_trim_whitespace(text)), MOMENT, r"\1 \2")
    return pc.replace_substring_regex(moment, MIDNIGHT, r"\1")


def _without_zeros(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers without leading zeros, and without the decimals that pandas gives them; null for other texts."""
    digits = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), FLOAT_OF_DIGITS, r"\1")
    is_number = pc.match_substring_regex(digits, DIGITS)
    return pc.if_else(is_number, pc.utf8_ltrim(digits, characters="0"), pa.scalar(None, pa.string()))
