"""How the body of a submission is received."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler, StopFutureHandlers
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser, DataAndFiles
from rest_framework.request import Request

from submissions.exceptions import FileTooLarge

# What a form adds to its file: the other parts, the boundaries, the headers of the parts.
FORM_BYTES = 1 << 20
# Up to here a file on the way is kept in memory: it takes longer to make a temporary file than to copy it.
SMALL_BYTES = 1 << 20
# What a killed process left behind is thrown away after so long.
LEFT_BEHIND_SECONDS = 24 * 3600


class SmallFileHandler(MemoryFileUploadHandler):
    """Keeps a small file in memory, by our own bound and not by Django's."""

    chunk_size = 1 << 20

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.activated = True

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """A form asks here whether it is small enough; that has been decided."""


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
    plain.upload_handlers = [SmallFileHandler(plain) if size <= SMALL_BYTES else ToDisk(plain)]


def forget_upload(request: Request) -> None:
    """Throw away what has arrived of a request that failed; what was stored stays.

    A parser tells its handlers when a file is complete, but not when the connection breaks.
    """
    for handler in request._request.upload_handlers:
        if isinstance(handler, ToDisk) and handler.file is not None:
            handler.file.close()


# --- a body that is the file itself -----------------------------------------------------------------------------------
class FileParser(BaseParser):
    """Reads a body that is nothing but the file; the other fields of the form stand in the query of the address.

    Saves looking for a form's boundaries in every byte. The name of the file is that of the `Content-Disposition`
    header, where there is one.
    """

    default_name = "submission"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        request: Request = parser_context["request"]
        handler = request._request.upload_handlers[0]
        disposition = parse_header_parameters(request.META.get("HTTP_CONTENT_DISPOSITION", ""))[1]
        name = disposition.get("filename") or self.default_name
        with contextlib.suppress(StopFutureHandlers):
            handler.new_file("file", name, media_type or self.media_type, None, None, {})
        size = 0
        while chunk := stream.read(handler.chunk_size):
            handler.receive_data_chunk(chunk, size)
            size += len(chunk)
        files = MultiValueDict({"file": [handler.file_complete(size)]})
        # Whatever stands here is closed with the request, as the files of a form are.
        request._request._files = files  # type: ignore[attr-defined]
        return DataAndFiles(request.query_params, files)


class CsvParser(FileParser):
    media_type = "text/csv"
    default_name = "submission.csv"


class ParquetParser(FileParser):
    media_type = "application/vnd.apache.parquet"
    default_name = "submission.parquet"


class GzipParser(FileParser):
    media_type = "application/gzip"
    default_name = "submission.csv.gz"


class ZipParser(FileParser):
    media_type = "application/zip"
    default_name = "submission.zip"


FILE_PARSERS = (CsvParser, ParquetParser, GzipParser, ZipParser)
