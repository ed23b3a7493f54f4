"""Which submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models


class SubmissionQuerySet(models.QuerySet):
    def of_teams_of(self, user: Any) -> SubmissionQuerySet:
        """Submissions of every team `user` is in: all that a participant may ever see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(team__memberships__user=user)

    def for_display(self) -> SubmissionQuerySet:
        """With all that their serializer reads: a list of any length is one query."""
        return self.select_related("competition", "team__standing", "user")

    def counted(self) -> SubmissionQuerySet:
        """Those that use up the limits: in time, and scored or still to be scored."""
        return self.using_slots(late=False)

    def using_slots(self, *, late: bool) -> SubmissionQuerySet:
        """Scored or still to be scored; in time, or after the end."""
        return self.filter(is_late=late, status__in=[self.model.Status.PENDING, self.model.Status.SCORED])

    def scored(self) -> SubmissionQuerySet:
        return self.filter(status=self.model.Status.SCORED)

    def pending(self) -> SubmissionQuerySet:
        return self.filter(status=self.model.Status.PENDING)

    def abandoned(self, before: datetime) -> SubmissionQuerySet:
        """Still to be scored although sent in before `before`: a crash, or a queue nobody works on."""
        return self.pending().filter(created_at__lt=before)

    def late_without_private_score(self) -> SubmissionQuerySet:
        return self.scored().filter(is_late=True, private_score__isnull=True).exclude(aligned="")

    def selected(self) -> SubmissionQuerySet:
        return self.filter(is_selected=True)
