"""Pictures made anew from what people send. No Django: the process that reads notebooks uses it too."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

MAX_PIXELS = 40_000_000
MAX_FRAMES = 200

IMAGE_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
IMAGE_EXTENSIONS = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp"}


class NoPicture(Exception):
    """The bytes are no picture of a known form, or a broken one."""


class TooManyPixels(Exception):
    """The picture, with all its frames, is larger than allowed."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image as this site made it anew: pixels only."""

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int


def looks_like_image(data: bytes) -> bool:
    """By its first bytes, whatever it is called."""
    return (
        data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
    )  # fmt: skip


def clean_image(data: bytes, max_pixels: int = MAX_PIXELS) -> CleanImage:
    """The picture, encoded anew: no metadata, no bytes hidden behind it, turned as its camera meant it.

    `max_pixels`: over all frames of it, looked at before any of them is decoded.

    Raises:
        NoPicture: it is no image of a known form, or a broken one.
        TooManyPixels: there are more than `max_pixels` of them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=list(IMAGE_FORMATS)) as image:
                # Cameras put several pictures into one JPEG (MPO): the first is the one people see.
                frames = getattr(image, "n_frames", 1) if image.format in IMAGE_FORMATS else 1
                # An animation is as large as all its pictures together: that is what it takes in memory.
                if frames > MAX_FRAMES or image.width * image.height * frames > max_pixels:
                    raise TooManyPixels
                return _encode_anew(image, frames)
        except UnidentifiedImageError as error:
            raise NoPicture from error
        except Image.DecompressionBombError as error:
            raise TooManyPixels from error
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
            # Whatever Pillow's decoders raise on broken bytes.
            raise NoPicture from error


def _encode_anew(image: Image.Image, frames: int) -> CleanImage:
    form = str(image.format) if image.format in IMAGE_FORMATS else "JPEG"
    out = io.BytesIO()
    if frames > 1:
        copies, durations = [], []
        for frame in ImageSequence.Iterator(image):
            copies.append(frame.convert("RGBA"))
            durations.append(max(20, int(frame.info.get("duration") or 100)))
        options: dict[str, Any] = {"duration": durations, "loop": 0}
        if form == "GIF":
            options["disposal"] = 2
        clean = copies[0]
        clean.save(out, form, save_all=True, append_images=copies[1:], **options)
    else:
        clean = ImageOps.exif_transpose(image)
        clean = _plain_mode(clean, form)
        clean.info.clear()
        options = {"JPEG": {"quality": 88, "optimize": True}, "WEBP": {"quality": 88}}.get(form, {})
        clean.save(out, form, **options)
    return CleanImage(out.getvalue(), IMAGE_FORMATS[form], IMAGE_EXTENSIONS[form], clean.width, clean.height)


def _plain_mode(image: Image.Image, form: str) -> Image.Image:
    if form == "JPEG":
        return image.convert("RGB") if image.mode not in ("RGB", "L") else image.copy()
    if form == "PNG" and image.mode in ("1", "L", "LA", "I;16", "RGB", "RGBA"):
        return image.copy()
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")
