"""What the API answers where no view of ours is reached, and how its JSON travels."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext_lazy as _

from accounts.middleware import AUTH_PATH
from main.errors import is_api, kind_of, simple_answer
from main.openapi import is_foreign

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What allauth answers by its status alone.
SIGN_IN_CODES = {
    403: ("permission_denied", _("You may not do this.")),
    404: ("not_found", _("There is no such thing.")),
    409: ("conflict", _("This can't be done now: you are signed in already, or another step comes first.")),
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What Django answers with an empty body or in HTML, wherever it stands.
CODES = {
    405: ("method_not_allowed", _("This method is not allowed here.")),
    412: ("precondition_failed", _("It is no longer what the conditions of the request ask for.")),
}


class KnownMethodsMiddleware:
    """Refuse TRACE and methods nobody knows, before anything looks at the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in METHODS:
            return self.get_response(request)
        if not is_api(request) or is_foreign(request.path):
            return HttpResponseNotAllowed(METHODS)
        return in_json(HttpResponseNotAllowed(METHODS))


class ErrorsInJsonMiddleware:
    """Give answers of the API that say no without a word the body that all others have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code not in CODES or not is_api(request) or is_foreign(request.path):
            return response
        return response if "json" in response.headers.get("Content-Type", "") else in_json(response)


class SignInErrorsMiddleware:
    """Let an error of the sign-in endpoints be read as any other of the API, by its `type`, `detail` and `attr`.

    What allauth's protocol has stands beside it. A 401 that tells which steps are left to sign in is no error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_json = "json" in response.headers.get("Content-Type", "") and not response.streaming
        if response.status_code < 400 or not is_json or not request.path.startswith(AUTH_PATH):
            return response
        body = json.loads(response.content)
        if "type" not in body and ("errors" in body or response.status_code in SIGN_IN_CODES):
            response.content = json.dumps(in_our_format(body, response.status_code)).encode()
        return response


def in_our_format(body: dict[str, Any], status: int) -> dict[str, Any]:
    """The body with what every error of the API has. Without a word of allauth's, the status tells what is wrong."""
    errors = body.get("errors")
    if errors is None:
        code, message = SIGN_IN_CODES[status]
        errors = [{"code": code, "message": str(message)}]
    ours = [{**error, "detail": error["message"], "attr": error.get("param"), "params": {}} for error in errors]
    return {**body, "type": kind_of(status), "errors": ours}


class AddressMiddleware(CommonMiddleware):
    """Django's, which sends to the address with a slash at its end; but what changes something is not sent on.

    Browsers and libraries follow a redirect with GET: what was to be posted would be lost, and the answer would look
    well.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer; of the API, to a request that changes something at an address without its slash, a 404."""
        is_lost = response.status_code == 404 and request.method not in SAFE_METHODS and is_api(request)
        if is_lost and not is_foreign(request.path) and self.should_redirect_with_slash(request):
            detail = _("There is nothing at this address. Did you mean %(address)s?") % {"address": f"{request.path}/"}
            return simple_answer(404, "not_found", detail)
        return super().process_response(request, response)


class CompressedJsonMiddleware(GZipMiddleware):
    """Compress the API's JSON: lists, leaderboards and the API's description shrink to a tenth.

    Files go as they are. The session's answer too: it carries the CSRF token, and the length of what is compressed can
    tell of a secret that stands beside a text the asker chose (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where that is safe and worth it."""
        is_json = "json" in response.headers.get("Content-Type", "") and not response.streaming
        if not is_json or not is_api(request) or request.path.startswith(("/api/session/", "/api/auth/")):
            return response
        return super().process_response(request, response)  # type: ignore[arg-type]


def in_json(response: HttpResponseBase) -> HttpResponse:
    """The same refusal in the API's error format, with its headers."""
    answer = simple_answer(response.status_code, *CODES[response.status_code])
    for name, value in response.headers.items():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer
