"""The `uzu` command and the scoring package as pip installs them, from the server that they are for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import condition, require_safe

FOLDERS: dict[str, Path] = {"uzu-client": settings.BASE_DIR / "cli", "uzu-scoring": settings.BASE_DIR / "scoring"}
SUFFIXES = {".md", ".py", ".toml"}
# The least a zip can say: the same sources make the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)


@cache
def packed(name: str) -> bytes:
    """A source distribution of the package, small enough to keep."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(FOLDERS[name].rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                entry = zipfile.ZipInfo(f"{name}/{path.relative_to(FOLDERS[name]).as_posix()}", DATE)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def download(name: str) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view behind `pip install https://.../{name}.zip`."""

    @require_safe
    @condition(etag_func=lambda _request: f'"{sha256(packed(name)).hexdigest()}"')
    def package(_request: HttpRequest) -> HttpResponseBase:
        return FileResponse(io.BytesIO(packed(name)), content_type="application/zip", filename=f"{name}.zip")

    return package
