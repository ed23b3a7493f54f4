"""Search, filters and ordering of the lists. What each is for stands in `docs`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_filters import rest_framework as filters

from discussions.models import Comment, Discussion, Report, Tag
from discussions.querysets import COMMENT_SORTS, SORTS, CommentQuerySet, DiscussionQuerySet, ReportQuerySet

DISCUSSION_ORDERING = "last_comment"
COMMENT_ORDERING = "oldest"
REPORT_STATES = ("open", "resolved")


def choices(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class Ordering(filters.ChoiceFilter):
    """One of the orders that have a name. Its filter set knows how rows get `in_order`, and is always asked."""

    def __init__(self, names: Iterable[str], *, default: str) -> None:
        self.default = default
        super().__init__(choices=choices(names))

    def filter(self, rows: Any, name: str) -> Any:
        return self.parent.in_order(rows, name or self.default)


class DiscussionFilter(filters.FilterSet):
    search = filters.CharFilter(method="with_words")
    tag = filters.CharFilter(method="with_tag")
    author = filters.CharFilter(field_name="author__username", lookup_expr="iexact")
    announcements = filters.BooleanFilter(method="with_announcements")
    ordering = Ordering(SORTS, default=DISCUSSION_ORDERING)

    class Meta:
        model = Discussion
        fields: list[str] = []

    def with_words(self, rows: DiscussionQuerySet, name: str, value: str) -> DiscussionQuerySet:
        return rows.search(value)

    def with_tag(self, rows: DiscussionQuerySet, name: str, value: str) -> DiscussionQuerySet:
        return rows.tagged(value.lower())

    def with_announcements(self, rows: DiscussionQuerySet, name: str, value: Any) -> DiscussionQuerySet:
        return rows.filter(announced_at__isnull=not value)

    def in_order(self, rows: DiscussionQuerySet, ordering: Any) -> DiscussionQuerySet:
        """Pinned ones first, unless words are searched for."""
        return rows.sorted_by(ordering, pinned_first=not self.form.cleaned_data["search"])


class TagFilter(filters.FilterSet):
    search = filters.CharFilter(method="beginning_with")

    class Meta:
        model = Tag
        fields: list[str] = []

    def beginning_with(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(name__startswith=value.lower())


class CommentFilter(filters.FilterSet):
    ordering = Ordering(COMMENT_SORTS, default=COMMENT_ORDERING)

    class Meta:
        model = Comment
        fields: list[str] = []

    def in_order(self, rows: CommentQuerySet, ordering: Any) -> CommentQuerySet:
        return rows.in_thread_order(ordering)


class ReportFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=choices(REPORT_STATES), method="in_state")

    class Meta:
        model = Report
        fields: list[str] = []

    def in_state(self, rows: ReportQuerySet, name: str, value: str) -> ReportQuerySet:
        return rows.still_open() if value == "open" else rows.resolved()
