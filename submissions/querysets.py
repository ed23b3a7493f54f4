"""Which submissions."""

from __future__ import annotations

from typing import Any

from django.db import models


class SubmissionQuerySet(models.QuerySet):
    def of_teams_of(self, user: Any) -> SubmissionQuerySet:
        """Submissions of every team `user` is in: all that a participant may ever see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(team__memberships__user=user)

    def counted(self) -> SubmissionQuerySet:
        """Those that use up the limits: in time, and scored or still to be scored."""
        return self.filter(is_late=False, status__in=[self.model.Status.PENDING, self.model.Status.SCORED])

    def scored(self) -> SubmissionQuerySet:
        return self.filter(status=self.model.Status.SCORED)

    def selected(self) -> SubmissionQuerySet:
        return self.filter(is_selected=True)
