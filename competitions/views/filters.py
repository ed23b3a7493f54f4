"""Search, filters and ordering of the lists."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from competitions.models import Competition, State, Team
from competitions.querysets import CompetitionQuerySet, TeamQuerySet


class CompetitionFilter(filters.FilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=State.choices, method="in_state")
    search = filters.CharFilter(label=_("Words in title, summary or slug"), method="with_words", max_length=200)
    mine = filters.ChoiceFilter(
        label=_("Only mine"), choices=[("entered", _("entered")), ("hosted", _("hosted"))], method="of_mine"
    )
    ordering = filters.OrderingFilter(
        label=_("Ordering"),
        fields=[
            *(("starts_at", "startsAt"), ("ends_at", "endsAt"), ("title", "title"), ("team_count", "teamCount")),
        ],
    )

    class Meta:
        model = Competition
        fields: list[str] = []

    def in_state(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        return rows.in_state(value, timezone.now())

    def with_words(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        for word in value.split()[:8]:
            rows = rows.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(slug__icontains=word))
        return rows

    def of_mine(self, rows: CompetitionQuerySet, name: str, value: str) -> CompetitionQuerySet:
        return rows.entered_by(self.request.user) if value == "entered" else rows.hosted_by(self.request.user)


class TeamFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("Part of the team's or a member's name"), method="with_name", max_length=200)

    class Meta:
        model = Team
        fields: list[str] = []

    def with_name(self, rows: TeamQuerySet, name: str, value: str) -> TeamQuerySet:
        return rows.named_like(value)
