"""Where somebody took part, and how they stand there."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.models import Competition, Standing, State
from competitions.serializers.team import TeamBriefSerializer


class EnteredCompetitionSerializer(serializers.ModelSerializer):
    state = serializers.SerializerMethodField()

    class Meta:
        model = Competition
        fields = ["slug", "title", "emoji", "state", "starts_at", "ends_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(State.choices))
    def get_state(self, competition: Competition) -> str:
        return competition.state(self.context["at"]).value


# Reads rows of `Standing.objects.with_public_rank().with_confirmed_private_rank(at)` with `teams`.
class ParticipationSerializer(serializers.ModelSerializer):
    """Somebody's place in a competition."""

    competition = EnteredCompetitionSerializer(read_only=True)
    team = TeamBriefSerializer(read_only=True)
    public_rank = serializers.IntegerField(read_only=True, allow_null=True, help_text="null: no score yet.")
    private_rank = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="null until the private leaderboard is confirmed."
    )
    teams = serializers.IntegerField(read_only=True, help_text="How many teams take part.")

    class Meta:
        model = Standing
        fields = ["competition", "team", "public_rank", "private_rank", "teams"]
        read_only_fields = fields
