"""How the body of a submission is received."""

from __future__ import annotations

import hashlib
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler
from django.http import HttpRequest
from rest_framework.request import Request

from submissions.exceptions import FileTooLarge

# What a form adds to its file: the other parts, the boundaries, the headers of the parts.
FORM_BYTES = 1 << 20
# Up to here a file on the way is kept in memory: it takes longer to make a temporary file than to copy it.
SMALL_BYTES = 1 << 20
# What a killed process left behind is thrown away after so long.
LEFT_BEHIND_SECONDS = 24 * 3600


class InMemory(MemoryFileUploadHandler):
    """Keeps a small file in memory, whatever Django would do with it."""

    chunk_size = 1 << 20

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


class IncomingFile(UploadedFile):
    """A file that is hashed and written beside its final place while its bytes still arrive.

    The storage of a local folder then only has to move it. Hashing takes longer than writing, and is waited for only by
    whoever asks for the result.
    """

    file: Any  # typed as optional elsewhere; here there is one from the beginning

    def __init__(self, name: Any, content_type: Any, charset: str | None, extra: dict[str, bytes] | None) -> None:
        folder: Path = settings.INCOMING_DIR
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        throw_away_left_behind(folder)
        temporary = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115 -- lives as long as this
        super().__init__(temporary, name, content_type, 0, charset, extra)
        self._digest = hashlib.sha256()
        self._writer, self._hasher = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._written: list[Future[int]] = []

    def append(self, chunk: bytes) -> None:
        """The next bytes; they may be written later."""
        self._written.append(self._writer.submit(self.file.write, chunk))
        self._hasher.submit(self._digest.update, chunk)

    def complete(self, size: int) -> None:
        """Wait until everything is written.

        Raises:
            OSError: the disk is full, or worse.
        """
        self._writer.shutdown()
        for written in self._written:
            written.result()
        self.file.flush()
        self.file.seek(0)
        self.size = size

    @property
    def sha256(self) -> str:
        """Of a complete file."""
        self._hasher.shutdown()
        return self._digest.hexdigest()

    def temporary_file_path(self) -> str:
        """Where it lies: a storage that finds this moves the file instead of copying it."""
        return str(self.file.name)

    def close(self) -> None:
        """Forget the file, unless a storage has moved it away."""
        self._writer.shutdown(cancel_futures=True)
        self._hasher.shutdown(cancel_futures=True)
        try:
            self.file.close()
        except FileNotFoundError:
            self.file.close_called = True


class ToDisk(FileUploadHandler):
    """Writes a large file to disk while it arrives."""

    chunk_size = 1 << 20
    file: Any

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = IncomingFile(self.file_name, self.content_type, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.append(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile:
        self.file.complete(file_size)
        return self.file

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()


def throw_away_left_behind(folder: Path) -> None:
    """Delete what a process that was killed while it received could not delete itself."""
    oldest = time.time() - LEFT_BEHIND_SECONDS
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:  # stored, or thrown away by somebody else
            continue


def prepare_upload(request: Request) -> None:
    """Choose by the announced size how the form will be read. Call it before anything reads the body.

    Raises:
        FileTooLarge: more is announced than the site accepts; nothing has been read.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    size = int(announced) if announced.isdecimal() else 0
    if size > settings.MAX_UPLOAD_BYTES + FORM_BYTES:
        raise FileTooLarge(size=size, limit=settings.MAX_UPLOAD_BYTES)
    plain: HttpRequest = request._request
    plain.upload_handlers = [InMemory(plain) if size <= SMALL_BYTES else ToDisk(plain)]


def forget_upload(request: Request) -> None:
    """Throw away what has arrived of a request that failed; what was stored stays.

    A parser tells its handlers when a file is complete, but not when the connection breaks.
    """
    for handler in request._request.upload_handlers:
        if isinstance(handler, ToDisk) and handler.file is not None:
            handler.file.close()
