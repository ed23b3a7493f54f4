"""What feeds and calendars have in common: text that XML and lines can carry."""

from __future__ import annotations

# Of the characters below the blank, XML 1.0 knows only these, and two at the end of Unicode's first plane it does not.
_SPEAKABLE = "\t\n\r"
_UNSPEAKABLE = {code: None for code in [*range(0x20), 0xFFFE, 0xFFFF] if chr(code) not in _SPEAKABLE}


def plain(text: str) -> str:
    """`text` without the characters that no feed may hold: a post with one of them must not break the feed."""
    return text.translate(_UNSPEAKABLE)


def one_line(text: str) -> str:
    """`text` on one line, for a format in which a line says something by itself."""
    return " ".join(plain(text).split())
