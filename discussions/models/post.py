"""Discussions and comments: the two kinds of posts."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from competitions.models import Competition
from discussions.models.upload import Upload
from discussions.querysets import CommentQuerySet, DiscussionQuerySet, TagQuerySet
from foundation.languages import local
from submissions.models import Submission

# 12.5 hours of age weigh as much as ten times the attention: the decay known from Reddit's "hot".
HOT_DECAY_SECONDS = 45_000


def hotness(*, created_at: datetime, likes: int, comments: int) -> float:
    """How high a discussion stands under "hot". It rises with attention and never falls with time: newer ones start
    higher instead, so that the order is one index and nothing has to be computed anew."""
    age = (created_at - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()
    return round(math.log10(max(1, 1 + likes + comments)) + age / HOT_DECAY_SECONDS, 7)


class Tag(models.Model):
    """A word that gathers discussions; lower case, so that there is one spelling of each."""

    name = models.CharField(_("name"), max_length=30, unique=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """What discussions and comments share. Deleting erases nothing: `deleted_at` empties what everybody sees."""

    body = models.TextField(_("body"), help_text=_("Markdown."))
    # Rendered and sanitised when it is written; `manage.py render_posts` renders all anew when the rules change.
    html = models.TextField(_("HTML"), editable=False)
    created_at = models.DateTimeField(_("created at"))
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    hidden_reason = models.CharField(_("reason for hiding"), max_length=500, blank=True)
    like_count = models.PositiveIntegerField(_("likes"), default=0)
    revision_count = models.PositiveIntegerField(_("earlier versions"), default=0)

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_removed(self) -> bool:
        return self.is_deleted or self.is_hidden


class Translations(models.Model):
    """What moderators say in further languages, as in an announcement; empty where nothing is translated.

    Which of the texts somebody reads: `foundation.languages`.
    """

    title_en = models.CharField(_("title in English"), max_length=200, blank=True, default="", db_default="")
    title_ja = models.CharField(_("title in Japanese"), max_length=200, blank=True, default="", db_default="")
    body_en = models.TextField(_("body in English"), blank=True, default="", db_default="")
    body_ja = models.TextField(_("body in Japanese"), blank=True, default="", db_default="")
    html_en = models.TextField(editable=False, blank=True, default="", db_default="")
    html_ja = models.TextField(editable=False, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class Discussion(Translations, Post):
    """A topic, in a competition or (without one) of the whole site."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody")
        NEVER_SUBMITTED = "never_submitted", _("those who entered and never submitted")
        BRACKET = "bracket", _("those of a bracket")
        PHASE = "phase", _("those of a phase")

    competition = models.ForeignKey(Competition, models.CASCADE, null=True, blank=True, related_name="discussions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="discussions")
    title = models.CharField(_("title"), max_length=200)
    tags = models.ManyToManyField(Tag, related_name="discussions", blank=True, verbose_name=_("tags"))
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_locked = models.BooleanField(_("locked"), default=False)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    # To whom an announcement is written; who that is was decided when it was sent (`discussions.audiences`).
    audience = models.CharField(
        _("written to"),
        max_length=15,
        choices=Audience,
        default=Audience.EVERYBODY,
        db_default=Audience.EVERYBODY.value,
        editable=False,
    )
    # Of a bracket its slug, of a phase its number.
    audience_of = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    notebook = models.ForeignKey(Upload, models.SET_NULL, null=True, blank=True, related_name="discussions")
    # Shared by a member of its team.
    submission = models.ForeignKey(Submission, models.SET_NULL, null=True, blank=True, related_name="discussions")

    # Stored for the orders of the list; the services of this room own them.
    comment_count = models.PositiveIntegerField(_("comments"), default=0)
    last_comment_at = models.DateTimeField(_("last comment at"), null=True, blank=True)
    active_at = models.DateTimeField(_("last comment or creation"))
    hotness = models.FloatField(default=0, editable=False)

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        indexes = [
            models.Index(
                F("competition"), F("is_pinned").desc(), F(by).desc(), F("id").desc(), name=f"discussions_{name}"
            )
            for by, name in (
                ("hotness", "hot"),
                ("created_at", "newest"),
                ("active_at", "last_comment"),
                ("like_count", "most_liked"),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        place = self.competition.get_absolute_url() if self.competition is not None else ""
        return f"{place}/discussions/{self.pk}"

    @property
    def local_title(self) -> str:
        """The title in the language of the moment, else the original."""
        return local(self, "title")

    @property
    def local_body(self) -> str:
        """The Markdown in the language of the moment, else the original."""
        return local(self, "body")

    @property
    def local_html(self) -> str:
        """`local_body` as HTML."""
        return local(self, "html")

    @property
    def is_announcement(self) -> bool:
        return self.announced_at is not None

    @property
    def is_restricted(self) -> bool:
        """Whether it is written to some of those who take part, and nobody else's to read."""
        return self.audience != self.Audience.EVERYBODY

    def update_hotness(self) -> None:
        self.hotness = hotness(created_at=self.created_at, likes=self.like_count, comments=self.comment_count)


class Recipient(models.Model):
    """Somebody to whom an announcement is written that is not for everybody."""

    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("recipient of an announcement")
        verbose_name_plural = _("recipients of announcements")
        constraints = [models.UniqueConstraint(fields=["discussion", "user"], name="one_recipient_of_an_announcement")]

    def __str__(self) -> str:
        return f"{self.discussion_id}: {self.user_id}"


class Comment(Post):
    """An answer to a discussion, or (with a parent) to another comment of it."""

    discussion = models.ForeignKey(Discussion, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    # The comment at the top of the chain of parents; empty for those at the top.
    thread = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="thread_comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="comments")
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True, thread__isnull=True) | Q(parent__isnull=False, thread__isnull=False),
                name="reply_belongs_to_a_thread",
            ),
        ]
        indexes = [models.Index(F("discussion"), Coalesce("thread", "id"), F("id"), name="comments_by_thread")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return f"{self.discussion.get_absolute_url()}#comment-{self.pk}"
