"""What teams send in, and the long scoring work of organisers."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models import Competition, Solution, Team
from submissions.querysets import SubmissionQuerySet


def submission_path(instance: Submission, filename: str) -> str:
    return f"competitions/{instance.competition_id}/submissions/{uuid4().hex}"


def aligned_path(instance: Submission, filename: str) -> str:
    return f"competitions/{instance.competition_id}/aligned/{uuid4().hex}.arrow"


class Submission(models.Model):
    """One file of predictions and what became of it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("being scored")
        SCORED = "scored", _("scored")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed on our side")

    class Source(models.TextChoices):
        WEB = "web", _("web")
        API = "api", _("API")
        GURUGURU = "guruguru", _("guruguru command line")
        KAGGLE = "kaggle", _("kaggle command line")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="submissions")
    team = models.ForeignKey(Team, models.CASCADE, related_name="submissions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="submissions")
    created_at = models.DateTimeField(_("submitted at"))
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.API)

    file = models.FileField(_("file"), upload_to=submission_path)
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    # The predictions in the solution's row order: what private scoring and rescoring read instead of the file.
    aligned = models.FileField(upload_to=aligned_path, blank=True, editable=False)

    memo = models.CharField(_("memo"), max_length=500, blank=True)
    cv_score = models.FloatField(_("own CV score"), null=True, blank=True)
    is_selected = models.BooleanField(_("selected for the final ranking"), default=False)
    is_late = models.BooleanField(_("late"), default=False)

    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    public_score = models.FloatField(_("public score"), null=True, blank=True)
    # Filled by the private scoring job alone. No answer, export or log shows it before the rules allow.
    private_score = models.FloatField(_("private score"), null=True, blank=True)
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, blank=True, related_name="+")
    scored_at = models.DateTimeField(_("scored at"), null=True, blank=True)
    # How often scoring it from the stored file was begun: a file that kills its worker must not do so for ever.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    attempted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="scored") | Q(public_score__isnull=False),
                name="scored_submission_has_a_public_score",
            ),
            models.CheckConstraint(
                condition=Q(is_selected=False) | Q(is_late=False), name="late_submission_is_never_selected"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at"], name="submissions_of_a_team"),
            models.Index(fields=["competition", "status", "id"], name="submissions_to_score"),
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="submissions_pending"),
            models.Index(
                fields=["competition"],
                condition=Q(status="scored", is_late=True, private_score__isnull=True),
                name="late_without_private_score",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"


class ScoringRun(models.Model):
    """Private scoring or rescoring of a whole competition, as a durable row that jobs work on.

    The work is cut into parts, each of which one worker at a time holds. A run without a sign of life for longer than a
    lease is handed to the workers again.
    """

    class Kind(models.TextChoices):
        PRIVATE = "private", _("private scoring")
        RESCORE = "rescore", _("rescoring")

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="scoring_runs")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # What it scores by, metric included; a run by a replaced version starts over.
    solution = models.ForeignKey(Solution, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    # Never before the end.
    scores_private = models.BooleanField(_("private scores too"), default=False, editable=False)
    # The newest submission when the work was cut: what was received before the end and stored after this is not in it.
    newest_submission = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    total = models.PositiveIntegerField(_("submissions"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("could not be scored"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # When it was last handed to the workers: not more often than a lease lasts.
    handed_out_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")
        constraints = [
            models.UniqueConstraint(
                fields=["competition"], condition=Q(status__in=["queued", "running"]), name="one_active_scoring_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def progress(self) -> float:
        """0 to 1."""
        return self.done / self.total if self.total else 0.0


class ScoringPart(models.Model):
    """Some of a run's submissions, `first` to `last` by their keys: what one worker holds at a time.

    `cursor` is the last submission done, written together with its score: whoever takes the part over goes on behind
    it. The holder renews `heartbeat_at` and writes only while `lease` is still its own.
    """

    run = models.ForeignKey(ScoringRun, models.CASCADE, related_name="parts")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    cursor = models.PositiveBigIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    # How often it was taken since something was last written: what kills its workers must not do so for ever.
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "first"], name="parts_of_a_run_do_not_begin_alike")]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
