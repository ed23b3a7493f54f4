"""Pages of any size up to a bound."""

from rest_framework import pagination


class PageNumberPagination(pagination.PageNumberPagination):
    page_size = 20
    max_page_size = 200
    page_size_query_param = "pageSize"


class LeaderboardPagination(PageNumberPagination):
    page_size = 50
    max_page_size = 1000
