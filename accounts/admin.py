"""Accounts and tokens in the admin. Accounts are emptied, never removed: histories refer to them."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.forms import AdminSignInForm, UserChangeForm, UserCreationForm
from accounts.models import ApiToken, User
from accounts.services import confirm_address, delete_account
from accounts.tokens import revoke_token

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.login_form = AdminSignInForm


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "email", "usable_password", "password1", "password2")}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Profile"), {"fields": ("email", "display_name", "bio", "links", "language", "time_zone", "avatar")}),
        (_("Permissions"), {"fields": ("is_active", *RIGHTS)}),
        (_("Important dates"), {"fields": ("last_login", "date_joined", "deleted_at")}),
    )
    readonly_fields = ("last_login", "date_joined", "deleted_at", "avatar")
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("username", "display_name", "email")
    ordering = ("-date_joined",)
    date_hierarchy = "date_joined"
    actions = ("delete_accounts",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Staff complete names, such as those of a competition's hosts, without the right to look at accounts.
        return super().has_view_permission(request, obj) or self._completes_names(request)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        # Addresses are for those who may look at accounts: a search that finds one tells it.
        return self.search_fields if super().has_view_permission(request) else ("username", "display_name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        if self._completes_names(request):
            queryset = queryset.filter(is_active=True, deleted_at__isnull=True)
        return super().get_search_results(request, queryset, search_term)

    def _completes_names(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.view_name == "admin:autocomplete" and bool(request.user.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Otherwise whoever may change accounts could take over one that may do everything.
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *RIGHTS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            confirm_address(obj)

    @admin.action(description=_("Delete the selected accounts (empties them for good)"), permissions=["change"])
    def delete_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = queryset.filter(deleted_at__isnull=True).exclude(pk=request.user.pk or 0)
        if not request.user.is_superuser:
            chosen = chosen.filter(is_superuser=False)
        count = 0
        for user in chosen:
            delete_account(user=user, at=timezone.now())
            count += 1
        text = ngettext("%(count)d account was deleted.", "%(count)d accounts were deleted.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens can be looked at and taken back; made by their users only."""

    list_display = ("name", "user", "prefix", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username", "prefix")
    fields = readonly_fields = list_display
    date_hierarchy = "created_at"
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            revoke_token(token=token, at=timezone.now())
        self.message_user(request, _("The tokens sign nobody in any more."), messages.SUCCESS)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin[Authenticator]):
    """Second factors, without their secrets. One is taken away for somebody who has lost it, and their codes too."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        # Otherwise whoever may look after accounts could open the way to one that may do everything.
        may = super().has_delete_permission(request, obj)
        return may and (request.user.is_superuser or (obj is not None and not obj.user.is_superuser))


@admin.register(SocialAccount)
class SocialAccountAdmin(admin.ModelAdmin[SocialAccount]):
    """Which account belongs to whom at which institution. A connection is taken away here; its user makes it."""

    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    list_filter = ("provider",)
    list_select_related = ("user",)
    search_fields = ("user__username", "uid")
    fields = readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SocialAccount | None = None) -> bool:
        return False
