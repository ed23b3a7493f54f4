"""What was told, and what waits to be mailed. Read-only: nobody is told things by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext

from notifications_api.models import Mail, Notification, Preference


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# The library has registered one for the model in its place.
if admin.site.is_registered(Notification):
    admin.site.unregister(Notification)


@admin.register(Notification)
class NotificationAdmin(ReadOnly):
    list_display = ("timestamp", "recipient", "kind", "title", "competition", "unread", "actor_count")
    list_filter = ("kind", "unread", "competition")
    search_fields = ("recipient__username", "title")
    list_select_related = ("recipient", "competition")
    ordering = ("-timestamp", "-id")
    # Counting millions for a page of a hundred would take longer than showing it.
    show_full_result_count = False


@admin.register(Mail)
class MailAdmin(ReadOnly):
    list_display = ("created_at", "recipient", "kind", "mode", "status", "attempts", "not_before", "last_error")
    list_filter = ("status", "mode", "kind")
    search_fields = ("recipient__username", "recipient__email", "title")
    list_select_related = ("recipient",)
    show_full_result_count = False
    actions = ("try_again",)

    @admin.action(description=_("Try again now"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        rows = queryset.filter(status__in=[Mail.Status.QUEUED, Mail.Status.FAILED])
        count = rows.update(status=Mail.Status.QUEUED, attempts=0, not_before=timezone.now())
        self.message_user(request, ngettext("%d email waits again.", "%d emails wait again.", count) % count)


@admin.register(Preference)
class PreferenceAdmin(ReadOnly):
    list_display = ("user", "kind", "in_app", "email")
    list_filter = ("kind", "email", "in_app")
    search_fields = ("user__username",)
    list_select_related = ("user",)
