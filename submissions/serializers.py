"""Submissions on the wire."""

from __future__ import annotations

import json
import math
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.boards import board_of
from competitions.columns import columns_of
from competitions.leaderboards.serializers import TeamRefSerializer
from competitions.lookup import MOST_NUMBER
from competitions.metrics.sandboxes import NO_SANDBOX_READY, SandboxUnavailable
from foundation.serializers import ReadingSerializer
from submissions.messages import translated
from submissions.models import Submission
from submissions.services import Outcome
from submissions.services.incoming import MEMO_CHARACTERS

LARGEST_ID = 2**63 - 1
WAITING = _("It is kept and waits: a part of the server did not answer. It will be tried again by itself.")

# Where that is another reason.
WAITING_FOR = {
    NO_SANDBOX_READY: _(
        "It is kept and waits for the job queue: the metric is the organisers' own, and no sandbox was ready for it."
    ),
    SandboxUnavailable.code: _(
        "It is kept and waits: the metric is the organisers' own, and can't be run at the moment. It will be tried "
        "again by itself."
    ),
}


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


class ExperimentField(serializers.JSONField):
    """An experiment, in a form as JSON text. What may be in it is the services' to say."""

    default_error_messages = {"invalid": _("This is not JSON.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        if not data.strip():
            return None
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            self.fail("invalid")


class ExperimentSerializer(serializers.Serializer):
    """What a team wrote down of how a file was made; what it left out is not there."""

    run = serializers.CharField(required=False, help_text="Its number or name where it was run.")
    url = serializers.URLField(required=False, help_text="Where one can look at it.")
    commit = serializers.CharField(required=False, help_text="Of the code.")
    params = serializers.DictField(required=False, help_text="Parameters by name; groups may be objects and lists.")
    metrics = serializers.DictField(child=serializers.FloatField(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)


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


class WaitingSerializer(serializers.Serializer):
    """Why a pending submission has not been scored yet; it is tried again by itself."""

    code = serializers.CharField(
        help_text="Of the last fault, such as `storage_unavailable`; or `no_sandbox_ready`: the organisers' own metric "
        "scores it by the job queue."
    )
    detail = serializers.CharField(help_text="For people, in the language of the request.")
    next_try_at = serializers.DateTimeField(allow_null=True)


class NumberSerializer(serializers.Serializer):
    """A number that is shown beside a score, and ranks nothing."""

    name = serializers.CharField()
    score = serializers.FloatField(allow_null=True, help_text="Null where it is not defined for this file.")


class SubmissionSerializer(ReadingSerializer):
    """One file of predictions and what became of it."""

    # Reads rows of `Submission.objects.for_display()`. Context: `private_of`, the id of the phase whose private
    # leaderboard is open to the reader; without it, none is.

    phase = serializers.IntegerField(source="phase.number", read_only=True, help_text="Number of the phase.")

    user = UserRefSerializer(read_only=True, allow_null=True)
    private_score = serializers.SerializerMethodField(
        help_text="Null until the private leaderboard is confirmed, whoever asks."
    )
    public_numbers = serializers.SerializerMethodField(
        help_text="What the competition shows beside the public score; empty where that is nothing."
    )
    private_numbers = serializers.SerializerMethodField(help_text="As `privateScore`: empty until the confirmation.")
    waiting = serializers.SerializerMethodField(
        help_text="Null, but while it waits because of a fault on our side, or for a sandbox."
    )
    is_best = serializers.SerializerMethodField(help_text="Whether it is the team's best on the public leaderboard.")
    is_void = serializers.BooleanField(
        read_only=True, help_text="Taken out of the ranking by the organisers; it used up the limits all the same."
    )
    taken_over_from = serializers.IntegerField(
        source="taken_over_from_id",
        read_only=True,
        allow_null=True,
        help_text="The submission of the former phase that this one was made of, at no cost; null: your team sent it.",
    )
    problems = serializers.SerializerMethodField(help_text="What is wrong with a refused file.")
    experiment = serializers.SerializerMethodField(help_text="The lab book of your team; null: nothing was written.")
    shares_experiment = serializers.BooleanField(
        read_only=True, help_text="Whether everybody who sees the leaderboard may read the experiment."
    )

    class Meta:
        model = Submission
        fields = [
            *(
                "id",
                "phase",
                "team",
                "user",
                "created_at",
                "filename",
                "size",
                "status",
                "public_score",
                "private_score",
            ),
            *("public_score", "private_score", "public_numbers", "private_numbers"),
            *("is_best", "is_selected", "is_late", "is_void", "memo", "cv_score", "problems", "source"),
            *(
                "former_public_score",
                "waiting",
                "file_deleted_at",
                "experiment",
                "shares_experiment",
                "taken_over_from",
            ),
        ]
        read_only_fields = fields
        extra_kwargs = {
            "former_public_score": {"help_text": "What it was before the last rescoring that moved it; null: none did."}
        }

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_private_score(self, submission: Submission) -> float | None:
        return submission.private_score if self._shows_private(submission) else None

    @extend_schema_field(NumberSerializer(many=True))
    def get_public_numbers(self, submission: Submission) -> list[dict[str, Any]]:
        return self._numbers(submission, submission.public_numbers)

    @extend_schema_field(NumberSerializer(many=True))
    def get_private_numbers(self, submission: Submission) -> list[dict[str, Any]]:
        return self._numbers(submission, submission.private_numbers) if self._shows_private(submission) else []

    def _shows_private(self, submission: Submission) -> bool:
        return self.context.get("private_of") == submission.phase_id

    def _numbers(self, submission: Submission, numbers: dict[str, float | None]) -> list[dict[str, Any]]:
        if not numbers:
            return []
        # Of each phase once: a list is of one, as a rule.
        context = cast("dict[str, Any]", self.context)
        known = context.setdefault("score_columns", {})
        if submission.phase_id not in known:
            known[submission.phase_id] = columns_of(submission.phase)
        return [{"name": one.label, "score": numbers.get(one.key)} for one in known[submission.phase_id]]

    @extend_schema_field(ExperimentSerializer(allow_null=True))
    def get_experiment(self, submission: Submission) -> dict[str, Any] | None:
        return submission.experiment or None

    def get_is_best(self, submission: Submission) -> bool:
        best_at = getattr(submission, "team_best_at", None)
        return (
            best_at is not None
            and not submission.is_late
            and not submission.is_void
            and submission.status == Submission.Status.SCORED
            and submission.created_at == best_at
            and submission.public_score == getattr(submission, "team_best", None)
        )

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, submission: Submission) -> list[dict[str, Any]]:
        return translated(submission.problems)

    @extend_schema_field(WaitingSerializer(allow_null=True))
    def get_waiting(self, submission: Submission) -> dict[str, Any] | None:
        if submission.status != Submission.Status.PENDING or not submission.fault:
            return None
        detail = WAITING_FOR.get(submission.fault, WAITING)
        waiting = {"code": submission.fault, "detail": detail, "next_try_at": submission.next_try_at}
        return WaitingSerializer(waiting).data


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
    """What the celebration screen needs. Ranks and `teams` are null where nothing moved, or the own rank is not shown.

    Nothing moves by a late submission, nor while the leaderboard stands still.
    """

    score = serializers.FloatField()
    is_best = serializers.BooleanField(help_text="Whether it is the team's new best.")
    previous_best = serializers.FloatField(allow_null=True)
    rank_before = serializers.IntegerField(allow_null=True)
    rank_after = serializers.IntegerField(allow_null=True)
    teams = serializers.IntegerField(allow_null=True, help_text="How many teams have a rank now.")
    passed = serializers.IntegerField(help_text="How many teams were overtaken.")


class ReceiptSerializer(serializers.Serializer):
    """The signed statement that a submission was accepted. `uzu verify` checks it without this server."""

    receipt = serializers.DictField(
        source="body",
        read_only=True,
        help_text="What is signed: as JSON with sorted keys and without blanks, in UTF-8. `site`, `competition`, "
        "`team`, `submission`, `number` in the team, `sha256` and `size` of the file, `receivedAt`, `isLate`, "
        "`solutionVersion` with its `commitment`, `score` as it was shown, `logHead`: the competition log's newest "
        "hash at that moment.",
    )
    key = serializers.CharField(read_only=True, help_text="Which key of `/.well-known/uzu-key` signed.")
    signature = serializers.CharField(read_only=True, help_text="Ed25519, in hexadecimal digits.")


class StepSerializer(serializers.Serializer):
    side = serializers.ChoiceField(["left", "right"], help_text="On which side `hash` stands.")
    hash = serializers.CharField()

    def to_representation(self, step: tuple[str, str]) -> dict[str, str]:
        return {"side": step[0], "hash": step[1]}


class PathSerializer(serializers.Serializer):
    """From a receipt to the root of all receipts in the competition log."""

    root: Any = serializers.CharField(help_text="As the log has it.")
    receipts = serializers.IntegerField(help_text="How many receipts the root stands for.")
    entry = serializers.IntegerField(help_text="The number of the log entry.")
    index = serializers.IntegerField(help_text="The place of this receipt among them, from 0.")
    steps = StepSerializer(many=True, help_text="From the leaf up.")


class SubmittedSerializer(serializers.Serializer):
    submission = SubmissionSerializer()
    result = ResultSerializer(allow_null=True, help_text="Null while the file waits for the job queue.")
    allowance = AllowanceSerializer()
    receipt = ReceiptSerializer(
        allow_null=True, help_text="Null while the file waits for the job queue: ask for it once it is scored."
    )


class SubmitSerializer(serializers.Serializer):
    """The parts of the form."""

    # Under the names of the wire, because a session's form arrives parsed already.

    team = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="Id of your team.")
    phase: Any = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_NUMBER,
        help_text="Number of the phase; without it, the one that is meant where none is named.",
    )
    # An empty file is the scoring's to refuse: it says so like of any other fault of a file.
    file = serializers.FileField(
        allow_empty_file=True, help_text="CSV (plain, gz, or zip of one file) or Parquet, as the sample submission."
    )
    memo = serializers.CharField(required=False, allow_blank=True, default="", max_length=MEMO_CHARACTERS)
    cvScore = FiniteFloatField(  # noqa: N815
        required=False, allow_null=True, default=None, help_text="Your own cross-validation score."
    )
    experiment: Any = ExperimentField(
        required=False, allow_null=True, default=None, help_text="How it was made, as JSON: see `Experiment`."
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        # How a form sends "none".
        if empty := {name for name in ("cvScore", "phase") if data.get(name) == ""}:
            data = {name: data.get(name) for name in data if name not in empty}
        return super().to_internal_value(data)


class OfPhaseSerializer(serializers.Serializer):
    """Which phase a team asks about."""

    phase: Any = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_NUMBER,
        help_text="Number of the phase; without it, the one that is meant where none is named.",
    )


class DescribeSerializer(serializers.Serializer):
    """What a team may change of a submission later."""

    memo = serializers.CharField(required=False, allow_blank=True, max_length=MEMO_CHARACTERS)
    cv_score = FiniteFloatField(required=False, allow_null=True)
    experiment: Any = ExperimentField(required=False, allow_null=True)
    shares_experiment = serializers.BooleanField(required=False)


class SharedExperimentSerializer(serializers.Serializer):
    """An experiment that its team shares. Nothing of the submission is told but whose it is and when it came."""

    id = serializers.IntegerField(help_text="Of the submission.")
    competition = serializers.SlugField(source="competition.slug")
    team = TeamRefSerializer()
    created_at = serializers.DateTimeField()
    experiment = ExperimentSerializer()


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
    hidden = board_of(outcome.submission.phase).hides_rank()
    return {
        "score": score,
        "is_best": update.is_best,
        "previous_best": update.previous_best,
        "rank_before": None if hidden else update.rank_before,
        "rank_after": None if hidden else update.rank_after,
        "teams": None if hidden else update.teams,
        "passed": 0 if hidden else _passed(update.rank_before, update.rank_after, update.teams),
    }


def _passed(before: int | None, after: int | None, teams: int | None) -> int:
    """How many teams are behind now that were not: a first score passes everybody it ranks above."""
    if after is None or teams is None:
        return 0
    return max(0, (before if before is not None else teams) - after)
