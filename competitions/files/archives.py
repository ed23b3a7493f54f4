"""All data files of a competition in one zip: made by a job, kept until a file changes or a phase with files starts.

It holds what participants may know of, for organisers too: they have the other files one by one.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django_tasks import task

from competitions.exceptions import ArchiveBuilding, NoDataFiles
from competitions.models import Competition, DataArchive, DataFile
from competitions.models.files import archive_path
from foundation.once import ask_once

# Deflating these again costs time and saves nothing.
COMPRESSED = {".7z", ".bz2", ".gif", ".gz", ".jpeg", ".jpg", ".mp3", ".mp4", ".parquet", ".png", ".webp", ".xz", ".zip"}
# Up to this size an archive is made as soon as a file changes, above it when somebody asks.
PREPARED_BYTES = 2**30
# A job that has not come back by then was lost: whoever asks next starts another.
LOST_AFTER_SECONDS = 900
COPY_BYTES = 1 << 20


def current_archive(*, competition: Competition, at: datetime) -> DataArchive:
    """The archive of the files as they are now.

    Raises:
        NoDataFiles: there is nothing to put into it.
        ArchiveBuilding: it is being made; this call has seen to that.
    """
    wanted = fingerprint(competition, at)
    if wanted is None:
        raise NoDataFiles
    archive = DataArchive.objects.select_related("competition__current_phase").filter(competition=competition).first()
    if archive is not None and archive.fingerprint == wanted:
        return archive
    _request(competition, wanted)
    raise ArchiveBuilding


def prepare(competition: Competition) -> None:
    """Make the archive ahead of the first download, unless that would be a lot of work for nothing."""
    at = timezone.now()
    total = competition.data_files.shown_at(at).aggregate(total=Sum("size"))["total"]
    if total and total <= PREPARED_BYTES:
        _request(competition, fingerprint(competition, at))


def fingerprint(competition: Competition, at: datetime) -> str | None:
    """Changes with every name and content of the data files that are shown; None if there are none."""
    rows = list(competition.data_files.shown_at(at).order_by("name").values_list("name", "sha256"))
    if not rows:
        return None
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def build(competition: Competition, *, at: datetime) -> DataArchive | None:
    """Make the archive, if the present one is not that of the files; safe to run twice. None: there are no files."""
    wanted = fingerprint(competition, at)
    present = DataArchive.objects.filter(competition=competition).first()
    if wanted is None or (present is not None and present.fingerprint == wanted):
        return present if wanted else None
    draft = DataArchive(competition=competition, fingerprint=wanted, created_at=at)
    storage = draft.file.storage
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as content:
        write_zip(content, list(competition.data_files.shown_at(at).order_by("name")))
        draft.size = content.tell()
        content.seek(0)
        draft.file.name = storage.save(archive_path(draft, ""), File(content))
    try:
        return _put_in_place(draft)
    except BaseException:
        storage.delete(str(draft.file.name))
        raise


@task()
def build_archive(competition_id: int) -> None:
    """Put all data files of the competition into one zip."""
    competition = Competition.objects.filter(pk=competition_id).first()
    if competition is not None:
        build(competition, at=timezone.now())


def _put_in_place(draft: DataArchive) -> DataArchive:
    with transaction.atomic():
        Competition.objects.lock(draft.competition_id)
        old = DataArchive.objects.filter(competition=draft.competition).first()
        values = {name: getattr(draft, name) for name in ("file", "size", "fingerprint", "created_at")}
        archive, _created = DataArchive.objects.update_or_create(competition=draft.competition, defaults=values)
        if old is not None:
            key = str(old.file.name)
            transaction.on_commit(lambda: draft.file.storage.delete(key))
    return archive


def write_zip(target: IO[bytes], files: list[DataFile]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in files:
            entry = zipfile.ZipInfo(one.name, date_time=max(one.created_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
            entry.file_size = one.size
            entry.external_attr = 0o644 << 16
            stored = PurePosixPath(one.name).suffix.lower() in COMPRESSED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            with (
                one.file.storage.open(str(one.file.name)) as source,
                archive.open(entry, "w", force_zip64=True) as sink,
            ):
                shutil.copyfileobj(source, sink, COPY_BYTES)


def _request(competition: Competition, wanted: str | None) -> None:
    """Have the job make the archive, once however many people ask."""
    key = f"archive:{competition.pk}:{wanted}"
    ask_once(key, lambda: build_archive.enqueue(competition.pk), for_seconds=LOST_AFTER_SECONDS)
