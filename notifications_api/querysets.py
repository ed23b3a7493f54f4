"""Queries for notifications, preferences and waiting emails: which rows, and for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from notifications.base.models import NotificationQuerySet as BaseNotificationQuerySet

from notifications_api.registry import KINDS, EmailMode


class NotificationQuerySet(BaseNotificationQuerySet):
    def of(self, user: Any) -> NotificationQuerySet:
        return self.filter(recipient=user)

    def narrowed(
        self, *, competition_id: int | None = None, kind: str | None = None, discussion_id: int | None = None
    ) -> NotificationQuerySet:
        rows = self
        if competition_id is not None:
            rows = rows.filter(competition_id=competition_id)
        if kind:
            rows = rows.filter(kind=kind)
        if discussion_id is not None:
            rows = rows.filter(discussion_id=discussion_id)
        return rows

    def for_list(self) -> NotificationQuerySet:
        return self.select_related("competition").order_by("-unread", "-updated_at", "-id")


class PreferenceQuerySet(models.QuerySet):
    def _chosen(self, kind: str) -> PreferenceQuerySet:
        return self.filter(user=OuterRef("pk"), kind=kind)

    def wanting_in_app(self, users: models.QuerySet, kind: str) -> models.QuerySet:
        """Those of `users` who want to see this kind in the app."""
        if KINDS[kind].default.in_app:
            return users.exclude(Exists(self._chosen(kind).filter(in_app=False)))
        return users.filter(Exists(self._chosen(kind).filter(in_app=True)))

    def wanting_anything(self, users: models.QuerySet, kind: str) -> models.QuerySet:
        """Those of `users` who want to hear of this kind in some way."""
        return users.exclude(Exists(self._chosen(kind).filter(in_app=False, email=EmailMode.OFF)))

    def wanting_email(self, users: models.QuerySet, kind: str, mode: EmailMode) -> models.QuerySet:
        """Those of `users` who want emails of this kind in this way, and have an address."""
        users = users.exclude(email="")
        if KINDS[kind].default.email == mode:
            return users.exclude(Exists(self._chosen(kind).exclude(email=mode)))
        return users.filter(Exists(self._chosen(kind).filter(email=mode)))


class MailQuerySet(models.QuerySet):
    def waiting(self) -> MailQuerySet:
        return self.filter(status="queued")

    def due_at_once(self, at: datetime) -> MailQuerySet:
        """To be sent now: new ones, ones whose last try failed long enough ago, and ones a killed worker left."""
        return self.waiting().filter(mode=EmailMode.IMMEDIATE, not_before__lte=at)

    def due_in_digest(self, at: datetime) -> MailQuerySet:
        return self.waiting().filter(mode=EmailMode.DIGEST, not_before__lte=at)
