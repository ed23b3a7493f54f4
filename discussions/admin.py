"""Posts, reports and uploads for staff. What changes more than one row goes through the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from discussions.models import Comment, Discussion, Report, Revision, Tag, Upload
from discussions.services import moderation, posts
from foundation.languages import translations_of
from foundation.refusals import Refusal
from foundation.requests import signed_in


class ReadOnly(admin.ModelAdmin):
    """Looked at, not changed: histories and what people sent in."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PostAdmin(admin.ModelAdmin):
    """Text is its author's: staff hide, show and delete, and never write in somebody's name."""

    date_hierarchy = "created_at"
    list_per_page = 50
    actions: tuple[str, ...] = ("hide_posts", "show_posts", "delete_posts")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Deleting for good would take the replies with it; `delete_posts` empties.
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.fields]

    @admin.action(description=_("Hide"), permissions=["change"])
    def hide_posts(self, request: HttpRequest, queryset: Any) -> None:
        reason = gettext("Hidden by staff.")
        self._each(
            request,
            queryset,
            lambda post: moderation.hide(post=post, by=signed_in(request), reason=reason, at=timezone.now()),
        )

    @admin.action(description=_("Show again"), permissions=["change"])
    def show_posts(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, lambda post: moderation.unhide(post=post, by=signed_in(request)))

    @admin.action(description=_("Empty (delete)"), permissions=["change"])
    def delete_posts(self, request: HttpRequest, queryset: Any) -> None:
        def delete(post: Any) -> None:
            if isinstance(post, Discussion):
                posts.delete_discussion(discussion=post, by=signed_in(request), at=timezone.now())
            else:
                posts.delete_comment(comment=post, by=signed_in(request), at=timezone.now())

        self._each(request, queryset, delete)

    def _each(self, request: HttpRequest, queryset: Any, act: Any) -> None:
        done = 0
        for post in queryset:
            try:
                act(post)
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"{post}: {refusal}", messages.ERROR)
        if done:
            self.message_user(request, ngettext("%d post changed.", "%d posts changed.", done) % done)


@admin.register(Discussion)
class DiscussionAdmin(PostAdmin):
    list_display = (
        *("title", "competition", "author", "created_at", "comment_count", "like_count"),
        *("is_pinned", "is_locked", "hidden_at", "deleted_at"),
    )
    list_filter = ("is_pinned", "is_locked", ("hidden_at", admin.EmptyFieldListFilter), "competition")
    search_fields = ("title", "body", *translations_of("title", "body"), "author__username")
    list_select_related = ("competition", "author")
    actions = (*PostAdmin.actions, "pin", "unpin", "lock", "unlock")

    @admin.action(description=_("Pin"), permissions=["change"])
    def pin(self, request: HttpRequest, queryset: Any) -> None:
        self._mark(request, queryset, is_pinned=True)

    @admin.action(description=_("Unpin"), permissions=["change"])
    def unpin(self, request: HttpRequest, queryset: Any) -> None:
        self._mark(request, queryset, is_pinned=False)

    @admin.action(description=_("Lock"), permissions=["change"])
    def lock(self, request: HttpRequest, queryset: Any) -> None:
        self._mark(request, queryset, is_locked=True)

    @admin.action(description=_("Unlock"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        self._mark(request, queryset, is_locked=False)

    def _mark(self, request: HttpRequest, queryset: Any, **marks: bool) -> None:
        self._each(
            request, queryset, lambda discussion: moderation.mark(discussion=discussion, by=signed_in(request), **marks)
        )


@admin.register(Comment)
class CommentAdmin(PostAdmin):
    list_display = ("id", "discussion", "author", "created_at", "like_count", "hidden_at", "deleted_at")
    list_filter = (("hidden_at", admin.EmptyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("body", "author__username", "discussion__title")
    list_select_related = ("discussion", "author")


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("created_at", "reason", "reporter", "discussion", "comment", "state", "resolved_by")
    list_filter = ("state", "reason")
    search_fields = ("text", "reporter__username")
    list_select_related = ("reporter", "discussion", "comment", "resolved_by")
    date_hierarchy = "created_at"
    actions = ("hide_reported", "dismiss")

    @admin.action(description=_("Hide the post"), permissions=["view"])
    def hide_reported(self, request: HttpRequest, queryset: Any) -> None:
        self._resolve(request, queryset, hides=True)

    @admin.action(description=_("Dismiss"), permissions=["view"])
    def dismiss(self, request: HttpRequest, queryset: Any) -> None:
        self._resolve(request, queryset, hides=False)

    def _resolve(self, request: HttpRequest, queryset: Any, *, hides: bool) -> None:
        for report in queryset:
            try:
                moderation.resolve(report=report, by=signed_in(request), hides=hides, at=timezone.now())
            except Refusal as refusal:
                self.message_user(request, f"{report}: {refusal}", messages.WARNING)


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    list_display = ("id", "discussion", "comment", "written_by", "written_at")
    search_fields = ("title", "body", *translations_of("title", "body"), "written_by__username")
    list_select_related = ("discussion", "comment", "written_by")


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ("name", "kind", "content_type", "size", "owner", "created_at", "attached_at")
    list_filter = ("kind", ("attached_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "owner__username", "sha256")
    list_select_related = ("owner",)
    date_hierarchy = "created_at"
