"""Entries of the log on the wire, as they are hashed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.models import LogKind, LogRow


class LogRowSerializer(serializers.ModelSerializer):
    at = serializers.CharField(source="moment", read_only=True, help_text="UTC, with microseconds, as it is hashed.")
    actor = UserRefSerializer(read_only=True, allow_null=True, help_text="Who did it; null: the server itself.")
    subject = UserRefSerializer(read_only=True, allow_null=True, help_text="Whom it is about.")
    actor_id = serializers.IntegerField(read_only=True, allow_null=True)
    subject_id = serializers.IntegerField(read_only=True, allow_null=True)
    competition = serializers.IntegerField(source="competition_id", read_only=True)
    label: Any = serializers.CharField(
        source="get_kind_display", read_only=True, help_text="The kind for people, in the language of the request."
    )
    facts = serializers.DictField(read_only=True, help_text="What was done, by kind.")

    class Meta:
        model = LogRow
        fields = [
            *("competition", "sequence", "at", "actor_id", "actor", "subject_id", "subject", "kind", "label", "facts"),
            *("reason", "previous", "hash"),
        ]
        read_only_fields = fields


class LogQuerySerializer(serializers.Serializer):
    kind = serializers.ChoiceField(LogKind.choices, required=False)


class KindCountSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(LogKind.choices)
    label: Any = serializers.CharField(help_text="For people, in the language of the request.")
    entries = serializers.IntegerField()
