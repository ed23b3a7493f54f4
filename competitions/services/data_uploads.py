"""Large data files, sent in parts that a broken connection does not lose.

begin -> targets -> put each part (to us, or straight to the object store) -> complete. A job puts the parts together,
checks them against the sender's checksum and publishes the file. Uploads nobody completes are swept after some days.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext

from competitions import permissions as can
from competitions.exceptions import (
    DataFileTooLarge,
    FileNameTaken,
    PartNotExpected,
    PartsMissing,
    UploadNotOpen,
    WrongPartSize,
)
from competitions.models import Competition, DataFile, DataUpload
from competitions.models.files import data_file_path
from competitions.parts import part_store
from competitions.services.data import clean_path, publish_stored

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=3)
PART_BYTES = 16 * 2**20
# Object stores take at most 10,000 parts.
MOST_PARTS = 9_000
CHUNK_BYTES = 1 << 20
LONGEST_ASSEMBLY_SECONDS = 3600


def begin_upload(
    *,
    competition: Competition,
    name: str,
    size: int,
    sha256: str = "",
    description: str = "",
    replace: bool = False,
    by: User,
    at: datetime,
) -> DataUpload:
    """Announce a data file of `size` bytes.

    Raises:
        NotHost: `by` does not organise the competition.
        InvalidFileName, FileNameTaken, DataFileTooLarge: not this file.
    """  # fmt: skip
    can.edit(by, competition).require()
    name = clean_path(name)
    if size > settings.MAX_DATA_FILE_BYTES:
        raise DataFileTooLarge(limit=settings.MAX_DATA_FILE_BYTES)
    if not replace and competition.data_files.filter(name=name).exists():
        raise FileNameTaken
    upload = DataUpload(
        competition=competition,
        user=by,
        name=name,
        description=description,
        size=size,
        sha256=sha256.lower(),
        part_size=max(PART_BYTES, -(-size // MOST_PARTS)),
        key=data_file_path(DataFile(competition=competition, name=name), name),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    upload.multipart_id = part_store().begin(upload)
    upload.save(force_insert=True)
    return upload


def targets(*, upload: DataUpload, numbers: Sequence[int], at: datetime) -> dict[int, str | None]:
    """Where each part goes: an address of the object store, or None for ours.

    Raises:
        UploadNotOpen, PartNotExpected
    """
    _check_open(upload, at)
    for number in numbers:
        _check_number(upload, number)
    store = part_store()
    return {number: store.address(upload, number) for number in numbers}


def put_part(*, upload: DataUpload, number: int, stream: IO[bytes], at: datetime) -> None:
    """Take part `number`; sent again, it replaces the first.

    Raises:
        UploadNotOpen, PartNotExpected
        WrongPartSize: not the bytes this part has; nothing is kept of them.
    """
    _check_open(upload, at)
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
        part_store().put(upload, number, buffer)


def missing_parts(upload: DataUpload) -> list[int]:
    """Numbers of the parts that are not there yet, or not whole."""
    present = part_store().present(upload)
    return [number for number in range(1, upload.part_count + 1) if present.get(number) != upload.size_of_part(number)]


def complete_upload(*, upload: DataUpload, at: datetime) -> DataUpload:
    """Every part is there: let a job publish the file. A second time changes nothing.

    Raises:
        PartsMissing: with the numbers of the first of them.
        UploadNotOpen
    """
    from competitions.jobs import finish_data_upload  # noqa: PLC0415 -- the job calls back into this module

    if upload.state in (DataUpload.State.FINISHING, DataUpload.State.DONE):
        return upload
    _check_open(upload, at)
    if missing := missing_parts(upload):
        raise PartsMissing(count=len(missing), numbers=missing[:100])
    with transaction.atomic():
        upload.state = DataUpload.State.FINISHING
        upload.save(update_fields=["state"])
        finish_data_upload.enqueue(str(upload.pk))
    return upload


def finish_upload(pk: UUID | str, *, at: datetime) -> DataUpload | None:
    """Put the parts together and publish the file: what the job does. Safe to run twice."""
    upload = DataUpload.objects.select_related("competition", "user").filter(pk=pk).first()
    if upload is None or upload.state != DataUpload.State.FINISHING:
        return upload
    # Two workers putting the same file together would be in each other's way; one that died is out of it in an hour.
    if not cache.add(f"data-upload:{upload.pk}", True, LONGEST_ASSEMBLY_SECONDS):
        return upload
    try:
        return _finish(upload, at)
    finally:
        cache.delete(f"data-upload:{upload.pk}")


def _finish(upload: DataUpload, at: datetime) -> DataUpload:
    store = part_store()
    sha256 = store.assemble(upload)
    if upload.sha256 and upload.sha256 != sha256:
        DataFile._meta.get_field("file").storage.delete(upload.key)
        return _fail(upload, gettext("The checksum of what arrived is not the one announced: send the file again."))
    with transaction.atomic():
        upload.data_file = publish_stored(
            competition=upload.competition,
            name=upload.name,
            description=upload.description,
            key=upload.key,
            size=upload.size,
            sha256=sha256,
            by=upload.user,
            at=at,
        )
        upload.sha256, upload.state = sha256, DataUpload.State.DONE
        upload.save(update_fields=["data_file", "sha256", "state", "key"])
    store.forget(upload)
    return upload


def abort_upload(*, upload: DataUpload) -> None:
    """Forget an upload and its parts."""
    if upload.state != DataUpload.State.DONE:
        part_store().forget(upload)
    upload.delete()


def sweep_data_uploads(at: datetime) -> int:
    """Forget uploads that nobody completed in time, and the records of those that are done; returns how many."""
    stale = list(DataUpload.objects.filter(expires_at__lte=at))
    for upload in stale:
        abort_upload(upload=upload)
    return len(stale)


def resume_data_uploads(at: datetime) -> int:
    """Hand uploads to the queue again whose job was lost; returns how many."""
    from competitions.jobs import finish_data_upload  # noqa: PLC0415 -- the job calls back into this module

    lost = DataUpload.objects.filter(state=DataUpload.State.FINISHING, expires_at__gt=at)
    for pk in lost.values_list("pk", flat=True):
        finish_data_upload.enqueue(str(pk))
    return len(lost)


def _fail(upload: DataUpload, error: str) -> DataUpload:
    upload.state, upload.error = DataUpload.State.FAILED, error
    upload.save(update_fields=["state", "error"])
    return upload


def _check_open(upload: DataUpload, at: datetime) -> None:
    if not upload.is_open(at):
        raise UploadNotOpen


def _check_number(upload: DataUpload, number: int) -> None:
    if not 1 <= number <= upload.part_count:
        raise PartNotExpected(number=number, count=upload.part_count)
