"""Pictures of shared links over HTTP. Everybody gets the same, whoever is signed in."""

from __future__ import annotations

import threading

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from main.sharing.cards import png
from main.sharing.subjects import Card, public_card

KEPT_SECONDS = 24 * 3600
# Short, so that a picture of what is closed since goes from the caches of others soon.
FRESH_SECONDS = 600
KINDS = ("competition", "board", "result", "team", "discussion")
# Drawing takes a tenth of a second: a flood of links must not take the workers from everybody else.
_drawing = threading.BoundedSemaphore(2)
WAIT_SECONDS = 2.0


@require_safe
def site_card(request: HttpRequest, language: str) -> HttpResponse:
    """The picture of pages that tell nothing of their own."""
    return _answer(_picture(None, _known(language)))


@require_safe
def card(request: HttpRequest, language: str, kind: str, pk: int, version: str) -> HttpResponse:
    """The picture of a competition, a leaderboard, a result or a discussion, as it is now.

    The version in its address only tells others that there is a newer one. What is not open to everybody has the
    picture of the site.
    """
    if kind not in KINDS:
        raise Http404
    with translation.override(_known(language)):
        shown = public_card(kind, pk, timezone.now())
        return _answer(_picture(shown, language))


def _known(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return language


def _picture(shown: Card | None, language: str) -> bytes | None:
    """From the cache, or drawn; None while too many are being drawn."""
    key = f"card:{language}:{shown.kind}:{shown.pk}:{shown.version}" if shown else f"card:{language}:site"
    if (kept := cache.get(key)) is not None:
        return bytes(kept)
    if not _drawing.acquire(timeout=WAIT_SECONDS):
        return None
    try:
        drawn = png(shown)
    finally:
        _drawing.release()
    cache.set(key, drawn, KEPT_SECONDS)
    return drawn


def _answer(picture: bytes | None) -> HttpResponse:
    if picture is None:
        return HttpResponse(status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response
