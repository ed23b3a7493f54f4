"""The competition log: what organisers did that can move a ranking, in entries that nothing changes any more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from foundation import chain

REASON_CHARACTERS = 500


class LogKind(models.TextChoices):
    """What an entry of the log tells."""

    PUBLISHED = "published", _("published")
    UNPUBLISHED = "unpublished", _("taken off the site")
    CLOCK = "clock", _("clock changed")
    LIMITS = "limits", _("limits changed")
    BOARD = "board", _("leaderboard shown to others, or from when it stands still")
    PHASE = "phase", _("phase added or taken away")
    DATA = "data", _("data file opened with another phase")
    ENTRY = "entry", _("who gets on into a phase changed")
    GOT_ON = "got_on", _("who gets on decided")
    TAKEN_OVER = "taken_over", _("submissions taken over")
    COMBINED = "combined", _("combined leaderboard changed")
    RULES = "rules", _("rules changed")
    METRIC = "metric", _("metric changed")
    SOLUTION = "solution", _("new version of the solution")
    BASELINE_SET = "baseline_set", _("baseline set")
    BASELINE_REMOVED = "baseline_removed", _("baseline removed")
    HOST_ADDED = "host_added", _("organiser added")
    HOST_REMOVED = "host_removed", _("organiser removed")
    HELPER_ADDED = "helper_added", _("helper added")
    HELPER_REMOVED = "helper_removed", _("helper removed")
    READMITTED = "readmitted", _("somebody who left a team let into another one")
    RESCORED = "rescored", _("rescored")
    RECEIPTS_ROOT = "receipts_root", _("receipts sealed")
    PRIVATE_RUN = "private_run", _("private scoring complete")
    PREVIEWED = "previewed", _("private leaderboard looked at before the confirmation")
    CONFIRMED = "confirmed", _("result confirmed")
    UNCONFIRMED = "unconfirmed", _("confirmation taken back")
    NOISE = "noise", _("noise of the scores measured")
    OUT_OF_COMPETITION = "out_of_competition", _("team out of competition")
    DISQUALIFIED = "disqualified", _("team disqualified")
    REINSTATED = "reinstated", _("team reinstated")
    VOIDED = "voided", _("submission voided")
    RESTORED = "restored", _("submission restored")
    ALLOWANCE = "allowance", _("extra submissions given")
    BRACKETS = "brackets", _("brackets changed")
    TEAM_BRACKETS = "team_brackets", _("brackets of a team changed")


class LogRow(models.Model):
    """One entry. Written by `competitions.log.recording` alone; the database refuses to change or delete it.

    The rows it names may go, and the entry stays as it is: no constraint of the database ties it to them.
    """

    competition = models.ForeignKey(
        Competition, models.DO_NOTHING, db_constraint=False, related_name="log", verbose_name=_("competition")
    )
    sequence = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    # None: the server itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # Whom it is about, where it is about somebody.
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("about"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=LogKind)
    # Names in camelCase and no fractions: what is hashed here is what everybody reads on the wire.
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_CHARACTERS, blank=True)
    previous = models.CharField(_("hash of the former entry"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        ordering = ["-sequence"]
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        constraints = [models.UniqueConstraint(fields=["competition", "sequence"], name="log_numbers_are_unique")]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.kind}"

    @property
    def moment(self) -> str:
        """`at` as it is hashed: UTC, with microseconds."""
        return chain.moment(self.at)

    @property
    def record(self) -> dict[str, Any]:
        """The content of the entry, in the form that its hash is made of."""
        return {
            "competition": self.competition_id,
            "sequence": self.sequence,
            "at": self.moment,
            "actorId": self.actor_id,
            "subjectId": self.subject_id,
            "kind": str(self.kind),
            "facts": self.facts,
            "reason": self.reason,
            "previous": self.previous,
        }

    def compute_hash(self) -> str:
        return chain.link(self.record)
