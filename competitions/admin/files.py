"""Data files and solutions. Nothing here shows what a solution holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from accounts.refusals import Refusal
from competitions.admin.base import OrganisedAdmin, ReadOnlyAdmin, editable_by, show_refusal
from competitions.models import Competition, DataArchive, DataFile, DataUpload, Solution
from competitions.services.data import add_data_file, delete_data_file
from competitions.solutions import replace_solution


class UploadForm(forms.Form):
    """A file for a competition."""

    competition = forms.ModelChoiceField(Competition.objects.none(), label=_("competition"))
    file = forms.FileField(label=_("file"), max_length=255)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label or "")
        competition: Any = self.fields["competition"]
        competition.queryset = editable_by(user)

    def keep(self, *, by: Any) -> Any:
        """Hand the file to the service that keeps it."""
        raise NotImplementedError


class SolutionForm(UploadForm):
    id_column = forms.CharField(
        label=_("id column"), required=False, max_length=120, help_text=_("Empty: the first column.")
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
        help_text=_("The column of Public, Private or Ignored. Empty: every row counts for both scores."),
    )

    def keep(self, *, by: Any) -> Solution:
        fields = self.cleaned_data
        return replace_solution(
            competition=fields["competition"],
            file=fields["file"],
            filename=fields["file"].name,
            id_column=fields["id_column"],
            target_columns=[line.strip() for line in fields["target_columns"].splitlines() if line.strip()],
            weight_column=fields["weight_column"],
            usage_column=fields["usage_column"],
            by=by,
            at=timezone.now(),
        )


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


class UploadAdmin(OrganisedAdmin):
    """Rows that come with a file, by a form of their own: checking a large one holds no transaction."""

    upload_form: type[UploadForm]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) or editable_by(request.user).exists()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.upload_form(*data, user=request.user, initial={"competition": request.GET.get("competition")})
        if form.is_valid():
            try:
                row = form.keep(by=request.user)
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                self.log_addition(request, row, [{"added": {}}])
                self.message_user(request, self.kept(row), messages.SUCCESS)
                return HttpResponseRedirect(self.after(row))
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "opts": self.opts,
            "title": gettext("Upload: %(what)s") % {"what": self.opts.verbose_name},
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/competitions/upload.html", context)

    def kept(self, row: Any) -> str:
        """What to say when it worked."""
        raise NotImplementedError

    def after(self, row: Any) -> str:
        """Where to go then."""
        return reverse("admin:competitions_competition_change", args=[row.competition_id])


@admin.register(Solution)
class SolutionAdmin(UploadAdmin):
    upload_form = SolutionForm
    list_display = ["competition", "version", "is_active", "rows", "public_rows", "private_rows", "created_at"]
    list_filter = ["is_active", "competition"]
    search_fields = ["competition__title", "competition__slug"]
    readonly_fields = [
        *("competition", "version", "is_active", "filename", "id_column", "target_columns", "weight_column"),
        *("usage_column", "metric", "metric_params", "rows", "public_rows", "private_rows", "ignored_rows"),
        *("expected_columns", "uploaded_by", "created_at"),
    ]
    fields = [*readonly_fields]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def kept(self, row: Solution) -> str:
        text = gettext("Version %(version)d scores from now on. Scores that exist stay until you rescore.")
        return text % {"version": row.version}


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
        delete_data_file(data_file=obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DataFile]) -> None:
        for data_file in queryset.select_related("competition"):
            delete_data_file(data_file=data_file, by=request.user)


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
    fields: Any = ["competition", "name", "description", "state", "shown_size", "sha256", "error", "user", "created_at"]
    readonly_fields = fields

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, upload: DataUpload) -> str:
        return filesizeformat(upload.size)
