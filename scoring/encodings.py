"""Which encoding a text has that is no UTF-8, as far as its letters tell."""

from __future__ import annotations


def encoding_of(text: bytes) -> str | None:
    """The likely encoding of `text`, which is no UTF-8, as people know it; None: it may be anything.

    Japanese is told by kana and by the common characters (JIS level 1) of cp932; other texts by Western letters.
    """
    if _is_japanese(text):
        return "Shift_JIS (cp932)"
    try:
        western = text.decode("cp1252")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in western if not character.isascii()]
    return "Windows-1252 (Latin-1)" if all(character.isalpha() for character in foreign) else None


def _is_japanese(text: bytes) -> bool:
    try:
        decoded = text.decode("cp932")
    except UnicodeDecodeError:
        return False
    # Beyond 0x9F the first bytes are letters of Western encodings.
    return any(
        "\N{HIRAGANA LETTER SMALL A}" <= character <= "\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
        or ("\N{CJK UNIFIED IDEOGRAPH-4E00}" <= character <= "\u9fff" and character.encode("cp932")[0] < 0xA0)
        for character in decoded
    )
