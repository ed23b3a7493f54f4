"""Changing and resetting the password, as allauth does it; the answer also says how many API tokens go on working."""

from __future__ import annotations

import json
from typing import Any

from allauth.headless.account import views
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User
from accounts.tokens import count_tokens


class ChangePasswordView(views.ChangePasswordView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        return with_tokens(super().post(request, *args, **kwargs), user)


class ResetPasswordView(views.ResetPasswordView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.input.user
        return with_tokens(super().post(request, *args, **kwargs), user)


def with_tokens(response: HttpResponse, user: Any) -> HttpResponse:
    """The answer with `meta.remaining_tokens`: tokens made by hand, which do not end with the password."""
    if isinstance(user, User):
        body = json.loads(response.content)
        body["meta"] = {**body.get("meta", {}), "remaining_tokens": count_tokens(user, timezone.now())}
        response.content = json.dumps(body).encode()
    return response
