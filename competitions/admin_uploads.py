"""Admin pages of rows that come with a file, which a service takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from competitions.admin_base import OrganisedAdmin, editable_by, show_refusal
from competitions.models import Competition
from foundation.refusals import Refusal


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
        named = {name: request.GET.get(name) for name in ("competition", "phase")}
        form = self.upload_form(*data, user=request.user, initial=named)
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
        """The message after the file was taken."""
        raise NotImplementedError

    def after(self, row: Any) -> str:
        """The address of the page that comes after the upload."""
        return reverse("admin:competitions_competition_change", args=[row.competition_id])
