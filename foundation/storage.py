"""Where files are kept, and what the program asks of every storage beyond what Django does.

`is_remote`: the files are on another machine. `read_range(key, part)`: yields these bytes of a file.
`foundation.s3` has the same for object stores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.core.files.storage import FileSystemStorage, storages
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.functional import LazyObject, empty

CHUNK_BYTES = 1 << 18


class LocalStorage(FileSystemStorage):
    """A folder of this machine, or one that is mounted."""

    is_remote = False

    def read_range(self, key: str, part: range) -> Iterator[bytes]:
        """The bytes of a file from `part.start` to before `part.stop`, in pieces."""
        with self.open(key) as file:
            file.seek(part.start)
            left = len(part)
            while left and (chunk := file.read(min(CHUNK_BYTES, left))):
                left -= len(chunk)
                yield chunk


class PublicStorage(LazyObject):
    """The storage named "public", looked up when it is used first, as Django's `default_storage` is.

    A field that asked for it while its model is imported would keep it, whatever the settings become in a test.
    """

    def _setup(self) -> None:
        self._wrapped = storages["public"]


public = PublicStorage()


@receiver(setting_changed, dispatch_uid="accounts.public-storage")
def settings_changed(*, setting: str, **_: Any) -> None:
    if setting in {"STORAGES", "MEDIA_ROOT", "MEDIA_URL"}:
        public._wrapped = cast(Any, empty)  # the way Django resets its own
