"""The picture of a user: one square file, replaced as a whole."""

from __future__ import annotations

import secrets
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.locking import lock_account
from accounts.models import User
from foundation.images import open_image, square_webp
from foundation.storage import public

SIDE = 256
MAX_BYTES = 5 * 2**20


def set_avatar(*, user: User, file: IO[bytes]) -> User:
    """Make `file` the avatar, cut to a square; the one before is deleted.

    Raises:
        NotAnImage, ImageTooLarge: see `foundation.images`.
    """
    content = square_webp(open_image(file, max_bytes=MAX_BYTES), side=SIDE)
    with transaction.atomic():
        user = lock_account(user)
        delete_later(user.avatar.name)
        # A new name each time: whoever has the old address in a cache asks anew.
        user.avatar.save(f"{secrets.token_hex(12)}.webp", ContentFile(content), save=False)
        user.save(update_fields=["avatar"])
    return user


def remove_avatar(*, user: User) -> User:
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        delete_later(user.avatar.name)
        user.avatar = ""
        user.save(update_fields=["avatar"])
    return user


def delete_later(name: str | None) -> None:
    """Delete a file of the public storage once the transaction that forgets it has succeeded."""
    if name:
        transaction.on_commit(lambda: public.delete(name), robust=True)
