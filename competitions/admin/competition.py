"""Competitions with their pages and hosts."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from accounts.refusals import Refusal
from competitions import banners, permissions as can
from competitions.admin import hooks
from competitions.admin.base import OrganisedAdmin, show_refusal
from competitions.admin.exports import participants_csv
from competitions.models import Competition, Page, RulesAcceptance, Standing, State
from competitions.querysets import CompetitionQuerySet
from competitions.services.editing import (
    check_changes,
    check_metric,
    edit_competition,
    has_participants,
    has_submissions,
    metric_changes,
)
from competitions.solutions import active_solution
from scoring import all_metrics


class CompetitionForm(forms.ModelForm):
    metric = forms.ChoiceField(label=capfirst(_("metric")))
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")), choices=[(name, name) for name in sorted(available_timezones())], initial="UTC"
    )

    class Meta:
        model = Competition
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        metric: Any = self.fields.get("metric")
        if metric is not None:
            metric.choices = [
                (one.name, f"{one.label} ({one.direction.value.replace('_', ' ')})") for one in all_metrics()
            ]

    def clean_metric_params(self) -> dict[str, Any]:
        return self.cleaned_data["metric_params"] or {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            if self.instance.pk is None:
                if banner := cleaned.get("banner"):
                    banners.rewritten(banner)
                check_metric(Competition(metric=cleaned["metric"], metric_params=cleaned["metric_params"]))
            else:
                check_changes(competition=self.instance, changes=self.changes(), may_rescore=True, at=timezone.now())
        except Refusal as refusal:
            show_refusal(self, refusal)
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The columns that were changed, as `edit_competition` takes them."""
        columns = {field.name for field in Competition._meta.concrete_fields}
        return {
            name: ("" if self.cleaned_data[name] is False and name == "banner" else self.cleaned_data[name])
            for name in self.changed_data
            if name in columns
        }


class PageInline(admin.StackedInline):
    model = Page
    extra = 0
    fields = (("title", "slug", "position"), "body")
    prepopulated_fields = {"slug": ["title"]}

    def has_view_permission(self, request: HttpRequest, obj: Competition | None = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return State.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> CompetitionQuerySet:
        if self.value() not in State.values:
            return queryset
        return queryset.in_state(self.value(), timezone.now())


@admin.register(Competition)
class CompetitionAdmin(OrganisedAdmin):
    competition_path = ""
    form = CompetitionForm
    inlines = [PageInline]
    autocomplete_fields = ["hosts"]
    prepopulated_fields = {"slug": ["title"]}
    save_on_top = True
    actions = ["export_participants"]
    list_display = [
        *("title", "is_published", "shown_state", "is_confirmed", "team_count", "submissions", "ends_at"),
    ]
    list_filter = [
        *("is_published", StateFilter, ("confirmed_at", admin.EmptyFieldListFilter), "visibility", "metric"),
        "ends_at",
    ]
    search_fields = ["title", "slug", "summary", "hosts__username"]
    date_hierarchy = "starts_at"
    readonly_fields = ["shown_state", "solution_facts", "links", "confirmed_at", "confirmed_by", "created_at"]
    fieldsets = [
        (None, {"fields": [("title", "slug"), "summary", ("emoji", "banner"), "hosts", "shown_state", "links"]}),
        (
            _("Clock"),
            {
                "description": _(
                    "The end can't move any more once it has passed, nor the start once there are submissions."
                ),
                "fields": [("starts_at", "ends_at"), ("entry_deadline", "merge_deadline"), "time_zone"],
            },
        ),
        (
            _("Who takes part"),
            {
                "fields": [
                    *(("is_published", "visibility", "invitation_code"), ("rules_required", "rules_version")),
                    "max_team_size",
                ]
            },
        ),
        (_("Scoring"), {"fields": [("metric", "score_digits"), "metric_params", "solution_facts"]}),
        (
            _("Submissions"),
            {
                "fields": [
                    *(("daily_submission_limit", "limit_resets_at"), "total_submission_limit"),
                    *("selectable_submissions", "allows_late_submissions"),
                ]
            },
        ),
        (_("History"), {"fields": ["confirmed_at", "confirmed_by", "created_at"]}),
    ]

    # --- the list -----------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Competition]:
        standings = Standing.objects.filter(competition=OuterRef("pk")).order_by().values("competition")
        submissions = Subquery(standings.annotate(n=Sum("total_submissions")).values("n"))
        rows: Any = super().get_queryset(request)
        return rows.with_facts_for(request.user).annotate(submission_count=Coalesce(submissions, 0))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, *hooks.columns, "starts_at", "metric", "visibility"]

    @admin.display(description=_("state"), ordering="ends_at")
    def shown_state(self, competition: Competition) -> str:
        return str(competition.state(timezone.now()).label) if competition.pk else "–"

    @admin.display(description=_("confirmed"), boolean=True, ordering="confirmed_at")
    def is_confirmed(self, competition: Competition) -> bool:
        return competition.confirmed_at is not None

    @admin.display(description=_("teams"), ordering="team_count")
    def team_count(self, competition: Any) -> int:
        return competition.team_count

    @admin.display(description=_("submissions"), ordering="submission_count")
    def submissions(self, competition: Any) -> int:
        return competition.submission_count

    @admin.action(description=_("Participants of the selected competitions as CSV"), permissions=["view"])
    def export_participants(self, request: HttpRequest, queryset: QuerySet[Competition]) -> StreamingHttpResponse:
        response = StreamingHttpResponse(participants_csv(queryset), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="participants.csv"'
        response["Cache-Control"] = "private, no-store"
        return response

    # --- one ----------------------------------------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(can.create_competition(request.user))

    @admin.display(description=_("solution"))
    def solution_facts(self, competition: Competition) -> str:
        if not competition.pk:
            return gettext("Save the competition first.")
        solution = active_solution(competition)
        address = f"{reverse('admin:competitions_solution_add')}?competition={competition.pk}"
        if solution is None:
            return format_html('{} <a href="{}">{}</a>', gettext("None yet."), address, gettext("Upload"))
        facts = gettext("Version %(version)d: %(rows)d rows, %(public)d public, %(private)d private.") % {
            "version": solution.version,
            "rows": solution.rows,
            "public": solution.public_rows,
            "private": solution.private_rows,
        }
        return format_html('{} <a href="{}">{}</a>', facts, address, gettext("Replace"))

    @admin.display(description=_("more of it"))
    def links(self, competition: Competition) -> str:
        if not competition.pk:
            return "–"
        parts = [
            (competition.get_absolute_url(), gettext("on the site")),
            *(
                (f"{reverse(f'admin:competitions_{name}_changelist')}?competition__id__exact={competition.pk}", label)
                for name, label in (
                    ("datafile", gettext("data files")),
                    ("team", gettext("teams")),
                    ("standing", gettext("standings")),
                )
            ),
        ]
        return format_html(" · ".join(['<a href="{}">{}</a>'] * len(parts)), *(word for part in parts for word in part))

    def get_fieldsets(self, request: HttpRequest, obj: Competition | None = None) -> Any:
        """As above, and what clock the times are of."""
        zone = gettext("Times here are those of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        return [
            (
                title,
                {**options, "description": f"{options['description']} {zone}"} if "description" in options else options,
            )
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Competition | None = None) -> list[str]:
        frozen: list[str] = []
        if obj is not None and obj.has_ended(timezone.now()):
            frozen += ["ends_at", "selectable_submissions"]
        if obj is not None and has_participants(obj):
            frozen.append("slug")
        if obj is not None and has_submissions(obj):
            frozen.append("starts_at")
        return [*self.readonly_fields, *frozen]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Competition | None = None) -> Any:
        # A slug that exists follows no title; and the form has none where it is frozen.
        return super().get_prepopulated_fields(request, obj) if obj is None else {}

    def get_urls(self) -> list[URLPattern]:
        return [path for make in hooks.url_makers for path in make(self)] + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        competition = self.get_object(request, object_id)
        more: dict[str, Any] = dict(extra_context or {})
        if competition is not None and self.has_view_permission(request, competition):
            for context in hooks.contexts:
                more |= context(request, competition)
        return super().change_view(request, object_id, form_url, more)

    def save_model(self, request: HttpRequest, obj: Competition, form: Any, change: bool) -> None:  # noqa: FBT001
        if not change:
            banners.take_new(obj)
            super().save_model(request, obj, form, change)
            return
        before = Competition.objects.get(pk=obj.pk)
        edit_competition(competition=obj, changes=form.changes(), may_rescore=True, by=request.user, at=timezone.now())
        if metric_changes(before, obj) and has_submissions(obj):
            text = _("The metric has changed: scores and ranks are those of the old one until you rescore.")
            self.message_user(request, text, messages.WARNING)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        if not change and not (form.instance.hosts.exists() and can.edit(request.user, form.instance)):
            form.instance.hosts.add(request.user)


@admin.register(RulesAcceptance)
class RulesAcceptanceAdmin(OrganisedAdmin):
    list_display = ["user", "competition", "version", "accepted_at"]
    list_filter = ["competition"]
    search_fields = ["user__username", "competition__title"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
