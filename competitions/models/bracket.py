"""Brackets: groups of teams, such as students or newcomers, with a ranking of their own on the leaderboards."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.team import Team

NAME_CHARACTERS = 40
SLUG_CHARACTERS = 40
DESCRIPTION_CHARACTERS = 300
MOST_BRACKETS = 20


class ChosenBy(models.TextChoices):
    """Who says that a team belongs to a bracket."""

    TEAMS = "teams", _("teams themselves")
    HOSTS = "hosts", _("organisers")


class Bracket(models.Model):
    """A group that teams of a competition belong to, or not; a team may belong to several.

    Written by `competitions.brackets.services` alone, which keeps the competition log.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="brackets")
    # Its name in addresses: it stays as it is.
    slug = models.SlugField(
        _("slug"),
        max_length=SLUG_CHARACTERS,
        help_text=_("Its name in addresses. It can't change later."),
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$", _("Small letters, digits, - and _."), code="invalid")],
    )
    name = models.CharField(_("name"), max_length=NAME_CHARACTERS)
    description = models.CharField(
        _("who belongs to it"), max_length=DESCRIPTION_CHARACTERS, blank=True, help_text=_("Shown where teams choose.")
    )
    chosen_by = models.CharField(_("chosen by"), max_length=8, choices=ChosenBy, default=ChosenBy.TEAMS)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("bracket")
        verbose_name_plural = _("brackets")
        constraints = [
            models.UniqueConstraint(fields=["competition", "slug"], name="bracket_slug_unique_in_competition")
        ]

    def __str__(self) -> str:
        return self.name

    def stated(self) -> dict[str, Any]:
        """What the log tells of it."""
        return {
            "slug": self.slug,
            "name": self.name,
            "description": self.description,
            "chosenBy": str(self.chosen_by),
            "position": self.position,
        }


class BracketEntry(models.Model):
    """A team belongs to a bracket of its competition."""

    bracket = models.ForeignKey(Bracket, models.CASCADE, related_name="entries")
    team = models.ForeignKey(Team, models.CASCADE, related_name="bracket_entries")

    class Meta:
        ordering = ["bracket__position", "bracket"]
        verbose_name = _("team in a bracket")
        verbose_name_plural = _("teams in brackets")
        constraints = [models.UniqueConstraint(fields=["bracket", "team"], name="one_entry_per_team_and_bracket")]

    def __str__(self) -> str:
        return f"{self.team} · {self.bracket}"
