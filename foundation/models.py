"""The rows that every room shares: uploads in parts, signing keys, workers that are alive, and counts of faults."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Upload(models.Model):
    """A file that somebody announced, that arrives in parts over as many connections as it takes, and is used once.

    Its parts have numbers and one size (`part_size`), and come in any order; or they come one after the other, in any
    sizes, each told by the byte it begins at (`part_size` 0). What a file is for says its `purpose`; what a room knows
    of it besides stands in a model that the room builds on this one.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waiting for its parts")
        FINISHING = "finishing", _("being put together")
        DONE = "done", _("published")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    purpose = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("As the sender computed it."))
    part_size = models.PositiveBigIntegerField(default=0, help_text=_("Bytes of every part but the last."))
    # Bytes from the beginning on that have arrived, where parts come one after the other.
    received = models.PositiveBigIntegerField(default=0)
    # Where the file will be, and the object store's name for the multipart upload.
    key = models.CharField(max_length=500, blank=True)
    multipart_id = models.CharField(max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["expires_at"], name="uploads_to_sweep")]

    def __str__(self) -> str:
        return self.name

    @property
    def part_count(self) -> int:
        """How many numbered parts the file has."""
        return max(1, -(-self.size // self.part_size))

    def size_of_part(self, number: int) -> int:
        """Bytes of part `number`, counted from 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)

    @property
    def is_complete(self) -> bool:
        """Whether everything has arrived, where parts come one after the other."""
        return self.received == self.size

    def is_open(self, at: datetime) -> bool:
        """Whether it still takes parts and may still be used."""
        return self.state == self.State.OPEN and at < self.expires_at


class SigningKey(models.Model):
    """A key pair with which the site signs. Public keys are kept for ever; a private key only while it signs.

    `foundation.signing` alone makes, uses and retires them.
    """

    # The first digits of the public key's SHA-256.
    id = models.CharField(primary_key=True, max_length=16)
    public = models.CharField(max_length=64, help_text=_("Ed25519, hexadecimal."))
    # Encrypted by a key made from SECRET_KEY: a copy of the database alone signs nothing. Empty once retired.
    private = models.TextField(blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("created at"))
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["is_active"], condition=models.Q(is_active=True), name="one_active_key")
        ]

    def __str__(self) -> str:
        return self.id


class Worker(models.Model):
    """A worker process that gave a sign of life lately."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    host = models.CharField(_("machine"), max_length=80)
    process = models.PositiveIntegerField(_("process"))
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        ordering = ["host", "process"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name


class FaultCount(models.Model):
    """How often one kind of fault came within one hour."""

    hour = models.DateTimeField(_("hour"))
    code = models.CharField(_("fault"), max_length=40)
    exception = models.CharField(_("exception"), max_length=80, blank=True)
    count = models.PositiveIntegerField(_("how often"), default=0)
    last_at = models.DateTimeField(_("last time"), null=True, blank=True)

    class Meta:
        ordering = ["-hour", "code"]
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        constraints = [
            models.UniqueConstraint(fields=["hour", "code", "exception"], name="one_count_per_fault_and_hour")
        ]

    def __str__(self) -> str:
        return f"{self.hour:%F %H:00} {self.code} ({self.count})"
