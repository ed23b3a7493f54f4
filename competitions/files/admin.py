"""Data files, their archive, and large ones on their way in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from competitions.admin_base import ReadOnlyAdmin
from competitions.admin_uploads import UploadAdmin, UploadForm
from competitions.files.services import add_data_file, delete_data_file
from competitions.models import DataArchive, DataFile, DataUpload
from foundation.requests import signed_in


class DataForm(UploadForm):
    file = forms.FileField(label=_("file"), max_length=255, allow_empty_file=True)
    name = forms.CharField(
        label=_("name"), required=False, max_length=200, help_text=_("May hold folders. Empty: the file's own name.")
    )
    description = forms.CharField(label=_("description"), required=False, max_length=300)
    is_sample_submission = forms.BooleanField(label=_("sample submission"), required=False)
    replace = forms.BooleanField(label=_("put it in place of the file of the same name"), required=False)

    def keep(self, *, by: Any) -> DataFile:
        fields = self.cleaned_data
        return add_data_file(
            competition=fields["competition"],
            file=fields["file"],
            name=fields["name"] or fields["file"].name,
            description=fields["description"],
            is_sample_submission=fields["is_sample_submission"] or None,
            replace=fields["replace"],
            by=by,
            at=timezone.now(),
        )


@admin.register(DataFile)
class DataFileAdmin(UploadAdmin):
    upload_form = DataForm
    list_display = ["name", "competition", "shown_size", "is_sample_submission", "created_at", "download"]
    list_filter = ["competition", "is_sample_submission"]
    search_fields = ["name", "competition__title", "competition__slug"]
    readonly_fields = [
        *("competition", "name", "is_sample_submission", "shown_size", "sha256", "uploaded_by", "created_at"),
        "download",
    ]
    fields = ["description", *readonly_fields]

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
    readonly_fields = fields

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, upload: DataUpload) -> str:
        return filesizeformat(upload.size)
