"""Trials on the wire, for organisers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from submissions.messages import translated
from submissions.models import Trial
from submissions.serializers import ProblemSerializer
from submissions.trials.exceptions import NAME_CHARACTERS


# Reads rows with their `solution`, `baseline` and `user`.
class TrialSerializer(serializers.ModelSerializer):
    """A file that an organiser tried out. Its private score is told to nobody."""

    user = UserRefSerializer(read_only=True, allow_null=True)
    problems = serializers.SerializerMethodField(help_text="What is wrong with a refused file.")
    solution_version = serializers.IntegerField(
        source="solution.version", read_only=True, allow_null=True, default=None, help_text="What it was scored with."
    )
    baseline = serializers.CharField(
        source="baseline.name", read_only=True, allow_null=True, default=None, help_text="Its name on the leaderboard."
    )

    class Meta:
        model = Trial
        fields = [
            *("id", "user", "created_at", "filename", "size", "status", "public_score", "problems"),
            *("solution_version", "baseline"),
        ]
        read_only_fields = fields

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, trial: Trial) -> list[dict[str, Any]]:
        return translated(trial.problems)


class TryOutSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="As a submission.")


class BaselineSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=NAME_CHARACTERS, help_text="As it stands on the leaderboard.")
