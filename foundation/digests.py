"""The checksum of a file, as it is kept and told."""

from __future__ import annotations

import hashlib
from typing import IO

from django.core.files import File

CHUNK_BYTES = 1 << 20


def sha256_of(file: IO[bytes] | File) -> str:
    """The SHA-256 of the whole file in hexadecimal digits; afterwards the file stands at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
