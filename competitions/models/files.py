"""What a competition publishes (data) and what it hides (the solution)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.metric import OwnMetric
from competitions.models.phase import Phase
from competitions.querysets import DataFileQuerySet


# Keys of what people download end in the real name: an object storage sends its files under the end of their key.
def data_file_path(instance: DataFile, filename: str) -> str:
    return f"competitions/{instance.competition_id}/data/{uuid4().hex}/{instance.name.rsplit('/', 1)[-1]}"


def solution_path(instance: Solution, filename: str) -> str:
    return f"competitions/{instance.competition_id}/solution/{uuid4().hex}"


def archive_path(instance: DataArchive, filename: str) -> str:
    return f"competitions/{instance.competition_id}/archive/{uuid4().hex}/{instance.competition.slug}.zip"


def new_salt() -> str:
    """A random text that nobody can guess, for the commitment to one version of a solution."""
    return secrets.token_hex(32)


class DataFile(models.Model):
    """A file that participants download."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="data_files")
    # With it the file opens when the phase starts, and nobody but the organisers knows of it before.
    phase = models.ForeignKey(
        Phase,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="data_files",
        verbose_name=_("phase"),
        help_text=_("Opens with this phase. Empty: with the competition."),
    )
    name = models.CharField(_("name"), max_length=200, help_text=_("May hold folders: images/a.png."))
    description = models.CharField(_("description"), max_length=300, blank=True)
    file = models.FileField(_("file"), upload_to=data_file_path, max_length=400)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_sample_submission = models.BooleanField(_("sample submission"), default=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = DataFileQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("data file")
        verbose_name_plural = _("data files")
        constraints = [
            models.UniqueConstraint(fields=["competition", "name"], name="data_file_name_unique_in_competition"),
            models.UniqueConstraint(
                fields=["competition"],
                condition=Q(is_sample_submission=True, phase__isnull=True),
                name="one_sample_submission",
            ),
            models.UniqueConstraint(
                fields=["phase"], condition=Q(is_sample_submission=True), name="one_sample_submission_of_a_phase"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_shown(self, at: datetime) -> bool:
        """Whether others than organisers may know of it: it belongs to no phase, or to one that has started."""
        return self.phase is None or self.phase.has_started(at)

    def is_open(self, at: datetime) -> bool:
        """Whether participants may download it: with its phase, or with the first one that starts."""
        return self.competition.has_any_started(at) if self.phase is None else self.phase.has_started(at)


class DataArchive(models.Model):
    """All shown data files in one zip, made by a job; `fingerprint` tells whether it is still that of the files."""

    competition = models.OneToOneField(Competition, models.CASCADE, related_name="data_archive")
    file = models.FileField(upload_to=archive_path, max_length=400)
    size = models.PositiveBigIntegerField(_("size"))
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created at"))

    def __str__(self) -> str:
        return f"{self.competition} ({self.size} bytes)"

    @property
    def filename(self) -> str:
        """The name under which a browser saves it."""
        return f"{self.competition.slug}.zip"


class DataPreview(models.Model):
    """What a data file holds, as a job found it; of the content that `sha256` names."""

    data_file = models.OneToOneField(DataFile, models.CASCADE, related_name="preview")
    sha256 = models.CharField(max_length=64)
    # None: it could not be read as a table.
    content = models.JSONField(null=True)
    created_at = models.DateTimeField(_("created at"))

    def __str__(self) -> str:
        return str(self.data_file)


class Solution(models.Model):
    """The hidden answer, in versions; exactly one of them scores. Its content never leaves the server."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="solutions")
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="solutions")
    version = models.PositiveIntegerField(_("version"))
    is_active = models.BooleanField(_("active"), default=True)
    file = models.FileField(_("file"), upload_to=solution_path)
    filename = models.CharField(_("file name"), max_length=255)
    id_column = models.CharField(_("id column"), max_length=120)
    target_columns = models.JSONField(_("target columns"), default=list)
    weight_column = models.CharField(_("weight column"), max_length=120, blank=True)
    usage_column = models.CharField(_("usage column"), max_length=120, default="Usage", blank=True)
    # What it was checked for: a version scores by its own metric, whatever the competition's is by now.
    metric = models.CharField(_("metric"), max_length=40)
    metric_params = models.JSONField(_("metric parameters"), default=dict, blank=True)
    # Where the metric is the organisers' own, the version of it.
    own_metric = models.ForeignKey(
        OwnMetric, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("own metric")
    )
    rows = models.PositiveBigIntegerField(_("rows"))
    public_rows = models.PositiveBigIntegerField(_("public rows"))
    private_rows = models.PositiveBigIntegerField(_("private rows"))
    expected_columns = models.JSONField(_("columns of a submission"), default=list)
    digest = models.CharField(max_length=64, help_text=_("Identifies the prepared arrays: content and specification."))
    # What the public commitment is made of (`competitions.solution.sealing`); neither leaves the server.
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    salt = models.CharField(max_length=64, default=new_salt, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # Set once and never taken back, whatever becomes of the submissions: what was scored with this version may have
    # told participants about its public rows, so it binds every version after it.
    first_used_at = models.DateTimeField(_("first used at"), null=True, editable=False)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        constraints = [
            models.UniqueConstraint(fields=["phase", "version"], name="solution_version_unique"),
            models.UniqueConstraint(fields=["phase"], condition=Q(is_active=True), name="one_active_solution"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def ignored_rows(self) -> int:
        return self.rows - self.public_rows - self.private_rows

    @property
    def public_share(self) -> float | None:
        """The public part of the scored rows, 0 to 1."""
        scored = self.public_rows + self.private_rows
        return self.public_rows / scored if scored else None
