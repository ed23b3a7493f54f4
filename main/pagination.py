"""Pages of any size up to a bound."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request


class PageNumberPagination(pagination.PageNumberPagination):
    page_size = 20
    max_page_size = 200
    page_size_query_param = "pageSize"

    def get_page_size(self, request: Request) -> int | None:
        """How many to a page; more than the bound asked for is the bound.

        Raises:
            ValidationError: the size asked for is no number above 0.
        """
        asked = request.query_params.get(self.page_size_query_param)
        if asked and not (asked.isascii() and asked.isdigit() and asked.strip("0")):
            raise ValidationError(
                {self.page_size_query_param: [ErrorDetail(_("A whole number above 0 is needed."), code="invalid")]}
            )
        return super().get_page_size(request)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The framework's, in the words of OpenAPI 3.1, where `nullable` says nothing."""
        described = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        described["properties"] |= {"count": {"type": "integer"}, "next": link, "previous": link}
        return described
