"""Files sent to an address of their own: the address is the secret, the size and the time are ours to enforce."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clients.models import Upload
from competitions.models import Competition
from foundation import uploads
from foundation.refusals import Refusal
from foundation.uploads import UploadIncomplete, UploadTooLarge, receive

__all__ = ["announce", "find_by_secret", "open_upload", "receive", "sweep", "take"]

LIFETIME = timedelta(hours=6)
MOST_WAITING = 10


class UnknownUpload(Refusal):
    code = "unknown_upload"
    message = _("No file was uploaded under this token, it has expired, or it was used already.")


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
        name=filename,
        size=size,
        token=secrets.token_urlsafe(24),
        secret_digest=digest(secret),
        created_at=at,
        expires_at=at + LIFETIME,
    )
    return upload, secret


def _forget_oldest(user: Any) -> None:
    """Nobody keeps more than a few files here that were sent and never submitted."""
    waiting = Upload.objects.filter(user=user, purpose=Upload.Purpose.SUBMISSION, state=Upload.State.OPEN)
    uploads.forget(waiting.order_by("-created_at", "-pk")[MOST_WAITING - 1 :])


def find_by_secret(secret: str, at: datetime) -> Upload | None:
    upload = Upload.objects.filter(secret_digest=digest(secret)).first()
    return upload if upload and upload.is_open(at) else None


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
        upload.state = Upload.State.DONE
        upload.save(update_fields=["state"])
    return upload


def give_back(upload: Upload) -> None:
    """Let a file that was taken be used again: nothing came of it."""
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.OPEN)


def open_upload(upload: Upload) -> IO[bytes]:
    """The whole file, at its start, in a temporary file that vanishes when it is closed."""
    return uploads.open_whole(upload)


def sweep(at: datetime) -> int:
    """Remove uploads that are used or expired, with their parts; returns how many."""
    stale = Upload.objects.filter(expires_at__lte=at) | Upload.objects.filter(state=Upload.State.DONE)
    return uploads.forget(stale)
