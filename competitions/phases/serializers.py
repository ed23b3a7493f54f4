"""Phases in full, and what organisers say of them."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.boards import board_of
from competitions.columns import columns_of
from competitions.combined.serializers import WeightField
from competitions.leaderboards.serializers import ColumnSerializer, TeamRefSerializer
from competitions.lookup import MOST_NUMBER
from competitions.models import ENTRY_FIELDS, PHASE_FIELDS, Phase, Standing
from competitions.models.log import REASON_CHARACTERS
from competitions.organising.serializers import FurtherMetricSerializer, MetricSerializer
from competitions.phase_fields import PhaseRefSerializer


# The context holds `at`, `current`, and `solved`: the ids of the phases with a solution, or None for who is not told.
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
    has_solution = serializers.SerializerMethodField(help_text="Only organisers are told; null for everybody else.")

    entry_phase: Any = serializers.SlugRelatedField(
        slug_field="number", read_only=True, allow_null=True, help_text="Number of the phase that decides who gets on."
    )

    class Meta(PhaseRefSerializer.Meta):
        fields = [
            *PhaseRefSerializer.Meta.fields,
            *("metric", "metric_params", "further_metrics", "score_columns", "score_digits"),
            *("daily_submission_limit", "total_submission_limit", "limit_resets_at", "selectable_submissions"),
            *("allows_late_submissions", "objection_minutes", "objections_until"),
            *("board_audience", "board_freezes_at", "board_freeze_minutes", "board_frozen_since", "releases_solution"),
            *("entry_rule", "entry_phase", "entry_board", "entry_count", "entry_percent", "entry_baseline"),
            *("entry_decided_at", "takes_over"),
            "combined_weight",
            "has_solution",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "entry_decided_at": {"help_text": "When it was decided who gets on; null: not yet, or every team may."}
        }

    @extend_schema_field(ColumnSerializer(many=True))
    def get_score_columns(self, phase: Phase) -> list[dict[str, Any]]:
        return list(ColumnSerializer(columns_of(phase), many=True).data)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_board_frozen_since(self, phase: Phase) -> str | None:
        since = board_of(phase).frozen_since(self.context["at"])
        return None if since is None else serializers.DateTimeField().to_representation(since)

    def get_has_solution(self, phase: Phase) -> bool | None:
        solved = self.context["solved"]
        return None if solved is None else phase.pk in solved


class PhaseNumberField(serializers.RelatedField):
    """A phase of the competition of the context, by its number."""

    default_error_messages = {"no_such_phase": _("The competition has no phase of this number.")}

    def get_queryset(self) -> Any:
        competition = self.context.get("competition")
        return Phase.objects.none() if competition is None else competition.phases.all()

    def to_internal_value(self, data: Any) -> Phase:
        is_number = isinstance(data, int) and not isinstance(data, bool) and 0 < data <= MOST_NUMBER
        found = self.get_queryset().filter(number=data).first() if is_number else None
        if found is None:
            self.fail("no_such_phase")
        return cast("Phase", found)

    def to_representation(self, value: Any) -> int:
        return int(value.number)


class PhaseEditSerializer(serializers.ModelSerializer):
    """What organisers say of a phase. The context holds `zone`, in which moments without an offset are read."""

    further_metrics: Any = FurtherMetricSerializer(many=True, required=False)
    entry_phase: Any = extend_schema_field(serializers.IntegerField())(PhaseNumberField)(
        required=False,
        allow_null=True,
        queryset=Phase.objects.none(),
        help_text="Number of the phase that decides who gets on, and of which submissions are taken over.",
    )
    combined_weight = WeightField(
        required=False, help_text="Of its scores in the combined leaderboard, where that is their weighted mean."
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        write_only=True,
        help_text="Why, for everybody to read. Needed for a later end while it runs, to add a phase once all have "
        "ended, to change who gets on once the phase that decides has started, and for another weight in the combined "
        "leaderboard once any has ended.",
    )

    class Meta:
        model = Phase
        fields = ["name", *sorted(PHASE_FIELDS | ENTRY_FIELDS), "reason"]
        extra_kwargs = {
            name: {"required": False}
            for name in (PHASE_FIELDS | ENTRY_FIELDS) - {"further_metrics", "entry_phase", "combined_weight"}
        }

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


MOST_TEAMS = 10_000
LARGEST_ID = 2**63 - 1


def team_ids(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), max_length=MOST_TEAMS, **options
    )


def why_named() -> serializers.CharField:
    return serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        help_text="Why, for everybody to read. Needed once the competition was published.",
    )


class NameTeamsSerializer(serializers.Serializer):
    """All the teams that may take part in a phase."""

    teams = team_ids(help_text="Ids of teams.")
    reason = why_named()


class ChangeNamedSerializer(serializers.Serializer):
    """Teams that may take part in a phase too, or not any more."""

    add = team_ids(required=False, default=list, help_text="Ids of teams.")
    remove = team_ids(required=False, default=list, help_text="Ids of teams.")
    reason = why_named()


class NamedTeamSerializer(serializers.ModelSerializer):
    """A team that gets on into a phase."""

    team = TeamRefSerializer(read_only=True)

    class Meta:
        model = Standing
        fields = ["team", "entry_rank"]
        read_only_fields = fields
        extra_kwargs = {"entry_rank": {"help_text": "Its rank in the phase by which that was decided."}}
