"""Source files on their way in: in parts that a broken connection does not lose, put together by the job that reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from competitions import permissions as can
from competitions.files.names import clean_path
from competitions.quota import check_quota
from foundation import uploads
from studio.exceptions import SourceTooLarge, TooManySources
from studio.locking import forget_findings, lock_open
from studio.models import SourceFile, SourceUpload, Workbench, source_path

if TYPE_CHECKING:
    from accounts.models import User

LIFETIME = timedelta(days=3)
MOST_SOURCES = 20
OPEN_STATES = (SourceUpload.State.OPEN, SourceUpload.State.FINISHING)


def begin_upload(*, workbench: Workbench, name: str, size: int, by: User, at: datetime) -> SourceUpload:
    """Announce a file of `size` bytes. It takes the place of the one of its name as soon as it is whole.

    Raises:
        NotHost, WorkbenchClosed, WorkbenchBusy
        InvalidFileName, SourceTooLarge, StorageQuotaReached, TooManySources
    """
    can.edit(by, workbench.competition).require()
    name = clean_path(name)
    if size > settings.MAX_DATA_FILE_BYTES:
        raise SourceTooLarge(limit=settings.MAX_DATA_FILE_BYTES)
    check_quota(workbench.competition, size)
    with transaction.atomic():
        row = lock_open(workbench)
        coming = row.uploads.filter(state__in=OPEN_STATES, expires_at__gt=at).exclude(name=name)
        if row.sources.exclude(name=name).count() + coming.count() >= MOST_SOURCES:
            raise TooManySources(limit=MOST_SOURCES)
        return uploads.begin(
            SourceUpload(
                workbench=row,
                user=by,
                name=name,
                size=size,
                part_size=uploads.part_size_for(size),
                purpose=SourceUpload.PURPOSE,
                key=source_path(SourceFile(workbench=row), name),
                created_at=at,
                expires_at=at + LIFETIME,
            )
        )


def complete_upload(*, upload: SourceUpload, by: User, at: datetime) -> SourceUpload:
    """Every part is there: the next job that reads takes the file. A second time changes nothing.

    Raises:
        NotHost, WorkbenchClosed, WorkbenchBusy
        PartsMissing: with the numbers of the first of them.
        UploadNotOpen
    """
    can.edit(by, upload.workbench.competition).require()
    if upload.state == SourceUpload.State.FINISHING:
        return upload
    uploads.check_open(upload, at)
    uploads.require_all_parts(upload)
    with transaction.atomic():
        row = lock_open(upload.workbench)
        upload.state = SourceUpload.State.FINISHING
        upload.save(update_fields=["state"])
        forget_findings(row)
    return upload


def take_in(upload: SourceUpload, *, at: datetime) -> None:
    """Put a file together that has arrived whole, in place of the one of its name. Safe to run again."""
    sha256 = uploads.assemble(upload)
    with transaction.atomic():
        workbench = Workbench.objects.select_for_update().get(pk=upload.workbench_id)
        former = workbench.sources.filter(name=upload.name).first()
        source = former or SourceFile(workbench=workbench, name=upload.name)
        replaced = str(source.file.name or "")
        source.file.name, source.size, source.sha256 = upload.key, upload.size, sha256
        source.uploaded_by_id, source.created_at = upload.user_id, at
        source.save()
        if replaced and replaced != upload.key:
            transaction.on_commit(lambda: source.file.storage.delete(replaced), robust=True)
    uploads.forget([upload])


def sweep_source_uploads(at: datetime) -> int:
    """Forget uploads that nobody completed in time; returns how many."""
    return uploads.forget(SourceUpload.objects.filter(expires_at__lte=at))
