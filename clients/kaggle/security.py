"""What the clients ask about credentials before they use them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.tokens import authenticate_token
from clients.kaggle.rpc import Empty, Fields, rpc


class IntrospectFields(Fields):
    token = serializers.CharField(required=False, default="", max_length=2000)


@rpc("security.OAuthService/IntrospectToken", IntrospectFields, anonymous=True)
def introspect_token(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Whether a token is good. A bad one is an answer, not an error: on a 401 here the client breaks down."""
    token = authenticate_token(fields["token"], timezone.now())
    if token is None:
        return {"active": False}
    return {"active": True, "username": token.user.username, "userId": token.user_id}


@rpc("api.v1.DiagnosticsService/Hello", Empty)
def hello(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Who the credentials belong to: `kagglehub.whoami()` and the check of `kagglehub.login()`; 401 for bad ones."""
    return {"userName": request.user.username}
