"""The moment at which a draft is to be published by the worker."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy as _

from competitions.models.competition import Competition


class PlannedPublication(models.Model):
    """An organiser chose when a draft is published. The row goes with the publication; a check that is red stops it.

    Written by `competitions.organising.publishing` alone.
    """

    competition = models.OneToOneField(Competition, models.CASCADE, related_name="planned_publication")
    publish_at = models.DateTimeField(_("publish at"))
    # For whom the worker acts: they have to be an organiser at that moment, too.
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("planned by")
    )
    planned_at = models.DateTimeField(_("planned at"))
    # The codes of the findings that asked for a yes, and got one. What comes up later has none.
    accepted = models.JSONField(default=list, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    # Why: by language, a list of `code` and `detail`.
    problems = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("planned publication")
        verbose_name_plural = _("planned publications")
        indexes = [
            models.Index(fields=["publish_at"], condition=Q(stopped_at__isnull=True), name="publications_to_come")
        ]

    def __str__(self) -> str:
        return f"{self.competition_id}: {self.publish_at:%F %T}"

    @property
    def local_problems(self) -> list[dict[str, str]]:
        """Why it was not published, in the language of the moment."""
        found: list[dict[str, str]] = self.problems.get(get_language() or "", self.problems.get("en", []))
        return found
