"""Storages with what the site adds to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class PublicS3Storage(S3Storage):
    """Pictures people see, kept in the object store and served by us below `/media/`.

    The store's own addresses expire, may be out of a browser's reach, and are of another origin than the pages allow.
    """

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return settings.MEDIA_URL + str(filepath_to_uri(name))
