"""What the API's description says of a competition's activity."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema

from competitions.exceptions import NotHost
from competitions.openapi import COMPETITION
from foundation.openapi import refuses
from foundation.refusals import NotVisible
from submissions.activity.serializers import ActivitySerializer

EXAMPLE = {
    "step": "hour",
    "steps": [
        {"startsAt": "2026-11-20T09:00:00Z", "entries": 38, "submissions": 4, "refused": 3},
        {"startsAt": "2026-11-20T10:00:00Z", "entries": 2, "submissions": 71, "refused": 9},
    ],
    "participants": 40,
    "teams": 14,
    "teamsWithSubmissions": 13,
    "pending": 1,
    "failed": 0,
    "refusals": [{"code": "missing_ids", "detail": "12 rows of the solution are missing.", "files": 7}],
}

get_activity = extend_schema(
    operation_id="getActivity",
    tags=["Competitions"],
    parameters=[COMPETITION],
    responses={200: ActivitySerializer, **refuses(NotHost, NotVisible)},
    examples=[OpenApiExample("Two hours into the event", value=EXAMPLE, response_only=True)],
    description="How many people entered and how many files were sent hour by hour, or day by day once it goes on for "
    "more than three days, and for what files were refused. No scores are in it. Organisers only.",
)
