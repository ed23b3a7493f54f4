"""Language and time zone of who is signed in; clear answers of the sign-in endpoints to what they can't read."""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from rest_framework.exceptions import UnsupportedMediaType

from accounts.models import User
from foundation.faults import passing_fault
from foundation.unspeakable import is_unspeakable

log = logging.getLogger(__name__)

AUTH_PATH = "/api/auth/"
RESET_PATH = "/auth/password/reset"
PASSKEY_PART = "/webauthn"
# What reading bytes of a stranger's ends in; a signature that does not fit is one of them.
NO_PASSKEY = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),
    *(InvalidSignature, struct.error),
)
MAX_AUTH_BYTES = 2**14
# Only pages made here show local times: the API says everything in UTC, and the app knows the user's time zone.
LOCAL_TIME_PATH = "/admin/"


PAGE_LANGUAGE_HEADER = "X-Page-Language"


class PreferencesMiddleware:
    """The language of the account beats that of the browser, that of the page both. Stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie nobody is signed in: no query to find that out.
        user = user_of(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if user is None:
            return self.get_response(request)
        if (shown := request.headers.get(PAGE_LANGUAGE_HEADER)) in dict(settings.LANGUAGES):
            # The app names the language it is shown in: what it is told stands next to its own words.
            translation.activate(shown)
            request.LANGUAGE_CODE = shown
        else:
            speak_language_of(user, request)
        if request.path.startswith(LOCAL_TIME_PATH) and user.time_zone:
            with timezone.override(ZoneInfo(user.time_zone)):
                response = self.get_response(request)
        else:
            response = self.get_response(request)
        # Beside cookie and Accept-Language, which are named by those who look at them.
        patch_vary_headers(response, [PAGE_LANGUAGE_HEADER])
        return response


def user_of(request: HttpRequest) -> User | None:
    """Who is signed in. While that can't be found out, nobody is: pages that need no account still come."""
    try:
        return request.user if request.user.is_authenticated else None
    except Exception as exc:
        if passing_fault(exc) is None:
            raise
        return None


def speak_language_of(user: User, request: HttpRequest | None = None) -> None:
    """Answer this request in the user's language, if they chose one. The next request starts afresh."""
    if user.language in dict(settings.LANGUAGES):
        translation.activate(user.language)
        if request is not None:
            request.LANGUAGE_CODE = user.language


class SignInInputMiddleware:
    """The sign-in endpoints are not the REST framework's: here they refuse what no column can hold, as it does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if not request.path.startswith(AUTH_PATH):
            return None
        try:
            size = len(request.body)
        except RawPostDataException:  # a form with files, which the check against forged requests has read already
            refused = UnsupportedMediaType(request.content_type or "")
            return answer(refused.status_code, refused.default_code, str(refused.detail))
        # A name, an address and two passwords: whatever is longer only costs time to hash and to look up.
        if size > MAX_AUTH_BYTES:
            return answer(413, "request_too_large", gettext("The request is too large."))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not request.path.startswith(AUTH_PATH):
            return None
        match exception:
            case IntegrityError():
                # Two sign-ups for one name, or for one address, in the same moment.
                return answer(409, "conflict", gettext("Somebody was faster: this name or address is taken."))
            case TypeError() if request.path.endswith(RESET_PATH):
                # A key that begins with its hyphen, which allauth does not expect.
                return answer(400, "invalid_password_reset", gettext("The link is not valid (any more)."))
            case _ if PASSKEY_PART in request.path and isinstance(exception, NO_PASSKEY):
                return answer(400, "incorrect_code", gettext("This is no passkey that this site can read."))
            case _ if is_unspeakable(exception):
                log.warning("a value could not be stored or read", extra={"exception": type(exception).__name__})
                text = gettext("A value can't be read: it holds a forbidden character, or is too large.")
                return answer(400, "invalid_value", text)
        return None


def answer(status: int, code: str, message: str) -> JsonResponse:
    """An error in the format of the sign-in endpoints."""
    return JsonResponse({"status": status, "errors": [{"code": code, "message": message}]}, status=status)
