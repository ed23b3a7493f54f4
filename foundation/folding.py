"""Brings names and searches into one form, so that capitals, width and blanks make no difference.

Folding is done here and not by the databases: SQLite knows no capitals but A to Z, and neither takes ｶﾞ for ガ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def fold(text: str) -> str:
    """`text` in one form (NFKC: width and ligatures), without capitals, with single spaces and none around it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def search_text(names: Iterable[str]) -> str:
    """The folded `names`, each in a line of its own: a folded query holds no line break, so no hit spans two."""
    return "\n".join(folded for name in names if (folded := fold(name)))
