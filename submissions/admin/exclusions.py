"""Exclusions in the admin: to look at, to make, and to take back by writing why. The services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competitions.admin_base import OrganisedAdmin, editable_by, show_refusal
from foundation.refusals import Refusal
from submissions.exclusion import services
from submissions.models import Exclusion, Submission


class _ActForm(forms.ModelForm):
    """A form whose rules the service knows: it acts once all fields are there, in the transaction of the page."""

    user: Any = None

    def act(self) -> Exclusion:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.instance = self.act()
            except Refusal as refusal:
                show_refusal(self, refusal)
        return cleaned

    def _post_clean(self) -> None:
        """No checks of the model: the service checks and writes the row."""

    def save(self, commit: bool = True) -> Exclusion:  # noqa: FBT001 -- Django's signature
        self.save_m2m = lambda: None  # type: ignore[method-assign]
        return self.instance


class ExcludeForm(_ActForm):
    submission = forms.IntegerField(
        label=_("number of the submission"), required=False, help_text=_("Empty: the whole team is disqualified.")
    )

    class Meta:
        model = Exclusion
        fields = ["team", "submission", "reason", "is_reason_public"]
        help_texts = {
            "reason": _("The team is told in any case."),
            "is_reason_public": _("If not, the log says “by the rules”."),
        }

    def clean_submission(self) -> Submission | None:
        number = self.cleaned_data["submission"]
        if number is None:
            return None
        found = Submission.objects.filter(pk=number, team=self.cleaned_data.get("team")).first()
        if found is None:
            raise forms.ValidationError(_("The team has no such submission."), code="not_found")
        return found

    def act(self) -> Exclusion:
        fields = self.cleaned_data
        said = {"reason": fields["reason"], "is_reason_public": fields["is_reason_public"]}
        said |= {"by": self.user, "at": timezone.now()}
        if fields["submission"] is not None:
            return services.void(submission=fields["submission"], **said)
        return services.disqualify(team=fields["team"], **said)


class LiftForm(_ActForm):
    class Meta:
        model = Exclusion
        fields = ["lifting_reason"]
        help_texts = {"lifting_reason": _("Writing it takes the exclusion back. Everybody can read it.")}

    def act(self) -> Exclusion:
        reason = self.cleaned_data["lifting_reason"]
        return services.lift(exclusion=self.instance, reason=reason, by=self.user, at=timezone.now())


@admin.register(Exclusion)
class ExclusionAdmin(OrganisedAdmin):
    list_display = ["team", "submission", "competition", "reason", "is_reason_public", "by", "at", "lifted_at"]
    list_filter = ["competition", ("lifted_at", admin.EmptyFieldListFilter), "is_reason_public"]
    list_select_related = ["team", "submission", "competition", "by"]
    search_fields = ["team__name", "reason", "answer"]
    raw_id_fields = ["team"]
    shown = [
        *("competition", "team", "submission", "reason", "is_reason_public", "by", "at", "answer", "answered_by"),
        *("answered_at", "lifted_by", "lifted_at"),
    ]
    actions: Any = None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001
        base = LiftForm if obj is not None else ExcludeForm
        fields = [name for name in base.Meta.fields if obj is None or not obj.is_lifted]
        form = super().get_form(request, obj, change, **{**kwargs, "form": base, "fields": fields})
        return type(form.__name__, (form,), {"user": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.shown, "lifting_reason"] if obj is not None else list(ExcludeForm.Meta.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        return [*self.shown, *(["lifting_reason"] if obj.is_lifted else [])]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff) and editable_by(request.user).exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_lifted)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Exclusion, form: Any, change: bool) -> None:  # noqa: FBT001
        """Nothing is left to save: the form's service wrote the row."""
