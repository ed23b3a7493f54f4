"""Phases in full, and what organisers say of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.boards import board_of
from competitions.columns import columns_of
from competitions.leaderboards.serializers import ColumnSerializer
from competitions.models import PHASE_FIELDS, Phase
from competitions.models.log import REASON_CHARACTERS
from competitions.organising.serializers import FurtherMetricSerializer, MetricSerializer
from competitions.phase_fields import PhaseRefSerializer


class PhaseSerializer(PhaseRefSerializer):
    """A phase with its clock, its metric and its limits."""

    metric = MetricSerializer(source="metric_definition", read_only=True)
    further_metrics: Any = FurtherMetricSerializer(
        many=True, read_only=True, help_text="Built-in metrics that are shown beside the score and rank nothing."
    )
    score_columns = serializers.SerializerMethodField(
        help_text="The further numbers of a submission, in the order of `numbers` on the leaderboards."
    )
    board_frozen_since = serializers.SerializerMethodField(
        help_text="The public leaderboard stands still and shows what was submitted before; null: it moves."
    )

    class Meta(PhaseRefSerializer.Meta):
        fields = [
            *PhaseRefSerializer.Meta.fields,
            *("metric", "metric_params", "further_metrics", "score_columns", "score_digits"),
            *("daily_submission_limit", "total_submission_limit", "limit_resets_at", "selectable_submissions"),
            *("allows_late_submissions", "objection_minutes", "objections_until"),
            *("board_audience", "board_freezes_at", "board_freeze_minutes", "board_frozen_since", "releases_solution"),
        ]
        read_only_fields = fields

    @extend_schema_field(ColumnSerializer(many=True))
    def get_score_columns(self, phase: Phase) -> list[dict[str, Any]]:
        return list(ColumnSerializer(columns_of(phase), many=True).data)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_board_frozen_since(self, phase: Phase) -> str | None:
        since = board_of(phase).frozen_since(self.context["at"])
        return None if since is None else serializers.DateTimeField().to_representation(since)


class PhaseEditSerializer(serializers.ModelSerializer):
    """What organisers say of a phase. The context holds `zone`, in which moments without an offset are read."""

    further_metrics: Any = FurtherMetricSerializer(many=True, required=False)
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        write_only=True,
        help_text="Why, for everybody to read. Needed for a later end while it runs, and to add a phase once all have "
        "ended.",
    )

    class Meta:
        model = Phase
        fields = ["name", *sorted(PHASE_FIELDS), "reason"]
        extra_kwargs = {name: {"required": False} for name in PHASE_FIELDS - {"further_metrics"}}

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if (zone := self.context.get("zone")) is not None:
            for field in fields.values():
                if isinstance(field, serializers.DateTimeField):
                    field.timezone = ZoneInfo(zone)
        return fields


class NewPhaseSerializer(PhaseEditSerializer):
    """A new phase. What is not said is as in the newest one."""

    class Meta(PhaseEditSerializer.Meta):
        extra_kwargs = {
            **PhaseEditSerializer.Meta.extra_kwargs,
            "name": {"required": True, "allow_blank": False},
            "starts_at": {"required": True},
            "ends_at": {"required": True},
        }


class RemovalSerializer(serializers.Serializer):
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        help_text="Why, for everybody to read. Needed once the competition was published.",
    )
