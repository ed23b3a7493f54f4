"""The combined leaderboard on the wire, and the fields that organisers set for it."""

from __future__ import annotations

import math
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer, user_ref
from competitions.combined.queries import CombinedRow
from competitions.combined.rules import MOST_WEIGHT
from competitions.leaderboards.serializers import TeamRefSerializer
from competitions.models import CombinedRule, State


class WeightField(serializers.FloatField):
    """A finite number from 0 on. Neither a word for none nor a number beyond all others is one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_WEIGHT, **options})

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        try:
            weight = super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(weight):
            self.fail("invalid")
        return weight


@extend_schema_field({"type": "array", "items": {"type": "number"}})
class PointsField(serializers.JSONField):
    """What the places are worth, best first."""


# Written out: a list whose items may be null has no word among serializers.
CELL = {
    "type": ["object", "null"],
    "properties": {
        "rank": {"type": ["integer", "null"]},
        "score": {"type": ["number", "null"]},
        "points": {"type": ["number", "null"]},
    },
    "required": ["rank", "score", "points"],
}


@extend_schema_field({"type": "array", "items": CELL})
class CellsField(serializers.ListField):
    """What a team has in each phase; `points` where the rule is their sum."""


class CombinedRowSerializer(serializers.Serializer):
    """A team on the combined leaderboard; without a rank it has no value either."""

    rank = serializers.IntegerField(allow_null=True)
    team = TeamRefSerializer()
    members = UserRefSerializer(many=True)
    value = serializers.FloatField(allow_null=True, help_text="What the rule makes of the phases that count.")
    phases: Any = CellsField(
        help_text="In the order of the answer's `phases`; null for one whose result is not confirmed.",
    )
    is_mine = serializers.BooleanField()
    out_of_competition = serializers.BooleanField(help_text="Shown after all others, without a rank.")
    disqualified = serializers.BooleanField(help_text="Excluded by the organisers: shown last, without a rank.")
    brackets: Any = serializers.ListField(child=serializers.CharField())

    # Written out: a page holds up to a thousand rows.
    def to_representation(self, row: CombinedRow) -> dict[str, Any]:
        return {
            "rank": row.rank,
            "team": {"id": row.team.pk, "name": row.team.name},
            "members": [user_ref(member) for member in row.members],
            "value": row.value,
            "phases": [
                None if cell is None else {"rank": cell.rank, "score": cell.score, "points": cell.points}
                for cell in row.cells
            ],
            "is_mine": row.is_mine,
            "out_of_competition": row.team.is_out_of_competition,
            "disqualified": row.team.is_disqualified,
            "brackets": list(row.brackets),
        }


class CombinedPhaseSerializer(serializers.Serializer):
    """A column: one phase of the competition."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    counts = serializers.BooleanField(help_text="Whether its result is confirmed; until then nothing of it is shown.")
    weight = serializers.FloatField(help_text="Of its scores, where the rule is their weighted mean.")
    score_digits = serializers.IntegerField()


class CombinedLeaderboardSerializer(serializers.Serializer):
    """Describes the answer; `views` put it together."""

    count = serializers.IntegerField()
    rule = serializers.ChoiceField(CombinedRule.choices)
    points = serializers.ListField(
        child=serializers.FloatField(), help_text="What the places are worth; empty: 100 for the first, fewer below."
    )
    phases = CombinedPhaseSerializer(many=True, help_text="By their start.")
    is_final = serializers.BooleanField(help_text="Whether the results of all phases are confirmed.")
    teams = serializers.IntegerField(help_text="How many teams compete, on all pages.")
    bracket = serializers.CharField(allow_null=True, help_text="Slug of the bracket asked for; null: the whole.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CombinedRowSerializer(many=True)
    me = CombinedRowSerializer(allow_null=True, help_text="Your team's row, wherever it stands; null if there is none.")
