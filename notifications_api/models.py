"""What people are told: in the app (over django-notifications-hq), and by email."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from notifications.base.models import AbstractNotification

from competitions.models import Competition, Phase
from discussions.models import Discussion
from foundation.languages import local
from notifications_api.querysets import MailQuerySet, NotificationQuerySet, PreferenceQuerySet
from notifications_api.registry import EmailMode, kind_choices

MOST_TITLE = 200


class Message(models.Model):
    """What is told, on a notification and on an email alike: all it takes to say it in any language later."""

    kind = models.CharField(_("kind"), max_length=20, choices=kind_choices)
    # The happening: nobody is told of the same one twice, whatever their roles and however often a job runs.
    key = models.CharField(max_length=80, blank=True, editable=False)
    competition = models.ForeignKey(Competition, models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=MOST_TITLE, blank=True)
    title_en = models.CharField(_("title in English"), max_length=MOST_TITLE, blank=True, default="", db_default="")
    title_ja = models.CharField(_("title in Japanese"), max_length=MOST_TITLE, blank=True, default="", db_default="")
    excerpt = models.CharField(_("excerpt"), max_length=200, blank=True)
    excerpt_en = models.CharField(_("excerpt in English"), max_length=200, blank=True, default="", db_default="")
    excerpt_ja = models.CharField(_("excerpt in Japanese"), max_length=200, blank=True, default="", db_default="")
    url = models.CharField(_("path"), max_length=200)
    params = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def local_title(self) -> str:
        """The title in the language of the moment, where it has one there."""
        return local(self, "title")

    @property
    def local_excerpt(self) -> str:
        """The excerpt in the language of the moment, where it has one there."""
        return local(self, "excerpt")


class Notification(Message, AbstractNotification):
    """The library's notification with what our questions need, and indexes for them.

    One row may stand for several acts of one kind on one thing ("A and 3 others liked ..."): then `gather_key` names
    the kind and the thing, and `acts` holds who did what, the latest last. It leads to the first of them, from where
    one reads on, and quotes the latest.
    """

    MAX_ACTS = 200

    # The library's fields, without an index each, and without demanding an actor.
    unread = models.BooleanField(_("unread"), default=True)
    timestamp = models.DateTimeField(_("created at"))
    public = models.BooleanField(default=False, editable=False)
    deleted = models.BooleanField(default=False, editable=False)
    emailed = models.BooleanField(default=False, editable=False)
    actor_content_type = models.ForeignKey(
        ContentType, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    actor_object_id = models.CharField(max_length=255, null=True, blank=True)
    actor = GenericForeignKey("actor_content_type", "actor_object_id")
    target_content_type = models.ForeignKey(
        ContentType, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    target = GenericForeignKey("target_content_type", "target_object_id")
    action_object_content_type = models.ForeignKey(
        ContentType, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    action_object = GenericForeignKey("action_object_content_type", "action_object_object_id")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    data = models.JSONField(null=True, blank=True, editable=False)

    discussion = models.ForeignKey(Discussion, models.CASCADE, null=True, blank=True, related_name="+")
    gather_key = models.CharField(max_length=80, blank=True, editable=False)
    # [[user id, key of the act], ...]
    acts = models.JSONField(default=list, blank=True, editable=False)
    actor_count = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("updated at"))

    objects = NotificationQuerySet.as_manager()  # type: ignore[django-manager-missing]

    class Meta:
        ordering = ["-unread", "-updated_at", "-id"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], condition=~Q(key=""), name="told_once_of_a_happening"),
            models.UniqueConstraint(
                fields=["recipient", "gather_key"],
                condition=Q(unread=True) & ~Q(gather_key=""),
                name="one_unread_gathering_notification",
            ),
        ]
        indexes = [
            models.Index(
                F("recipient"),
                F("unread").desc(),
                F("updated_at").desc(),
                F("id").desc(),
                name="notifications_of_a_user",
            ),
            models.Index(fields=["recipient"], condition=Q(unread=True), name="notifications_unread"),
            models.Index(fields=["recipient", "gather_key"], name="notifications_gathering"),
            models.Index(fields=["key"], name="notifications_of_a_happening"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def actor_ids(self) -> list[int]:
        """Who did it, the latest first; without those nobody keeps any more."""
        if self.acts:
            return list(dict.fromkeys(actor for actor, _act in reversed(self.acts)))
        return [int(self.actor_object_id)] if self.actor_object_id else []


class Preference(models.Model):
    """What a user chose for one kind; where there is no row, the kind's defaults hold."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(_("kind"), max_length=20, choices=kind_choices)
    in_app = models.BooleanField(_("in the app"))
    email = models.CharField(_("email"), max_length=10, choices=EmailMode)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_preference_per_kind")]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"


class Mail(Message):
    """One thing to tell one user by email: a row that stays until it is sent, whatever the mail server does.

    A digest puts several rows into one message. `not_before` moves forward when a try fails and when a worker takes it
    (so that one that dies gives it back after a while).
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        DROPPED = "dropped", _("not wanted any more")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # As of notifications: a digest tells of all with one key as one. The default is the database's, for a server of the
    # version before that still runs while this one starts.
    gather_key = models.CharField(max_length=80, blank=True, db_default="", editable=False)
    mode = models.CharField(_("mode"), max_length=10, choices=EmailMode)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(_("created at"))
    not_before = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="mailed_once_of_a_happening")]
        indexes = [
            models.Index(fields=["mode", "not_before"], condition=Q(status="queued"), name="mails_waiting"),
            models.Index(fields=["key"], name="mails_of_a_happening"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"


class Reminder(models.Model):
    """A reminder that was sent before a deadline. Where the deadline is moved, there is a new one to remind of."""

    class Kind(models.TextChoices):
        MERGE_DEADLINE = "merge_deadline", _("teams can merge until then")
        NOTHING_SELECTED = "nothing_selected", _("nothing is selected for the final ranking")
        LAST_HOUR = "last_hour", _("the end")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="+")
    # That ends; of the deadline for merging the one that was meant then where none is named.
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    deadline = models.DateTimeField(_("deadline"))
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["phase", "kind", "deadline"], name="one_reminder_for_a_deadline")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.competition}"
