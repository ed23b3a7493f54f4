"""The beginning of a post as plain words: for lists, notifications and emails."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

import nh3
from markdown_it.token import Token

from discussions import formulas
from foundation import markdown

EXCERPT = 200
# Of how much of a body an excerpt is made.
EXCERPT_OF = 600


@lru_cache(2048)
def excerpt(body: str, length: int = EXCERPT) -> str:
    """The beginning of a Markdown text, as plain words on one line: at most `length` characters.

    What is said in words stays, in code within a line and in formulas too; blocks of code, formulas on lines of their
    own, pictures and footnotes are left out.
    """
    words = re.sub(r"\s+", " ", "".join(_words(markdown.tokens(body)))).strip()
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "footnote_block_open":
            # Footnotes stand last.
            return
        if token.type == "inline":
            yield from map(_said, token.children or ())
        elif token.type == "html_block":
            yield html.unescape(nh3.clean(token.content, tags=set()))
        if token.block:
            yield " "


def _said(token: Token) -> str:
    if token.type in ("text", "text_special", "code_inline"):
        return token.content
    if token.type.startswith("math_inline"):
        return formulas.plain(token.content)
    return " " if token.type in ("softbreak", "hardbreak") else ""
