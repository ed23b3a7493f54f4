"""Where somebody took part, and how they stand there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.leaderboards.medals import MEDALS, medal_of, points_of
from competitions.models import Competition, Standing, State, Team
from competitions.phase_fields import ReadsPhase
from competitions.querysets import StandingQuerySet, count_of
from competitions.teams.achievements import days_since_end, find_person, with_what_medals_need
from competitions.teams.serializers import TeamBriefSerializer


def participations_of(username: str, *, seen_by: Any, at: datetime) -> StandingQuerySet:
    """Where the user of this name takes or took part, the latest first, as far as `seen_by` finds it in lists.

    Raises:
        NotVisible: there is no such user.
    """
    user = find_person(username)
    shown = Competition.objects.listed_for(seen_by).values("pk")
    standings = (
        Standing.objects.filter(team__memberships__user=user, competition__in=shown)
        .of_current_phases()
        .with_public_rank(seen_by=seen_by)
        .with_confirmed_private_rank(at)
        .annotate(teams=count_of(Team.objects.active().filter(competition=OuterRef("competition"))))
        .select_related("competition__current_phase", "team")
        .order_by("-competition__current_phase__ends_at", "-competition")
    )
    return with_what_medals_need(standings)


class EnteredCompetitionSerializer(ReadsPhase):
    title = serializers.CharField(source="local_title", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Competition
        fields = ["slug", "title", "emoji", "state", "starts_at", "ends_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(State.choices))
    def get_state(self, competition: Competition) -> str:
        return competition.phase.state(self.context["at"]).value


# Reads rows of `participations_of`.
class ParticipationSerializer(serializers.ModelSerializer):
    """Somebody's place in a competition."""

    competition = EnteredCompetitionSerializer(read_only=True)
    team = TeamBriefSerializer(read_only=True)
    public_rank = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="null: no score yet, or a leaderboard that you may not see."
    )
    private_rank = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="null until the private leaderboard is confirmed."
    )
    teams = serializers.IntegerField(read_only=True, help_text="How many teams take part.")
    medal = serializers.SerializerMethodField(
        help_text="null: none, the result is not confirmed, or the competition gives none."
    )
    points = serializers.SerializerMethodField(help_text="What is left of them today; null as `medal`.")

    class Meta:
        model = Standing
        fields = ["competition", "team", "public_rank", "private_rank", "teams", "medal", "points"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(MEDALS, allow_null=True))
    def get_medal(self, standing: Any) -> str | None:
        return medal_of(self._final_rank(standing), standing.final_teams)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_points(self, standing: Any) -> float | None:
        rank = self._final_rank(standing)
        if rank is None:
            return None
        days = days_since_end(standing.competition.phase, self.context["at"])
        return points_of(rank, teams=standing.final_teams, members=standing.members, days=days)

    def _final_rank(self, standing: Any) -> int | None:
        """None unless the result is confirmed, and counts."""
        rank: int | None = standing.private_rank
        return rank if standing.competition.awards_medals else None
