"""Likes, earlier versions and reports: what refers to a discussion or to a comment, and to exactly one of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from discussions.models.post import Comment, Discussion, Translations
from discussions.querysets import LikeQuerySet, ReportQuerySet

ABOUT_ONE_POST = Q(discussion__isnull=False, comment__isnull=True) | Q(discussion__isnull=True, comment__isnull=False)


class AboutPost(models.Model):
    discussion = models.ForeignKey(Discussion, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def post(self) -> Discussion | Comment:
        return self.discussion if self.discussion_id is not None else self.comment  # type: ignore[return-value]


class Like(AboutPost):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(_("created at"))

    objects = LikeQuerySet.as_manager()

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [
            models.CheckConstraint(condition=ABOUT_ONE_POST, name="like_is_about_one_post"),
            models.UniqueConstraint(fields=["user", "discussion"], name="one_like_per_discussion"),
            models.UniqueConstraint(fields=["user", "comment"], name="one_like_per_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ♥ {self.post}"


class Revision(Translations, AboutPost):
    """A version of a post that an edit replaced: what it said, who had written it and when."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    body = models.TextField(_("body"))
    html = models.TextField(_("HTML"), editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        ordering = ["-written_at", "-id"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [models.CheckConstraint(condition=ABOUT_ONE_POST, name="revision_is_of_one_post")]

    def __str__(self) -> str:
        return f"{self.post} {self.written_at:%F %T}"


class Report(AboutPost):
    """A user tells the organisers of something that should not stand there."""

    class Reason(models.TextChoices):
        SPAM = "spam", _("spam")
        ABUSE = "abuse", _("abuse")
        LEAK = "leak", _("breaks the rules of the competition")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        HIDDEN = "hidden", _("hidden")
        DISMISSED = "dismissed", _("dismissed")

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reports")
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(_("created at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(condition=ABOUT_ONE_POST, name="report_is_about_one_post"),
            models.UniqueConstraint(
                fields=["reporter", "discussion"], condition=Q(state="open"), name="one_open_report_per_discussion"
            ),
            models.UniqueConstraint(
                fields=["reporter", "comment"], condition=Q(state="open"), name="one_open_report_per_comment"
            ),
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="reports_to_look_at")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.post}"
