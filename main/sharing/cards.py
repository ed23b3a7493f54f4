"""Drawing the pictures that a shared link shows: 1200 by 630 pixels, the size that all who show links understand.

The font holds the characters of Japanese and of European languages; others are left out, and a line that would lose
letters by that is not drawn at all.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from main.sharing.subjects import Card

WIDTH, HEIGHT = 1200, 630
EDGE = 80
FONT = Path(__file__).parent / "fonts" / "uzu-cards.otf"
ENCODINGS = ("cp932", "latin-1")
NOT_IN_FONT = "≒"
# Letters that no rule takes apart, and dashes.
INSTEAD = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i", "–": "-", "—": "-"})

TOP, BOTTOM = (22, 35, 95), (36, 64, 176)
WHITE, PALE, FAINT = (255, 255, 255), (200, 212, 255), (255, 255, 255, 26)
MEDALS = {"1": (255, 213, 94), "2": (214, 222, 235), "3": (231, 170, 120)}
# Never the first of a line.
HANGING = set(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー）〕］｝〉》」』】ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.!?:;)]}%…"
)
ELLIPSIS = "…"


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def in_font(character: str) -> bool:
    """Whether the font has a character: it was made from these encodings."""
    if character in NOT_IN_FONT:
        return False
    for encoding in ENCODINGS:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


def drawable(text: str) -> str:
    """`text` on one line with what the font has; empty where letters would be missing."""
    plain = "".join(map(_nearest, unicodedata.normalize("NFC", text.translate(INSTEAD))))
    if any(unicodedata.category(c).startswith("L") and not in_font(c) for c in plain):
        return ""
    return " ".join("".join(c for c in plain if in_font(c)).split())


def _nearest(character: str) -> str:
    """The character, or the letter below its marks where the font has only that; a blank for what is invisible."""
    if not character.isprintable():
        return " "
    bare = unicodedata.normalize("NFD", character)[0]
    return bare if not in_font(character) and in_font(bare) else character


def png(card: Card | None) -> bytes:
    """The picture. None: that of the site, which tells nothing of anything on it."""
    image = _ground()
    draw = ImageDraw.Draw(image, "RGBA")
    if card is None:
        _site(draw)
    else:
        _card(draw, card)
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


# --- parts ------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def _painted() -> Image.Image:
    """The ground with the whirl, which all pictures share."""
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        share = y / HEIGHT
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(TOP, BOTTOM, strict=True)))
    image = column.resize((WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image, "RGBA")
    for ring in range(9):
        radius = 60 + ring * 62
        box = (1010 - radius, 170 - radius * 0.92, 1010 + radius, 170 + radius * 0.92)
        draw.arc(box, start=ring * 47, end=ring * 47 + 265, fill=FAINT, width=22)
    return image


def _ground() -> Image.Image:
    return _painted().copy()


def _site(draw: ImageDraw.ImageDraw) -> None:
    name = drawable(settings.SITE_NAME) or "Uzu"
    _lines(draw, name, at=(EDGE, 235), size=96, most=1, fill=WHITE)
    draw.text((EDGE, 370), "渦", font=font(56), fill=PALE)


def _card(draw: ImageDraw.ImageDraw, card: Card) -> None:
    _lines(draw, card.overline, at=(EDGE, 66), size=34, most=1, fill=PALE)
    title_size = 52 if card.rows else 68
    y = _lines(draw, card.title, at=(EDGE, 122), size=title_size, most=2 if card.rows else 3, fill=WHITE)
    if card.rows:
        _table(draw, card.rows, top=y + 18)
    else:
        _lines(draw, card.text, at=(EDGE, y + 22), size=36, most=3 if y < 330 else 2, fill=PALE)
    _lines(draw, card.footer, at=(EDGE, HEIGHT - 84), size=30, most=1, fill=PALE, width=WIDTH - 2 * EDGE - 260)
    site = _shortened(drawable(settings.SITE_NAME), 30, 230)
    draw.text((WIDTH - EDGE, HEIGHT - 84), site, font=font(30), fill=WHITE, anchor="ra")


def _table(draw: ImageDraw.ImageDraw, rows: tuple[tuple[str, str, str], ...], *, top: int) -> None:
    step = min(62, (HEIGHT - 110 - top) // max(len(rows), 1))
    size = min(36, step - 14)
    for place, (rank, name, score) in enumerate(rows):
        y = top + place * step
        draw.rounded_rectangle((EDGE - 16, y, WIDTH - EDGE + 16, y + step - 8), 12, fill=FAINT)
        middle = y + (step - 8) // 2
        score_width = round(font(size).getlength(score))
        draw.text((EDGE + 50, middle), rank, font=font(size), fill=MEDALS.get(rank, PALE), anchor="rm")
        room = WIDTH - 2 * EDGE - 120 - score_width
        draw.text(
            (EDGE + 84, middle),
            _shortened(drawable(name) or ELLIPSIS, size, room),
            font=font(size),
            fill=WHITE,
            anchor="lm",
        )
        draw.text((WIDTH - EDGE, middle), score, font=font(size), fill=WHITE, anchor="rm")


def _lines(
    draw: ImageDraw.ImageDraw,
    text: str,
    *,
    at: tuple[int, int],
    size: int,
    most: int,
    fill: tuple[int, ...],
    width: int = WIDTH - 2 * EDGE,
) -> int:
    """Write `text` on `most` lines at most; returns where the next thing may begin."""
    x, y = at
    for line in broken(drawable(text), size, width, most):
        draw.text((x, y), line, font=font(size), fill=fill)
        y += round(size * 1.35)
    return y


def broken(text: str, size: int, width: int, most: int) -> list[str]:
    """`text` in lines of `width` pixels, broken at blanks and between Japanese characters; the last one shortened."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        if len(lines) == most - 1:
            return [*lines, _shortened(rest, size, width)]
        end = _room(rest, size, width)
        if end < len(rest):
            end = _break_before(rest, end)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return lines


def _room(text: str, size: int, width: int) -> int:
    """How many characters of the beginning fit, one at least."""
    low, high = 1, min(len(text), width // 2)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font(size).getlength(text[:middle]) <= width else (low, middle - 1)
    return low


def _break_before(text: str, end: int) -> int:
    """The last place up to `end` at which a line may be broken; `end` where a word is longer than a line."""
    for place in range(end, max(0, end - 40), -1):
        if text[place] == " " or text[place - 1] == " ":
            return place
        if text[place] not in HANGING and (_is_wide(text[place]) or _is_wide(text[place - 1])):
            return place
    return end


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _shortened(text: str, size: int, width: int) -> str:
    if font(size).getlength(text) <= width:
        return text
    return f"{text[: _room(text, size, width - round(font(size).getlength(ELLIPSIS)))].rstrip()}{ELLIPSIS}"
