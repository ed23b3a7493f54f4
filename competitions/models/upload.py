"""A large data file on its way in, part by part."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.files import DataFile


class DataUpload(models.Model):
    """A data file that an organiser sends in numbered parts, in any order, over as many connections as it takes.

    The bytes wait in the storage: as a multipart upload of an object store, or one file a part.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waiting for its parts")
        FINISHING = "finishing", _("being put together")
        DONE = "done", _("published")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    competition = models.ForeignKey(Competition, models.CASCADE, related_name="data_uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    description = models.CharField(_("description"), max_length=300, blank=True)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("As the sender computed it."))
    part_size = models.PositiveBigIntegerField(help_text=_("Bytes of every part but the last."))
    # Where the file will be, and the object store's name for the multipart upload.
    key = models.CharField(max_length=500)
    multipart_id = models.CharField(max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    error = models.CharField(_("error"), max_length=500, blank=True)
    data_file = models.ForeignKey(DataFile, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("data upload")
        verbose_name_plural = _("data uploads")
        constraints = [models.CheckConstraint(condition=Q(part_size__gte=1), name="upload_parts_have_a_size")]
        indexes = [models.Index(fields=["expires_at"], name="data_uploads_to_sweep")]

    def __str__(self) -> str:
        return self.name

    @property
    def part_count(self) -> int:
        return max(1, -(-self.size // self.part_size))

    def size_of_part(self, number: int) -> int:
        """Bytes of part `number`, counted from 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)

    def is_open(self, at: datetime) -> bool:
        return self.state == self.State.OPEN and at < self.expires_at
