"""Private scoring, rescoring and the confirmation over HTTP: for organisers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.exceptions import NotVisible
from competitions.leaderboards.export import csv_response
from competitions.leaderboards.queries import PRIVATE, Leaderboard, own_team_id
from competitions.leaderboards.serializers import PrivateLeaderboardSerializer
from competitions.leaderboards.views import PAGING, board_page, search_words
from competitions.models import Competition
from competitions.views.lookup import find_competition
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, NOT_FOUND, PK, refusal
from submissions.models import ScoringRun
from submissions.runs.confirming import confirm_private_leaderboard, unconfirm_private_leaderboard, what_is_missing
from submissions.runs.serializers import ConfirmationSerializer, ScoringRunSerializer, StartRunSerializer
from submissions.runs.starting import start_run

TAGS = ["Private scoring"]
INCOMPLETE = refusal("scoring_run_active", "private_scoring_missing", "private_scoring_outdated")
AFTER_THE_END = {403: refusal("not_a_host", "competition_running"), **NOT_FOUND}
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
}


class ScoringRunsView(ListAPIView):
    serializer_class = ScoringRunSerializer
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    def get_queryset(self) -> QuerySet[ScoringRun]:
        if getattr(self, "swagger_fake_view", False):
            return ScoringRun.objects.none()
        competition = find_competition(self.request, self.kwargs["competition"])
        can.edit(self.request.user, competition).require()
        return competition.scoring_runs.select_related("started_by")

    @extend_schema(
        operation_id="listScoringRuns",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: ScoringRunSerializer(many=True), **HOSTS_ONLY},
        description="Private scorings and rescorings of the competition, newest first. Organisers only.",
    )
    def get(self, request: Request, competition: str) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="startScoringRun",
        tags=TAGS,
        parameters=[COMPETITION],
        request=StartRunSerializer,
        responses={
            201: ScoringRunSerializer,
            400: refusal("reason_missing"),
            409: refusal("scoring_run_active", "no_solution_yet"),
            **AFTER_THE_END,
        },
        examples=[
            OpenApiExample("Private scoring", value={"kind": "private"}, request_only=True),
            OpenApiExample("Rescoring", value={"kind": "rescore", "reason": "Row 7 was wrong."}, request_only=True),
            OpenApiExample("Started", value={**RUN, "status": "queued", "done": 0, "progress": 0}, response_only=True),
        ],
        description="Start private scoring (only after the end, whoever asks) or a rescoring of everything, which "
        "after the end includes the private side. It runs in the background, one at a time. Organisers only.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        serializer = StartRunSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        run = start_run(competition=found, by=request.user, at=timezone.now(), **serializer.validated_data)
        return Response(ScoringRunSerializer(run).data, status=status.HTTP_201_CREATED)


class ScoringRunView(APIView):
    @extend_schema(
        operation_id="getScoringRun",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={200: ScoringRunSerializer, **HOSTS_ONLY},
        examples=[OpenApiExample("A quarter is done", value=RUN)],
        description="One run and how far it is. Organisers only.",
    )
    def get(self, request: Request, competition: str, pk: int) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        run = found.scoring_runs.select_related("started_by").filter(pk=pk).first()
        if run is None:
            raise NotVisible
        return Response(ScoringRunSerializer(run).data)


class ConfirmView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="confirmPrivateLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION],
        request=None,
        responses={200: ConfirmationSerializer, 409: INCOMPLETE, **AFTER_THE_END},
        description="Open the private leaderboard to everybody, once it is complete; everybody who takes part is told. "
        "Organisers only, after the end.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        found = confirm_private_leaderboard(competition=found, by=request.user, at=timezone.now())
        return Response(ConfirmationSerializer(found).data)


class UnconfirmView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="unconfirmPrivateLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION],
        request=None,
        responses={200: ConfirmationSerializer, **AFTER_THE_END},
        description="Close the private leaderboard again. Organisers only, after the end.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        found = unconfirm_private_leaderboard(competition=found, by=request.user, at=timezone.now())
        return Response(ConfirmationSerializer(found).data)


class PreviewView(APIView):
    @extend_schema(
        operation_id="previewPrivateLeaderboard",
        tags=["Leaderboards"],
        parameters=PAGING,
        responses={200: PrivateLeaderboardSerializer, 409: INCOMPLETE, **AFTER_THE_END},
        description="What the private leaderboard will be, once private scoring is complete and before it is "
        "confirmed. Organisers only, after the end.",
    )
    def get(self, request: Request, competition: str) -> Response:
        found = preview_of(request, competition)
        board = Leaderboard(found, PRIVATE, own_team_id(request.user, found), fresh=True, search=search_words(request))
        answer = Response(board_page(self, request, board, timezone.now()))
        patch_cache_control(answer, private=True, no_store=True)
        return answer


class PreviewCsvView(APIView):
    @extend_schema(
        operation_id="downloadPrivateLeaderboardPreview",
        tags=["Leaderboards"],
        parameters=[COMPETITION],
        responses={(200, "text/csv"): OpenApiTypes.STR, 409: INCOMPLETE, **AFTER_THE_END},
        description="The preview of the private leaderboard as CSV. Organisers only, after the end.",
    )
    def get(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = preview_of(request, competition)
        return csv_response(Leaderboard(found, PRIVATE, fresh=True), name=f"{found.slug}-private-preview")


def preview_of(request: Request, key: str) -> Competition:
    """The competition, if the person asking may look at its private side before everybody else."""
    found = find_competition(request, key)
    can.preview_private_leaderboard(request.user, found, timezone.now()).require()
    if (incomplete := what_is_missing(found)) is not None:
        raise incomplete
    return found
