"""Exclusions on the wire, and the submissions that organisers look through."""

from __future__ import annotations

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.leaderboards.serializers import TeamRefSerializer
from competitions.models.log import REASON_CHARACTERS
from submissions.exclusion import permissions as may
from submissions.models import ANSWER_CHARACTERS, Exclusion, Submission


# Reads rows of `Exclusion.objects.for_display()`; the context holds `user`.
class ExclusionSerializer(serializers.ModelSerializer):
    """A team or a submission that organisers took out of the ranking."""

    team = TeamRefSerializer(read_only=True)
    submission = serializers.IntegerField(
        source="submission_id", read_only=True, allow_null=True, help_text="Null: the whole team is disqualified."
    )
    filename = serializers.CharField(
        source="submission.filename", read_only=True, allow_null=True, default=None, help_text="Of the submission."
    )
    by = UserRefSerializer(read_only=True, allow_null=True)
    lifted_by = UserRefSerializer(read_only=True, allow_null=True)
    answered_by = UserRefSerializer(read_only=True, allow_null=True)
    can_answer = serializers.SerializerMethodField(help_text="Whether you may still answer for the team.")

    class Meta:
        model = Exclusion
        fields = [
            *("id", "team", "submission", "filename", "reason", "is_reason_public", "by", "at"),
            *("lifted_at", "lifted_by", "lifting_reason", "answer", "answered_at", "answered_by", "can_answer"),
        ]
        read_only_fields = fields

    def get_can_answer(self, exclusion: Exclusion) -> bool:
        is_open = not exclusion.is_lifted and exclusion.answered_at is None
        return is_open and bool(may.answer(self.context["user"], exclusion))


class ExcludeSerializer(serializers.Serializer):
    reason = serializers.CharField(
        max_length=REASON_CHARACTERS, help_text="Why. The team is told, and everybody if it is public."
    )
    is_reason_public = serializers.BooleanField(
        default=True, help_text="False: the competition log says “by the rules”, and only the team reads the reason."
    )


class LiftSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=REASON_CHARACTERS, help_text="Why it is taken back. Public.")


class AnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=ANSWER_CHARACTERS, help_text="What the team says, once.")


class OrganisersSubmissionSerializer(serializers.ModelSerializer):
    """What organisers see of a team's submission: that it was made, and its public score."""

    team = TeamRefSerializer(read_only=True)
    user = UserRefSerializer(read_only=True, allow_null=True)
    is_void = serializers.BooleanField(read_only=True)

    class Meta:
        model = Submission
        fields = [
            *("id", "team", "user", "created_at", "filename", "size", "status", "public_score", "is_late", "is_void"),
            "source",
        ]
        read_only_fields = fields


class OrganisersSubmissionQuerySerializer(serializers.Serializer):
    team = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1, help_text="Of one team alone.")
