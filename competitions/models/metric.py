"""Metrics that organisers write themselves, in versions, and what went wrong in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.log import LogKind, LogRow
from competitions.models.phase import Phase
from scoring.metrics.registry import Direction, own_name


class MetricDirection(models.TextChoices):
    SMALLER_IS_BETTER = Direction.SMALLER_IS_BETTER.value, _("smaller is better")
    LARGER_IS_BETTER = Direction.LARGER_IS_BETTER.value, _("larger is better")


class OwnMetric(models.Model):
    """One version of a competition's own metric: a source text with values for its parameters.

    What scores by is never changed: a change is another version. Only whether participants see it, and what came of
    trying it out, is written later.
    """

    class Trial(models.TextChoices):
        NONE = "none", _("not tried")
        PENDING = "pending", _("being tried")
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        BROKEN = "broken", _("could not be tried")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="own_metrics")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="own_metrics")
    version = models.PositiveIntegerField(_("version"))
    is_active = models.BooleanField(_("active"), default=False)
    filename = models.CharField(_("file name"), max_length=255)
    source = models.TextField(_("source"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    direction = models.CharField(_("direction"), max_length=20, choices=MetricDirection)
    # As its signature has them: name, kind, default, whether it is required and may be None.
    parameters = models.JSONField(_("parameters"), default=list)
    params = models.JSONField(_("values of the parameters"), default=dict, blank=True)
    # Where it returns several numbers, the name of the one that ranks.
    ranked = models.CharField(
        _("value that ranks"),
        max_length=100,
        blank=True,
        help_text=_("Where the metric returns a mapping of names to numbers. Empty: the first of them, or the number."),
    )
    # Names of the others that are shown beside the score. None: nobody named any, and it has not passed a trial yet,
    # which takes the first ones.
    columns = models.JSONField(_("further values shown"), null=True, blank=True)
    # Whether it takes folders of files instead of tables, as its signature says.
    takes_files = models.BooleanField(_("takes files"), default=False, db_default=False)
    is_shown = models.BooleanField(
        _("shown to participants"), default=False, help_text=_("Whether everybody inside may read the source.")
    )
    libraries = models.JSONField(_("libraries"), default=dict, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))

    trial_status = models.CharField(_("trial"), max_length=8, choices=Trial, default=Trial.NONE, editable=False)
    # Of public rows: scores and times by case, and codes of what forbids to use it.
    trial = models.JSONField(_("result of the trial"), null=True, blank=True, editable=False)
    # The version of the solution it was tried with; a number, since that may name this one.
    tried_with = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    # Whoever asked for it: nothing of private rows is looked at but for who has them already.
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    tried_at = models.DateTimeField(_("tried at"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("own metric")
        verbose_name_plural = _("own metrics")
        constraints = [
            models.UniqueConstraint(fields=["phase", "version"], name="own_metric_version_unique"),
            models.UniqueConstraint(fields=["phase"], condition=Q(is_active=True), name="one_active_own_metric"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def metric(self) -> str:
        """What the competition's `metric` is where this one scores."""
        return own_name(Direction(self.direction))


class MetricFailureQuerySet(models.QuerySet["MetricFailure"]):
    def readable_by(self, user: Any, at: datetime) -> Self:
        """Failures that `user` may read: of public rows all; of private rows those older than a look of theirs at the
        private leaderboard of the same phase, and all once its result is confirmed.

        A metric can break off with the score, or by what it is: to read that is to look, which stands in the log.
        """
        # An entry names its phase, but for the first one (`competitions.log.recording.fact_of`).
        number = Coalesce(Cast(KeyTextTransform("phase", "facts"), models.IntegerField()), 1)
        looks = LogRow.objects.filter(competition=OuterRef("competition"), kind=LogKind.PREVIEWED, actor=user.pk)
        of_phase = looks.alias(number=number).filter(number=OuterRef("own_metric__phase__number"))
        looked = of_phase.filter(at__gte=OuterRef("at"))
        return self.filter(Q(is_private=False) | Q(own_metric__phase__confirmed_at__lte=at) | Exists(looked))


class MetricFailure(models.Model):
    """An own metric broke off: what hosts may read of it, where participants got a neutral sentence.

    `is_private`: the rows were private ones.
    """

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="metric_failures")
    own_metric = models.ForeignKey(OwnMetric, models.CASCADE, related_name="failures", verbose_name=_("own metric"))
    # The room of submissions is below this one: a number without a constraint, of a submission or None for a trial.
    submission = models.PositiveBigIntegerField(_("submission"), null=True, blank=True)
    is_private = models.BooleanField(_("of private rows"))
    reason = models.CharField(_("reason"), max_length=30)
    error = models.CharField(_("error"), max_length=100, blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    at = models.DateTimeField(_("at"))

    objects = MetricFailureQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("failure of the metric")
        verbose_name_plural = _("failures of the metric")

    def __str__(self) -> str:
        return f"{self.error or self.reason}"
