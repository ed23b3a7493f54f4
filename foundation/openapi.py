"""What the descriptions of the API repeat: parameters, and the refusals an endpoint may answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import APIException

from foundation.refusals import Refusal

PK = OpenApiParameter("id", OpenApiTypes.INT64, OpenApiParameter.PATH, description="Id.")


# What every request that is refused is answered; `main.errors` makes it.
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["code", "detail", "attr"],
    "properties": {
        "code": {"type": "string", "description": "Stable; what a program decides by."},
        "detail": {"type": "string", "description": "For people, in the language of the request."},
        "attr": {"type": ["string", "null"], "description": "The field it speaks of, if any."},
        "params": {"type": "object", "additionalProperties": True, "description": "What `detail` was made of."},
        "row": {"type": ["integer", "null"], "description": "Of a file: the row, the first after the header is 1."},
        "id": {"type": ["string", "null"], "description": "Of a file: the id in that row."},
        "column": {"type": ["string", "null"]},
        "expected": {"description": "Of a file: what should be there."},
        "found": {"description": "Of a file: what was there."},
        "more": {"type": "integer", "description": "How many more places have the same problem."},
    },
}
ERRORS: dict[str, Any] = {
    "type": "object",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}},
    },
}
REFUSED = {"$ref": "#/components/schemas/Errors"}


class CodedError(Protocol):
    """An error of a form field that names itself, as a refusal does."""

    code: str
    status: int
    message: Any


# Whatever class may be named as a reason: a refusal of ours, an error of a field, or one of the REST framework.
Reason = type[Refusal] | type[APIException] | type[CodedError]


class RefusalResponse(OpenApiResponse):
    """An answer that is one of some refusals. The description lists their codes; examples are made of the classes."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(REFUSED, description=", ".join(f"`{code_of(reason)}`" for reason in self.reasons))


def refuses(*reasons: Reason) -> dict[int | str, RefusalResponse]:
    """The answers an endpoint gives when it raises one of these: one for each status, for `extend_schema(responses=)`.

    responses={201: TeamSerializer, **refuses(NotTeamOwner, TeamFull)}
    """
    by_status: dict[int | str, list[Reason]] = {}
    for reason in reasons:
        by_status.setdefault(status_of(reason), []).append(reason)
    return {status: RefusalResponse(some) for status, some in by_status.items()}


def code_of(reason: Reason) -> str:
    """The code that stands in the answer."""
    return str(reason.default_code if issubclass(reason, APIException) else reason.code)


def status_of(reason: Reason) -> int:
    """The HTTP status of the answer."""
    return int(reason.status_code if issubclass(reason, APIException) else reason.status)


def refusal(*codes: str) -> OpenApiResponse:
    """A refusal with one of `codes`."""
    return OpenApiResponse(REFUSED, description=", ".join(f"`{code}`" for code in codes))


NOT_FOUND: dict[Any, OpenApiResponse] = {404: refusal("not_found")}
