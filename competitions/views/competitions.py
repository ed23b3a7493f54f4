"""The list of competitions, one of them, and joining it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions import markdown, permissions as can
from competitions.models import Competition, Team
from competitions.querysets import CompetitionQuerySet
from competitions.serializers.competition import (
    AcceptRulesSerializer,
    CompetitionEditSerializer,
    CompetitionListSerializer,
    CompetitionSerializer,
    EnterSerializer,
    HtmlSerializer,
    MarkdownSerializer,
)
from competitions.serializers.team import TeamSerializer
from competitions.services.editing import edit_competition
from competitions.services.entries import accept_rules, enter
from competitions.views.filters import CompetitionFilter
from competitions.views.lookup import find_competition, signed_in
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, NOT_FOUND, refusal

TAGS = ["Competitions"]


@extend_schema_view(
    get=extend_schema(
        operation_id="listCompetitions",
        tags=TAGS,
        description="Public competitions, and those you entered or organise. Open to everybody.",
    )
)
class CompetitionsView(ListAPIView):
    serializer_class = CompetitionListSerializer
    filterset_class = CompetitionFilter

    def get_queryset(self) -> CompetitionQuerySet:
        return Competition.objects.listed_for(self.request.user).with_facts_for(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}


class CompetitionView(APIView):
    @extend_schema(
        operation_id="getCompetition",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: CompetitionSerializer, **NOT_FOUND},
        description="One competition with its rules, clock and what is yours in it. Open to everybody who may see it; "
        "unpublished ones to their organisers.",
    )
    def get(self, request: Request, competition: str) -> Response:
        return Response(self.shape(request, competition))

    @extend_schema(
        operation_id="editCompetition",
        tags=TAGS,
        parameters=[COMPETITION],
        request=CompetitionEditSerializer,
        responses={
            200: CompetitionSerializer,
            400: refusal("end_in_the_past", "rules_version_falls", "…"),
            409: refusal("clock_frozen", "start_frozen", "selection_frozen", "metric_in_use"),
            **HOSTS_ONLY,
        },
        examples=[OpenApiExample("A longer day", value={"endsAt": "2026-12-01T12:00:00Z"}, request_only=True)],
        description="Change the competition. Organisers only. The end and the number of selections can't change once "
        "it has ended; the start and the metric not once there are submissions; the version of the rules only rises.",
    )
    def patch(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        serializer = CompetitionEditSerializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        edit_competition(competition=found, changes=serializer.validated_data, by=signed_in(request), at=timezone.now())
        return Response(self.shape(request, competition))

    def shape(self, request: Request, key: str) -> dict[str, Any]:
        at = timezone.now()
        found = find_competition(request, key, rows=Competition.objects.with_details_for(request.user))
        can_enter = bool(can.enter(request.user, found, at))
        return CompetitionSerializer(found, context={"request": request, "at": at, "can_enter": can_enter}).data


class EnterView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "joining"

    @extend_schema(
        operation_id="enterCompetition",
        tags=TAGS,
        parameters=[COMPETITION],
        request=EnterSerializer,
        responses={
            201: TeamSerializer,
            403: refusal("entry_closed", "rules_not_accepted", "wrong_invitation_code", "left_with_submissions"),
            409: refusal("already_entered", "rules_changed"),
            **NOT_FOUND,
        },
        examples=[OpenApiExample("Rules accepted", value={"acceptRules": True, "rulesVersion": 1}, request_only=True)],
        description="Join, with a team of your own. Open to everybody signed in, until the entry deadline.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        serializer = EnterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        team = enter(competition=found, user=signed_in(request), at=timezone.now(), **serializer.validated_data)
        shown = Team.objects.with_members().get(pk=team.pk)
        context = {"request": request, "user": request.user}
        return Response(TeamSerializer(shown, context=context).data, status=status.HTTP_201_CREATED)


class AcceptRulesView(APIView):
    @extend_schema(
        operation_id="acceptCompetitionRules",
        tags=TAGS,
        parameters=[COMPETITION],
        request=AcceptRulesSerializer,
        responses={
            204: OpenApiResponse(description="Accepted"),
            403: refusal("not_entered"),
            409: refusal("rules_changed"),
            **NOT_FOUND,
        },
        description="Accept the present version of the rules, after they changed. Participants only.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        serializer = AcceptRulesSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        accept_rules(competition=found, user=signed_in(request), at=timezone.now(), **serializer.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MarkdownView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="previewMarkdown",
        tags=TAGS,
        request=MarkdownSerializer,
        responses={200: HtmlSerializer},
        examples=[
            OpenApiExample("Math", value={"body": "$x^2$ :tada:"}, request_only=True),
            OpenApiExample(
                "As HTML", value={"html": '<p><span class="math inline">x^2</span> 🎉</p>\n'}, response_only=True
            ),
        ],
        description="What a Markdown text will look like, as sanitised HTML. Open to everybody signed in.",
    )
    def post(self, request: Request) -> Response:
        serializer = MarkdownSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"html": markdown.render(serializer.validated_data["body"])})
