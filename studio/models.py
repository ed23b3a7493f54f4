"""What the studio keeps of a draft: the files somebody dropped, what was found in them, and what was chosen."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions.models import Competition
from foundation.leases import Leased
from foundation.models import Upload


# The answers of the test data may stand in it: no key tells what it is, and nothing sends it to anybody.
def source_path(instance: SourceFile, filename: str) -> str:
    return f"competitions/{instance.workbench.competition_id}/sources/{uuid4().hex}"


class Workbench(Leased):
    """The studio's side of a draft. It closes when the competition is published for the first time."""

    class Job(models.TextChoices):
        NONE = "", _("nothing")
        READ = "read", _("looking at the files")
        MAKE = "make", _("making the files of the competition")

    competition = models.OneToOneField(Competition, models.CASCADE, related_name="workbench")
    # What the organiser decided otherwise than proposed, by the name of the field (`studio.choices`).
    choices = models.JSONField(default=dict, blank=True)
    # What was found in the files, with a proposal for each choice; null: nobody has looked since they changed.
    found = models.JSONField(null=True, blank=True)
    # What was made of them by these choices; null: not yet, or no more.
    made = models.JSONField(null=True, blank=True)
    # Names of the data files that were put into the competition, and digests of the pages as they were written.
    stored = models.JSONField(default=list, blank=True)
    written = models.JSONField(default=dict, blank=True)
    # Why the last job came to nothing: coded, located problems.
    problems = models.JSONField(default=list, blank=True)
    # The job under way and where it is; whoever works on it holds the lease.
    job = models.CharField(max_length=10, choices=Job, default=Job.NONE, blank=True)
    step = models.CharField(max_length=40, blank=True)
    progress = models.FloatField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("workbench")
        verbose_name_plural = _("workbenches")

    def __str__(self) -> str:
        return str(self.competition)


class SourceFile(models.Model):
    """A file that an organiser dropped. It may hold the answers: it is read by jobs alone, and never sent back."""

    workbench = models.ForeignKey(Workbench, models.CASCADE, related_name="sources")
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=source_path, max_length=400)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("source file")
        verbose_name_plural = _("source files")
        constraints = [models.UniqueConstraint(fields=["workbench", "name"], name="source_name_unique_on_workbench")]

    def __str__(self) -> str:
        return self.name


class SourceUpload(Upload):
    """A source file on its way in, in numbered parts."""

    PURPOSE = "source"

    workbench = models.ForeignKey(Workbench, models.CASCADE, related_name="uploads")

    class Meta:
        verbose_name = _("source upload")
        verbose_name_plural = _("source uploads")
