"""Rows that one worker holds at a time, for as long as it gives signs of life."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Q, QuerySet


class Leased(models.Model):
    """A piece of work that is taken by one worker, and by another one when the first is silent for too long.

    Whoever holds it renews `heartbeat_at`, and writes only while `lease` is still its own.
    """

    lease = models.CharField(max_length=32, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    # How often it was taken since something was last written: what kills its workers must not do so for ever.
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    def renew(self, at: datetime) -> bool:
        """Give a sign of life; whether the row is still ours."""
        return bool(self._as_held().update(heartbeat_at=at))

    def give_back(self) -> None:
        """Let somebody else take the row at once, if it is still ours."""
        self._as_held().update(lease="", attempts=0)

    def _as_held(self) -> QuerySet[Leased]:
        return type(self)._default_manager.filter(pk=self.pk, lease=self.lease)


Row = TypeVar("Row", bound=Leased)


def take(rows: QuerySet[Row], *, at: datetime, silent_since: datetime) -> Row | None:
    """The first of `rows` that nobody holds, or whose holder has been silent since then, from now on ours."""
    with transaction.atomic():
        # Of these rows alone, not of those that a query fetches beside them: PostgreSQL locks none that may be missing.
        free = rows.select_for_update(skip_locked=True, of=("self",))
        row = free.filter(Q(lease="") | Q(heartbeat_at__lt=silent_since)).first()
        if row is None:
            return None
        row.lease, row.heartbeat_at = uuid4().hex, at
        row.attempts += 1
        row.save(update_fields=["lease", "heartbeat_at", "attempts"])
    return row
