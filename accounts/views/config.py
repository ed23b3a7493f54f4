"""How this site has set up its accounts, without what is switched off."""

from __future__ import annotations

import json
from typing import Any

from allauth.headless.base import views
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ConfigView(views.ConfigView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        body = json.loads(response.content)
        if not settings.INSTITUTIONS:
            body["data"].pop("socialaccount", None)
        if not settings.SECOND_FACTOR:
            body["data"].pop("mfa", None)
        response.content = json.dumps(body).encode()
        return response
