"""Leaderboards on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer, user_ref
from competitions.leaderboards.history import DEFAULT_TOP, MAX_TEAMS, History
from competitions.leaderboards.queries import Row
from competitions.models import MetricDirection, State
from competitions.models.bracket import SLUG_CHARACTERS
from scoring.resampling import TOLD_APART

SEARCH_CHARACTERS = 80
_time_field = serializers.DateTimeField()


def _time(at: datetime | None) -> str | None:
    return None if at is None else _time_field.to_representation(at)


class TeamRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ColumnSerializer(serializers.Serializer):
    """A number that is shown beside the score, and ranks nothing."""

    name = serializers.CharField(source="label")
    direction = serializers.ChoiceField(
        [*MetricDirection.choices, ("", "nobody says")], help_text="Which way is better; empty for an own metric's."
    )


class RowSerializer(serializers.Serializer):
    """A team on a leaderboard; `rank` is null without a score, `score` is its best one."""

    rank = serializers.IntegerField(allow_null=True)
    team = TeamRefSerializer()
    members = UserRefSerializer(many=True)
    score = serializers.FloatField(allow_null=True)
    numbers: Any = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        help_text="The further numbers of the same submission, in the order of `columns`; empty where there are none.",
    )
    submissions = serializers.IntegerField(help_text="Submissions within the competition, without refused ones.")
    last_submitted_at = serializers.DateTimeField(allow_null=True)
    best_submitted_at = serializers.DateTimeField(allow_null=True, help_text="Of the submission that decides.")
    is_mine = serializers.BooleanField()
    out_of_competition = serializers.BooleanField(
        help_text="Somebody in the team may know the solution, as organiser or as staff of the site: shown after all "
        "others, without a rank."
    )
    disqualified = serializers.BooleanField(
        help_text="Excluded by the organisers: shown last, without a rank. The competition log says when and why."
    )

    brackets: Any = serializers.ListField(
        child=serializers.CharField(), help_text="Slugs of the brackets that the team belongs to."
    )

    # Written out: a page holds up to a thousand rows, and polls are many.
    def to_representation(self, row: Row) -> dict[str, Any]:
        return {
            "rank": row.rank,
            "team": {"id": row.team.pk, "name": row.team.name},
            "members": [user_ref(member) for member in row.members],
            "score": row.score,
            "numbers": list(row.numbers),
            "submissions": row.submissions,
            "last_submitted_at": _time(row.last_submitted_at),
            "best_submitted_at": _time(row.best_submitted_at),
            "is_mine": row.is_mine,
            "out_of_competition": row.is_out_of_competition,
            "disqualified": row.is_disqualified,
            "brackets": list(row.brackets),
        }


class PrivateRowSerializer(RowSerializer):
    """As on the public leaderboard, with the private score, and the place on the public one."""

    public_rank = serializers.IntegerField(allow_null=True)
    change = serializers.IntegerField(allow_null=True, help_text="Places won (positive) or lost: the shake-up.")
    rank_low = serializers.IntegerField(
        allow_null=True,
        help_text="With `rankHigh`: the 95 % interval of the rank, from drawing the private rows anew (bootstrap). "
        "Null until it is computed, which begins with the confirmation.",
    )
    rank_high = serializers.IntegerField(allow_null=True)
    above_next = serializers.FloatField(
        allow_null=True, help_text="Probability of standing above the next team, equal scores counting half."
    )
    is_told_apart = serializers.BooleanField(
        allow_null=True, help_text="Whether that is at least 95 %: otherwise the two can't be told apart."
    )

    def to_representation(self, row: Row) -> dict[str, Any]:
        found = row.interval
        above = None if found is None else found.above_next
        return {
            **super().to_representation(row),
            "public_rank": row.public_rank,
            "change": row.change,
            "rank_low": None if found is None else found.low,
            "rank_high": None if found is None else found.high,
            "above_next": above,
            "is_told_apart": None if above is None else above >= TOLD_APART,
        }


class BaselineLineSerializer(serializers.Serializer):
    """A named line of the organisers: no team, no rank, counted nowhere."""

    name = serializers.CharField()
    score = serializers.FloatField()
    after = serializers.IntegerField(help_text="How many teams score better: it stands below the last of these.")


class ZonesSerializer(serializers.Serializer):
    """The last rank of each medal, by the number of teams with a score."""

    gold = serializers.IntegerField()
    silver = serializers.IntegerField()
    bronze = serializers.IntegerField()


class _BoardSerializer(serializers.Serializer):
    """Describes the answer; `views` put it together."""

    count = serializers.IntegerField()
    columns = ColumnSerializer(many=True, help_text="What `numbers` of the rows are.")
    teams = serializers.IntegerField(
        help_text="How many teams compete, on all pages: without those out of competition or disqualified."
    )
    zones = ZonesSerializer(help_text="Where medals end, were this the result; of a bracket its first three.")
    bracket = serializers.CharField(allow_null=True, help_text="Slug of the bracket asked for; null: the whole.")
    baselines = BaselineLineSerializer(many=True, help_text="Best first, those of all pages.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    version = serializers.IntegerField(help_text="Changes with the leaderboard.")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="When a score last became better.")
    state = serializers.ChoiceField(State.choices)
    only_own = serializers.BooleanField(help_text="Whether you see your own team's row alone.")
    frozen_since = serializers.DateTimeField(
        allow_null=True,
        help_text="The public leaderboard stands still: it takes in nothing submitted from this moment on, until the "
        "result is confirmed. Null: it moves.",
    )


class LeaderboardSerializer(_BoardSerializer):
    results = RowSerializer(many=True)
    me = RowSerializer(allow_null=True, help_text="Your team's row, wherever it stands; null if you have none.")


class PrivateLeaderboardSerializer(_BoardSerializer):
    results = PrivateRowSerializer(many=True)
    me = PrivateRowSerializer(allow_null=True)


class BracketQuerySerializer(serializers.Serializer):
    bracket = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=SLUG_CHARACTERS,
        help_text="Slug of a bracket: only its teams, with ranks within it.",
    )


class SearchSerializer(BracketQuerySerializer):
    search = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=SEARCH_CHARACTERS,
        help_text="Part of a team's or a member's name. Ranks stay those of the leaderboard without a search.",
    )


class TeamIdsField(serializers.Field):
    """Ids separated by commas."""

    default_error_messages = {"invalid": "Team ids, separated by commas.", "too_many": "At most {limit} teams."}

    def to_internal_value(self, data: str) -> list[int]:
        parts = [part.strip() for part in str(data).split(",") if part.strip()]
        if any(not (part.isascii() and part.isdigit()) or len(part) > 18 for part in parts):
            self.fail("invalid")
        if len(parts) > MAX_TEAMS:
            self.fail("too_many", limit=MAX_TEAMS)
        return [int(part) for part in parts]

    def to_representation(self, value: list[int]) -> str:
        return ",".join(map(str, value))


class HistoryQuerySerializer(BracketQuerySerializer):
    top = serializers.IntegerField(
        default=DEFAULT_TOP, min_value=0, max_value=MAX_TEAMS, help_text="How many of the best teams."
    )
    team = extend_schema_field(str)(TeamIdsField)(
        default=list, help_text="Further teams: their ids, separated by commas."
    )


class HistoryTeamSerializer(TeamRefSerializer):
    is_mine = serializers.BooleanField()


class HistorySerializer(serializers.Serializer):
    teams = HistoryTeamSerializer(many=True, help_text="Best first.")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    zones = ZonesSerializer(help_text="Where medals end, were this the result.")
    points = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField()),
        help_text="By team id: `[time, score]` whenever the team's best public score became better, oldest first.",
    )

    def to_representation(self, history: History) -> dict:
        time = self.fields["start"].to_representation
        return {
            "teams": history.teams,
            "start": time(history.start),
            "end": time(history.end),
            "zones": ZonesSerializer(history.zones).data,
            "points": {
                str(team): [[time(at), score] for at, score in points] for team, points in history.points.items()
            },
        }
