"""Files that people attach: what is let in, how images are cleaned, and what becomes of those nobody refers to."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from discussions import pictures
from discussions.exceptions import (
    EmptyFile,
    InvalidImage,
    NoFile,
    TooLarge,
    TooManyPixels,
    TooManyUploads,
    UnsupportedType,
)
from discussions.models import Upload
from discussions.pictures import CleanImage, looks_like_image

log = logging.getLogger(__name__)

MAX_IMAGE_BYTES = 10 * 2**20
MAX_FILE_BYTES = 20 * 2**20
UNUSED_FOR = timedelta(days=1)
# What one user may keep lying around without a post.
MAX_UNUSED_UPLOADS = 300
MAX_UNUSED_BYTES = 300 * 2**20

FILE_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".zip": "application/zip",
}
_SIGNATURES = {".gz": b"\x1f\x8b", ".parquet": b"PAR1", ".pdf": b"%PDF-"}
_ADDRESS = re.compile(r"/api/uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def store_upload(*, file: Any, by: User, at: datetime) -> Upload:
    """Keep what a user sends for a post: an image made anew, or a file of a known type.

    Raises:
        NoFile, EmptyFile, TooLarge, UnsupportedType, InvalidImage, TooManyPixels: it is not let in.
        TooManyUploads: the user has too many that no post refers to.
    """
    data = read_bounded(file, MAX_FILE_BYTES)
    name = clean_name(file.name)
    if looks_like_image(data):
        if len(data) > MAX_IMAGE_BYTES:
            raise TooLarge(limit=MAX_IMAGE_BYTES)
        return store_image(image=clean_image(data), name=name, by=by, at=at)
    extension = PurePosixPath(name).suffix.lower()
    if extension in {".png", ".jpg", ".jpeg", ".gif", ".webp"}:
        raise InvalidImage
    check_file_type(data, extension)
    kind = Upload.Kind.NOTEBOOK if extension == ".ipynb" else Upload.Kind.FILE
    return _store(data=data, kind=kind, name=name, content_type=FILE_TYPES[extension], by=by, at=at)


def store_image(*, image: CleanImage, name: str, by: User, at: datetime) -> Upload:
    stem = PurePosixPath(name).stem or "image"
    return _store(
        data=image.data,
        kind=Upload.Kind.IMAGE,
        name=f"{stem}{image.extension}",
        content_type=image.content_type,
        by=by,
        at=at,
        size=(image.width, image.height),
    )


def store_notebook(*, data: bytes, name: str, by: User, at: datetime) -> Upload:
    return _store(data=data, kind=Upload.Kind.NOTEBOOK, name=name, content_type=FILE_TYPES[".ipynb"], by=by, at=at)


def _store(
    *,
    data: bytes,
    kind: str,
    name: str,
    content_type: str,
    by: User,
    at: datetime,
    size: tuple[int, int] | None = None,
) -> Upload:
    _check_quota(by, len(data))
    width, height = size or (None, None)
    upload = Upload(
        owner=by, kind=kind, name=name, content_type=content_type, size=len(data), width=width, height=height,
        sha256=hashlib.sha256(data).hexdigest(), created_at=at,
    )  # fmt: skip
    upload.file.save(name, ContentFile(data), save=False)
    try:
        upload.save(force_insert=True)
    except BaseException:
        discard_files([upload])
        raise
    return upload


def _check_quota(user: User, more: int) -> None:
    unused = Upload.objects.filter(owner=user, attached_at__isnull=True)
    taken = unused.aggregate(bytes=Sum("size"))["bytes"] or 0
    if taken + more > MAX_UNUSED_BYTES or unused.count() >= MAX_UNUSED_UPLOADS:
        raise TooManyUploads


# --- what is let in ---------------------------------------------------------------------------------------------------
def read_bounded(file: Any, limit: int) -> bytes:
    """The bytes of an uploaded file.

    Raises:
        NoFile, EmptyFile, TooLarge: there is none, or it is not of a size to read.
    """
    if file is None or not hasattr(file, "read") or not getattr(file, "name", None):
        raise NoFile
    data: bytes = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(limit=limit)
    if not data:
        raise EmptyFile
    return data


def clean_name(name: str) -> str:
    """A name that is safe in addresses, headers and Markdown: no folders, nothing invisible, at most 120 characters."""
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(sign if sign.isprintable() and sign not in "<>:\"/\\|?*#%&{}$!'`@+=" else "_" for sign in name)
    path = PurePosixPath(name.strip(" .") or "file")
    return f"{path.stem[:100].rstrip()}{path.suffix[:20]}"


def check_file_type(data: bytes, extension: str) -> None:
    """Refuse what is not of a known type by its name, and by its content where the type has a signature."""
    if extension not in FILE_TYPES:
        raise UnsupportedType
    if extension == ".zip":
        matches = zipfile.is_zipfile(io.BytesIO(data))
    elif extension in (".json", ".ipynb"):
        matches = _is_json(data)
    elif extension in _SIGNATURES:
        matches = data.startswith(_SIGNATURES[extension])
    else:
        matches = b"\0" not in data
    if not matches:
        raise UnsupportedType


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def clean_image(data: bytes) -> CleanImage:
    """The picture, encoded anew: no metadata, no bytes hidden behind it, turned as its camera meant it.

    Raises:
        InvalidImage, TooManyPixels: it is not let in.
    """
    try:
        return pictures.clean_image(data)
    except pictures.NoPicture as error:
        raise InvalidImage from error
    except pictures.TooManyPixels as error:
        raise TooManyPixels(limit=pictures.MAX_PIXELS) from error


# --- belonging to posts -----------------------------------------------------------------------------------------------
def referred_in(text: str) -> set[UUID]:
    """The uploads whose addresses stand in `text`."""
    return {UUID(match) for match in _ADDRESS.findall(text)}


def attach(ids: Iterable[UUID], *, at: datetime) -> None:
    """Mark uploads as used by a post."""
    if ids := list(ids):
        Upload.objects.filter(pk__in=ids, attached_at__isnull=True).update(attached_at=at)


def discard_files(uploads: Iterable[Upload]) -> None:
    """Delete the stored bytes. A store that fails leaves an orphan, no broken answer."""
    for upload in uploads:
        try:
            upload.file.storage.delete(str(upload.file.name))
        except OSError:
            log.exception("could not delete the file of an upload", extra={"upload": str(upload.pk)})


def sweep_orphans(at: datetime, *, batch: int = 200) -> int:
    """Delete uploads no post has referred to for a day, rows and files. Returns how many.

    The row goes first, under the condition that it is still unused: a post that takes it up in the same moment wins.
    """
    swept = 0
    while True:
        with transaction.atomic():
            unused = Upload.objects.filter(attached_at__isnull=True, created_at__lt=at - UNUSED_FOR)
            uploads = list(unused.select_for_update(of=("self",)).order_by("created_at")[:batch])
            Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
        discard_files(uploads)
        swept += len(uploads)
        if len(uploads) < batch:
            break
    if swept:
        log.info("swept unused uploads", extra={"uploads": swept})
    return swept
