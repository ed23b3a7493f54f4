"""What the API's description says of combined leaderboards."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from competitions.combined.serializers import CombinedLeaderboardSerializer
from competitions.exceptions import NoCombinedLeaderboard, NoSuchBracket, NotEntered
from competitions.leaderboards.docs import CSV, PAGING, TAGS, UNCHANGED
from competitions.leaderboards.serializers import BracketQuerySerializer
from competitions.openapi import COMPETITION
from foundation.openapi import refuses
from foundation.refusals import NotVisible

OPEN = refuses(NoCombinedLeaderboard, NotEntered, NoSuchBracket, NotVisible)
PHASE = {"state": "confirmed", "counts": True, "weight": 1.0, "scoreDigits": 5}
ROW = {
    "rank": 1,
    "team": {"id": 17, "name": "Maelström"},
    "members": [{"username": "alice", "name": "Alice", "avatar": None}],
    "value": 2.0,
    "phases": [{"rank": 2, "score": 0.8125, "points": None}, None],
    "isMine": True,
    "outOfCompetition": False,
    "disqualified": False,
    "brackets": [],
}
BOARD = {
    "count": 1,
    "rule": "mean_rank",
    "points": [],
    "phases": [
        {"number": 1, "name": "Development", **PHASE},
        {"number": 2, "name": "Final", **PHASE, "state": "running", "counts": False},
    ],
    "isFinal": False,
    "teams": 1,
    "bracket": None,
    "next": None,
    "previous": None,
    "results": [ROW],
    "me": ROW,
}

combined = extend_schema_view(
    board=extend_schema(
        operation_id="getCombinedLeaderboard",
        tags=TAGS,
        parameters=PAGING,
        responses={200: CombinedLeaderboardSerializer, **UNCHANGED, **OPEN},
        examples=[OpenApiExample("The first of two phases is confirmed", value=BOARD)],
        description="One ranking over the phases of a competition, by the rule that the organisers chose: the mean of "
        "the ranks, the weighted mean of the scores, the sum of points, or the last phase alone. Only phases whose "
        "result is confirmed count, and of others nothing is shown. Equal values: the better rank in the phase that "
        "ended last decides. With `bracket`: only its teams, in the order of the whole, with ranks among them. Open "
        "to everybody who may look inside the competition.",
    ),
    csv=extend_schema(
        operation_id="downloadCombinedLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION, BracketQuerySerializer],
        responses={**CSV, **OPEN},
        description="The whole combined leaderboard, or a bracket of it, as CSV. Open as the leaderboard is.",
    ),
)
