"""Object stores that speak S3, with what the program asks of every storage (see `foundation.storage`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.config import Config
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from foundation.storage import CHUNK_BYTES

# A store that is silent holds a request for less than a minute; by default it would be ten.
PATIENCE = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "max_attempts": 2})


class RemoteStorage(S3Storage):
    """Private files in an object store."""

    is_remote = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # What the settings say goes before.
        self.client_config = PATIENCE.merge(self.client_config)  # type: ignore[has-type]

    def read_range(self, key: str, part: range) -> Iterator[bytes]:
        """The bytes of a file from `part.start` to before `part.stop`, straight from the store, which knows ranges."""
        if not len(part):
            return
        stored = self.bucket.Object(self._normalize_name(key))
        body = stored.get(Range=f"bytes={part.start}-{part.stop - 1}")["Body"]
        try:
            yield from body.iter_chunks(CHUNK_BYTES)
        finally:
            body.close()


class PublicS3Storage(RemoteStorage):
    """Pictures people see, kept in the object store and served by us below `/media/`.

    The store's own addresses expire, may be out of a browser's reach, and are of another origin than the pages allow.
    """

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return settings.MEDIA_URL + str(filepath_to_uri(name))
