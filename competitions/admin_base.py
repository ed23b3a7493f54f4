"""What the admin pages of this room share."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from competitions import permissions as can
from competitions.models import Competition
from foundation.refusals import Refusal


class CompetitionListFilter(admin.RelatedFieldListFilter):
    """Offers the competitions whose rows the list may show: the names of others, drafts among them, are not told."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        ordering = self.field_admin_ordering(field, request, model_admin)
        shown = model_admin.competitions_shown(request).values("pk")
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to={"pk__in": shown})


class OrganisedAdmin(admin.ModelAdmin):
    """Rows of competitions: open to who may edit the competition, and to who has Django's permission."""

    # How a row refers to its competition; empty: it is one.
    competition_path = "competition"

    def competition_of(self, obj: Any) -> Competition:
        for name in filter(None, self.competition_path.split("__")):
            obj = getattr(obj, name)
        return obj

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if super().has_view_permission(request):
            return rows
        return rows.filter(**{f"{self.competition_path or 'pk'}__in": self.competitions_shown(request).values("pk")})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = super().get_list_filter(request)
        return [(name, CompetitionListFilter) if name == self.competition_path else name for name in filters]

    def competitions_shown(self, request: HttpRequest) -> QuerySet[Competition]:
        """The competitions whose rows `request.user` may look at here."""
        if super().has_view_permission(request):
            return Competition.objects.all()
        return Competition.objects.hosted_by(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or self._organises(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) or self._organises(request, obj)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        # Django lets every column of a row be filtered by in the address: that would tell hidden scores by bisection.
        return "private" not in lookup and super().lookup_allowed(lookup, value, cast("HttpRequest", request))

    def _organises(self, request: HttpRequest, obj: Model | None) -> bool:
        if not request.user.is_staff:
            return False
        return obj is None or bool(can.edit(request.user, self.competition_of(obj)))


class ReadOnlyAdmin(OrganisedAdmin):
    """Rows that services write: to look at."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def editable_by(user: Any) -> QuerySet[Competition]:
    """The competitions that `user` may edit."""
    return Competition.objects.all() if can.is_editor(user) else Competition.objects.hosted_by(user)


def show_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside the field it speaks of; one with several problems as several errors."""
    problems = getattr(refusal, "problems", None)
    texts = [str(problem["detail"]) for problem in problems] if problems else [refusal.detail]
    field = refusal.attr if refusal.attr in form.fields else None
    for text in texts:
        form.add_error(field, forms.ValidationError(text, code=refusal.code))
