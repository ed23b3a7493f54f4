"""The roster of a class: who is to take part, as the organisers know them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models.bracket import NAME_CHARACTERS as SECTION_CHARACTERS, Bracket
from competitions.models.competition import Competition

MOST_ENTRIES = 5000
ROSTER_NAME_CHARACTERS = 150
NUMBER_CHARACTERS = 64


class RosterEntry(models.Model):
    """Somebody on the roster: personal data, for organisers only.

    It says nothing of accounts before the person joins by their own act, with the account that they choose: by the
    link, or signed in with this address confirmed. Of the link only the digest is kept.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="roster")
    # In small letters.
    email = models.EmailField(_("email address"))
    name = models.CharField(_("name"), max_length=ROSTER_NAME_CHARACTERS)
    number = models.CharField(_("number"), max_length=NUMBER_CHARACTERS, blank=True)
    section = models.CharField(_("section"), max_length=SECTION_CHARACTERS, blank=True)
    # What became of the section.
    bracket = models.ForeignKey(Bracket, models.SET_NULL, null=True, blank=True, related_name="+")
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created at"))

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="roster_entries"
    )
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)

    link_digest = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    link_made_at = models.DateTimeField(null=True, blank=True, editable=False)
    link_expires_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["section", "name", "id"]
        verbose_name = _("entry of a roster")
        verbose_name_plural = _("entries of rosters")
        constraints = [
            models.UniqueConstraint(fields=["competition", "email"], name="roster_has_an_address_once"),
            models.UniqueConstraint(
                fields=["competition", "user"], name="roster_has_an_account_once", condition=Q(user__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competition_id}: {self.pk}"

    @property
    def has_joined(self) -> bool:
        return self.joined_at is not None

    def has_link(self, at: datetime) -> bool:
        """Whether a link is out that lets somebody in."""
        expires = self.link_expires_at
        return self.link_digest is not None and not self.has_joined and expires is not None and expires > at
