"""The one place where exceptions become the API's error format.

    {"type": "client_error", "errors": [{"code": "competition_ended", "detail": "...", "attr": null, "params": {}}]}

`code` is stable, `detail` is for people and in their language, `attr` names the field as the client writes it. A file
that can't be scored answers with one entry for each problem, each saying where it is.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.template import loader
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_lazy as _
from django.views import defaults
from djangorestframework_camel_case.settings import api_settings as camel_case
from djangorestframework_camel_case.util import camelize
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.middleware import AUTH_PATH, answer as sign_in_answer
from clients.kaggle.rpc import error as kaggle_error
from foundation import fault_log
from foundation.faults import Unavailable, passing_fault
from foundation.refusals import Refusal
from foundation.unspeakable import is_unspeakable

log = logging.getLogger(__name__)

# Where the kaggle command line calls.
KAGGLE_PATH = "/api/v1/"
# What a fault that does not pass is counted as.
MISTAKE = "error"
PLACES = ("row", "id", "column", "expected", "found", "more")


class InvalidValue(exceptions.APIException):
    """A value that no column can hold: a NUL character, half a surrogate pair, an integer of a hundred digits."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid_value"
    default_detail = _("A value can't be read: it holds a forbidden character, or is too large.")


class BadRequest(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_request"
    default_detail = _("The request can't be understood.")


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "request_too_large"
    default_detail = _("The request is too large.")


class RefusedRequest(exceptions.APIException):
    """A refusal on its way through the exception handling of the REST framework."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail, refusal.code)
        self.status_code = refusal.status
        self.refusal = refusal
        self.wait = retry_after(refusal)
        if refusal.status == status.HTTP_401_UNAUTHORIZED:
            self.auth_header = 'Bearer realm="api"'


class Handler(ExceptionHandler):
    """What each kind of exception answers. Anything unknown is our fault: 500, logged, with no word of the inside."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:  # noqa: PLR0911 -- one for each kind
        match exc:
            case Refusal():
                return RefusedRequest(exc)
            case ValidationError():
                return exceptions.ValidationError(validation_detail(exc))
            case RequestDataTooBig():
                return TooLarge()
            case SuspiciousOperation() | UnreadablePostError():
                return BadRequest()
        if is_unspeakable(exc):
            # Every input should be checked before it gets this far: worth a line, though not a page to the operator.
            log.warning("a value could not be stored or read", extra={"exception": type(exc).__name__})
            return InvalidValue()
        if (fault := passing_fault(exc)) is not None:
            told(exc, fault)
            return RefusedRequest(fault)
        return super().convert_known_exceptions(exc)

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """A refusal is an answer, not a fault: also one with a 503."""
        if isinstance(exc, RefusedRequest):
            return
        if response.status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
            fault_log.note(MISTAKE, self.exc)
        super().report_exception(exc, response)

    def format_exception(self, exc: exceptions.APIException) -> dict[str, Any]:
        if isinstance(exc, RefusedRequest):
            return refusal_body(exc.refusal)
        body = super().format_exception(exc)
        for error in body["errors"]:
            error["attr"] = camel(error["attr"])
        return body


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    return Handler(exc, context).run()  # type: ignore[arg-type]


# --- refusals ---------------------------------------------------------------------------------------------------------
def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """The answer to a refusal: one error, or one for each problem of a file, with the submission that was kept."""
    kind = kind_of(refusal.status)
    problems = getattr(refusal, "problems", None)
    if not problems:
        return {"type": kind, "errors": [entry(refusal.code, refusal.detail, refusal.attr, refusal.params)]}
    body: dict[str, Any] = {
        "type": kind,
        "errors": [problem_entry(problem, attr=attr_of(problem, refusal)) for problem in problems],
    }
    if (submission := getattr(refusal, "submission", None)) is not None:
        body["submission"] = submission_body(submission)
    return body


def attr_of(problem: Any, refusal: Refusal) -> str:
    """The field that a problem speaks of: one that it names itself, or that of the refusal, or the file sent."""
    own = problem.get("attr") if isinstance(problem, Mapping) else None
    return own or refusal.attr or "file"


def kind_of(status_code: int) -> str:
    if status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        return "server_error"
    return "validation_error" if status_code == status.HTTP_400_BAD_REQUEST else "client_error"


def entry(code: str, detail: str, attr: str | None, params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": code,
        "detail": detail,
        "attr": camel(attr),
        "params": {camel(key): plain(value) for key, value in params.items()},
    }


def problem_entry(problem: Any, *, attr: str) -> dict[str, Any]:
    """One problem of a file: what is wrong, and where."""
    facts = dict(problem) if isinstance(problem, Mapping) else problem.as_dict()
    params = facts.get("params") or {}
    places = {name: plain(facts.get(name)) for name in PLACES}
    detail = facts.get("detail") or problem_text(facts["code"], {**places, **params})
    return {**entry(facts["code"], detail, attr, params), **places, "more": facts.get("more") or 0}


def problem_text(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for a problem, in the language of the request."""
    from scoring.messages import MESSAGES  # noqa: PLC0415 -- only needed when something is wrong

    template = MESSAGES.get(code)
    return gettext(template) % params if template else code


def submission_body(submission: Any) -> Any:
    from submissions.serializers import SubmissionSerializer  # noqa: PLC0415 -- serializers need the app registry

    return SubmissionSerializer(submission).data


def retry_after(refusal: Refusal) -> int | None:
    """Seconds until it is worth trying again, where the refusal knows: `retry_after`, or `resets_at` as a moment."""
    seconds = getattr(refusal, "retry_after", None) or refusal.params.get("retry_after")
    if seconds is None and (resets_at := parse_datetime(str(refusal.params.get("resets_at", "")))):
        seconds = (resets_at - timezone.now()).total_seconds()
    return None if seconds is None else max(1, int(seconds))


# --- small conversions ------------------------------------------------------------------------------------------------
def validation_detail(error: ValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    """Django's validation error (models, forms) as the REST framework's, codes kept."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return {
        "non_field_errors" if field == NON_FIELD_ERRORS else field: [
            exceptions.ErrorDetail(message, code=single.code or "invalid")
            for single in errors
            for message in single.messages
        ]
        for field, errors in by_field.items()
    }


def camel(attr: str | None) -> str | None:
    """A field as the client writes it; paths such as `links.0.url` keep their dots."""
    if attr is None:
        return None
    return ".".join(next(iter(camelize({part: None}, **camel_case.JSON_UNDERSCOREIZE))) for part in attr.split("."))


def plain(value: Any) -> Any:
    """Something JSON can say; lazy texts, dates and decimals as their text."""
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)


# --- outside the REST framework ---------------------------------------------------------------------------------------
class UnspeakableValueMiddleware:
    """A value that nothing can hold is the sender's fault on every page: the admin passes addresses on unchecked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_unspeakable(exception):
            return None
        log.warning("a value could not be stored or read", extra={"exception": type(exception).__name__})
        return bad_request(request, exception)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def simple_answer(status_code: int, code: str, detail: Any) -> JsonResponse:
    kind = "server_error" if status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR else "client_error"
    body = {"type": kind, "errors": [{"code": code, "detail": str(detail), "attr": None}]}
    return JsonResponse(body, status=status_code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return simple_answer(413, TooLarge.default_code, TooLarge.default_detail)
    return simple_answer(400, BadRequest.default_code, BadRequest.default_detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_api(request):
        return defaults.permission_denied(request, exception)
    return simple_answer(403, "permission_denied", exceptions.PermissionDenied.default_detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_api(request):
        return simple_answer(404, "not_found", _("Not found."))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to what nobody caught: in a page, a middleware, the sign-in endpoints, or the admin."""
    # Called while the exception is being handled: Django does not pass it on.
    exc = sys.exception()
    if (fault := passing_fault(exc)) is not None:
        told(exc, fault)
        return unavailable(request, fault)
    fault_log.note(MISTAKE, exc)
    if is_api(request):
        return simple_answer(500, "error", "Server Error (500)")
    # No template context: whatever broke may break again while one is made.
    return defaults.server_error(request)


def unavailable(request: HttpRequest, fault: Unavailable) -> HttpResponse:
    """A passing fault in the words of the door it came through."""
    response: HttpResponse
    if request.path.startswith(AUTH_PATH):
        response = sign_in_answer(fault.status, fault.code, fault.detail)
    elif request.path.startswith(KAGGLE_PATH):
        response = JsonResponse(kaggle_error(fault.status, fault.detail), status=fault.status)
    elif is_api(request) or is_endpoint(request):
        response = JsonResponse(refusal_body(fault), status=fault.status)
    else:
        # Nothing that asks the database or the session for anything, which may be what is away.
        page = loader.render_to_string("503.html", {"detail": fault.detail})
        response = HttpResponse(page, status=fault.status)
    response["Retry-After"] = str(fault.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def is_endpoint(request: HttpRequest) -> bool:
    """Whether the address is a view of the REST framework: command lines have theirs outside `/api/`."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return hasattr(view, "cls") or hasattr(view, "view_class")


def told(exc: BaseException | None, fault: Unavailable) -> None:
    """One line for the operator: what failed. Addresses and passwords may be in the text of the exception."""
    fault_log.note(fault.code, exc)
    log.warning("fault.passing", extra={"fault": fault.code, "exception": type(exc).__name__})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = _("The CSRF token is missing or wrong: load the page again.")
    if is_api(request):
        return simple_answer(403, "csrf_failed", detail)
    return render(request, "403_csrf.html", {"detail": detail}, status=403)
