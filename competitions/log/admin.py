"""The competition log, to look at."""

from __future__ import annotations

from django.contrib import admin

from competitions.admin_base import ReadOnlyAdmin
from competitions.models import LogRow


@admin.register(LogRow)
class LogRowAdmin(ReadOnlyAdmin):
    list_display = ["competition", "sequence", "at", "kind", "actor", "subject", "reason"]
    list_filter = ["kind", "competition"]
    list_select_related = ["competition", "actor", "subject"]
    fields = [
        *("competition", "sequence", "at", "kind", "actor", "subject", "facts", "reason", "previous", "hash"),
    ]
