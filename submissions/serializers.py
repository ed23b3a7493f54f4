"""Submissions on the wire."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from submissions.messages import translated
from submissions.models import Submission
from submissions.services import Outcome
from submissions.services.incoming import MEMO_CHARACTERS

LARGEST_ID = 2**63 - 1


class FiniteFloatField(serializers.FloatField):
    """A float that every database and every JSON reader takes."""

    default_error_messages = {"not_finite": _("A finite number is required.")}

    def to_internal_value(self, data: Any) -> float:
        try:
            number = super().to_internal_value(data)
        except OverflowError:
            self.fail("not_finite")
        if isinstance(data, bool) or not math.isfinite(number):
            self.fail("not_finite")
        return number


class ProblemSerializer(serializers.Serializer):
    """One fault of a refused file, and where it is."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="For people, in the language of the request.")
    params = serializers.DictField()
    row = serializers.IntegerField(allow_null=True, help_text="The first row after the header is 1.")
    id = serializers.CharField(allow_null=True)
    column = serializers.CharField(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    found = serializers.CharField(allow_null=True)
    more = serializers.IntegerField(help_text="How many more faults of this code are not listed.")


class SubmissionSerializer(serializers.ModelSerializer):
    """One file of predictions and what became of it."""

    # Reads rows of `Submission.objects.for_display()`. Context: `shows_private`, whether the private leaderboard of the
    # competition is open to the reader; without it, it is not.

    user = UserRefSerializer(read_only=True, allow_null=True)
    private_score = serializers.SerializerMethodField(
        help_text="Null until the private leaderboard is confirmed, whoever asks."
    )
    is_best = serializers.SerializerMethodField(help_text="Whether it is the team's best on the public leaderboard.")
    problems = serializers.SerializerMethodField(help_text="What is wrong with a refused file.")

    class Meta:
        model = Submission
        fields = [
            *("id", "team", "user", "created_at", "filename", "size", "status", "public_score", "private_score"),
            *("is_best", "is_selected", "is_late", "memo", "cv_score", "problems", "source"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_private_score(self, submission: Submission) -> float | None:
        return submission.private_score if self.context.get("shows_private") else None

    def get_is_best(self, submission: Submission) -> bool:
        standing = getattr(submission.team, "standing", None)
        return (
            standing is not None
            and not submission.is_late
            and submission.status == Submission.Status.SCORED
            and submission.created_at == standing.best_submitted_at
            and submission.public_score == standing.best_public_score
        )

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, submission: Submission) -> list[dict[str, Any]]:
        return translated(submission.problems)


class AllowanceSerializer(serializers.Serializer):
    """How often the team may still submit. Null where there is no limit."""

    daily_limit = serializers.IntegerField(allow_null=True)
    used_today = serializers.IntegerField()
    remaining_today = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField(help_text="When the next submission day begins.")
    total_limit = serializers.IntegerField(allow_null=True)
    used_total = serializers.IntegerField()
    remaining_total = serializers.IntegerField(allow_null=True)
    remaining = serializers.IntegerField(allow_null=True, help_text="How many submissions may be made now.")
    reason = serializers.CharField(allow_null=True, help_text="Why none may be made now: the code of the refusal.")


class ResultSerializer(serializers.Serializer):
    """What the celebration screen needs. Ranks and `teams` are null for a late submission, which moves nothing."""

    score = serializers.FloatField()
    is_best = serializers.BooleanField(help_text="Whether it is the team's new best.")
    previous_best = serializers.FloatField(allow_null=True)
    rank_before = serializers.IntegerField(allow_null=True)
    rank_after = serializers.IntegerField(allow_null=True)
    teams = serializers.IntegerField(allow_null=True, help_text="How many teams have a rank now.")
    passed = serializers.IntegerField(help_text="How many teams were overtaken.")


class SubmittedSerializer(serializers.Serializer):
    submission = SubmissionSerializer()
    result = ResultSerializer(allow_null=True, help_text="Null while the file waits for the job queue.")
    allowance = AllowanceSerializer()


class SubmitSerializer(serializers.Serializer):
    """The parts of the form."""

    # Under the names of the wire, because a session's form arrives parsed already.

    team = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="Id of your team.")
    # An empty file is the scoring's to refuse: it says so like of any other fault of a file.
    file = serializers.FileField(
        allow_empty_file=True, help_text="CSV (plain, gz, or zip of one file) or Parquet, as the sample submission."
    )
    memo = serializers.CharField(required=False, allow_blank=True, default="", max_length=MEMO_CHARACTERS)
    cvScore = FiniteFloatField(  # noqa: N815
        required=False, allow_null=True, default=None, help_text="Your own cross-validation score."
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if data.get("cvScore") == "":  # how a form sends "none"
            data = {name: data.get(name) for name in data if name != "cvScore"}
        return super().to_internal_value(data)


class DescribeSerializer(serializers.Serializer):
    """What a team may change of a submission later."""

    memo = serializers.CharField(required=False, allow_blank=True, max_length=MEMO_CHARACTERS)
    cv_score = FiniteFloatField(required=False, allow_null=True)


def result_of(outcome: Outcome) -> dict[str, Any] | None:
    """The `result` of a submission that has a score."""
    score, update = outcome.submission.public_score, outcome.update
    if score is None:
        return None
    if update is None:
        return {
            "score": score,
            "is_best": False,
            "previous_best": None,
            "rank_before": None,
            "rank_after": None,
            "teams": None,
            "passed": 0,
        }
    return {
        "score": score,
        "is_best": update.is_best,
        "previous_best": update.previous_best,
        "rank_before": update.rank_before,
        "rank_after": update.rank_after,
        "teams": update.teams,
        "passed": _passed(update.rank_before, update.rank_after, update.teams),
    }


def _passed(before: int | None, after: int | None, teams: int) -> int:
    """How many teams are behind now that were not: a first score passes everybody it ranks above."""
    if after is None:
        return 0
    return max(0, (before if before is not None else teams) - after)
