"""`/.well-known/uzu-key`: the public keys by which anybody checks what this site signed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation import signing
from foundation.models import SigningKey


@require_safe
@never_cache
def published(_request: HttpRequest) -> JsonResponse:
    """Every key that ever signed, newest first; the one without `retiredAt` signs now."""
    signing.current_signer(timezone.now())
    keys = [
        {
            "id": key.pk,
            "algorithm": signing.ALGORITHM,
            "publicKey": key.public,
            "createdAt": key.created_at,
            "retiredAt": key.retired_at,
        }
        for key in SigningKey.objects.order_by("-is_active", "-created_at")
    ]
    return JsonResponse({"site": settings.SITE_URL, "keys": keys})
