"""Searching among the teams of a competition."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from competitions.models import Team
from competitions.querysets import TeamQuerySet


class TeamFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("Part of the team's or a member's name"), method="with_name", max_length=200)

    class Meta:
        model = Team
        fields: list[str] = []

    def with_name(self, rows: TeamQuerySet, name: str, value: str) -> TeamQuerySet:
        return rows.named_like(value)
