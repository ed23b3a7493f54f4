"""Solutions. Nothing here shows what a solution holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from competitions.admin_uploads import UploadAdmin, UploadForm
from competitions.models import Phase, Solution
from competitions.models.log import REASON_CHARACTERS
from competitions.solution.services import replace_solution


class SolutionForm(UploadForm):
    # Asked of a competition in several phases, and never guessed: by the time the form is sent, another one may run.
    phase = forms.ModelChoiceField(Phase.objects.none(), label=_("phase"), to_field_name="number")
    id_column = forms.CharField(
        label=_("id column"),
        required=False,
        max_length=120,
        help_text=_("Empty: the first column. Several: with commas between."),
    )
    target_columns = forms.CharField(
        label=_("target columns"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line. Empty: all columns that have no other role."),
    )
    weight_column = forms.CharField(label=_("weight column"), required=False, max_length=120)
    usage_column = forms.CharField(
        label=_("usage column"),
        required=False,
        initial="Usage",
        max_length=120,
        help_text=_(
            "The column of Public, Private or Ignored. Empty: every row counts for both scores, and the public "
            "leaderboard gives away the final one. For practice only."
        ),
    )
    submission_columns = forms.CharField(
        label=_("columns of a submission"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for an own metric. One on each line, without the ids. Empty: as before, or as the solution."),
    )
    reason = forms.CharField(
        label=_("reason"),
        required=False,
        max_length=REASON_CHARACTERS,
        help_text=_("Needed once submissions were received; everybody can read it."),
    )
    accept_refusals = forms.BooleanField(
        label=_("submissions made so far may be refused by it"),
        required=False,
        help_text=_("Needed where the version has other ids or columns than submissions were made for."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        competition: Any = self.fields["competition"]
        try:
            chosen = competition.to_python(self["competition"].value())
        except ValidationError:
            chosen = None  # the field itself says so
        if chosen is None or chosen.last_phase_number == 1:
            del self.fields["phase"]
        else:
            phase: Any = self.fields["phase"]
            phase.queryset = chosen.phases.all()

    def keep(self, *, by: Any) -> Solution:
        fields = self.cleaned_data
        return replace_solution(
            phase=fields.get("phase") or fields["competition"].phase,
            file=fields["file"],
            filename=fields["file"].name,
            id_column=fields["id_column"],
            target_columns=[line.strip() for line in fields["target_columns"].splitlines() if line.strip()],
            submission_columns=[line.strip() for line in fields["submission_columns"].splitlines() if line.strip()],
            weight_column=fields["weight_column"],
            usage_column=fields["usage_column"],
            accept_refusals=fields["accept_refusals"],
            reason=fields["reason"],
            by=by,
            at=timezone.now(),
        )


@admin.register(Solution)
class SolutionAdmin(UploadAdmin):
    upload_form = SolutionForm
    list_display = ["competition", "version", "is_active", "rows", "public_rows", "private_rows", "created_at"]
    list_filter = ["is_active", "competition"]
    search_fields = ["competition__title", "competition__slug"]
    readonly_fields = [
        *("competition", "version", "is_active", "filename", "id_column", "target_columns", "weight_column"),
        *(
            "usage_column",
            "metric",
            "metric_params",
            "own_metric",
            "rows",
            "public_rows",
            "private_rows",
            "ignored_rows",
        ),
        *("expected_columns", "uploaded_by", "created_at"),
    ]
    fields = [*readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def after(self, row: Solution) -> str:
        page = super().after(row)
        return f"{page}?phase={row.phase.number}" if row.competition.last_phase_number > 1 else page

    def kept(self, row: Solution) -> str:
        text = gettext("Version %(version)d scores from now on. Scores that exist stay until you rescore.")
        return text % {"version": row.version}
