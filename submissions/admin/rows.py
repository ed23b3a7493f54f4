"""Submissions and scoring runs, to look at. A private score shows only where the private leaderboard is open.

It is no column that one could order or filter by: an order would tell what the column hides.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _, ngettext

from competitions.admin_base import ReadOnlyAdmin
from submissions import services
from submissions.messages import translated
from submissions.models import ExtraSubmissions, ScoringRun, Submission


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = [
        *("id", "team", "created_at", "status", "public_score", "shown_private_score", "is_selected", "is_late"),
        *("user", "competition", "source", "size"),
    ]
    list_filter = ["status", "is_late", "is_selected", "source", "created_at", "competition"]
    list_select_related = ["competition", "team", "user"]
    search_fields = ["=id", "team__name", "user__username", "filename"]
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = [
        *("competition", "team", "user", "created_at", "source", "filename", "size", "sha256", "status"),
        "file_deleted_at",
        *("shown_problems", "public_score", "shown_private_score", "cv_score", "memo", "is_selected", "is_late"),
        *("solution", "scored_at", "fault", "faults", "next_try_at"),
    ]
    actions = ["try_again_now", "give_up"]

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may say what becomes of pending submissions: operators, not organisers."""
        return request.user.has_perm("submissions.change_submission")

    @admin.action(description=_("Score again now what is pending"), permissions=["settle"])
    def try_again_now(self, request: HttpRequest, rows: QuerySet[Submission]) -> None:
        count = services.try_again(rows, timezone.now())
        text = ngettext("%(count)d submission is tried again.", "%(count)d submissions are tried again.", count)
        self.message_user(request, text % {"count": count})

    @admin.action(description=_("Give up what is pending: failed, and does not count"), permissions=["settle"])
    def give_up(self, request: HttpRequest, rows: QuerySet[Submission]) -> None:
        count = services.give_up(rows.select_related("user"))
        text = ngettext("%(count)d submission was given up.", "%(count)d submissions were given up.", count)
        self.message_user(request, text % {"count": count})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        return super().get_queryset(request).select_related("competition", "phase")

    @admin.display(description=_("private score"))
    def shown_private_score(self, submission: Submission) -> float | None:
        return submission.private_score if submission.phase.is_confirmed(timezone.now()) else None

    @admin.display(description=_("problems"))
    def shown_problems(self, submission: Submission) -> str:
        return (
            format_html_join("", "<div>{}</div>", ([one["detail"]] for one in translated(submission.problems))) or "–"
        )


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin):
    list_display = [
        *("id", "competition", "kind", "status", "shown_progress", "failed", "started_by", "created_at"),
        *("finished_at", "reason"),
    ]
    list_filter = ["kind", "status", "competition"]
    list_select_related = ["competition", "started_by"]
    search_fields = ["competition__title", "competition__slug", "reason"]
    fields = [
        *("competition", "kind", "status", "reason", "started_by", "shown_progress", "failed", "error"),
        "waits_for",
        *("solution", "scores_private", "created_at", "started_at", "heartbeat_at", "finished_at"),
    ]

    @admin.display(description=_("waits for"))
    def waits_for(self, run: ScoringRun) -> str:
        return run.waits_for or "–"

    @admin.display(description=_("progress"))
    def shown_progress(self, run: ScoringRun) -> str:
        return progress_bar(run)


def progress_bar(run: ScoringRun) -> Any:
    return format_html(
        '<progress max="{}" value="{}"></progress> {} / {}', max(run.total, 1), run.done, run.done, run.total
    )


@admin.register(ExtraSubmissions)
class ExtraSubmissionsAdmin(ReadOnlyAdmin):
    list_display = ["team", "competition", "count", "day_ends", "reason", "by", "at"]
    list_filter = ["competition"]
    list_select_related = ["team", "competition", "by"]
    search_fields = ["team__name", "reason"]
    fields = ["competition", "team", "count", "day_starts", "day_ends", "reason", "by", "at"]
