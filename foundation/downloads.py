"""Sending stored files: resumable, with validators, and from the object storage itself where there is one.

Whoever calls this has asked for permission. Files are sent as they are, never compressed on the way: ranges and the
checksum people are told count the bytes of the file.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe, quote_etag

from foundation.refusals import FileGone

ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


class StoredFile(Protocol):
    """A row with a file in private storage: a data file, an archive, a submission."""

    file: Any
    size: int
    created_at: datetime


def file_response(request: Any, row: StoredFile) -> HttpResponseBase:
    """The file of `row` as a download: whole, one range of it, or that it has not changed (304).

    In an object storage that people reach, a redirect to an address of the storage that is good for some minutes.

    Raises:
        FileGone: the storage does not have it.
    """
    storage, key = row.file.storage, row.file.name
    if not key or not storage.exists(key):
        raise FileGone
    disposition = content_disposition_header(as_attachment=True, filename=download_name(row)) or "attachment"
    if storage.is_remote and settings.S3_REDIRECTS and request.method != "HEAD":
        address = storage.url(key, parameters={"ResponseContentDisposition": disposition})
        return HttpResponseRedirect(address, headers={"Cache-Control": "private, no-store"})
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache, no-transform",
        "Content-Disposition": disposition,
        "Content-Type": "application/octet-stream",
        "ETag": etag_of(row),
        "Last-Modified": http_date(row.created_at.timestamp()),
    }
    moment = int(row.created_at.timestamp())
    not_modified = get_conditional_response(request, etag=headers["ETag"], last_modified=moment)
    if not_modified is not None:
        not_modified.headers["Cache-Control"] = headers["Cache-Control"]
        return not_modified
    size = storage.size(key)
    part = wanted_range(request, size, headers["ETag"], moment)
    if part is None:
        return _whole(request, storage, key, size, headers)
    if part.start >= part.stop:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    return _part(storage, key, part, size, headers)


def download_name(row: Any) -> str:
    """The name under which a browser saves the file."""
    name = getattr(row, "filename", None) or row.name
    return name.rsplit("/", 1)[-1]


def etag_of(row: Any) -> str:
    """The ETag of a stored file: its checksum where that is known, else its place, which is never written twice."""
    content = getattr(row, "sha256", "") or getattr(row, "fingerprint", "") or row.file.name.replace('"', "")
    return quote_etag(content.encode("ascii", "xmlcharrefreplace").decode())


def wanted_range(request: Any, size: int, etag: str, moment: int) -> range | None:
    """Which bytes of the file a request asks for: an empty range if the file does not have them, None for all.

    Requests for several ranges, and for a range of another state of the file (If-Range), get all.
    """
    match = ONE_RANGE.fullmatch(request.META.get("HTTP_RANGE", ""))
    if match is None or request.method != "GET" or not _range_is_of_this(request, etag, moment):
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, size) if last else size)
    if last:
        return range(max(0, size - int(last)), size) if int(last) else range(0)
    return None


def _range_is_of_this(request: Any, etag: str, moment: int) -> bool:
    condition = request.META.get("HTTP_IF_RANGE", "").strip()
    if not condition:
        return True
    return condition == etag or parse_http_date_safe(condition) == moment


def _whole(
    request: Any, storage: Any, key: str, size: int, headers: dict[str, str]
) -> FileResponse | StreamingHttpResponse | HttpResponse:
    headers = {**headers, "Content-Length": str(size)}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if storage.is_remote:
        return StreamingHttpResponse(storage.read_range(key, range(size)), headers=headers)
    # A plain file: the server sends it without reading it into Python.
    response = FileResponse(storage.open(key))
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _part(storage: Any, key: str, part: range, size: int, headers: dict[str, str]) -> StreamingHttpResponse:
    headers = {
        **headers,
        "Content-Length": str(len(part)),
        "Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}",
    }
    return StreamingHttpResponse(storage.read_range(key, part), status=206, headers=headers)
