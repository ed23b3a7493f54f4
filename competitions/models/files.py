"""What a competition publishes (data) and what it hides (the solution)."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition


# Keys of what people download end in the real name: an object storage sends its files under the end of their key.
def data_file_path(instance: DataFile, filename: str) -> str:
    return f"competitions/{instance.competition_id}/data/{uuid4().hex}/{instance.name.rsplit('/', 1)[-1]}"


def solution_path(instance: Solution, filename: str) -> str:
    return f"competitions/{instance.competition_id}/solution/{uuid4().hex}"


def archive_path(instance: DataArchive, filename: str) -> str:
    return f"competitions/{instance.competition_id}/archive/{uuid4().hex}/{instance.competition.slug}.zip"


class DataFile(models.Model):
    """A file that participants download."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="data_files")
    name = models.CharField(_("name"), max_length=200, help_text=_("May hold folders: images/a.png."))
    description = models.CharField(_("description"), max_length=300, blank=True)
    file = models.FileField(_("file"), upload_to=data_file_path, max_length=400)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_sample_submission = models.BooleanField(_("sample submission"), default=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("data file")
        verbose_name_plural = _("data files")
        constraints = [
            models.UniqueConstraint(fields=["competition", "name"], name="data_file_name_unique_in_competition"),
            models.UniqueConstraint(
                fields=["competition"], condition=Q(is_sample_submission=True), name="one_sample_submission"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DataArchive(models.Model):
    """All data files in one zip, made by a job; `fingerprint` tells whether it is still that of the files."""

    competition = models.OneToOneField(Competition, models.CASCADE, related_name="data_archive")
    file = models.FileField(upload_to=archive_path, max_length=400)
    size = models.PositiveBigIntegerField(_("size"))
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created at"))

    def __str__(self) -> str:
        return f"{self.competition} ({self.size} bytes)"


class Solution(models.Model):
    """The hidden answer, in versions; exactly one of them scores. Its content never leaves the server."""

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="solutions")
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
    rows = models.PositiveBigIntegerField(_("rows"))
    public_rows = models.PositiveBigIntegerField(_("public rows"))
    private_rows = models.PositiveBigIntegerField(_("private rows"))
    expected_columns = models.JSONField(_("columns of a submission"), default=list)
    digest = models.CharField(max_length=64, help_text=_("Identifies the prepared arrays: content and specification."))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        constraints = [
            models.UniqueConstraint(fields=["competition", "version"], name="solution_version_unique"),
            models.UniqueConstraint(fields=["competition"], condition=Q(is_active=True), name="one_active_solution"),
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
