"""What the API's description says of leaderboards."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from competitions.exceptions import (
    LeaderboardForHosts,
    LeaderboardForParticipants,
    LeaderboardOwnRowOnly,
    NoSuchBracket,
    NotEntered,
    PrivateLeaderboardClosed,
)
from competitions.leaderboards.serializers import (
    BracketQuerySerializer,
    HistoryQuerySerializer,
    HistorySerializer,
    LeaderboardSerializer,
    PrivateLeaderboardSerializer,
    SearchSerializer,
)
from competitions.openapi import COMPETITION
from foundation.openapi import refuses
from foundation.refusals import NotVisible

TAGS = ["Leaderboards"]
PAGING: list[Any] = [
    COMPETITION,
    SearchSerializer,
    OpenApiParameter("page", OpenApiTypes.INT, description="From 1."),
    OpenApiParameter("pageSize", OpenApiTypes.INT, description="Teams on a page, at most 1000."),
]
UNCHANGED = {304: OpenApiResponse(description="Nothing changed since the `ETag` sent as `If-None-Match`.")}
OPEN = refuses(
    LeaderboardForParticipants, LeaderboardForHosts, LeaderboardOwnRowOnly, NotEntered, NoSuchBracket, NotVisible
)
ONCE_CONFIRMED = refuses(PrivateLeaderboardClosed, NotEntered, NoSuchBracket, NotVisible)
CSV: dict[Any, Any] = {(200, "text/csv"): OpenApiTypes.STR}
ROW = {
    "rank": 2,
    "team": {"id": 17, "name": "Maelström"},
    "members": [{"username": "alice", "name": "Alice", "avatar": None}],
    "score": 0.8125,
    "numbers": [0.79],
    "submissions": 12,
    "lastSubmittedAt": "2026-11-21T09:12:00Z",
    "bestSubmittedAt": "2026-11-21T08:40:00Z",
    "isMine": True,
    "outOfCompetition": False,
    "disqualified": False,
    "brackets": ["student"],
}
INTERVAL = {"rankLow": 1, "rankHigh": 4, "aboveNext": 0.71, "isToldApart": False}
PRIVATE_ROW = {**ROW, "publicRank": 5, "change": 3, **INTERVAL}
BOARD = {
    "count": 118,
    "teams": 116,
    "columns": [{"name": "F1", "direction": "larger_is_better"}],
    "zones": {"gold": 10, "silver": 23, "bronze": 46},
    "bracket": None,
    "baselines": [{"name": "Mean of the training data", "score": 0.61, "after": 97}],
    "next": None,
    "previous": None,
    "version": 4711,
    "updatedAt": "2026-11-21T09:12:00Z",
    "onlyOwn": False,
    "frozenSince": None,
}

leaderboards = extend_schema_view(
    public=extend_schema(
        operation_id="getPublicLeaderboard",
        tags=TAGS,
        parameters=PAGING,
        responses={200: LeaderboardSerializer, **UNCHANGED, **OPEN},
        examples=[OpenApiExample("Running", value={**BOARD, "state": "running", "results": [ROW], "me": ROW})],
        description="Teams by their best public score; of equal scores the earlier one ranks higher, teams without a "
        "score stand last and have no rank. Open to everybody who may see the competition; in one by invitation to its "
        "people. Until the result is confirmed the organisers may let fewer see it, or each team its own row alone, or "
        "let it stand still from some moment on. With `bracket`: only its teams, with ranks among them; not for who "
        "sees their own row alone.",
    ),
    public_csv=extend_schema(
        operation_id="downloadPublicLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION, BracketQuerySerializer],
        responses={**CSV, **OPEN},
        description="The whole public leaderboard, or a bracket of it, as CSV. Open as the leaderboard is.",
    ),
    private=extend_schema(
        operation_id="getPrivateLeaderboard",
        tags=TAGS,
        parameters=PAGING,
        responses={200: PrivateLeaderboardSerializer, **UNCHANGED, **ONCE_CONFIRMED},
        examples=[
            OpenApiExample(
                "Confirmed",
                value={**BOARD, "state": "confirmed", "results": [PRIVATE_ROW], "me": PRIVATE_ROW},
            ),
        ],
        description="Teams by the best private score among their selected submissions, with what that changed. Closed "
        "to everybody, organisers included, until the competition has ended and they have confirmed it; then open as "
        "the public one is.",
    ),
    private_csv=extend_schema(
        operation_id="downloadPrivateLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION, BracketQuerySerializer],
        responses={**CSV, **ONCE_CONFIRMED},
        description="The whole private leaderboard, or a bracket of it, as CSV. Open as the leaderboard is: once "
        "confirmed.",
    ),
    history=extend_schema(
        operation_id="getLeaderboardHistory",
        tags=TAGS,
        parameters=[COMPETITION, HistoryQuerySerializer],
        responses={200: HistorySerializer, **UNCHANGED, **OPEN},
        examples=[
            OpenApiExample(
                "Two improvements",
                value={
                    "teams": [{"id": 17, "name": "Maelström", "isMine": False}],
                    "start": "2026-11-21T00:00:00Z",
                    "end": "2026-11-21T09:00:00Z",
                    "zones": {"gold": 1, "silver": 2, "bronze": 3},
                    "points": {"17": [["2026-11-21T01:00:00Z", 0.71], ["2026-11-21T02:30:00Z", 0.8125]]},
                },
            )
        ],
        description="How the best public scores came about: for the best teams, the ones asked for and your own, every "
        "moment a score became better. Open as the public leaderboard is.",
    ),
)
