"""What the API's description says of trials and baselines."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema

from competitions.exceptions import NotHost
from competitions.openapi import COMPETITION
from foundation.openapi import PK, refusal, refuses
from foundation.refusals import NotVisible
from submissions.exceptions import FileTooLarge, NothingToScoreWith, Overloaded
from submissions.trials.exceptions import (
    BaselineNameTaken,
    InvalidBaselineName,
    TooManyBaselines,
    TooManyTrials,
    TrialIsBaseline,
    TrialNotScored,
)
from submissions.trials.serializers import BaselineSerializer, TrialSerializer, TryOutSerializer

TAGS = ["Trials and baselines"]

list_trials = extend_schema(
    operation_id="listTrials",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: TrialSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="The files that organisers tried out, newest first. Organisers only.",
)
try_out = extend_schema(
    operation_id="tryOut",
    tags=TAGS,
    parameters=[COMPETITION],
    request={"multipart/form-data": TryOutSerializer},
    responses={
        201: TrialSerializer,
        202: OpenApiResponse(TrialSerializer, description="It waits for the job queue."),
        400: refusal("required", "missing_ids", "not_a_number", "missing_columns"),
        **refuses(NotHost, NothingToScoreWith, TooManyTrials, FileTooLarge, Overloaded, NotVisible),
    },
    description="Check and score a file as a submission would be, before the start and before the competition is "
    "published too. It counts for nothing, takes no slot and freezes nothing; only its public score is told. "
    "Organisers only.",
)
delete = extend_schema(
    operation_id="deleteTrial",
    tags=TAGS,
    parameters=[COMPETITION, PK],
    responses={204: None, **refuses(NotHost, TrialIsBaseline, NotVisible)},
    description="Forget a trial and its file. Organisers only.",
)
set_baseline = extend_schema(
    operation_id="setBaseline",
    tags=TAGS,
    parameters=[COMPETITION, PK],
    request=BaselineSerializer,
    responses={
        200: TrialSerializer,
        **refuses(InvalidBaselineName, BaselineNameTaken, NotHost, TrialNotScored, TooManyBaselines, NotVisible),
    },
    examples=[OpenApiExample("A name", value={"name": "Mean of the training data"}, request_only=True)],
    description="Let a trial stand on the leaderboards as a named line without a rank: at its public score at once, at "
    "its private one after the confirmation. The competition log tells it. Organisers only.",
)
remove_baseline = extend_schema(
    operation_id="removeBaseline",
    tags=TAGS,
    parameters=[COMPETITION, PK],
    responses={204: None, **refuses(NotHost, NotVisible)},
    description="Take a baseline off the leaderboards; the trial stays. Organisers only.",
)
