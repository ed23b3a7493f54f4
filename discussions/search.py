"""Words for full-text search, the same for both databases and for languages without blanks.

Neither SQLite's nor PostgreSQL's own tokeniser divides Japanese. So texts are divided here: words of letters and
digits stay whole, runs of kanji, kana and hangul become overlapping pairs of characters. Queries are divided alike,
every term has to occur, and the last part of a word may be missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MAX_TERM = 60
MAX_QUERY_TERMS = 24

# Scripts written without blanks between words, after NFKC: kana, CJK ideographs, hangul, iteration and length marks.
_UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>[^\\W_{_UNSPACED}]+)")


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield match[0], match.lastgroup == "unspaced"


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def terms(text: str) -> list[str]:
    """Every term of `text`, once each, in the order of first occurrence."""
    found: dict[str, None] = {}
    for run, unspaced in _runs(text):
        if unspaced:
            # The single last character too: so that one character finds the pairs it begins and the run it ends.
            found.update(dict.fromkeys([*_pairs(run), run[-1]]))
        else:
            found[run[:MAX_TERM]] = None
    return list(found)


def query_terms(query: str) -> list[tuple[str, bool]]:
    """The terms a post must have, each with whether it may be the beginning of a longer one."""
    found: dict[str, bool] = {}
    for run, unspaced in _runs(query):
        if not unspaced:
            found[run[:MAX_TERM]] = True
        elif len(run) == 1:
            found[run] = True
        else:
            found.update(dict.fromkeys(_pairs(run), False))
    return list(found.items())[:MAX_QUERY_TERMS]


def fts5_query(query: str) -> str:
    """For SQLite's MATCH: quoted terms, all of which must occur. Terms hold letters and digits only."""
    return " ".join(f'"{term}"{"*" if begins else ""}' for term, begins in query_terms(query))


def tsquery(query: str) -> str:
    """For PostgreSQL, as the text of a `tsquery`: no configuration parses it."""
    return " & ".join(f"'{term}'{':*' if begins else ''}" for term, begins in query_terms(query))
