"""Emphasis in Chinese, Japanese and Korean: asterisks work beside 「 and 。 although no blank stands there.

CommonMark lets `**` close after a punctuation mark only before a blank or another mark, which `**重要。**次` has not.
The CJK-friendly amendment (https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md) asks for that of
other punctuation only, and takes a CJK character on the other side as good as a blank. Texts without such characters
are read as CommonMark says.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

import emoji
from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

# They choose among the forms of the character before them.
VARIATION_SELECTORS = {*map(chr, range(0xFE00, 0xFE0F)), *map(chr, range(0xE0100, 0xE01F0))}


@lru_cache(4096)
def is_cjk(character: str) -> bool:
    """Whether it belongs to Chinese, Japanese or Korean writing, punctuation included; emoji do not."""
    if unicodedata.east_asian_width(character) in "WFH":
        found = emoji.EMOJI_DATA.get(character)
        return found is None or found["status"] == emoji.STATUS["unqualified"]
    # The narrow letters of old hangul.
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"


class _State(StateInline):
    """markdown-it's state of a line, which tells by the CJK-friendly rule where emphasis may begin and end."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: FBT001, N802, N803 -- the parser's names
        """Whether the equal signs from `start` on may open or close emphasis; `canSplitWord`: also within a word."""
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        last = start - 1
        while last > 0 and self.src[last] in VARIATION_SELECTORS:
            last -= 1
        # The ends of a line are as good as blanks.
        before = self.src[last] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        opens, closes = _reaches(before, after), _reaches(after, before)
        if not canSplitWord:
            opens, closes = (
                opens and (not closes or _is_punctuation(before)),
                closes and (not opens or _is_punctuation(after)),
            )
        return Scanned(opens, closes, end - start)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def inline_parser() -> ParserInline:
    """markdown-it's parser for what stands in a line, with the CJK-friendly rule."""
    return _Inline()


def _reaches(outer: str, inner: str) -> bool:
    """Whether a delimiter between the two belongs to what is on the side of `inner`."""
    if isWhiteSpace(ord(inner)):
        return False
    if not _is_punctuation(inner) or is_cjk(inner):
        return True
    return isWhiteSpace(ord(outer)) or _is_punctuation(outer) or is_cjk(outer)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)
