"""Where teams stand, on the public side only: the private one opens elsewhere, when its time has come."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from competitions.admin_base import ReadOnlyAdmin
from competitions.models import Standing, StandingChange


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    fields = [
        *("team", "competition", "is_ranked", "best_public_score", "best_submitted_at", "last_submitted_at"),
        "total_submissions",
    ]
    list_display: list[Any] = [*fields]
    list_filter = ["is_ranked", "competition"]
    list_select_related = ["team", "competition"]
    search_fields = ["team__name"]


@admin.register(StandingChange)
class StandingChangeAdmin(ReadOnlyAdmin):
    list_display = ["team", "competition", "score", "at"]
    list_filter = ["competition"]
    list_select_related = ["team", "competition"]
    search_fields = ["team__name"]
