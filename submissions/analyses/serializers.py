"""Analyses on the wire. No private score is in them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.leaderboards.serializers import TeamRefSerializer
from submissions.models import Analysis
from submissions.runs.foreseen import Present


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


class DryRunCountsSerializer(serializers.Serializer):
    """What a rescoring would do, in numbers: of public scores alone."""

    submissions = serializers.IntegerField(help_text="What it would score.")
    refused = serializers.IntegerField(help_text="Of those with a score, how many it would refuse.")
    scored_again = serializers.IntegerField(help_text="How many have no score, and would have one.")
    lost = serializers.IntegerField(help_text="How many files are not there any more.")
    scores_changed = serializers.IntegerField(help_text="How many public scores would be others, as they are shown.")
    teams = serializers.IntegerField(help_text="With a rank on the public leaderboard.")
    ranks_changed = serializers.IntegerField(help_text="How many of the teams would have another rank, or none.")
    teams_without_a_score = serializers.IntegerField(help_text="How many of the teams would have no rank any more.")


# Reads rows with their `solution.own_metric` and `started_by`; `present` of the context: of the phase they are of.
class DryRunSerializer(AnalysisSerializer):
    """A dry run of a rescoring, the versions it was made for, and what it says."""

    solution_version = serializers.IntegerField(
        source="solution.version", read_only=True, allow_null=True, default=None, help_text="Which would score."
    )
    metric = serializers.CharField(source="solution.metric", read_only=True, default="", help_text="By which metric.")
    metric_version = serializers.IntegerField(
        source="solution.own_metric.version",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="Of the organisers' own metric; null: a built-in one.",
    )
    counts = DryRunCountsSerializer(source="result", read_only=True, allow_null=True, help_text="Once it is complete.")
    outdated_by = serializers.SerializerMethodField(
        help_text="What has changed since: `solution` (or the metric), `rescored`, or `submissions`; empty: it holds."
    )

    class Meta(AnalysisSerializer.Meta):
        fields = [
            *("id", "status", "progress", "error", "error_text", "started_by", "created_at", "finished_at"),
            *("solution_version", "metric", "metric_version", "counts", "outdated_by"),
        ]
        read_only_fields = fields

    def get_outdated_by(self, analysis: Analysis) -> str:
        present: Present = self.context["present"]
        return present.outdates(analysis) if analysis.status == Analysis.Status.COMPLETE else ""


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
