"""The status page of the admin: queues, workers, storage, and the faults of the last day."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from main import figures


@never_cache
@admin.site.admin_view
def status(request: HttpRequest) -> HttpResponse:
    """For the staff. What names competitions is for those alone who may see all of them."""
    at = timezone.now()
    waits = figures.recent_waits()
    sees_all = request.user.has_perm("competitions.view_competition")
    facts: dict[str, Any] = {
        "at": at,
        "queues": figures.queues(at),
        "pending": figures.pending(at),
        "wait": waits[len(waits) // 2] if waits else None,
        "longest_wait": waits[-1] if waits else None,
        "runs": figures.active_runs() if sees_all else [],
        "lease_age": figures.lease_age(at),
        "workers": figures.workers(at),
        "faults": figures.faults(at),
        "stored": figures.stored(),
        "largest": figures.largest() if sees_all else [],
    }
    return TemplateResponse(
        request, "admin/status.html", {**admin.site.each_context(request), "title": gettext("Status"), **facts}
    )
