"""What is sent to copy a competition and to put a bundle in."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from competitions.models import Competition


class CloneSerializer(serializers.ModelSerializer):
    starts_at = serializers.DateTimeField(
        help_text="When the copy starts; all other moments move by the same time.",
    )
    with_solution = serializers.BooleanField(
        default=False, help_text="Take the solution along: yours, or that of a confirmed competition."
    )

    class Meta:
        model = Competition
        fields = ["title", "slug", "starts_at", "with_solution"]


class ArchiveQuerySerializer(serializers.Serializer):
    """What is asked of an archive."""

    pseudonyms = serializers.BooleanField(
        default=False, help_text="Name people and teams by codes instead of their names."
    )


class MomentWithOffset(serializers.DateTimeField):
    """Where it is not known yet of which zone a moment without an offset would be."""

    default_error_messages = {"offset_missing": _("Say of which zone: write 2026-12-01T09:00+09:00.")}

    def enforce_timezone(self, value: datetime) -> datetime:
        if timezone.is_naive(value):
            self.fail("offset_missing")
        return super().enforce_timezone(value)


class BundleSerializer(serializers.Serializer):
    bundle = serializers.FileField(help_text="A zip with `uzu-competition.yaml` at its root.")
    slug = serializers.SlugField(
        required=False, max_length=80, help_text="Its name here; that of the bundle where there is none."
    )
    starts_at = MomentWithOffset(
        required=False, help_text="When it starts here; all other moments move by the same time."
    )
