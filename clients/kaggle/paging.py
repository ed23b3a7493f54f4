"""The kaggle command line's pages: a token for the next one, which is opaque to the client and an offset to us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clients.kaggle.rpc import Fields

Row = TypeVar("Row")

PAGE_SIZE = 20
MAX_PAGE_SIZE = 200
MAX_OFFSET = 10**9


class PageToken(serializers.Field):
    """`o<offset>`; anything else was not made by this server."""

    default_error_messages = {"invalid": _("This page token was not given out by this server.")}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not data.startswith("o") or not data[1:].isascii() or not data[1:].isdigit():
            self.fail("invalid")
        if len(data) > 12 or int(data[1:]) > MAX_OFFSET:
            self.fail("invalid")
        return int(data[1:])

    def to_representation(self, value: int) -> str:
        return f"o{value}"


class Paged(Fields):
    page = serializers.IntegerField(required=False, min_value=1, max_value=MAX_OFFSET // MAX_PAGE_SIZE)
    pageToken = PageToken(required=False)  # noqa: N815 -- the client's name
    pageSize = serializers.IntegerField(required=False)  # noqa: N815


def page_of(
    rows: QuerySet[Any] | Sequence[Row], fields: dict[str, Any], *, default_size: int = PAGE_SIZE
) -> tuple[list[Any], str]:
    """The rows of the page asked for, and the token of the next one, empty on the last.

    A size of zero or below means the default (`-1`, "all", is bounded like any other), one above the bound the bound.
    """
    wanted = fields.get("pageSize") or 0
    size = min(wanted, MAX_PAGE_SIZE) if wanted > 0 else default_size
    offset = fields.get("pageToken", (fields.get("page", 1) - 1) * size)
    found = list(rows[offset : offset + size + 1])
    return found[:size], f"o{offset + size}" if len(found) > size else ""
