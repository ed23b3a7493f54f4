"""Who helps organisers, and whom they have invited to organise or to help."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.team import RequestStatus
from competitions.querysets import CrewInvitationQuerySet


class CrewRole(models.TextChoices):
    """Organisers may do everything; helpers see what participants see, and moderate the discussions."""

    HOST = "host", _("organiser")
    HELPER = "helper", _("helper")


class Helper(models.Model):
    """Somebody who helps: sees what people inside see, and moderates the discussions. Never the solution or a draft."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="helpers", verbose_name=_("competition"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="helps", verbose_name=_("person"))
    since = models.DateTimeField(_("since"))

    class Meta:
        ordering = ["since", "pk"]
        verbose_name = _("helper")
        verbose_name_plural = _("helpers")
        constraints = [models.UniqueConstraint(fields=["competition", "user"], name="one_helper_row_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.competition}"


class CrewInvitation(models.Model):
    """Somebody was asked to organise the competition, or to help. Nothing changes before they accept."""

    competition = models.ForeignKey(
        Competition, models.CASCADE, related_name="crew_invitations", verbose_name=_("competition")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="crew_invitations", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=CrewRole)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created at"))
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.PENDING)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = CrewInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("invitation to organise or help")
        verbose_name_plural = _("invitations to organise or help")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "user"], condition=Q(status="pending"), name="one_pending_crew_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.competition} · {self.role}"
