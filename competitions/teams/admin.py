"""Teams, their members, and what was asked between them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competitions.admin_base import OrganisedAdmin, ReadOnlyAdmin, show_refusal
from competitions.brackets.admin import TeamBracketsForm, save_team_brackets
from competitions.exceptions import NameTaken
from competitions.leaderboards.standings import leaderboard_changed
from competitions.models import Departure, Hosting, Invitation, Membership, MergeRequest, StaffAccess, Team
from competitions.teams.members import readmit
from competitions.teams.names import clean_name, is_taken, save_under_name
from foundation.refusals import Refusal
from foundation.requests import signed_in


class TeamForm(TeamBracketsForm):
    class Meta:
        model = Team
        fields = ["name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "name" in cleaned:
            try:
                cleaned["name"] = clean_name(cleaned["name"])
                if self.instance.is_active and is_taken(self.instance, cleaned["name"]):
                    raise NameTaken
            except Refusal as refusal:
                show_refusal(self, refusal)
        return cleaned


class MembershipInline(admin.TabularInline):
    model = Membership
    readonly_fields = ["user", "joined_at"]
    fields = [*readonly_fields]
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Hosting)
class HostingAdmin(ReadOnlyAdmin):
    list_display = ["competition", "user", "since"]
    list_filter = ["competition"]
    list_select_related = ["competition", "user"]
    search_fields = ["user__username", "competition__title"]
    fields = ["competition", "user", "since"]


@admin.register(StaffAccess)
class StaffAccessAdmin(ReadOnlyAdmin):
    list_display = ["user", "since", "until"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = ["user", "since", "until"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAccess]:
        rows: QuerySet[StaffAccess] = StaffAccess.objects.all()
        return rows if can_see_staff(request) else rows.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_see_staff(request)


def can_see_staff(request: HttpRequest) -> bool:
    """It belongs to no competition: for whoever may look at accounts."""
    return bool(request.user.is_staff and request.user.has_perm("accounts.view_user"))


@admin.register(Team)
class TeamAdmin(OrganisedAdmin):
    """A name that offends can be changed here, and the brackets; everything else about a team is its own."""

    form = TeamForm
    inlines = [MembershipInline]
    list_display = ["name", "competition", "owner", "members", "is_active", "created_at"]
    list_filter = [
        "competition",
        ("merged_at", admin.EmptyFieldListFilter),
        ("disbanded_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["competition", "owner"]
    search_fields = ["name", "memberships__user__username"]
    readonly_fields = ["competition", "owner", "created_at", "merged_into", "merged_at", "disbanded_at"]
    fields = ["name", "brackets", "reason", *readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(member_count=Count("memberships", distinct=True))

    @admin.display(description=_("members"), ordering="member_count")
    def members(self, team: Any) -> int:
        return team.member_count

    @admin.display(description=_("active"), boolean=True)
    def is_active(self, team: Team) -> bool:
        return team.is_active

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:  # noqa: FBT001
        with transaction.atomic():
            save_under_name(obj, form.cleaned_data["name"])
            leaderboard_changed(competition_id=obj.competition_id)
            save_team_brackets(form, team=obj, request=request)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "team", "competition", "joined_at"]
    list_filter = ["competition"]
    list_select_related = ["user", "team", "competition"]
    search_fields = ["user__username", "team__name"]


@admin.register(Departure)
class DepartureAdmin(ReadOnlyAdmin):
    """Who left with submissions. Deleting a row lets them compete in another team."""

    list_display = ["user", "team", "competition", "joined_at", "left_at"]
    list_filter = ["competition"]
    list_select_related = ["user", "team", "competition"]
    search_fields = ["user__username", "team__name"]
    actions = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return OrganisedAdmin.has_change_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Departure) -> None:
        readmit(departure=obj, by=signed_in(request), at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Departure]) -> None:
        for departure in queryset.select_related("competition__current_phase", "user"):
            self.delete_model(request, departure)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    competition_path = "team__competition"
    list_display = ["team", "user", "invited_by", "status", "created_at", "decided_at"]
    list_filter = ["status", "team__competition"]
    list_select_related = ["team", "user", "invited_by"]
    search_fields = ["team__name", "user__username"]


@admin.register(MergeRequest)
class MergeRequestAdmin(ReadOnlyAdmin):
    competition_path = "to_team__competition"
    list_display = ["from_team", "to_team", "requested_by", "status", "created_at", "decided_at", "decided_by"]
    list_filter = ["status", "to_team__competition"]
    list_select_related = ["from_team", "to_team", "requested_by", "decided_by"]
    search_fields = ["from_team__name", "to_team__name"]
