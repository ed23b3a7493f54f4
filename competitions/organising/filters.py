"""Search, filters and ordering of the list of competitions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from competitions.models import Competition, State
from competitions.querysets import CompetitionQuerySet
from foundation.languages import containing, local_column


class CompetitionOrder(filters.OrderingFilter):
    """By title: as the reader reads it."""

    def filter(self, rows: CompetitionQuerySet, value: Any) -> Any:
        return super().filter(rows.alias(read_title=local_column("title")), value)


class CompetitionFilter(filters.FilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=State.choices, method="in_state")
    search = filters.CharFilter(label=_("Words in title, summary or slug"), method="with_words", max_length=200)
    mine = filters.ChoiceFilter(
        label=_("Only mine"), choices=[("entered", _("entered")), ("hosted", _("hosted"))], method="of_mine"
    )
    ordering = CompetitionOrder(
        label=_("Ordering"),
        fields=[
            *(("current_phase__starts_at", "startsAt"), ("current_phase__ends_at", "endsAt"), ("read_title", "title")),
            ("team_count", "teamCount"),
        ],
        field_labels={
            "current_phase__starts_at": _("starts at"),
            "current_phase__ends_at": _("ends at"),
            "read_title": _("title"),
            "team_count": _("number of teams"),
        },
    )

    class Meta:
        model = Competition
        fields: list[str] = []

    def in_state(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        return rows.in_state(value, timezone.now())

    def with_words(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        for word in value.split()[:8]:
            rows = rows.filter(containing(word, "title", "summary") | Q(slug__icontains=word))
        return rows

    def of_mine(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        return rows.entered_by(self.request.user) if value == "entered" else rows.hosted_by(self.request.user)
