"""Data files, their archive, and large ones on their way in."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from competitions.admin_base import ReadOnlyAdmin
from competitions.admin_uploads import UploadAdmin, UploadForm
from competitions.files.services import add_data_file, check_move, delete_data_file, move_data_file
from competitions.models import Competition, DataArchive, DataFile, DataUpload, Phase
from foundation.refusals import Refusal
from foundation.requests import signed_in


class PhaseChoice(forms.ModelChoiceField):
    """With which phase a file opens. Empty: with the competition."""

    def label_from_instance(self, phase: Any) -> str:
        return f"{phase.competition}: {phase.shown_name}"


def phases_to_choose(competitions: QuerySet[Competition]) -> QuerySet[Phase]:
    """The phases of those of the competitions that have several."""
    several = competitions.filter(last_phase_number__gt=1)
    rows = Phase.objects.select_related("competition").filter(competition__in=several.order_by().values("pk"))
    return rows.order_by("competition__title", "competition", "number")


class DataForm(UploadForm):
    file = forms.FileField(label=_("file"), max_length=255, allow_empty_file=True)
    name = forms.CharField(
        label=_("name"), required=False, max_length=200, help_text=_("May hold folders. Empty: the file's own name.")
    )
    description = forms.CharField(label=_("description"), required=False, max_length=300)
    is_sample_submission = forms.BooleanField(label=_("sample submission"), required=False)
    phase = PhaseChoice(
        Phase.objects.none(),
        label=_("phase"),
        required=False,
        help_text=_("Opens with this phase. Empty: with the competition."),
    )
    replace = forms.BooleanField(label=_("put it in place of the file of the same name"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """With a choice of phases where a competition that is offered has several."""
        super().__init__(*args, **kwargs)
        competition, phase = cast("Any", self.fields["competition"]), cast("Any", self.fields["phase"])
        phase.queryset = phases_to_choose(competition.queryset)
        if not phase.queryset.exists():
            del self.fields["phase"]

    def clean_phase(self) -> Phase | None:
        phase: Phase | None = self.cleaned_data["phase"]
        if phase is not None and phase.competition != self.cleaned_data.get("competition"):
            raise forms.ValidationError(_("This is a phase of another competition."), code="invalid_choice")
        return phase

    def keep(self, *, by: Any) -> DataFile:
        fields = self.cleaned_data
        return add_data_file(
            competition=fields["competition"],
            file=fields["file"],
            name=fields["name"] or fields["file"].name,
            description=fields["description"],
            is_sample_submission=fields["is_sample_submission"] or None,
            phase=fields.get("phase"),
            replace=fields["replace"],
            by=by,
            at=timezone.now(),
        )


class ChangeForm(forms.ModelForm):
    class Meta:
        model = DataFile
        fields = ["description", "phase"]
        field_classes = {"phase": PhaseChoice}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if phase := cast("Any", self.fields.get("phase")):
            phase.queryset = phases_to_choose(Competition.objects.filter(pk=self.instance.competition_id))

    def clean_phase(self) -> Phase | None:
        phase: Phase | None = self.cleaned_data["phase"]
        try:
            check_move(DataFile.objects.get(pk=self.instance.pk), phase, timezone.now())
        except Refusal as refusal:
            raise forms.ValidationError(refusal.detail, code=refusal.code) from refusal
        return phase


@admin.register(DataFile)
class DataFileAdmin(UploadAdmin):
    upload_form = DataForm
    form = ChangeForm
    list_display = ["name", "competition", "shown_size", "is_sample_submission", "created_at", "download"]
    list_filter = ["competition", "is_sample_submission"]
    search_fields = ["name", "competition__title", "competition__slug"]
    readonly_fields = [
        *("competition", "name", "is_sample_submission", "shown_size", "sha256", "uploaded_by", "created_at"),
        "download",
    ]
    fields = ["description", *readonly_fields]
    list_select_related = ["competition", "phase"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        several = phases_to_choose(self.competitions_shown(request)).exists()
        return [*self.list_display[:2], *(["shown_phase"] if several else []), *self.list_display[2:]]

    def get_fields(self, request: HttpRequest, obj: DataFile | None = None) -> Any:
        several = obj is not None and obj.competition.last_phase_number > 1
        return [*self.fields[:1], *(["phase"] if several else []), *self.fields[1:]]

    def save_model(self, request: HttpRequest, obj: DataFile, form: Any, change: bool) -> None:  # noqa: FBT001
        DataFile.objects.filter(pk=obj.pk).update(description=obj.description)
        if "phase" in form.changed_data:
            stored = DataFile.objects.get(pk=obj.pk)
            try:
                move_data_file(data_file=stored, phase=obj.phase, by=signed_in(request), at=timezone.now())
            except Refusal as refusal:  # the clock went on since the form was looked at, or they do not organise it
                self.message_user(request, refusal.detail, messages.ERROR)

    @admin.display(description=_("phase"), ordering="phase__number")
    def shown_phase(self, data_file: DataFile) -> str:
        phase = data_file.phase
        return "–" if phase is None else phase.name or str(phase.number)

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, data_file: DataFile) -> str:
        return filesizeformat(data_file.size)

    @admin.display(description=_("file"))
    def download(self, data_file: DataFile) -> str:
        address = reverse("competition-data-download", args=[data_file.competition_id, data_file.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Download"))

    def kept(self, row: DataFile) -> str:
        return gettext("“%(name)s” is published.") % {"name": row.name}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: DataFile) -> None:
        delete_data_file(data_file=obj, by=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DataFile]) -> None:
        for data_file in queryset.select_related("competition__current_phase"):
            delete_data_file(data_file=data_file, by=signed_in(request))


@admin.register(DataArchive)
class DataArchiveAdmin(ReadOnlyAdmin):
    list_display = ["competition", "size", "created_at"]
    fields = ["competition", "size", "fingerprint", "created_at"]


@admin.register(DataUpload)
class DataUploadAdmin(ReadOnlyAdmin):
    """Large files on their way in."""

    list_display = ["name", "competition", "state", "shown_size", "user", "created_at"]
    list_filter = ["state", "competition"]
    list_select_related = ["competition", "user"]
    search_fields = ["name", "competition__title", "competition__slug"]
    fields = ("competition", "name", "description", "state", "shown_size", "sha256", "error", "user", "created_at")
    readonly_fields = (*fields, "phase")

    def get_fields(self, request: HttpRequest, obj: DataUpload | None = None) -> Any:
        several = obj is not None and obj.competition.last_phase_number > 1
        return [*self.fields[:3], *(["phase"] if several else []), *self.fields[3:]]

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, upload: DataUpload) -> str:
        return filesizeformat(upload.size)
