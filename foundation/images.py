"""Pictures that people upload: opened with limits, and written anew, so that nothing of the file itself is kept."""

from __future__ import annotations

import io
import warnings
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from foundation.refusals import Refusal

# No SVG (it can run scripts), and none of the formats whose readers few people look after.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_PIXELS = 40_000_000


class NotAnImage(Refusal):
    code = "not_an_image"
    message = _("This is not a picture that can be read: send a PNG, JPEG, WebP or GIF.")
    attr = "file"


class ImageTooLarge(Refusal):
    code = "image_too_large"
    message = _("The picture is too large: at most %(max_megabytes)d MB and %(max_megapixels)d million pixels.")
    attr = "file"


def open_image(file: IO[bytes], *, max_bytes: int, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """The first frame of a picture, decoded and turned upright.

    The size is known from the header, before any pixel is decoded.

    Raises:
        NotAnImage: another format, or damaged.
        ImageTooLarge: more bytes or pixels than allowed.
    """
    too_large = ImageTooLarge(max_megabytes=max_bytes // 2**20, max_megapixels=max_pixels // 10**6)
    content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise too_large
    image = _undecoded(content)
    if image is None or image.width * image.height > max_pixels:
        raise too_large
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:  # decoders of damaged files raise nearly anything
        raise NotAnImage from error


def _undecoded(content: bytes) -> Image.Image | None:
    """The picture with its header read; None where even Pillow calls it a bomb."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        return None
    except Exception as error:  # as above
        raise NotAnImage from error


def square_webp(image: Image.Image, *, side: int) -> bytes:
    """The middle of a picture as a square WebP, with its pixels and nothing else: no place, camera or profile."""
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    fitted = ImageOps.fit(image.convert(mode), (side, side), Image.Resampling.LANCZOS)
    bare = Image.new(mode, fitted.size)
    bare.paste(fitted)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=86, method=4)
    return out.getvalue()
