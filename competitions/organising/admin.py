"""Competitions with their pages and hosts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import display_for_field, flatten
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from competitions import admin_hooks as hooks, permissions as can
from competitions.admin_base import OrganisedAdmin, show_refusal
from competitions.brackets.admin import BracketInline, save_brackets
from competitions.combined.checks import require_points
from competitions.lookup import where_named
from competitions.models import (
    PHASE_FIELDS,
    Bracket,
    Competition,
    MetricDirection,
    Page,
    Phase,
    RulesAcceptance,
    Standing,
    State,
)
from competitions.models.log import REASON_CHARACTERS
from competitions.organising import banners
from competitions.organising.creating import new_invitation_code, zone_of
from competitions.organising.editing import (
    check_changes,
    check_further,
    check_invitation_code,
    check_metric,
    edit_competition,
    has_participants,
    is_relied_on,
    record_publication,
    rules_told,
)
from competitions.organising.exports import participants_csv
from competitions.organising.hosts import add_host, check_new_hosts, lock_teams_of, record_changed_hosts
from competitions.organising.readiness import Weight, check_ready, readiness
from competitions.organising.serializers import zone_named
from competitions.querysets import CompetitionQuerySet
from competitions.quota import quota_of, stored_bytes
from competitions.solution.services import active_solution, is_in_use
from foundation.languages import LANGUAGES, translations_of
from foundation.refusals import Refusal
from foundation.requests import signed_in
from scoring import all_metrics
from scoring.metrics.registry import is_own


class CompetitionForm(forms.ModelForm):
    metric = forms.ChoiceField(label=capfirst(_("metric")))
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")),
        choices=[(name, name) for name in sorted(available_timezones())],
        # In which the times of the form are typed: that of the organiser, else of the site.
        initial=timezone.get_current_timezone_name,
    )

    reason = forms.CharField(
        label=capfirst(_("reason")),
        required=False,
        max_length=REASON_CHARACTERS,
        help_text=_(
            "Why something is changed that people rely on; everybody can read it. Needed for a later end while the "
            "competition runs, and for taking it off the site."
        ),
    )

    publish_anyway = forms.BooleanField(
        label=_("publish it in spite of what speaks against it"),
        required=False,
        help_text=_("See “What speaks against publishing”."),
    )

    class Meta:
        model = Competition
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Where there is a competition already, with the values of its phase too."""
        instance = kwargs.get("instance")
        if instance is not None and instance.current_phase is not None:
            kwargs["initial"] = {**forms.model_to_dict(instance.phase, PHASE_FIELDS), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        zone: Any = self.fields.get("time_zone")
        if zone is not None and self.instance.pk is None:
            zone.initial = timezone.get_current_timezone_name()
        code: Any = self.fields.get("invitation_code")
        if code is not None and self.instance.pk is None:
            code.initial = new_invitation_code()
        metric: Any = self.fields.get("metric")
        if metric is not None:
            metric.choices = [
                (one.name, f"{one.label} ({one.direction.value.replace('_', ' ')})") for one in all_metrics()
            ]
            phase = self.instance.current_phase
            if phase is not None and is_own(phase.metric):
                direction = MetricDirection(phase.direction.value)
                metric.choices.append((phase.metric, f"{gettext('Own metric')} ({direction.label})"))

    def clean_metric_params(self) -> dict[str, Any]:
        return self.cleaned_data["metric_params"] or {}

    def clean_further_metrics(self) -> list[Any]:
        return self.cleaned_data["further_metrics"] or []

    def clean_combined_points(self) -> list[Any]:
        return self.cleaned_data["combined_points"] or []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            if self.instance.pk is None:
                if banner := cleaned.get("banner"):
                    banners.rewritten(banner)
                check_invitation_code(cleaned.get("invitation_code", ""))
                draft = Phase(
                    metric=cleaned["metric"],
                    metric_params=cleaned["metric_params"],
                    further_metrics=cleaned["further_metrics"],
                )
                check_metric(draft)
                check_further(draft)
                require_points(cleaned.get("combined_points", []))
                if cleaned.get("is_published"):
                    check_ready(self.instance, anyway=cleaned.get("publish_anyway", False))
            else:
                check_new_hosts(competition=self.instance, hosts=cleaned.get("hosts", []))
                check_changes(
                    competition=self.instance,
                    changes=self.changes(),
                    at=timezone.now(),
                    reason=cleaned.get("reason", ""),
                    publish_anyway=cleaned.get("publish_anyway", False),
                    phase=self.named_phase(),
                )
        except Refusal as refusal:
            show_refusal(self, refusal)
        return cleaned

    def _post_clean(self) -> None:
        """Give the values of the phase to the phase, as Django does with those of the competition."""
        phase = self.instance.current_phase or Phase()
        for name in PHASE_FIELDS & self.cleaned_data.keys():
            setattr(phase, name, self.cleaned_data[name])
        self.instance.current_phase = phase
        not_asked = {field.name for field in Phase._meta.fields} - (PHASE_FIELDS & self.cleaned_data.keys())
        try:
            phase.full_clean(exclude=not_asked)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]
        super()._post_clean()  # type: ignore[misc]

    def named_phase(self) -> Phase | None:
        """The phase that the address of the page names; None: it names none."""
        return self.instance.phase if self.instance.names_phase else None

    def changes(self) -> dict[str, Any]:
        """The columns that were changed, as `edit_competition` takes them."""
        columns = {field.name for field in Competition._meta.concrete_fields} | PHASE_FIELDS
        return {
            name: ("" if self.cleaned_data[name] is False and name == "banner" else self.cleaned_data[name])
            for name in self.changed_data
            if name in columns
        }


def is_clock(options: Mapping[str, Any]) -> bool:
    return "starts_at" in flatten(options["fields"])


class PageInline(admin.StackedInline):
    model = Page
    extra = 0
    fields = (("title", "slug", "position"), "body", *(("title_" + one, "body_" + one) for one in LANGUAGES))
    prepopulated_fields = {"slug": ["title"]}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Translations are mostly empty: their fields begin small."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and db_field.name in translations_of("body"):
            field.widget.attrs["rows"] = 4
        return field

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


class MetricFilter(admin.SimpleListFilter):
    title = _("metric")
    parameter_name = "metric"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        rows = model_admin.get_queryset(request).order_by("current_phase__metric")
        return [(name, name) for name in rows.values_list("current_phase__metric", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: Any) -> CompetitionQuerySet:
        return queryset if self.value() is None else queryset.filter(current_phase__metric=self.value())


def of_phase(name: str) -> Any:
    """A column of the admin: what the field of this name holds of the competition's phase."""
    field: Any = Phase._meta.get_field(name)

    @admin.display(description=field.verbose_name)
    def shown(model_admin: Any, competition: Competition) -> str:
        phase = competition.current_phase
        value = None if phase is None else getattr(phase, name)
        return display_for_field(value, field, model_admin.get_empty_value_display())

    return shown


class PhaseColumns:
    """The fields of the phase that the form of a competition shows and does not let change."""


for _name in (*PHASE_FIELDS, "objections_until", "confirmed_at", "confirmed_by"):
    setattr(PhaseColumns, _name, of_phase(_name))


@admin.register(Competition)
class CompetitionAdmin(PhaseColumns, OrganisedAdmin):
    competition_path = ""
    form = CompetitionForm
    inlines = [BracketInline, PageInline]
    autocomplete_fields = ["hosts"]
    prepopulated_fields = {"slug": ["title"]}
    save_on_top = True
    actions = ["export_participants"]
    list_display = [
        *("title", "is_published", "shown_state", "team_count", "submissions", "shown_end"),
    ]
    list_filter = [
        *("is_published", StateFilter, "visibility", MetricFilter, "current_phase__ends_at"),
    ]
    search_fields = ["title", "slug", "summary", *translations_of("title", "summary"), "hosts__username"]
    date_hierarchy = "current_phase__starts_at"
    readonly_fields = [
        *("shown_state", "shown_readiness", "shown_storage", "solution_facts", "links", "objections_until"),
        "shown_phases",
        *("confirmed_at", "confirmed_by", "created_at"),
    ]
    fieldsets = [
        (None, {"fields": [("title", "slug"), "summary", ("emoji", "banner"), "hosts", "shown_state", "links"]}),
        (
            _("Translations"),
            {
                "classes": ["collapse"],
                "description": _("For who reads this language; where it is empty, they read the original."),
                "fields": [(f"title_{one}", f"summary_{one}") for one in LANGUAGES],
            },
        ),
        (
            _("Clock"),
            {
                "description": _(
                    "The end can't move any more once it has passed, nor the start once a submission was received."
                ),
                "fields": [("starts_at", "ends_at"), ("entry_deadline", "merge_deadline"), "time_zone"],
            },
        ),
        (
            _("Who takes part"),
            {
                "fields": [
                    *(("is_published", "visibility", "invitation_code"), "shown_readiness", "publish_anyway"),
                    *(("rules_required", "rules_version"), ("max_team_size", "merge_bound")),
                ]
            },
        ),
        (
            _("Scoring"),
            {
                "fields": [
                    *(("metric", "score_digits"), "metric_params", "further_metrics"),
                    *("solution_facts", "releases_solution"),
                ]
            },
        ),
        (
            _("Submissions"),
            {
                "fields": [
                    *(("daily_submission_limit", "limit_resets_at"), "total_submission_limit"),
                    *("selectable_submissions", "allows_late_submissions", ("objection_minutes", "objections_until")),
                    "awards_medals",
                ]
            },
        ),
        (_("Leaderboard"), {"fields": ["board_audience", ("board_freezes_at", "board_freeze_minutes")]}),
        (
            _("Combined leaderboard"),
            {
                "classes": ["collapse"],
                "description": _("Of a competition in several phases, once their results are confirmed."),
                "fields": [("combined_rule", "combined_weight"), "combined_points"],
            },
        ),
        (_("Storage"), {"fields": ["storage_quota", "shown_storage"]}),
        (_("History"), {"fields": ["reason", "confirmed_at", "confirmed_by", "created_at"]}),
    ]

    # --- the list -----------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Competition]:
        standings = Standing.objects.filter(competition=OuterRef("pk")).order_by().values("competition")
        submissions = Subquery(standings.annotate(n=Sum("total_submissions")).values("n"))
        rows: Any = super().get_queryset(request)
        return rows.with_facts_for(request.user).annotate(submission_count=Coalesce(submissions, 0))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, *hooks.columns, "shown_start", "metric", "visibility"]

    @admin.display(description=_("state"), ordering="current_phase__ends_at")
    def shown_state(self, competition: Competition) -> str:
        return str(competition.phase.state(timezone.now()).label) if competition.pk else "–"

    @admin.display(description=_("teams"), ordering="team_count")
    def team_count(self, competition: Any) -> int:
        return competition.team_count

    @admin.display(description=_("submissions"), ordering="submission_count")
    def submissions(self, competition: Any) -> int:
        return competition.submission_count

    @admin.display(description=_("ends at"), ordering="current_phase__ends_at")
    def shown_end(self, competition: Competition) -> str:
        end = timezone.localtime(competition.phase.ends_at, ZoneInfo(competition.time_zone))
        return f"{date_format(end, 'DATETIME_FORMAT')} ({competition.time_zone})"

    @admin.display(description=_("starts at"), ordering="current_phase__starts_at")
    def shown_start(self, competition: Competition) -> str:
        start = timezone.localtime(competition.phase.starts_at, ZoneInfo(competition.time_zone))
        return date_format(start, "DATETIME_FORMAT")

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
        solution = active_solution(competition.phase)
        address = f"{reverse('admin:competitions_solution_add')}?competition={competition.pk}"
        if competition.last_phase_number > 1:
            address += f"&phase={competition.phase.number}"
        if solution is None:
            return format_html('{} <a href="{}">{}</a>', gettext("None yet."), address, gettext("Upload"))
        facts = gettext("Version %(version)d: %(rows)d rows, %(public)d public, %(private)d private.") % {
            "version": solution.version,
            "rows": solution.rows,
            "public": solution.public_rows,
            "private": solution.private_rows,
        }
        return format_html('{} <a href="{}">{}</a>', facts, address, gettext("Replace"))

    @admin.display(description=_("used"))
    def shown_storage(self, competition: Competition) -> str:
        if not competition.pk:
            return "–"
        quota = quota_of(competition)
        used = filesizeformat(stored_bytes(competition))
        return f"{used} / {filesizeformat(quota)}" if quota else used

    @admin.display(description=_("What speaks against publishing"))
    def shown_readiness(self, competition: Competition) -> str:
        # Reads the data files: only where somebody may still act on it.
        findings = [] if competition.is_published else readiness(competition)
        if not findings:
            return gettext("Nothing.")
        heads = {
            Weight.FORBIDS: gettext("Not possible:"),
            Weight.ASKS: gettext("Asked back:"),
            Weight.NOTES: gettext("Worth a look:"),
        }
        return format_html_join("", "<div>{} {}</div>", ((heads[one.weight], one.detail) for one in findings))

    @admin.display(description=_("more of it"))
    def links(self, competition: Competition) -> str:
        if not competition.pk:
            return "–"
        parts = [
            (competition.get_absolute_url(), gettext("on the site")),
            (f"{competition.get_absolute_url()}/phases", gettext("add a phase")),
            *(
                (f"{reverse(f'admin:competitions_{name}_changelist')}?competition__id__exact={competition.pk}", label)
                for name, label in (
                    ("datafile", gettext("data files")),
                    ("ownmetric", gettext("own metric")),
                    ("team", gettext("teams")),
                    ("standing", gettext("standings")),
                )
            ),
        ]
        return format_html(" · ".join(['<a href="{}">{}</a>'] * len(parts)), *(word for part in parts for word in part))

    @admin.display(description=_("this page is about"))
    def shown_phases(self, competition: Competition) -> str:
        """Each phase with the address of the page about it; the one that this page is about without."""
        here, parts = competition.phase, []
        for one in competition.phases.order_by("starts_at", "number"):
            name = one.shown_name
            linked = format_html('<a href="?phase={}">{}</a>', one.number, name)
            parts.append(format_html("<strong>{}</strong>", name) if one.pk == here.pk else linked)
        return format_html(" · ".join(["{}"] * len(parts)), *parts)

    def get_fieldsets(self, request: HttpRequest, obj: Competition | None = None) -> Any:
        """The groups of fields, with a word on the time zone that times are shown in."""
        zone = gettext("Times here are those of %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        groups = list(super().get_fieldsets(request, obj))
        if obj is not None and obj.last_phase_number > 1:
            groups.insert(1, (gettext("Phases"), {"fields": ["shown_phases"]}))
        return [
            (title, {**options, "description": f"{options['description']} {zone}"} if is_clock(options) else options)
            for title, options in groups
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Competition | None = None) -> list[str]:
        # How much one may keep is for whoever runs the site to say.
        frozen: list[str] = [] if can.is_editor(request.user) else ["storage_quota"]
        if obj is not None and obj.phase.has_ended(timezone.now()):
            frozen += ["ends_at", "selectable_submissions", "awards_medals"]
            if is_relied_on(obj, timezone.now()):
                frozen += ["daily_submission_limit", "total_submission_limit", "max_team_size", "objection_minutes"]
                frozen.append("merge_bound")
        if obj is not None and obj.phase.board_opened_at is not None:
            frozen += ["board_audience", "board_freezes_at", "board_freeze_minutes"]
        if obj is not None and has_participants(obj):
            frozen.append("slug")
        if obj is not None and is_in_use(obj.phase):
            frozen += ["starts_at", "metric", "metric_params", "further_metrics", "score_digits"]
        return [*self.readonly_fields, *frozen]

    def get_form(
        self,
        request: HttpRequest,
        obj: Competition | None = None,
        change: bool = False,  # noqa: FBT001
        **kwargs: Any,
    ) -> Any:
        """The form of the competition with the fields of its phase: where there is one phase, they are one thing."""
        readonly = self.get_readonly_fields(request, obj)
        of_phase = forms.fields_for_model(
            Phase,
            fields=[name for name in PHASE_FIELDS if name not in (*readonly, *CompetitionForm.base_fields)],
            formfield_callback=partial(self.formfield_for_dbfield, request=request),
        )
        helps = {name: Phase._meta.get_field(name).help_text for name in PHASE_FIELDS}  # type: ignore[union-attr]
        form = type("CompetitionForm", (CompetitionForm,), dict(of_phase))
        return super().get_form(request, obj, change, **{"form": form, "help_texts": helps, **kwargs})

    def get_prepopulated_fields(self, request: HttpRequest, obj: Competition | None = None) -> Any:
        # A slug that exists follows no title; and the form has none where it is frozen.
        return super().get_prepopulated_fields(request, obj) if obj is None else {}

    def get_urls(self) -> list[URLPattern]:
        return [path for make in hooks.url_makers for path in make(self)] + super().get_urls()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """In the competition's zone: of the one that is being chosen, where the form says so."""
        competition = None if object_id is None else self.get_object(request, object_id)
        kept = zone_of(request.user) if competition is None else competition.time_zone
        with timezone.override(zone_named(request.POST.get("time_zone")) or ZoneInfo(kept)):
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return response.render() if isinstance(response, TemplateResponse) else response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Competition | None:
        """The competition where the phase that the address names (`?phase=2`) is the one that is meant."""
        found = super().get_object(request, object_id, from_field)
        return None if found is None else where_named(found, request.GET.get("phase"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        competition = self.get_object(request, object_id)
        if competition is not None and competition.last_phase_number > 1 and not competition.names_phase:
            # By the time the form is sent, the clock may mean another phase.
            return HttpResponseRedirect(f"{request.path}?phase={competition.phase.number}")
        more: dict[str, Any] = dict(extra_context or {})
        if competition is not None and self.has_view_permission(request, competition):
            for context in hooks.contexts:
                more |= context(request, competition)
        return super().change_view(request, object_id, form_url, more)

    def save_model(self, request: HttpRequest, obj: Competition, form: Any, change: bool) -> None:  # noqa: FBT001
        if not change:
            banners.take_new(obj)
            Competition.objects.store_new(obj, obj.phase)
            if obj.is_published:
                record_publication(obj, by=signed_in(request), at=timezone.now())
            return
        lock_teams_of(competitions=[obj.pk], users=[user.pk for user in form.cleaned_data.get("hosts", [])])
        edit_competition(
            competition=obj,
            changes=form.changes(),
            by=signed_in(request),
            at=timezone.now(),
            reason=form.cleaned_data.get("reason", ""),
            publish_anyway=form.cleaned_data.get("publish_anyway", False),
            phase=form.named_phase(),
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        if formset.model is Bracket:
            reason = form.cleaned_data.get("reason", "")
            save_brackets(formset, competition=form.instance, request=request, reason=reason)
        else:
            super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        by, at = signed_in(request), timezone.now()
        before = set(form.instance.hosts.values_list("pk", flat=True))
        with rules_told(form.instance, by=by, at=at):
            super().save_related(request, form, formsets, change)
        record_changed_hosts(competition=form.instance, before=before, by=by, at=at)
        if not change and not (form.instance.hosts.exists() and can.edit(request.user, form.instance)):
            add_host(competition=form.instance, user=by, by=by, at=at)


@admin.register(RulesAcceptance)
class RulesAcceptanceAdmin(OrganisedAdmin):
    list_display = ["user", "competition", "version", "accepted_at"]
    list_filter = ["competition"]
    search_fields = ["user__username", "competition__title"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
