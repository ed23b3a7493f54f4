"""What the API's description says of extra submissions."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema

from competitions.exceptions import (
    CompetitionEnded,
    CompetitionNotStarted,
    NotHost,
    ReasonMissing,
    TeamDisqualified,
    TeamNotActive,
)
from foundation.openapi import PK, refuses
from foundation.refusals import NotVisible
from submissions.extras.exceptions import NothingIsLimited
from submissions.extras.serializers import ExtraSubmissionsSerializer, GiveExtraSerializer

TAGS = ["Extra submissions"]

list_extras = extend_schema(
    operation_id="listExtraSubmissions",
    tags=TAGS,
    parameters=[PK],
    responses={200: ExtraSubmissionsSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="The extra submissions a team was given, newest first. Members of the team, and organisers.",
)
give = extend_schema(
    operation_id="giveExtraSubmissions",
    tags=TAGS,
    parameters=[PK],
    request=GiveExtraSerializer,
    responses={
        201: ExtraSubmissionsSerializer,
        **refuses(
            *(ReasonMissing, NotHost, CompetitionNotStarted, CompetitionEnded, TeamDisqualified),
            *(TeamNotActive, NothingIsLimited, NotVisible),
        ),
    },
    examples=[OpenApiExample("One more", value={"count": 1, "reason": "The site was down."}, request_only=True)],
    description="Let one team make more submissions until its day ends; other teams' limits stay as they are. The team "
    "is told, and the competition log tells everybody. Organisers only, while the competition runs.",
)
