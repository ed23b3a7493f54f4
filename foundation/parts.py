"""Where the parts of a large upload wait: in the object store itself, or as files of the storage.

Both know how to take a part, which parts are there, how to put them together under the final key, and how to forget
them. Nothing else in the room knows which one it is.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from foundation.models import Upload

CHUNK_BYTES = 1 << 20
ADDRESS_SECONDS = 3600


class PartStore(Protocol):
    def begin(self, upload: Upload) -> str:
        """The store's own name for the upload; empty if it needs none."""

    def address(self, upload: Upload, number: int) -> str | None:
        """Where the sender puts the part without us; None: it is sent to us."""

    def put(self, upload: Upload, number: int, content: IO[bytes]) -> None: ...

    def present(self, upload: Upload) -> dict[int, int]:
        """Sizes in bytes of the parts that are there, by number."""

    def assemble(self, upload: Upload) -> str:
        """Put the parts together under the final key; returns the SHA-256 of the whole. Safe to run again."""

    def copy(self, upload: Upload, target: IO[bytes]) -> None:
        """Write the whole file to `target`, from the parts that are there."""

    def forget(self, upload: Upload) -> None:
        """Remove the parts; the assembled file stays."""


def part_store(upload: Upload) -> PartStore:
    """Where the parts of `upload` are kept: an object store takes numbered parts itself, of a size it prescribes."""
    storage: Any = default_storage
    return ObjectStoreParts(storage) if upload.part_size and storage.is_remote else FileParts(storage)


class FileParts:
    """One file a part below `uploads/`, of any storage; its name is the part's number, or the byte it begins at."""

    def __init__(self, storage: Any) -> None:
        self.storage = storage

    def folder(self, upload: Upload) -> str:
        return f"uploads/{upload.pk}"

    def begin(self, upload: Upload) -> str:
        return ""

    def address(self, upload: Upload, number: int) -> str | None:
        return None

    def put(self, upload: Upload, number: int, content: IO[bytes]) -> None:
        path = f"{self.folder(upload)}/{number}"
        self.storage.delete(path)
        self.storage.save(path, File(content))

    def present(self, upload: Upload) -> dict[int, int]:
        folder = self.folder(upload)
        try:
            _folders, names = self.storage.listdir(folder)
        except FileNotFoundError:
            return {}
        return {int(name): self.storage.size(f"{folder}/{name}") for name in names if name.isdigit()}

    def assemble(self, upload: Upload) -> str:
        digest = hashlib.sha256()
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as whole:
            self.copy(upload, _Tee(whole, digest))
            whole.seek(0)
            self.storage.delete(upload.key)
            upload.key = self.storage.save(upload.key, File(whole))
        return digest.hexdigest()

    def copy(self, upload: Upload, target: IO[bytes] | _Tee) -> None:
        for number in sorted(self.present(upload)):
            with self.storage.open(f"{self.folder(upload)}/{number}") as part:
                shutil.copyfileobj(part, target, CHUNK_BYTES)

    def forget(self, upload: Upload) -> None:
        for number in self.present(upload):
            self.storage.delete(f"{self.folder(upload)}/{number}")
        self.storage.delete(self.folder(upload))


class ObjectStoreParts:
    """A multipart upload of an S3-compatible store. Senders who reach the store put their parts there directly."""

    def __init__(self, storage: Any) -> None:
        self.storage = storage
        self.client = storage.bucket.meta.client

    def place(self, upload: Upload) -> dict[str, Any]:
        place = {"Bucket": self.storage.bucket_name, "Key": self.storage._normalize_name(upload.key)}
        return {**place, "UploadId": upload.multipart_id} if upload.multipart_id else place

    def begin(self, upload: Upload) -> str:
        started = self.client.create_multipart_upload(**self.place(upload), ContentType="application/octet-stream")
        return str(started["UploadId"])

    def address(self, upload: Upload, number: int) -> str | None:
        if not settings.S3_REDIRECTS:
            return None
        parameters = {**self.place(upload), "PartNumber": number}
        return str(self.client.generate_presigned_url("upload_part", Params=parameters, ExpiresIn=ADDRESS_SECONDS))

    def put(self, upload: Upload, number: int, content: IO[bytes]) -> None:
        self.client.upload_part(**self.place(upload), PartNumber=number, Body=content)

    def present(self, upload: Upload) -> dict[int, int]:
        return {part["PartNumber"]: part["Size"] for part in self._parts(upload)}

    def _parts(self, upload: Upload) -> Iterator[dict[str, Any]]:
        for page in self.client.get_paginator("list_parts").paginate(**self.place(upload)):
            yield from page.get("Parts", [])

    def assemble(self, upload: Upload) -> str:
        if not self.storage.exists(upload.key):
            parts = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in self._parts(upload)]
            self.client.complete_multipart_upload(**self.place(upload), MultipartUpload={"Parts": parts})
        digest = hashlib.sha256()
        for chunk in self.storage.read_range(upload.key, range(upload.size)):
            digest.update(chunk)
        return digest.hexdigest()

    def copy(self, upload: Upload, target: IO[bytes]) -> None:
        for chunk in self.storage.read_range(upload.key, range(upload.size)):
            target.write(chunk)

    def forget(self, upload: Upload) -> None:
        try:
            self.client.abort_multipart_upload(**self.place(upload))
        except self.client.exceptions.NoSuchUpload:
            return  # completed: there are no parts any more


class _Tee:
    """Writes to a file and a digest at once."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self.file, self.digest = file, digest

    def write(self, chunk: bytes) -> int:
        self.digest.update(chunk)
        return self.file.write(chunk)
