"""Own metrics in the admin: uploading a version, trying it out, letting it score, and what went wrong in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST

from competitions import permissions as can
from competitions.admin_base import ReadOnlyAdmin
from competitions.admin_uploads import UploadAdmin, UploadForm
from competitions.metrics.services import RANKED_CHARACTERS, are_names, show_source, upload_metric, use_metric
from competitions.metrics.trying import CASE_NAMES, REASONS, start_trial
from competitions.models import MetricDirection, MetricFailure, OwnMetric
from foundation.refusals import Refusal
from foundation.requests import signed_in
from scoring.own.signature import MOST_BYTES

View = Callable[[HttpRequest, OwnMetric], None]


class OwnMetricForm(UploadForm):
    direction = forms.ChoiceField(label=_("direction"), choices=MetricDirection)
    params = forms.JSONField(
        label=_("values of the parameters"),
        required=False,
        help_text=_("Such as {“power”: 2}. Parameters with a default may be left out."),
    )
    ranked = forms.CharField(
        label=_("value that ranks"),
        required=False,
        max_length=RANKED_CHARACTERS,
        help_text=_("Where the metric returns a mapping of names to numbers. Empty: the first of them, or the number."),
    )
    columns = forms.JSONField(
        label=_("further values shown"),
        required=False,
        help_text=_("Names of others to show beside the score, such as [“mae”]. Empty: the first ones of the trial."),
    )
    is_shown = forms.BooleanField(
        label=_("shown to participants"), required=False, help_text=_("Whether everybody inside may read the source.")
    )

    def clean_params(self) -> dict[str, Any]:
        params = self.cleaned_data["params"] or {}
        if not isinstance(params, dict):
            raise forms.ValidationError(_("An object is needed: values by the names of parameters."))
        return params

    def clean_columns(self) -> list[str] | None:
        columns = self.cleaned_data["columns"]
        if not are_names(columns):
            raise forms.ValidationError(_("A list of names is needed."))
        return columns

    def keep(self, *, by: Any) -> OwnMetric:
        fields = self.cleaned_data
        return upload_metric(
            phase=fields["competition"].phase,
            source=fields["file"].read(MOST_BYTES + 1),
            filename=fields["file"].name,
            direction=fields["direction"],
            params=fields["params"],
            ranked=fields["ranked"],
            columns=fields["columns"],
            is_shown=fields["is_shown"],
            by=by,
            at=timezone.now(),
        )


@admin.register(OwnMetric)
class OwnMetricAdmin(UploadAdmin):
    upload_form = OwnMetricForm
    change_form_template = "admin/competitions/ownmetric/change_form.html"
    list_display = ["competition", "version", "is_active", "direction", "trial_status", "is_shown", "created_at"]
    list_filter = ["is_active", "trial_status", "competition"]
    search_fields = ["competition__title", "competition__slug"]
    readonly_fields = [
        *("competition", "version", "is_active", "filename", "sha256", "direction", "shown_parameters", "params"),
        *("ranked", "columns", "takes_files", "is_shown", "libraries", "created_by", "created_at", "shown_source"),
    ]
    fields: ClassVar[Any] = [*readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def kept(self, row: OwnMetric) -> str:
        return gettext("Version %(version)d is kept. Try it out, then let it score.") % {"version": row.version}

    def after(self, row: OwnMetric) -> str:
        return page_of(row)

    @admin.display(description=_("parameters"))
    def shown_parameters(self, metric: OwnMetric) -> str:
        return json.dumps({one["name"]: one["kind"] for one in metric.parameters})

    @admin.display(description=_("source"))
    def shown_source(self, metric: OwnMetric) -> str:
        return format_html("<pre>{}</pre>", metric.source)

    def get_urls(self) -> list[URLPattern]:
        def one(route: str, view: View) -> URLPattern:
            return path(
                f"<int:pk>/{route}/",
                self.admin_site.admin_view(_of_metric(view, self)),
                name=f"competitions_ownmetric_{route}",
            )

        return [one("try", try_out), one("use", use), one("show", show), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        metric = self.get_object(request, object_id)
        more: dict[str, Any] = dict(extra_context or {})
        if metric is not None and can.edit(request.user, metric.competition):
            trial = metric.trial or {}
            more |= {
                "metric": metric,
                "why": [REASONS.get(code, code) for code in trial.get("why", [])],
                "cases": [{**one, "label": CASE_NAMES.get(one["name"], one["name"])} for one in trial.get("cases", [])],
            }
        return super().change_view(request, object_id, form_url, more)


def page_of(metric: OwnMetric) -> str:
    return reverse("admin:competitions_ownmetric_change", args=[metric.pk])


def _of_metric(view: View, model_admin: Any) -> Callable[..., HttpResponse]:
    """Find the version for one who organises the competition, and show a refusal as a message on its page."""

    @wraps(view)
    def answer(request: HttpRequest, pk: int) -> HttpResponse:
        metric = get_object_or_404(model_admin.get_queryset(request), pk=pk)
        try:
            can.edit(request.user, metric.competition).require()
            view(request, metric)
        except Refusal as refusal:
            problems = getattr(refusal, "problems", None)
            for text in [one["detail"] for one in problems] if problems else [refusal.detail]:
                messages.error(request, text)
        return HttpResponseRedirect(page_of(metric))

    return require_POST(answer)


def try_out(request: HttpRequest, metric: OwnMetric) -> None:
    start_trial(metric=metric, by=signed_in(request), at=timezone.now())
    messages.success(request, gettext("It is being tried out in the background: look here again in half a minute."))


def use(request: HttpRequest, metric: OwnMetric) -> None:
    use_metric(metric=metric, by=signed_in(request), at=timezone.now(), reason=request.POST.get("reason", ""))
    messages.success(request, gettext("This version scores from now on. Scores that exist stay until you rescore."))


def show(request: HttpRequest, metric: OwnMetric) -> None:
    show_source(metric=metric, is_shown=request.POST.get("is_shown") == "1", by=signed_in(request))


@admin.register(MetricFailure)
class MetricFailureAdmin(ReadOnlyAdmin):
    list_display = ["competition", "own_metric", "submission", "is_private", "reason", "error", "at"]
    list_filter = ["competition"]
    fields: ClassVar[Any] = [
        *("competition", "own_metric", "submission", "is_private", "reason", "error", "readable_traceback", "at"),
    ]
    readonly_fields: ClassVar[Any] = [*fields]

    @admin.display(description=_("traceback"))
    def readable_traceback(self, failure: MetricFailure) -> str:
        return format_html("<pre>{}</pre>", failure.traceback)

    def get_queryset(self, request: HttpRequest) -> Any:
        failures = MetricFailure.objects.readable_by(request.user, timezone.now())
        return failures.order_by(*self.get_ordering(request))
