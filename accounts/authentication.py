"""How scripts sign in: a personal token, whatever the client calls it.

`Authorization: Bearer|Token|JWT uzu_...`, or HTTP Basic with the user name and the token in place of the password.
Credentials that are there but wrong are refused with 401 even where anybody may read: a script whose token ran out must
hear of it, instead of silently seeing the site as a visitor.
"""

from __future__ import annotations

import base64
import binascii
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.middleware import speak_language_of
from accounts.models import ApiToken, User
from accounts.tokens import authenticate_token


class WrongToken(AuthenticationFailed):
    default_code = "invalid_token"
    default_detail = _("This API token is wrong, has expired, or was deleted.")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer uzu_...`; `Token` and `JWT` are accepted for clients made for other servers."""

    accepts_tokens_only = True
    schemes: ClassVar[tuple[bytes, ...]] = (b"bearer", b"token", b"jwt")

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, value = get_authorization_header(request).strip().partition(b" ")
        if scheme.lower() not in self.schemes:
            return None
        return _signed_in(_text(value.strip()))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BasicTokenAuthentication(BaseAuthentication):
    """HTTP Basic with user name and API token. Never the password, so that passwords stay out of scripts."""

    accepts_tokens_only = True

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, value = get_authorization_header(request).strip().partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            decoded = base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError) as error:
            raise WrongToken from error
        username, _colon, token = _text(decoded).partition(":")
        return _signed_in(token, username=username)

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="api"'


def _signed_in(token: str, *, username: str | None = None) -> tuple[User, ApiToken]:
    found = authenticate_token(token, timezone.now())
    if found is None or (username is not None and username.casefold() != found.user.username.casefold()):
        raise WrongToken
    speak_language_of(found.user)
    return found.user, found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise WrongToken from error
