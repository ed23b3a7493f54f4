"""What the API's description says of private scoring, rescoring and the confirmation."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema

from competitions.exceptions import CompetitionRunning, NoSuchBracket, NotHost, ObjectionsOpen
from competitions.leaderboards.docs import PAGING
from competitions.leaderboards.serializers import BracketQuerySerializer, PrivateLeaderboardSerializer
from competitions.openapi import COMPETITION
from foundation.openapi import PK, refuses
from foundation.refusals import NotVisible
from submissions.exceptions import NothingToScoreWith
from submissions.runs.exceptions import (
    PrivateScoringMissing,
    PrivateScoringOutdated,
    ReasonMissing,
    RescoringWouldRefuse,
    ScoringRunActive,
    TooManyRescorings,
)
from submissions.runs.serializers import (
    ConfirmationSerializer,
    ScoringRunSerializer,
    StartRunSerializer,
    UnconfirmSerializer,
)

TAGS = ["Private scoring"]
INCOMPLETE = (ScoringRunActive, PrivateScoringMissing, PrivateScoringOutdated)
AFTER_THE_END = (NotHost, CompetitionRunning, NotVisible)
RUN = {
    "id": 3,
    "kind": "private",
    "status": "running",
    "reason": "",
    "startedBy": {"username": "host", "name": "Host", "avatar": None},
    "total": 2000,
    "done": 500,
    "failed": 0,
    "progress": 0.25,
    "error": "",
    "createdAt": "2026-11-21T09:00:00Z",
    "startedAt": "2026-11-21T09:00:01Z",
    "finishedAt": None,
    "waitingFor": "",
}

list_runs = extend_schema(
    operation_id="listScoringRuns",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: ScoringRunSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="Private scorings and rescorings of the competition, newest first. Organisers only.",
)
start = extend_schema(
    operation_id="startScoringRun",
    tags=TAGS,
    parameters=[COMPETITION],
    request=StartRunSerializer,
    responses={
        201: ScoringRunSerializer,
        **refuses(
            *(ReasonMissing, ScoringRunActive, TooManyRescorings, RescoringWouldRefuse, NothingToScoreWith),
            *AFTER_THE_END,
        ),
    },
    examples=[
        OpenApiExample("Private scoring", value={"kind": "private"}, request_only=True),
        OpenApiExample("Rescoring", value={"kind": "rescore", "reason": "Row 7 was wrong."}, request_only=True),
        OpenApiExample("Started", value={**RUN, "status": "queued", "done": 0, "progress": 0}, response_only=True),
    ],
    description="Start private scoring (only after the end, whoever asks) or a rescoring of everything, which "
    "after the end includes the private side. It runs in the background, one at a time. A rescoring needs a reason, "
    "and so does private scoring once it was complete; before the end it may be rescored a few times only. Where "
    "a dry run that still holds says that submissions would be refused, it takes `acceptRefusals`. Organisers only.",
)
retrieve = extend_schema(
    operation_id="getScoringRun",
    tags=TAGS,
    parameters=[COMPETITION, PK],
    responses={200: ScoringRunSerializer, **refuses(NotHost, NotVisible)},
    examples=[OpenApiExample("A quarter is done", value=RUN)],
    description="One run and how far it is. Organisers only.",
)
confirm = extend_schema(
    operation_id="confirmPrivateLeaderboard",
    tags=TAGS,
    parameters=[COMPETITION],
    request=None,
    responses={200: ConfirmationSerializer, **refuses(ObjectionsOpen, *INCOMPLETE, *AFTER_THE_END)},
    description="Open the private leaderboard to everybody, once it is complete; everybody who takes part is told. "
    "Not while participants may still object to a solution that was changed after the end (`objectionsUntil`). "
    "Organisers only, after the end.",
)
unconfirm = extend_schema(
    operation_id="unconfirmPrivateLeaderboard",
    tags=TAGS,
    parameters=[COMPETITION],
    request=UnconfirmSerializer,
    responses={200: ConfirmationSerializer, **refuses(ReasonMissing, *AFTER_THE_END)},
    examples=[OpenApiExample("A mistake", value={"reason": "Row 7 was wrong."}, request_only=True)],
    description="Close the private leaderboard again, with a reason that participants are told. Organisers only, after "
    "the end.",
)
preview = extend_schema(
    operation_id="previewPrivateLeaderboard",
    tags=["Leaderboards"],
    parameters=PAGING,
    responses={200: PrivateLeaderboardSerializer, **refuses(*INCOMPLETE, NoSuchBracket, *AFTER_THE_END)},
    description="What the private leaderboard will be, once private scoring is complete and before it is "
    "confirmed. Organisers only, after the end.",
)
preview_csv = extend_schema(
    operation_id="downloadPrivateLeaderboardPreview",
    tags=["Leaderboards"],
    parameters=[COMPETITION, BracketQuerySerializer],
    responses={(200, "text/csv"): OpenApiTypes.STR, **refuses(*INCOMPLETE, NoSuchBracket, *AFTER_THE_END)},
    description="The preview of the private leaderboard as CSV. Organisers only, after the end.",
)
