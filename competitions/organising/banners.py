"""The wide picture of a competition: written anew, and the one before deleted."""

from __future__ import annotations

import io
import secrets
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from competitions.models import Competition
from foundation.images import ImageTooLarge, NotAnImage, open_image

MAX_BYTES = 10 * 2**20
# Pixels; larger ones are made smaller, keeping their shape.
MAX_SIZE = (1920, 1920)


def rewritten(file: IO[bytes]) -> ContentFile:
    """The pixels of `file` as a WebP with nothing else in it: no place, camera or profile.

    Raises:
        NotAnImage, ImageTooLarge: see `foundation.images`.
    """
    file.seek(0)
    try:
        image = open_image(file, max_bytes=MAX_BYTES)
    except (NotAnImage, ImageTooLarge) as refusal:
        refusal.attr = "banner"  # type: ignore[misc]  # of this one, not of its class
        raise
    mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
    image = image.convert(mode)
    image.thumbnail(MAX_SIZE, Image.Resampling.LANCZOS)
    bare = Image.new(mode, image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=86, method=4)
    # A new name each time: whoever has the old address in a cache asks anew.
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(12)}.webp")


def take_new(competition: Competition) -> None:
    """Rewrite a banner that was uploaded and is still to be saved."""
    file = getattr(competition.banner, "_file", None)
    if competition.banner and isinstance(file, UploadedFile):
        competition.banner = rewritten(file)


def delete_later(competition: Competition) -> None:
    """Delete the present banner once the transaction that forgets it has succeeded."""
    name, storage = competition.banner.name, competition.banner.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)
