"""Pages of any size up to a bound."""

from __future__ import annotations

from typing import Any

from rest_framework import pagination


class PageNumberPagination(pagination.PageNumberPagination):
    page_size = 20
    max_page_size = 200
    page_size_query_param = "pageSize"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The framework's, in the words of OpenAPI 3.1, where `nullable` says nothing."""
        described = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        described["properties"] |= {"count": {"type": "integer"}, "next": link, "previous": link}
        return described


class LeaderboardPagination(PageNumberPagination):
    page_size = 50
    max_page_size = 1000
