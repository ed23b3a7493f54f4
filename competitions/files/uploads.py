"""Large data files, sent in parts that a broken connection does not lose.

begin -> targets -> put each part (to us, or straight to the object store) -> complete. A job puts the parts together,
checks them against the sender's checksum and publishes the file. Uploads nobody completes are swept after some days.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django_tasks import task

from competitions import permissions as can
from competitions.exceptions import ChangedMeanwhile, DataFileTooLarge
from competitions.files.names import check_free, clean_path
from competitions.files.services import check_gives_nothing_away, check_may_wait, publish_stored, size_of
from competitions.models import Competition, DataFile, DataUpload, Phase
from competitions.models.files import data_file_path
from competitions.quota import check_quota
from foundation import uploads
from foundation.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

LIFETIME = timedelta(days=3)
PART_BYTES = uploads.PART_BYTES
LONGEST_ASSEMBLY_SECONDS = 3600


def begin_upload(
    *,
    competition: Competition,
    name: str,
    size: int,
    sha256: str = "",
    description: str = "",
    phase: Phase | None = None,
    replace: bool = False,
    by: User,
    at: datetime,
) -> DataUpload:
    """Announce a data file of `size` bytes. `phase`: with which it opens; None: with the competition.

    Raises:
        NotHost: `by` does not organise the competition.
        InvalidFileName, FileNameTaken, DataFileTooLarge, StorageQuotaReached, DataFileOpen: not this file.
        ChangedMeanwhile: the phase was taken away.
    """  # fmt: skip
    can.edit(by, competition).require()
    name = clean_path(name)
    if size > settings.MAX_DATA_FILE_BYTES:
        raise DataFileTooLarge(limit=settings.MAX_DATA_FILE_BYTES)
    check_free(competition, name, replace=replace)
    check_may_wait(competition, name, phase, at)
    check_quota(competition, size, instead_of=size_of(competition, name))
    upload = DataUpload(
        competition=competition,
        user=by,
        name=name,
        description=description,
        phase=phase,
        size=size,
        sha256=sha256.lower(),
        part_size=uploads.part_size_for(size, least=PART_BYTES),
        purpose=DataUpload.PURPOSE,
        key=data_file_path(DataFile(competition=competition, name=name), name),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    if phase is None:
        return uploads.begin(upload)
    with transaction.atomic():
        # Whoever takes the phase away asks under this lock whether a file is on its way to it.
        if not Competition.objects.lock(competition.pk).phases.filter(pk=phase.pk).exists():
            raise ChangedMeanwhile
        return uploads.begin(upload)


def complete_upload(*, upload: DataUpload, at: datetime) -> DataUpload:
    """Every part is there: let a job publish the file. A second time changes nothing.

    Raises:
        PartsMissing: with the numbers of the first of them.
        UploadNotOpen
    """
    if upload.state in (DataUpload.State.FINISHING, DataUpload.State.DONE):
        return upload
    uploads.check_open(upload, at)
    uploads.require_all_parts(upload)
    with transaction.atomic():
        upload.state = DataUpload.State.FINISHING
        upload.save(update_fields=["state"])
        finish_data_upload.enqueue(str(upload.pk))
    return upload


def finish_upload(pk: UUID | str, *, at: datetime) -> DataUpload | None:
    """Put the parts together and publish the file: what the job does. Safe to run twice."""
    upload = DataUpload.objects.select_related("competition__current_phase", "phase", "user").filter(pk=pk).first()
    if upload is None or upload.state != DataUpload.State.FINISHING:
        return upload
    # Two workers putting the same file together would be in each other's way; one that died is out of it in an hour.
    if not cache.add(f"data-upload:{upload.pk}", True, LONGEST_ASSEMBLY_SECONDS):
        return upload
    try:
        return _finish(upload, at)
    finally:
        cache.delete(f"data-upload:{upload.pk}")


@task()
def finish_data_upload(upload_id: str) -> None:
    """Put the parts of a data file together and publish it."""
    finish_upload(upload_id, at=timezone.now())


def _finish(upload: DataUpload, at: datetime) -> DataUpload:
    sha256 = uploads.assemble(upload)
    if upload.sha256 and upload.sha256 != sha256:
        DataFile._meta.get_field("file").storage.delete(upload.key)
        return _fail(upload, gettext("The checksum of what arrived is not the one announced: send the file again."))
    storage = DataFile._meta.get_field("file").storage
    try:
        check_free(upload.competition, upload.name, replace=True)
        check_may_wait(upload.competition, upload.name, upload.phase, at)
        with storage.open(upload.key) as file:
            check_gives_nothing_away(upload.competition, file, name=upload.name, size=upload.size, sha256=sha256)
        with transaction.atomic():
            upload.data_file = publish_stored(
                competition=upload.competition,
                name=upload.name,
                description=upload.description,
                phase=upload.phase,
                key=upload.key,
                size=upload.size,
                sha256=sha256,
                by=upload.user,
                at=at,
            )
            upload.sha256, upload.state = sha256, DataUpload.State.DONE
            upload.save(update_fields=["data_file", "sha256", "state", "key"])
    except Refusal as refusal:  # somebody published a file of this name meanwhile, say
        storage.delete(upload.key)
        upload.data_file = None
        return _fail(upload, refusal.detail)
    uploads.forget_parts(upload)
    return upload


def abort_upload(*, upload: DataUpload) -> None:
    """Forget an upload and its parts."""
    uploads.forget([upload])


def sweep_data_uploads(at: datetime) -> int:
    """Forget uploads that nobody completed in time, and the records of those that are done; returns how many."""
    return uploads.forget(DataUpload.objects.filter(expires_at__lte=at))


def resume_data_uploads(at: datetime) -> int:
    """Hand uploads to the queue again whose job was lost; returns how many."""
    lost = DataUpload.objects.filter(state=DataUpload.State.FINISHING, expires_at__gt=at)
    for pk in lost.values_list("pk", flat=True):
        finish_data_upload.enqueue(str(pk))
    return len(lost)


def _fail(upload: DataUpload, error: str) -> DataUpload:
    upload.state, upload.error = DataUpload.State.FAILED, error
    upload.save(update_fields=["state", "error"])
    return upload
