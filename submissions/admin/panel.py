"""The scoring panel on a competition's page: private scoring, the confirmation, rescoring, preview and exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from competitions import admin_hooks as hooks, permissions as can
from competitions.leaderboards.export import csv_response
from competitions.leaderboards.queries import PRIVATE, Leaderboard
from competitions.lookup import where_named
from competitions.models import Competition
from foundation.refusals import Refusal
from foundation.requests import signed_in
from submissions import runs
from submissions.models import ScoringRun
from submissions.runs import permissions as may
from submissions.runs.selecting import has_private_result

RUNS_SHOWN = 10
ROWS_SHOWN = 200

View = Callable[[HttpRequest, Competition], HttpResponseBase]


@hooks.column
@admin.display(description=_("scoring"))
def scoring(competition: Competition) -> str:
    run = competition.phase.scoring_runs.order_by("-pk").first()
    return "–" if run is None else f"{run.get_kind_display()}: {run.get_status_display()}"


@hooks.context
def panel(request: HttpRequest, competition: Competition) -> dict[str, Any]:
    """What the panel shows. Nothing for those who may look at the competition, but do not organise it."""
    if not may.see_runs(request.user, competition):
        return {}
    at = timezone.now()
    recent = list(competition.phase.scoring_runs.select_related("started_by").order_by("-pk")[:RUNS_SHOWN])
    return {
        "scoring": {
            "competition": competition,
            "query": _query_of(competition),
            "has_ended": competition.phase.has_ended(at),
            "is_confirmed": competition.phase.is_confirmed(at),
            "has_result": has_private_result(competition.phase),
            "active": next((run for run in recent if run.is_active), None),
            "runs": recent,
            # Each: why the button can't be pressed, or None.
            "no_private": runs.why_not(competition.phase, ScoringRun.Kind.PRIVATE, at),
            "no_rescore": runs.why_not(competition.phase, ScoringRun.Kind.RESCORE, at),
            "no_preview": runs.what_is_missing(competition.phase),
            "no_confirm": may.confirm_private_leaderboard(request.user, competition.phase, at).refusal
            or runs.why_not_confirm(competition.phase, at),
        }
    }


@hooks.urls
def paths(model_admin: Any) -> list[URLPattern]:
    def one(route: str, view: View, name: str) -> URLPattern:
        return path(
            f"<int:pk>/scoring/{route}",
            model_admin.admin_site.admin_view(_of_competition(view, model_admin)),
            name=f"competitions_competition_scoring_{name}",
        )

    return [
        one("start/", start, "start"),
        one("confirm/", confirm, "confirm"),
        one("unconfirm/", unconfirm, "unconfirm"),
        one("progress/", progress, "progress"),
        one("preview/", preview, "preview"),
        one("preview.csv", preview_csv, "preview_csv"),
        one("public.csv", public_csv, "public_csv"),
    ]


def _of_competition(view: View, model_admin: Any) -> Callable[..., HttpResponseBase]:
    """Find the competition for one who organises it, and show a refusal as a message on its page."""

    @wraps(view)
    def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
        competition = where_named(get_object_or_404(model_admin.get_queryset(request), pk=pk), request.GET.get("phase"))
        try:
            can.edit(request.user, competition).require()
            return view(request, competition)
        except Refusal as refusal:
            messages.error(request, refusal.detail)
            return _back(competition)

    return answer


def _back(competition: Competition) -> HttpResponse:
    page = reverse("admin:competitions_competition_change", args=[competition.pk])
    return HttpResponseRedirect(page + _query_of(competition))


def _query_of(competition: Competition) -> str:
    """What addresses of pages say of the phase they are about, where there are several."""
    return f"?phase={competition.phase.number}" if competition.names_phase else ""


@require_POST
def start(request: HttpRequest, competition: Competition) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind in ScoringRun.Kind.values:
        reason = request.POST.get("reason", "")
        runs.start_run(
            phase=competition.phase,
            kind=kind,
            by=signed_in(request),
            at=timezone.now(),
            reason=reason,
            accept_refusals=True,  # the panel shows no dry runs
        )
        messages.success(
            request, gettext("Scoring has started. It goes on in the background; you may leave this page.")
        )
    return _back(competition)


@require_POST
def confirm(request: HttpRequest, competition: Competition) -> HttpResponse:
    runs.confirm_private_leaderboard(phase=competition.phase, by=signed_in(request), at=timezone.now())
    messages.success(request, gettext("The private leaderboard is open, and everybody who took part is told."))
    return _back(competition)


@require_POST
def unconfirm(request: HttpRequest, competition: Competition) -> HttpResponse:
    runs.unconfirm_private_leaderboard(
        phase=competition.phase, by=signed_in(request), at=timezone.now(), reason=request.POST.get("reason", "")
    )
    messages.success(request, gettext("The private leaderboard is closed again."))
    return _back(competition)


@require_GET
def progress(_request: HttpRequest, competition: Competition) -> HttpResponse:
    run = runs.active_run(competition.phase)
    if run is None:
        return JsonResponse({"active": False})
    return JsonResponse(
        {
            "active": True,
            "status": run.get_status_display(),
            "waits_for": run.waits_for,
            "done": run.done,
            "total": run.total,
            "failed": run.failed,
        }
    )


@require_GET
def preview(request: HttpRequest, competition: Competition) -> HttpResponse:
    board = _preview(request, competition)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Private leaderboard (preview)"),
        "competition": competition,
        "query": _query_of(competition),
        "rows": board.rows(0, ROWS_SHOWN),
        "teams": board.count(),
        "opts": Competition._meta,
    }
    return TemplateResponse(request, "admin/competitions/competition/private_preview.html", context)


@require_GET
def preview_csv(request: HttpRequest, competition: Competition) -> StreamingHttpResponse:
    return csv_response(_preview(request, competition), name=f"{competition.slug}-private-preview")


@require_GET
def public_csv(_request: HttpRequest, competition: Competition) -> StreamingHttpResponse:
    return csv_response(Leaderboard(competition.phase), name=f"{competition.slug}-public-leaderboard")


def _preview(request: HttpRequest, competition: Competition) -> Leaderboard:
    runs.open_preview(phase=competition.phase, by=signed_in(request), at=timezone.now())
    return Leaderboard(competition.phase, PRIVATE, fresh=True)
