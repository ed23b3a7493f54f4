"""The `uzu` command as pip installs it, from the server it is for: nobody needs a checkout."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import condition, require_safe

FOLDER = settings.BASE_DIR / "cli"
SUFFIXES = {".md", ".py", ".toml"}
# The least a zip can say: the same sources make the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)


@cache
def packed() -> bytes:
    """A source distribution of `cli/`, small enough to keep."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(FOLDER.rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES:
                entry = zipfile.ZipInfo(f"uzu-client/{path.relative_to(FOLDER).as_posix()}", DATE)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return content.getvalue()


@require_safe
@condition(etag_func=lambda _request: f'"{sha256(packed()).hexdigest()}"')
def package(_request: HttpRequest) -> HttpResponseBase:
    """`pip install https://.../uzu-client.zip`"""
    return FileResponse(io.BytesIO(packed()), content_type="application/zip", filename="uzu-client.zip")
