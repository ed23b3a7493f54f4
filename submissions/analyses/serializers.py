"""Analyses on the wire. No private score is in them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.leaderboards.serializers import TeamRefSerializer
from submissions.models import Analysis


class AnalysisSerializer(serializers.ModelSerializer):
    """How far a piece of work is."""

    started_by = UserRefSerializer(read_only=True, allow_null=True, help_text="Null: the server itself.")
    seed = serializers.IntegerField(read_only=True, help_text="What everything drawn at random follows from.")
    progress = serializers.FloatField(read_only=True, help_text="0 to 1.")
    error = serializers.CharField(
        read_only=True, help_text="Why a failed one failed: `broke_down`, `nothing` or `closed`; empty otherwise."
    )
    error_text = serializers.CharField(
        source="get_error_display", read_only=True, help_text="Why a failed one failed, for people."
    )

    class Meta:
        model = Analysis
        fields = [
            *("id", "kind", "status", "progress", "error", "error_text", "seed", "started_by"),
            *("created_at", "started_at", "finished_at"),
        ]
        read_only_fields = fields


class SentSerializer(serializers.Serializer):
    """A submission, without anything that its team alone may see."""

    id = serializers.IntegerField()
    team = TeamRefSerializer()
    number = serializers.IntegerField(help_text="Its place among the scored submissions of its team, from 1.")
    at = serializers.DateTimeField()


class IdenticalSerializer(serializers.Serializer):
    """A file that several teams sent, byte by byte the same."""

    sha256 = serializers.CharField()
    teams = serializers.IntegerField()
    count = serializers.IntegerField(help_text="Submissions of the file; the list holds the first of them.")
    submissions = SentSerializer(many=True)


class SimilarSerializer(serializers.Serializer):
    """Two teams with nearly the same predictions."""

    first = SentSerializer(help_text="The earlier one.")
    second = SentSerializer()
    correlation = serializers.FloatField(allow_null=True, help_text="Rank correlation; null for labels and constants.")
    equal = serializers.FloatField(help_text="Share of values that are the same, 0 to 1.")


class ProbingStepSerializer(serializers.Serializer):
    submission = SentSerializer()
    changed = serializers.IntegerField(help_text="Rows that differ from the team's file before.")
    score_change = serializers.FloatField(help_text="Of the public score, as it was shown.")


class ProbingSerializer(serializers.Serializer):
    """A team whose files hardly differ from one another."""

    team = TeamRefSerializer()
    files = serializers.IntegerField()
    small = serializers.IntegerField(help_text="Steps that changed few rows; `steps` holds the first of them.")
    single = serializers.IntegerField(help_text="Steps that changed one row.")
    longest_walk = serializers.IntegerField(help_text="The most steps in a row that changed one row each.")
    constants = SentSerializer(many=True, help_text="Files that say the same in every row.")
    steps = ProbingStepSerializer(many=True)


class SharedAccountSerializer(serializers.Serializer):
    user = UserRefSerializer()
    team = TeamRefSerializer()


class SharedBrowserSerializer(serializers.Serializer):
    accounts = SharedAccountSerializer(many=True)
    browsers = serializers.IntegerField(help_text="How many browsers they share.")
    last_seen_at = serializers.DateTimeField()


class FindingsSerializer(serializers.Serializer):
    """What was compared, and what was found. Evidence, not a verdict."""

    scope = serializers.ChoiceField(
        ["public", "all"], help_text="The rows compared: until the result is confirmed the public ones alone."
    )
    rows = serializers.IntegerField()
    teams = serializers.IntegerField()
    submissions = serializers.IntegerField(help_text="All whose checksums were compared.")
    files = serializers.IntegerField(
        help_text="Files whose predictions were compared with all others: of each team the best public one and those "
        "chosen for the final ranking."
    )
    unread = serializers.IntegerField(help_text="Files that could not be read.")
    compared = serializers.IntegerField(help_text="Pairs of files of different teams.")
    typical_correlation = serializers.FloatField(allow_null=True, help_text="Of the middle one of all pairs.")
    typical_equal = serializers.FloatField(allow_null=True)
    probed_teams = serializers.IntegerField()
    probed_files = serializers.IntegerField(help_text="Files compared with the one before it of the same team.")
    identical = IdenticalSerializer(many=True)
    similar = SimilarSerializer(many=True)
    probing = ProbingSerializer(many=True)


class IntegritySerializer(AnalysisSerializer):
    """A comparison with what it found."""

    findings = FindingsSerializer(allow_null=True, help_text="Null until it is complete.")
    looks_for_shared_browsers = serializers.BooleanField(help_text="Whether the operator has switched that on.")
    shared_browsers = SharedBrowserSerializer(many=True, help_text="As they are now; accounts of different teams.")

    class Meta(AnalysisSerializer.Meta):
        fields = [*AnalysisSerializer.Meta.fields, "findings", "looks_for_shared_browsers", "shared_browsers"]
        read_only_fields = fields


class WobbleSerializer(serializers.Serializer):
    """How much the public score of a baseline wobbles."""

    deviation = serializers.FloatField(
        help_text="Standard deviation of the baseline's public score when the public rows are drawn anew (bootstrap), "
        "rounded: what a difference of two public scores is worth."
    )
    resamples = serializers.IntegerField()
    seed = serializers.IntegerField()
    submission = serializers.IntegerField(allow_null=True, help_text="Whose score it is: a submission,")
    baseline = serializers.IntegerField(allow_null=True, help_text="or a baseline on the leaderboard.")
    measured_at = serializers.DateTimeField()


class RankNoiseSerializer(serializers.Serializer):
    """How the intervals on the private leaderboard were computed."""

    status = serializers.ChoiceField(Analysis.Status.choices)
    progress = serializers.FloatField()
    seed = serializers.IntegerField()
    resamples = serializers.IntegerField(
        allow_null=True, help_text="1,000, or as many as the time allowed for metrics that are no function of means."
    )
    teams = serializers.IntegerField(allow_null=True)
    is_enough = serializers.BooleanField(allow_null=True, help_text="Whether these are enough to tell intervals.")
    measured_at = serializers.DateTimeField(allow_null=True)


class NoiseSerializer(serializers.Serializer):
    wobble = WobbleSerializer(allow_null=True, help_text="Null until an organiser had it measured.")
    ranks = RankNoiseSerializer(allow_null=True, help_text="Null until the result is confirmed.")


class StartWobbleSerializer(serializers.Serializer):
    submission = serializers.IntegerField(min_value=1, help_text="A scored submission of an organiser's own team.")


# --- the stored result, with the names of today -----------------------------------------------------------------------
def with_teams(result: Any, names: dict[int, str]) -> Any:
    """`result` with each team as its id and name, wherever one stands."""
    if isinstance(result, list):
        return [with_teams(one, names) for one in result]
    if not isinstance(result, dict):
        return result
    return {
        key: {"id": value, "name": names.get(value, "")}
        if key == "team" and isinstance(value, int)
        else with_teams(value, names)
        for key, value in result.items()
    }
