"""What views need of a request that DRF does not offer: the person, bodies of bytes, answers that are files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from foundation.refusals import NotSignedIn

if TYPE_CHECKING:
    from django.contrib.auth.models import _User


def signed_in(request: Request | HttpRequest) -> _User:
    """The person asking, where a permission has seen to it that there is one.

    Raises:
        NotSignedIn: there is nobody after all.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn
    return request.user


def sent(request: Request, shape: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
    """The fields of the request's body, checked and converted.

    Raises:
        ValidationError: they are not of this shape.
    """
    form = shape(data=request.data, partial=partial)
    form.is_valid(raise_exception=True)
    fields: dict[str, Any] = form.validated_data
    return fields


class Untouched(BaseParser):
    """Leaves the body of the request unread in its stream, whatever its content type."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class AnyAccepted(BaseContentNegotiation):
    """Content negotiation of endpoints that send files: whatever a client says it accepts, it gets the file."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type
