"""Scoring runs on the wire. No score is in them."""

from __future__ import annotations

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from submissions.models import ScoringRun


class ScoringRunSerializer(serializers.ModelSerializer):
    started_by = UserRefSerializer(read_only=True, allow_null=True)
    waiting_for = serializers.CharField(
        source="waits_for",
        read_only=True,
        help_text="What a queued run waits for before it can begin, for people; empty: for nothing but a worker.",
    )
    progress = serializers.FloatField(read_only=True, help_text="0 to 1.")

    class Meta:
        model = ScoringRun
        fields = [
            *("id", "kind", "status", "reason", "started_by", "total", "done", "failed", "progress", "error"),
            "waiting_for",
            *("created_at", "started_at", "finished_at"),
        ]
        read_only_fields = fields
        extra_kwargs = {
            "failed": {
                "help_text": "Submissions that could not be scored. Not those that merely have no private score."
            },
            "error": {"help_text": "Why a failed run failed."},
        }


class StartRunSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(ScoringRun.Kind.choices)
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Why it is scored again; participants are told."
    )
    accept_refusals = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of a rescoring: yes, although the dry run says that it would refuse submissions that have a score.",
    )


class UnconfirmSerializer(serializers.Serializer):
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Why; needed, and participants are told."
    )


class ConfirmationSerializer(serializers.Serializer):
    confirmed_at = serializers.DateTimeField(allow_null=True)
