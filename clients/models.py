"""Files on their way in, for clients that send them to an address of their own before saying what they are for."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from competitions.models import Competition


def part_path(instance: UploadPart, filename: str) -> str:
    return f"uploads/{instance.upload_id}/{instance.offset}"


class Upload(models.Model):
    """A file announced by somebody, received in one or more parts, used once.

    The secret in its address is all a client shows when it sends the bytes; only its digest is stored. The token the
    client hands back to use the file is another one, and counts only together with its owner's credentials.
    """

    class Purpose(models.TextChoices):
        SUBMISSION = "submission"
        SOLUTION = "solution"
        DATA = "data"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    competition = models.ForeignKey(Competition, models.CASCADE, null=True, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    token = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=64, unique=True)
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="Bytes announced.")
    received = models.PositiveBigIntegerField(default=0, help_text="Bytes that have arrived.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="uploads_to_sweep")]

    def __str__(self) -> str:
        return f"{self.filename} ({self.received}/{self.size})"

    @property
    def is_complete(self) -> bool:
        return self.received == self.size

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class UploadPart(models.Model):
    """A contiguous piece of an upload, as one request delivered it."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    file = models.FileField(upload_to=part_path)

    class Meta:
        ordering = ["offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="one_part_per_offset")]

    def __str__(self) -> str:
        return f"{self.upload_id} @ {self.offset}"
