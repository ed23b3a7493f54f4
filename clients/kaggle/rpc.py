"""How the kaggle command line calls: one POST per method, one JSON object in, one out.

A method is a function registered under `Service/Method`. It gets the request and its validated fields, calls the same
services and permissions as the API, and returns a dict. Every fault, whatever raised it, leaves as
`{"code": <status>, "message": "..."}`, the only form the client can read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.utils.translation import gettext as _, gettext_lazy
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAuthenticated, NotFound
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from submissions.exceptions import DailyLimitReached, TotalLimitReached

Answer = dict[str, Any] | HttpResponseBase
Method = Callable[[Request, dict[str, Any]], Answer]

# How many refused places a message names before it says how many more there are.
MESSAGE_PROBLEMS = 5
OTHER_PROTOCOL = gettext_lazy(
    "Nothing is here. The kaggle command speaks to this server from version 1.8 on: pip install --upgrade kaggle six"
)


class Fields(serializers.Serializer):
    """The request object of a method. The client omits what equals its default and may send fields we do not know."""


class Word(serializers.Field):
    """A member of one of the client's enumerations, with or without its prefix, in any case."""

    def __init__(self, prefix: str, words: list[str], **kwargs: Any) -> None:
        self.prefix, self.words = prefix, words
        super().__init__(required=False, default=words[0], **kwargs)

    def to_internal_value(self, data: Any) -> str:
        word = str(data).upper().removeprefix(self.prefix) if isinstance(data, str) else ""
        if word not in self.words:
            raise serializers.ValidationError(f"Choose one of {', '.join(self.words).lower()}.", code="invalid_choice")
        return word

    def to_representation(self, value: str) -> str:
        return self.prefix + value


class Empty(Fields):
    """A method without parameters."""


@dataclass(frozen=True)
class Registered:
    call: Method
    fields: type[Fields]
    anonymous: bool
    throttle: str | None


_methods: dict[str, Registered] = {}


def rpc(
    name: str, fields: type[Fields] = Empty, *, anonymous: bool = False, throttle: str | None = None
) -> Callable[[Method], Method]:
    """Register a function as `Service/Method`.

    With `anonymous`, credentials are neither needed nor looked at. `throttle`: the scope its calls are counted in,
    together with those of the API.
    """

    def register(call: Method) -> Method:
        _methods[name] = Registered(call, fields, anonymous, throttle)
        return call

    return register


def method_names() -> list[str]:
    return sorted(_methods)


def error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


def timestamp(moment: datetime | None) -> str | None:
    """A moment as the client prints it tidily: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


class KaggleView(APIView):
    """Whatever goes wrong below it is told in the client's words."""

    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    permission_classes = [AllowAny]
    throttle_classes = []  # the client reads by POST as well; RpcView counts the methods that change something
    schema = None

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        names_fields = isinstance(exc, (serializers.ValidationError, ValidationError))
        if isinstance(exc, (DailyLimitReached, TotalLimitReached)):
            # Behind a 429 the client advises to wait "a little while", which here is until the next day.
            response.status_code = status.HTTP_400_BAD_REQUEST
            response.headers.pop("Retry-After", None)
        response.data = error(response.status_code, message_of(response.data, names_fields=names_fields))
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        # The client always accepts everything; a proxy or a person that does not must not lose the message.
        if isinstance(response, Response) and not hasattr(request, "accepted_renderer"):
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), "application/json"
        return super().finalize_response(request, response, *args, **kwargs)


def message_of(standardized: Any, *, names_fields: bool) -> str:
    """The API's error answer as one message: what is wrong and where, the first places, and how many more.

    `names_fields`: it is about the fields of the request, which the client's user may know; a refusal's are the API's.
    """
    errors = standardized.get("errors", []) if isinstance(standardized, dict) else []
    lines = [
        f"{one['attr']}: {one['detail']}" if names_fields and one.get("attr") else str(one["detail"])
        for one in errors[:MESSAGE_PROBLEMS]
    ]
    if len(errors) > MESSAGE_PROBLEMS:
        lines.append(_("and %(count)d more.") % {"count": len(errors) - MESSAGE_PROBLEMS})
    return "\n".join(lines) or _("Something went wrong.")


class RpcView(KaggleView):
    """`POST /api/v1/<Service>/<Method>`."""

    def method_for(self, request: Request) -> Registered | None:
        return _methods.get(f"{self.kwargs['service']}/{self.kwargs['method']}")

    def get_authenticators(self) -> list[BaseAuthentication]:
        registered = _methods.get(f"{self.kwargs.get('service')}/{self.kwargs.get('method')}")
        if registered is not None and registered.anonymous:
            return []
        # No session: these views are exempt from CSRF checks, so a browser's cookie must count for nothing.
        return [one for one in super().get_authenticators() if hasattr(one, "accepts_tokens_only")]

    def get_throttles(self) -> list[BaseThrottle]:
        registered = _methods.get(f"{self.kwargs.get('service')}/{self.kwargs.get('method')}")
        self.throttle_scope = registered.throttle if registered else None
        return [ScopedRateThrottle()]

    def post(self, request: Request, service: str, method: str) -> HttpResponseBase:
        registered = self.method_for(request)
        if registered is None and "." not in service:
            raise NotFound(OTHER_PROTOCOL)
        if registered is None:
            text = _("This server has competitions and their discussions only: it does not know the method %(name)s.")
            raise NotFound(text % {"name": f"{service}/{method}"[:120]})
        if not registered.anonymous and not request.user.is_authenticated:
            raise NotAuthenticated
        fields = registered.fields(data=without_blanks(request.data))
        fields.is_valid(raise_exception=True)
        answer = registered.call(request, dict(fields.validated_data))
        return answer if isinstance(answer, HttpResponseBase) else Response(answer)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if "." not in self.kwargs["service"]:
            raise NotFound(OTHER_PROTOCOL)  # an address of the protocol before 1.8, such as `competitions/list`
        raise MethodNotAllowed(request.method or "", OTHER_PROTOCOL)


class UnknownView(KaggleView):
    """Every other address below `/api/v1/`: releases before 1.8 called those, and are told what would help."""

    authentication_classes: list[type[BaseAuthentication]] = []

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise NotFound(OTHER_PROTOCOL)


def without_blanks(data: Any) -> dict[str, Any]:
    """The request's object less what the client sends explicitly empty: it means the same as absent."""
    if not isinstance(data, dict):
        raise serializers.ValidationError(_("The request must be one JSON object."), code="invalid")
    return {key: value for key, value in data.items() if value not in ("", None)}


__all__ = [
    "AuthenticationFailed",
    "Empty",
    "Fields",
    "KaggleView",
    "RpcView",
    "UnknownView",
    "Word",
    "error",
    "method_names",
    "rpc",
    "status",
    "timestamp",
]
