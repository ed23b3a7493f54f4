"""Brackets on the admin's pages of a competition and of a team: what is typed goes through the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from competitions.brackets.services import (
    add_bracket,
    change_bracket,
    needs_reason,
    removal_needs_reason,
    remove_bracket,
    set_brackets,
)
from competitions.exceptions import ReasonMissing
from competitions.models import Bracket, Competition, Team
from competitions.models.bracket import MOST_BRACKETS
from competitions.models.log import REASON_CHARACTERS
from foundation.requests import signed_in

TYPED = ("slug", "name", "description", "chosen_by", "position")


class BracketFormSet(forms.BaseInlineFormSet):
    """Asks for the reason that the services will ask for, where the form can still say so."""

    def clean(self) -> None:
        super().clean()
        if self.instance.pk is None or self.data.get("reason", "").strip():
            return
        at = timezone.now()
        for form in self.forms:
            if form in self.deleted_forms:
                missing = form.instance.pk is not None and removal_needs_reason(
                    self.instance, has_teams=form.instance.entries.exists(), at=at
                )
            else:
                missing = form.has_changed() and needs_reason(self.instance, at)
            if missing:
                raise forms.ValidationError(ReasonMissing().detail, code=ReasonMissing.code)


class BracketInline(admin.TabularInline):
    model = Bracket
    formset = BracketFormSet
    extra = 0
    max_num = MOST_BRACKETS
    fields = [*TYPED]

    def has_view_permission(self, request: HttpRequest, obj: Competition | None = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        made = super().get_formset(request, obj, **kwargs)

        class Form(made.form):  # type: ignore[name-defined, misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                # A slug that exists stands in addresses.
                if self.instance.pk is not None and "slug" in self.fields:
                    self.fields["slug"].disabled = True

        made.form = Form
        return made


def save_brackets(formset: Any, *, competition: Competition, request: HttpRequest, reason: str) -> None:
    """What was typed in the inline, done by the services."""
    act: dict[str, Any] = {"by": signed_in(request), "at": timezone.now(), "reason": reason}
    formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
    for form in formset.forms:
        bracket: Bracket = form.instance
        if form in formset.deleted_forms:
            if bracket.pk is not None:
                remove_bracket(bracket=Bracket.objects.get(pk=bracket.pk), **act)
                formset.deleted_objects.append(bracket)
            continue
        if not form.has_changed():
            continue
        typed = {name: form.cleaned_data[name] for name in TYPED if name in form.changed_data}
        if bracket.pk is None:
            fields = {name: form.cleaned_data[name] for name in TYPED}
            add_bracket(competition=competition, fields=fields, **act)
            formset.new_objects.append(bracket)
        else:
            change_bracket(bracket=Bracket.objects.get(pk=bracket.pk), changes=typed, **act)
            formset.changed_objects.append((bracket, form.changed_data))


class TeamBracketsForm(forms.ModelForm):
    """The part of a team's form that says which brackets it belongs to, and why that changes."""

    brackets = forms.ModelMultipleChoiceField(
        label=capfirst(_("brackets")),
        queryset=Bracket.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The competition log tells everybody what changes here."),
    )
    reason = forms.CharField(
        label=capfirst(_("reason")),
        required=False,
        max_length=REASON_CHARACTERS,
        help_text=_(
            "Why the brackets change; everybody can read it. Needed once the competition, or a phase of it, has ended."
        ),
    )

    class Meta:
        model = Team
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brackets: Any = self.fields.get("brackets")
        if brackets is not None and self.instance.pk is not None:
            brackets.queryset = self.instance.competition.brackets.all()
            self.initial["brackets"] = list(self.instance.bracket_entries.values_list("bracket", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        moved = "brackets" in self.changed_data and "brackets" in cleaned
        if moved and needs_reason(self.instance.competition, timezone.now()) and not cleaned.get("reason", "").strip():
            self.add_error("reason", forms.ValidationError(ReasonMissing().detail, code=ReasonMissing.code))
        return cleaned


def save_team_brackets(form: Any, *, team: Team, request: HttpRequest) -> None:
    """What was typed in the team's form, done by the service."""
    if "brackets" in form.changed_data:
        set_brackets(
            team=team,
            slugs=[bracket.slug for bracket in form.cleaned_data["brackets"]],
            by=signed_in(request),
            at=timezone.now(),
            reason=form.cleaned_data.get("reason", ""),
        )
