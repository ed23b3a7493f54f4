"""What the API's description says of the integrity desk, of dry runs and of noise."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema

from competitions.exceptions import NotEntered, NotHost, PrivateLeaderboardClosed
from competitions.openapi import COMPETITION
from foundation.openapi import PK, refuses
from foundation.refusals import NotVisible
from submissions.analyses.exceptions import AnalysisActive, AnalysisOver, NoBaseline
from submissions.analyses.serializers import (
    AnalysisSerializer,
    DryRunSerializer,
    IntegritySerializer,
    NoiseSerializer,
    StartWobbleSerializer,
)
from submissions.exceptions import NothingToScoreWith
from submissions.runs.exceptions import ScoringRunActive

DESK = ["Integrity"]
NOISE = ["Leaderboards"]
SCORING = ["Private scoring"]
RUNNING = {
    "id": 5,
    "kind": "integrity",
    "status": "running",
    "progress": 0.4,
    "error": "",
    "errorText": "",
    "seed": 1234567,
    "startedBy": {"username": "host", "name": "Host", "avatar": None},
    "createdAt": "2026-11-21T09:00:00Z",
    "startedAt": "2026-11-21T09:00:01Z",
    "finishedAt": None,
}

DRY_RUN = {
    "id": 6,
    "status": "complete",
    "progress": 1.0,
    "error": "",
    "errorText": "",
    "startedBy": {"username": "host", "name": "Host", "avatar": None},
    "createdAt": "2026-11-21T09:00:00Z",
    "finishedAt": "2026-11-21T09:00:09Z",
    "solutionVersion": 2,
    "metric": "rmse",
    "metricVersion": None,
    "counts": {
        "submissions": 90,
        "refused": 12,
        "scoredAgain": 0,
        "lost": 0,
        "scoresChanged": 78,
        "teams": 31,
        "ranksChanged": 3,
        "teamsWithoutAScore": 0,
    },
    "outdatedBy": "",
}

list_comparisons = extend_schema(
    operation_id="listComparisons",
    tags=DESK,
    parameters=[COMPETITION],
    responses={200: AnalysisSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="The comparisons of teams' files, newest first, without what they found. Organisers only.",
)
start_comparison = extend_schema(
    operation_id="startComparison",
    tags=DESK,
    parameters=[COMPETITION],
    request=None,
    responses={201: AnalysisSerializer, **refuses(AnalysisActive, NothingToScoreWith, NotHost, NotVisible)},
    examples=[OpenApiExample("Under way", value=RUNNING, response_only=True)],
    description="Compare the files of all teams, in the background: identical files, nearly identical predictions, and "
    "files of a team that hardly differ from the one before. No truth is used, and until the result is confirmed only "
    "public rows are looked at. Organisers only.",
)
get_comparison = extend_schema(
    operation_id="getComparison",
    tags=DESK,
    parameters=[COMPETITION, PK],
    responses={200: IntegritySerializer, **refuses(NotHost, NotVisible)},
    description="A comparison: how far it is, what was compared, and what was found. A list with evidence, not a "
    "verdict. Organisers only.",
)
cancel_comparison = extend_schema(
    operation_id="cancelComparison",
    tags=DESK,
    parameters=[COMPETITION, PK],
    request=None,
    responses={200: AnalysisSerializer, **refuses(AnalysisOver, NotHost, NotVisible)},
    description="Stop a comparison that is under way. Organisers only.",
)
list_dry_runs = extend_schema(
    operation_id="listDryRuns",
    tags=SCORING,
    parameters=[COMPETITION],
    responses={200: DryRunSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="What rescorings would have done, newest first: how many files would be refused and how many ranks "
    "would change, for which version of the solution, and whether that still holds. Organisers only.",
)
start_dry_run = extend_schema(
    operation_id="startDryRun",
    tags=SCORING,
    parameters=[COMPETITION],
    request=None,
    responses={
        201: DryRunSerializer,
        **refuses(AnalysisActive, ScoringRunActive, NothingToScoreWith, NotHost, NotVisible),
    },
    examples=[OpenApiExample("Twelve would be refused", value=DRY_RUN, response_only=True)],
    description="Work out what a rescoring would do now, by the present solution and metric, in the background. It "
    "looks at public rows alone, changes nothing, and counts in no limit of rescorings. Organisers only.",
)
cancel_dry_run = extend_schema(
    operation_id="cancelDryRun",
    tags=SCORING,
    parameters=[COMPETITION, PK],
    request=None,
    responses={200: DryRunSerializer, **refuses(AnalysisOver, NotHost, NotVisible)},
    description="Stop a dry run that is under way. Organisers only.",
)
get_noise = extend_schema(
    operation_id="getNoise",
    tags=NOISE,
    parameters=[COMPETITION],
    responses={200: NoiseSerializer, **refuses(NotEntered, NotVisible)},
    description="How much of the scores is noise: the wobble of a baseline's public score, and, once the result is "
    "confirmed, how the intervals of the ranks on the private leaderboard were computed. Open as the leaderboard is.",
)
measure_ranks = extend_schema(
    operation_id="measureRanks",
    tags=NOISE,
    parameters=[COMPETITION],
    request=None,
    responses={
        201: AnalysisSerializer,
        **refuses(PrivateLeaderboardClosed, AnalysisActive, NothingToScoreWith, NotHost, NotVisible),
    },
    description="Measure the intervals of the ranks anew, with another seed, in the background; the first time the "
    "confirmation does so by itself. It is told in the competition log. Organisers only, once the result is confirmed.",
)
measure_wobble = extend_schema(
    operation_id="measureWobble",
    tags=NOISE,
    parameters=[COMPETITION],
    request=StartWobbleSerializer,
    responses={201: AnalysisSerializer, **refuses(NoBaseline, AnalysisActive, NothingToScoreWith, NotHost, NotVisible)},
    examples=[OpenApiExample("The baseline", value={"submission": 42}, request_only=True)],
    description="Measure how much the public score of a baseline wobbles, in the background and on public rows alone; "
    "everybody sees it. Organisers only.",
)
