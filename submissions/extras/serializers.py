"""Extra submissions on the wire."""

from __future__ import annotations

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.models.log import REASON_CHARACTERS
from submissions.models import MOST_EXTRA, ExtraSubmissions


class ExtraSubmissionsSerializer(serializers.ModelSerializer):
    """Submissions that an organiser gave one team for a day."""

    by = UserRefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ExtraSubmissions
        fields = ["id", "team", "count", "day_starts", "day_ends", "reason", "by", "at"]
        read_only_fields = fields


class GiveExtraSerializer(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=MOST_EXTRA, help_text="How many, until the day ends.")
    reason = serializers.CharField(max_length=REASON_CHARACTERS, help_text="Why. Public.")
