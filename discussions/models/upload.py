"""Images and files that posts refer to."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def upload_path(instance: Upload, filename: str) -> str:
    return f"uploads/{instance.pk.hex[:2]}/{instance.pk.hex}"


class Upload(models.Model):
    """A file whose type has been checked. Its id can't be guessed: who knows the address may read it.

    One that no post refers to within a day is swept away.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        FILE = "file", _("file")
        NOTEBOOK = "notebook", _("notebook")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploads")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=100)
    file = models.FileField(_("file"), upload_to=upload_path)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    # When a post first referred to it; kept from then on, because the post's history refers to it too.
    attached_at = models.DateTimeField(_("attached at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [
            models.Index(fields=["created_at"], condition=Q(attached_at__isnull=True), name="uploads_without_post"),
            models.Index(fields=["owner", "created_at"], name="uploads_of_a_user"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """Its address, for good: independent of where files are stored."""
        return f"/api/uploads/{self.pk}/{quote(self.name)}"

    @property
    def markdown(self) -> str:
        label = "".join(f"\\{sign}" if sign in r"\[]*_`<>" else sign for sign in self.name)
        return f"{'!' if self.kind == self.Kind.IMAGE else ''}[{label}]({self.url})"
