"""Ids of more than one column: the values of a row, joined to one text that no other row's values join to.

Files are read through `JoinedFile`, which shows these columns as one, under their names with commas between. Each value
is brought into one spelling first, in the solution and in submissions alike: without blanks around, accents composed,
1 for 1.0, a day for its midnight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scoring.errors import SEPARATOR, InvalidSolution
from scoring.spellings import as_read
from scoring.tables import Columns, TableFile
from scoring.values import Locator, as_mask

COMMA: Final = ","
WHOLE_FLOAT: Final = r"^([+-]?[0-9]+)\.0+$"
# More tell no rows apart that fewer do not.
MOST_COLUMNS: Final = 8


def id_columns_of(named: str, names: Sequence[str]) -> tuple[str, ...]:
    """The columns that `named` stands for, in a file with the columns `names`: itself, or those between its commas."""
    if named in names or COMMA not in named:
        return (named,)
    return tuple(part.strip() for part in named.split(COMMA))


def with_ids(file: TableFile, id_columns: Sequence[str], name: str) -> TableFile:
    """`file` with these columns as one, if they are several."""
    return JoinedFile(file, id_columns, name) if len(id_columns) > 1 else file


class JoinedFile:
    """A table whose id columns are one column. Whoever makes it has seen that the file has all of them."""

    def __init__(self, file: TableFile, id_columns: Sequence[str], name: str) -> None:
        self._file = file
        self._parts = tuple(id_columns)
        self._name = name
        self.rows = file.rows
        self.size = file.size
        self.names = (name, *(one for one in file.names if one not in self._parts))

    def read_typed(self, types: Mapping[str, pa.DataType]) -> Columns:
        """See TableFile."""
        others = {name: kind for name, kind in types.items() if name != self._name}
        parts = dict.fromkeys(self._parts if self._name in types else (), pa.string())
        return self._joined(self._file.read_typed({**parts, **others}), list(types))

    def read_text(self, names: Sequence[str], most_rows: int | None = None) -> Columns:
        """See TableFile."""
        others = [name for name in names if name != self._name]
        parts = self._parts if self._name in names else ()
        # Rows may well be grouped by one of them.
        return self._joined(self._file.read_text(list(dict.fromkeys([*parts, *others])), most_rows), names)

    def _joined(self, columns: Columns, names: Sequence[str]) -> Columns:
        if self._name in names:
            columns[self._name] = joined([columns[part] for part in self._parts])
        return {name: columns[name] for name in names}


def joined(parts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The values of each row as one text; null where one of them is."""
    spelt = [_spelt(part).combine_chunks() for part in parts]
    text = pc.binary_join_element_wise(*spelt, SEPARATOR)
    return pa.chunked_array([text], pa.string())


def _spelt(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """A value in one spelling. Its costly steps are taken only where there is anything for them."""
    if not len(text):
        return text
    trimmed = pc.utf8_trim_whitespace(text)
    if pc.any(pc.match_substring(trimmed, ".0")).as_py():
        trimmed = pc.replace_substring_regex(trimmed, WHOLE_FLOAT, r"\1")
    if pc.any(pc.match_substring(trimmed, ":")).as_py() or not pc.all(pc.string_is_ascii(trimmed)).as_py():
        trimmed = as_read(trimmed)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def require_plain(parts: Mapping[str, pa.ChunkedArray], ids: pa.ChunkedArray) -> None:
    """Raises InvalidSolution: a value holds the sign that stands between values, and could be two of them."""
    locator = Locator(ids)
    problems = [
        problem
        for name, text in parts.items()
        for problem in locator.problems(
            "missing_value", as_mask(pc.match_substring(text.fill_null(""), SEPARATOR)), column=name, expected="an id"
        )
    ]
    if problems:
        raise InvalidSolution(problems)


def shown_ids(ids: pa.Array) -> pa.Array:
    """Joined ids as an organiser's metric gets them: with commas, where no value holds one itself."""
    if pc.any(pc.match_substring(ids, COMMA)).as_py():
        return ids
    return pc.replace_substring(ids, SEPARATOR, COMMA)
