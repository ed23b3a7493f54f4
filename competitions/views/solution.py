"""The hidden answer: organisers replace it and read facts about it. Nobody reads its content."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.exceptions import NoSolution
from competitions.serializers.solution import SolutionSerializer, SolutionUploadSerializer
from competitions.solutions import active_solution, replace_solution
from competitions.views.lookup import find_competition, signed_in
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, refusal

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


class SolutionView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="getSolutionFacts",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: SolutionSerializer, 403: refusal("not_a_host"), 404: refusal("no_solution", "not_found")},
        examples=[FACTS],
        description="How many rows and which columns the solution has. Organisers only; nobody sees its content.",
    )
    def get(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.see_solution_facts(request.user, found).require()
        solution = active_solution(found)
        if solution is None:
            raise NoSolution
        return Response(SolutionSerializer(solution).data)

    @extend_schema(
        operation_id="replaceSolution",
        tags=TAGS,
        parameters=[COMPETITION],
        request={"multipart/form-data": SolutionUploadSerializer},
        responses={
            200: SolutionSerializer,
            201: SolutionSerializer,
            400: refusal("missing_columns", "duplicate_ids", "unknown_usage", "…"),
            409: refusal("changed_meanwhile"),
            **HOSTS_ONLY,
        },
        description="Upload the solution, or its next version. Organisers only. Scores that exist stay until somebody "
        "starts a rescoring. Every problem of a refused file is named with its place.",
    )
    def put(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        serializer = SolutionUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        file = fields.pop("file")
        solution = replace_solution(
            competition=found, file=file, filename=file.name, by=signed_in(request), at=timezone.now(), **fields
        )
        created = solution.version == 1
        return Response(
            SolutionSerializer(solution).data, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK
        )
