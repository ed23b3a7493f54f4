"""`OAuthService`: what the client asks about a token before it uses it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.tokens import authenticate_token
from clients.kaggle.rpc import Fields, rpc


class IntrospectFields(Fields):
    token = serializers.CharField(required=False, default="", max_length=2000)


@rpc("security.OAuthService/IntrospectToken", IntrospectFields, anonymous=True)
def introspect_token(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Whether a token is good. A bad one is an answer, not an error: on a 401 here the client breaks down."""
    token = authenticate_token(fields["token"], timezone.now())
    if token is None:
        return {"active": False}
    return {"active": True, "username": token.user.username, "userId": token.user_id}
