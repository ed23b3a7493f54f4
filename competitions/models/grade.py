"""How scores of a phase become grades."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions.models.phase import Phase

ASSIGNMENT_CHARACTERS = 80


class Missing(models.TextChoices):
    """What somebody gets who has no score."""

    BLANK = "blank", _("nothing")
    ZERO = "zero", _("zero")


class GradeRule(models.Model):
    """Lines, each a private score and the grade for it; straight between two of them, level beyond the first and last.

    `lines`: dictionaries with `name`, `score` and `grade`, ordered by score. For organisers only.
    """

    phase = models.OneToOneField(Phase, models.CASCADE, related_name="grade_rule")
    assignment = models.CharField(_("assignment"), max_length=ASSIGNMENT_CHARACTERS)
    lines = models.JSONField(_("lines"), default=list)
    missing = models.CharField(_("without a score"), max_length=8, choices=Missing, default=Missing.BLANK)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("grade rule")
        verbose_name_plural = _("grade rules")

    def __str__(self) -> str:
        return self.assignment
