"""What the API's description says of brackets."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from competitions import exceptions as no
from competitions.brackets.serializers import (
    AddBracketSerializer,
    BracketSerializer,
    ChangeBracketSerializer,
    ReasonSerializer,
)
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from foundation.openapi import refuses
from foundation.refusals import NotVisible

TAGS = ["Brackets"]
BRACKET = OpenApiParameter("bracket", str, OpenApiParameter.PATH, description="Slug of the bracket.")
WITH_REASON = (no.ReasonMissing, *HOSTS_ONLY)

brackets = extend_schema_view(
    list=extend_schema(
        operation_id="listBrackets",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: BracketSerializer(many=True), **refuses(NotVisible)},
        description="The brackets of the competition in their order. Open to everybody who may see the competition.",
    ),
    create=extend_schema(
        operation_id="addBracket",
        tags=TAGS,
        parameters=[COMPETITION],
        request=AddBracketSerializer,
        responses={201: BracketSerializer, **refuses(no.BracketSlugTaken, no.TooManyBrackets, *WITH_REASON)},
        examples=[
            OpenApiExample(
                "Students",
                value={"slug": "student", "name": "Students", "description": "Everybody of the team studies."},
                request_only=True,
            )
        ],
        description="Add a bracket. Organisers only; the log tells it, with a reason once the "
        "competition, or a phase of it, has ended.",
    ),
    partial_update=extend_schema(
        operation_id="changeBracket",
        tags=TAGS,
        parameters=[COMPETITION, BRACKET],
        request=ChangeBracketSerializer,
        responses={200: BracketSerializer, **refuses(no.NoSuchBracket, *WITH_REASON)},
        description="Change what is said of a bracket, but for its slug. Organisers only; the log tells of it.",
    ),
    destroy=extend_schema(
        operation_id="removeBracket",
        tags=TAGS,
        parameters=[COMPETITION, BRACKET],
        request=ReasonSerializer,
        responses={204: DELETED, **refuses(no.NoSuchBracket, *WITH_REASON)},
        description="Remove a bracket for good. Organisers only; with a reason where teams belong to it and the "
        "competition has started.",
    ),
)
