"""Serves the single-page app: one document for every address that is not the server's own.

Its hashed assets are static files below `/static/app/`. The document is made anew for each answer, because the
Content-Security-Policy asks for a nonce that nobody can foretell; it is small.
"""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from main.sharing.addresses import subject_of
from main.sharing.document import absolute, with_head

# What `vite build` leaves where a nonce belongs (`html.cspNonce` in frontend/vite.config.ts).
NONCE_PLACEHOLDER = "__CSP_NONCE__"

# Addresses of the server; everything else is a page of the app.
SERVER_PATHS = r"^(?!(?:api|admin|static|media|cards|docs|healthz|readyz|metrics)(?:/|$))"

SAFE_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}


@require_safe
@cache_control(no_cache=True)
def app(request: HttpRequest) -> HttpResponse:
    """The app's document, or how to build it where that has not been done. Its head tells what the page is about.

    An address that is no page is answered with 404: the app in it says the same to people.
    """
    try:
        document = index_document(settings.FRONTEND_DIST)
    except FileNotFoundError:
        return render(request, "not_built.html", status=503)
    nonce = request.csp_nonce  # type: ignore[attr-defined]  # set by the CSP middleware
    subject = subject_of(request, timezone.now())
    # The nonce first: what people wrote may hold its placeholder.
    told = with_head(document.replace(NONCE_PLACEHOLDER, str(nonce)), subject, path=request.path)
    return HttpResponse(told, status=200 if subject is not None else 404)


def index_document(dist: Path) -> str:
    """The built `index.html`; read again when a new build replaces it."""
    index = dist / "index.html"
    return _read(index, index.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, version: int) -> str:
    return path.read_text(encoding="utf-8")


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public file: avatars, banners, what people put into posts.

    It comes from users. Only plain pictures are shown in place, all else is a download, and nothing in it may run.
    """
    try:
        opened = storages["public"].open(path)
    except (OSError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    content_type = mimetypes.guess_type(path)[0]
    if content_type in SAFE_INLINE:
        response = FileResponse(opened, content_type=content_type)
    else:
        response = FileResponse(opened, content_type="application/octet-stream", as_attachment=True)
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read pages, not the API or the admin."""
    lines = ("User-agent: *", "Disallow: /api/", "Disallow: /admin/", f"Sitemap: {absolute('/sitemap.xml')}")
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain")
