"""What the API's description says of the solution."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from competitions.exceptions import (
    ChangedMeanwhile,
    CompetitionNotStarted,
    NoSolution,
    NotEntered,
    PrivateLeaderboardClosed,
    RulesNotAccepted,
    SolutionNotReleased,
    SubmissionsWouldBeRefused,
)
from competitions.openapi import COMPETITION, HOSTS_ONLY
from competitions.solution.serializers import SolutionSerializer, SolutionUploadSerializer, TableSchemaSerializer
from foundation.openapi import refusal, refuses
from foundation.refusals import FileGone, NotVisible

TAGS = ["Solution"]
FACTS = OpenApiExample(
    "Facts",
    value={
        "version": 1,
        "filename": "solution.csv",
        "rows": 1000,
        "publicRows": 300,
        "privateRows": 700,
        "ignoredRows": 0,
        "expectedColumns": ["id", "target"],
        "idColumn": "id",
        "targetColumns": ["target"],
        "weightColumn": "",
        "usageColumn": "Usage",
        "metric": "rmse",
        "uploadedAt": "2026-06-01T00:00:00Z",
    },
    response_only=True,
)

solution = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getSolutionFacts",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: SolutionSerializer, **refuses(*HOSTS_ONLY, NoSolution)},
        examples=[FACTS],
        description="How many rows and which columns the solution has. Organisers only; nobody sees its content.",
    ),
    update=extend_schema(
        operation_id="replaceSolution",
        tags=TAGS,
        parameters=[COMPETITION],
        request={"multipart/form-data": SolutionUploadSerializer},
        responses={
            200: SolutionSerializer,
            201: SolutionSerializer,
            # Of the scoring core's texts, and `ReasonMissing`.
            400: refusal("missing_columns", "duplicate_ids", "unknown_usage", "reason_missing", "…"),
            **refuses(ChangedMeanwhile, SubmissionsWouldBeRefused, *HOSTS_ONLY),
        },
        description="Upload the solution, or its next version. Organisers only. Scores that exist stay until somebody "
        "starts a rescoring. Every problem of a refused file is named with its place.",
    ),
    file=extend_schema(
        operation_id="downloadSolution",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            302: OpenApiResponse(description="To the object storage, for 15 minutes."),
            **refuses(PrivateLeaderboardClosed, SolutionNotReleased, NoSolution, NotEntered, NotVisible, FileGone),
        },
        description="The file of the solution, where the organisers release it (`releasesSolution`): once the result "
        "is confirmed, for everybody who may see the leaderboard. Before, for nobody.",
    ),
)

submission_schema = extend_schema(
    operation_id="getSubmissionSchema",
    tags=["Data"],
    parameters=[COMPETITION],
    responses={
        200: TableSchemaSerializer,
        **refuses(NoSolution, NotEntered, CompetitionNotStarted, RulesNotAccepted, NotVisible),
    },
    examples=[
        OpenApiExample(
            "One number for each id",
            value={
                "fields": [
                    {"name": "id", "type": "integer", "constraints": {"required": True, "unique": True}},
                    {
                        "name": "target",
                        "type": "number",
                        "constraints": {"required": True, "minimum": 0.0, "maximum": 1.0},
                    },
                ],
                "primaryKey": ["id"],
                "missingValues": [""],
                "uzu": {
                    "format": "uzu-submission-1",
                    "inputs": "binary_scores",
                    "rows": 1000,
                    "labelsAreIntegers": False,
                    "labelsAreClosed": False,
                    "labelsHoldMarks": False,
                    "depth": 0,
                },
            },
            response_only=True,
        )
    ],
    description="Columns, types and bounds of a submission, as a Frictionless table schema: `pandera` makes its checks "
    "of it, and `uzu check` checks a file by it. Participants, from the start on, with the present rules accepted; "
    "organisers always. It tells no more than the sample submission and the refusals do.",
)
