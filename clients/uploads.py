"""Receiving announced files: the address is the secret, the size and the time are ours to enforce."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Conflict, Refusal
from clients.models import Upload, UploadPart
from competitions.models import Competition

LIFETIME = timedelta(hours=6)
CHUNK_BYTES = 1 << 20
MOST_WAITING = 10


class UploadTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file has %(size)s bytes; at most %(limit)s are accepted.")


class UnknownUpload(Refusal):
    code = "unknown_upload"
    message = _("No file was uploaded under this token, it has expired, or it was used already.")


class UploadIncomplete(Refusal):
    code = "upload_incomplete"
    message = _("The upload is not complete: %(received)s of %(size)s bytes have arrived.")


class WrongOffset(Conflict):
    code = "wrong_offset"
    message = _("This part starts at byte %(found)s; the next one expected starts at %(expected)s.")


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def announce(
    *, user: Any, purpose: str, competition: Competition | None, filename: str, size: int, limit: int, at: datetime
) -> tuple[Upload, str]:
    """Open an upload of `size` bytes; returns it with the secret of its address.

    Raises:
        UploadTooLarge: more bytes than `limit`.
    """
    if size > limit:
        raise UploadTooLarge(size=size, limit=limit)
    if purpose == Upload.Purpose.SUBMISSION:
        _forget_oldest(user)
    secret = secrets.token_urlsafe(32)
    upload = Upload.objects.create(
        user=user,
        competition=competition,
        purpose=purpose,
        filename=filename,
        size=size,
        token=secrets.token_urlsafe(24),
        secret_digest=digest(secret),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    return upload, secret


def _forget_oldest(user: Any) -> None:
    """Nobody keeps more than a few files here that were sent and never submitted."""
    waiting = Upload.objects.filter(user=user, purpose=Upload.Purpose.SUBMISSION, used_at=None)
    for upload in waiting.order_by("-created_at", "-pk")[MOST_WAITING - 1 :]:
        _drop_parts(upload)
        upload.delete()


def find_by_secret(secret: str, at: datetime) -> Upload | None:
    upload = Upload.objects.filter(secret_digest=digest(secret)).first()
    return upload if upload and upload.is_open(at) else None


def receive(*, upload: Upload, stream: IO[bytes], offset: int) -> Upload:
    """Store what `stream` delivers from byte `offset` on. A broken connection keeps what has arrived.

    Raises:
        WrongOffset: the part does not follow what is there; more of it from byte 0 on starts anew.
        UploadTooLarge: more bytes than announced.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as buffer:
        size = _copy_at_most(stream, buffer, upload.size - offset)
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=upload.pk)
            if offset == 0 and upload.received:
                if size <= upload.received:
                    return upload  # a connection that broke, heard of after another one got further
                _drop_parts(upload)
            if offset != upload.received:
                raise WrongOffset(found=offset, expected=upload.received)
            if size:
                buffer.seek(0)
                part = UploadPart(upload=upload, offset=offset, size=size)
                part.file.save("part", File(buffer), save=False)
                part.save()
                upload.received += size
                upload.save(update_fields=["received"])
    return upload


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


def _drop_parts(upload: Upload) -> None:
    for part in upload.parts.all():
        part.file.delete(save=False)
        part.delete()
    upload.received = 0


def take(*, token: str, user: Any, purpose: str, competition: Competition | None, at: datetime) -> Upload:
    """Use a received file, once: only its owner, only for what it was announced for.

    Raises:
        UnknownUpload: no such upload for this user and purpose, expired or used.
        UploadIncomplete: bytes are missing; the upload stays open.
    """
    with transaction.atomic():
        upload = (
            Upload.objects.select_for_update()
            .filter(token=token, user=user, purpose=purpose, competition=competition)
            .first()
        )
        if upload is None or not upload.is_open(at):
            raise UnknownUpload
        if not upload.is_complete:
            raise UploadIncomplete(received=upload.received, size=upload.size)
        upload.used_at = at
        upload.save(update_fields=["used_at"])
    return upload


def open_upload(upload: Upload) -> IO[bytes]:
    """The whole file, at its start, in a temporary file that vanishes when it is closed."""
    whole = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 -- the caller closes it
    for part in upload.parts.all():
        with part.file.open("rb") as source:
            shutil.copyfileobj(source, whole, CHUNK_BYTES)
    whole.seek(0)
    return whole


def sweep(at: datetime) -> int:
    """Remove uploads that are used or expired, with their parts; returns how many."""
    stale = Upload.objects.filter(expires_at__lte=at) | Upload.objects.filter(used_at__isnull=False)
    count = 0
    for upload in stale.prefetch_related("parts"):
        for part in upload.parts.all():
            part.file.delete(save=False)
        upload.delete()
        count += 1
    return count
