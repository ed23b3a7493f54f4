"""Receiving large files in parts: nothing that has arrived is lost, and a part sent again does no harm.

Who may announce a file, how large it may be and what becomes of it is decided by the room it is for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from foundation.models import Upload
from foundation.parts import part_store
from foundation.refusals import Conflict, Refusal

PART_BYTES = 16 * 2**20
# Object stores take at most 10,000 parts.
MOST_PARTS = 9_000
CHUNK_BYTES = 1 << 20

AnyUpload = TypeVar("AnyUpload", bound=Upload)


class UploadTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file has %(size)s bytes; at most %(limit)s are accepted.")


class UploadIncomplete(Refusal):
    code = "upload_incomplete"
    message = _("The upload is not complete: %(received)s of %(size)s bytes have arrived.")


class WrongOffset(Conflict):
    code = "wrong_offset"
    message = _("This part starts at byte %(found)s; the next one expected starts at %(expected)s.")


class UploadNotOpen(Conflict):
    code = "upload_not_open"
    message = _("This upload has been completed, has failed or has expired.")


class PartNotExpected(Refusal):
    code = "part_not_expected"
    message = _("There is no part %(number)d: the upload has %(count)d, counted from 1.")
    attr = "number"


class WrongPartSize(Refusal):
    code = "wrong_part_size"
    message = _("Part %(number)d has to have %(expected)d bytes.")


class PartsMissing(Conflict):
    """Some parts of the upload have not arrived; `numbers` are the first of these."""

    code = "parts_missing"
    message = ngettext_lazy("%(count)d part has not arrived yet.", "%(count)d parts have not arrived yet.", "count")


# --- parts with numbers -----------------------------------------------------------------------------------------------
def part_size_for(size: int, *, least: int = PART_BYTES) -> int:
    """Bytes of a part, so that a file of `size` bytes does not have more parts than object stores take."""
    return max(least, -(-size // MOST_PARTS))


def begin(upload: AnyUpload) -> AnyUpload:
    """Save an announced file and have the storage expect its numbered parts."""
    upload.multipart_id = part_store(upload).begin(upload)
    upload.save(force_insert=True)
    return upload


def targets(*, upload: Upload, numbers: Sequence[int], at: datetime) -> dict[int, str | None]:
    """Where each part goes: an address of the object store, or None for ours.

    Raises:
        UploadNotOpen, PartNotExpected
    """
    check_open(upload, at)
    for number in numbers:
        _check_number(upload, number)
    store = part_store(upload)
    return {number: store.address(upload, number) for number in numbers}


def put_part(*, upload: Upload, number: int, stream: IO[bytes], at: datetime) -> None:
    """Take part `number`; sent again, it replaces the first.

    Raises:
        UploadNotOpen, PartNotExpected
        WrongPartSize: not the bytes this part has; nothing is kept of them.
    """
    check_open(upload, at)
    _check_number(upload, number)
    expected = upload.size_of_part(number)
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as buffer:
        found = 0
        while chunk := stream.read(min(CHUNK_BYTES, expected - found + 1)):
            buffer.write(chunk)
            found += len(chunk)
            if found > expected:
                break
        if found != expected:
            raise WrongPartSize(number=number, expected=expected)
        buffer.seek(0)
        part_store(upload).put(upload, number, buffer)


def missing_parts(upload: Upload) -> list[int]:
    """Numbers of the parts that are not there yet, or not whole."""
    present = part_store(upload).present(upload)
    return [number for number in range(1, upload.part_count + 1) if present.get(number) != upload.size_of_part(number)]


def require_all_parts(upload: Upload) -> None:
    """Raises PartsMissing, with the numbers of the first of them, unless every part is there."""
    if missing := missing_parts(upload):
        raise PartsMissing(count=len(missing), numbers=missing[:100])


def assemble(upload: Upload) -> str:
    """Put the parts together under the upload's key; returns the SHA-256 of the whole. Safe to run again."""
    return part_store(upload).assemble(upload)


# --- parts one after the other ----------------------------------------------------------------------------------------
def receive(*, upload: AnyUpload, stream: IO[bytes], offset: int) -> AnyUpload:
    """Store what `stream` delivers from byte `offset` on. A broken connection keeps what has arrived.

    Raises:
        WrongOffset: the part does not follow what is there; more of it from byte 0 on starts anew.
        UploadTooLarge: more bytes than announced.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as buffer:
        size = _copy_at_most(stream, buffer, upload.size - offset)
        with transaction.atomic():
            upload = cast(AnyUpload, type(upload)._default_manager.select_for_update().get(pk=upload.pk))
            if offset == 0 and upload.received:
                if size <= upload.received:
                    return upload  # a connection that broke, heard of after another one got further
                forget_parts(upload)
                upload.received = 0
            if offset != upload.received:
                raise WrongOffset(found=offset, expected=upload.received)
            if size:
                buffer.seek(0)
                part_store(upload).put(upload, offset, buffer)
                upload.received += size
                upload.save(update_fields=["received"])
    return upload


def open_whole(upload: Upload) -> IO[bytes]:
    """The whole file, at its start, in a temporary file that vanishes when it is closed."""
    whole = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 -- the caller closes it
    part_store(upload).copy(upload, whole)
    whole.seek(0)
    return whole


def _copy_at_most(stream: IO[bytes], buffer: IO[bytes], limit: int) -> int:
    size = 0
    while True:
        try:
            chunk = stream.read(CHUNK_BYTES)
        except OSError:  # the sender went away: it will ask how far we got
            return size
        if not chunk:
            return size
        size += len(chunk)
        if size > limit:
            raise UploadTooLarge(size=size, limit=limit)
        buffer.write(chunk)


# --- both -------------------------------------------------------------------------------------------------------------
def check_open(upload: Upload, at: datetime) -> None:
    """Raises UploadNotOpen if the file is used, given up or too old."""
    if not upload.is_open(at):
        raise UploadNotOpen


def forget_parts(upload: Upload) -> None:
    """Remove the parts that have arrived."""
    part_store(upload).forget(upload)


def forget(uploads: Iterable[Upload]) -> int:
    """Remove uploads with their parts; returns how many."""
    count = 0
    for upload in uploads:
        forget_parts(upload)
        upload.delete()
        count += 1
    return count


def _check_number(upload: Upload, number: int) -> None:
    if not 1 <= number <= upload.part_count:
        raise PartNotExpected(number=number, count=upload.part_count)
