"""Checks and cleans what arrives with a submission, by the same rules whatever client sent it."""

from __future__ import annotations

import math
import mmap
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile, File

from foundation.digests import sha256_of
from submissions.exceptions import FileTooLarge, InvalidCvScore, InvalidMemo
from submissions.models import Submission

MEMO_CHARACTERS: int = Submission._meta.get_field("memo").max_length  # type: ignore[assignment]
FILENAME_CHARACTERS: int = Submission._meta.get_field("filename").max_length  # type: ignore[assignment]


def clean_memo(memo: Any) -> str:
    """`memo` without outer blanks.

    Raises:
        InvalidMemo: too long, no text, or with characters that a database or a terminal chokes on.
    """
    if memo is None:
        return ""
    if not isinstance(memo, str):
        raise InvalidMemo(limit=MEMO_CHARACTERS)
    memo = memo.strip()
    if len(memo) > MEMO_CHARACTERS or any(is_harmful(character) for character in memo):
        raise InvalidMemo(limit=MEMO_CHARACTERS)
    return memo


def clean_cv_score(score: Any) -> float | None:
    """A finite number, or None.

    Raises:
        InvalidCvScore: anything else.
    """
    if score is None:
        return None
    try:
        number = float(score)
    except (TypeError, ValueError, OverflowError):
        raise InvalidCvScore from None
    if isinstance(score, bool) or not math.isfinite(number):
        raise InvalidCvScore
    return number


def clean_filename(name: Any) -> str:
    """The last part of `name`, with only characters that can be shown and sent back in a header."""
    last = str(name or "").replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if not is_harmful(character) and character not in "\n\t").strip()
    return shown[-FILENAME_CHARACTERS:] or "submission"


def is_harmful(character: str) -> bool:
    """Control characters (but line break and tab) and lone surrogates."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t\r"


def as_file(file: File | IO[bytes], name: str) -> File:
    """`file` as a Django file of known size, at its start.

    Raises:
        FileTooLarge: more bytes than the site accepts.
    """
    wrapped = file if isinstance(file, File) else File(file, name=name)
    if wrapped.size > settings.MAX_UPLOAD_BYTES:
        raise FileTooLarge(size=wrapped.size, limit=settings.MAX_UPLOAD_BYTES)
    wrapped.seek(0)
    return wrapped


class FileInOnePiece(ContentFile):
    """Bytes in memory as a file that a storage writes with one call."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.content = content

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield self.content


def content_of(file: File) -> bytes | mmap.mmap:
    """All bytes of `file`: those in memory and those on their way to the storage without a copy."""
    if isinstance(file.file, BytesIO):
        return file.file.getvalue()
    if hasattr(file, "temporary_file_path") and file.size:
        # Holds what is there now, wherever the file is moved.
        return mmap.mmap(file.fileno(), file.size, access=mmap.ACCESS_READ)
    file.seek(0)
    return file.read()


def store(submission: Submission, file: File) -> str:
    """Keep the file where the submission says; returns its SHA-256, which the submission has from then on, unsaved."""
    content = FileInOnePiece(file.file.getvalue()) if isinstance(file.file, BytesIO) else file
    # Taken while it arrived, or now: the storage may move the file away.
    sha256 = getattr(file, "sha256", None) or sha256_of(content)
    submission.file.storage.save(submission.file.name, content)
    submission.sha256 = sha256
    return sha256
