"""What the API's description says of grades."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from competitions import exceptions as no
from competitions.grades.serializers import (
    GradeRuleSerializer,
    GradeSerializer,
    GradesFormatSerializer,
    SetGradeRuleSerializer,
)
from competitions.openapi import COMPETITION, HOSTS_ONLY
from foundation.openapi import refuses

TAGS = ["Grades"]
OPEN = refuses(no.PrivateLeaderboardClosed, no.NoGradeRule, *HOSTS_ONLY)
RULE = {
    "lines": [{"name": "baseline", "score": 0.6, "grade": 60}, {"name": "very good", "score": 0.9, "grade": 100}],
    "assignment": "Competition",
    "missing": "zero",
}

grades = extend_schema_view(
    list=extend_schema(
        operation_id="listGrades",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: GradeSerializer(many=True), **OPEN},
        description="The grade of everybody on the roster, by the private score of their team. Organisers only, once "
        "the result is confirmed.",
    ),
    csv=extend_schema(
        operation_id="downloadGrades",
        tags=TAGS,
        parameters=[COMPETITION, GradesFormatSerializer],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="Header first"), **OPEN},
        description="The grades as a file for Moodle or Canvas. Organisers only, once the result is confirmed.",
    ),
)
rule = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getGradeRule",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: GradeRuleSerializer, **refuses(*HOSTS_ONLY)},
        description="Which score gives which grade. Organisers only.",
    ),
    update=extend_schema(
        operation_id="setGradeRule",
        tags=TAGS,
        parameters=[COMPETITION],
        request=SetGradeRuleSerializer,
        responses={200: GradeRuleSerializer, **refuses(no.SameScoreTwice, no.GradesFall, *HOSTS_ONLY)},
        examples=[OpenApiExample("Two lines", value=RULE, request_only=True)],
        description="Say which score gives which grade: straight between two lines, level beyond the first and the "
        "last. A better score must not give a lower grade. It can be said before the end, and changed after. "
        "Organisers only.",
    ),
)
