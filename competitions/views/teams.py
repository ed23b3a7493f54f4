"""Teams: who they are, what they are called, who is in them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.models import Competition, Team
from competitions.serializers.team import TeamNameSerializer, TeamSerializer, UsernameSerializer
from competitions.services.teams import hand_over, leave, remove_member, rename_team
from competitions.views.filters import TeamFilter
from competitions.views.lookup import find_competition, find_team, signed_in
from competitions.views.openapi import COMPETITION, NOT_FOUND, PK, refusal

TAGS = ["Teams"]


def team_body(request: Request, pk: int) -> dict[str, Any]:
    """A team as it is now, in the shape that answers have."""
    team = Team.objects.with_members().get(pk=pk)
    return TeamSerializer(team, context={"request": request, "user": request.user}).data


class TeamListView(ListAPIView):
    serializer_class = TeamSerializer
    filterset_class = TeamFilter

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.request.user}


@extend_schema_view(
    get=extend_schema(
        operation_id="listTeams",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: TeamSerializer(many=True), 403: refusal("not_entered"), **NOT_FOUND},
        description="The teams by name. Open to everybody who may see the competition; if closed, to its participants.",
    )
)
class CompetitionTeamsView(TeamListView):
    def get_queryset(self) -> QuerySet[Team]:
        if getattr(self, "swagger_fake_view", False):
            return Team.objects.none()
        competition = find_competition(self.request, self.kwargs["competition"])
        can.look_inside(self.request.user, competition).require()
        return Team.objects.active().with_members().filter(competition=competition).order_by("name", "pk")


@extend_schema_view(
    get=extend_schema(
        operation_id="listMyTeams",
        tags=TAGS,
        parameters=[OpenApiParameter("competition", str, description="Slug or id of a competition.")],
        description="The teams you are in, the newest first. Open to everybody signed in.",
    )
)
class MyTeamsView(TeamListView):
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[Team]:
        teams = Team.objects.active().of_user(self.request.user).with_members()
        if key := self.request.query_params.get("competition"):
            competitions = Competition.objects.visible_to(self.request.user).by_slug_or_id(key.replace("\0", ""))
            teams = teams.filter(competition__in=competitions.values("pk"))
        return teams.order_by("-created_at", "-pk")


class TeamView(APIView):
    @extend_schema(
        operation_id="getTeam",
        tags=TAGS,
        parameters=[PK],
        responses={200: TeamSerializer, 403: refusal("not_entered"), **NOT_FOUND},
        description="One team and its members. Open to everybody who may see the competition; in a competition by "
        "invitation, to its participants.",
    )
    def get(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team(request.user, team).require()
        return Response(TeamSerializer(team, context={"request": request, "user": request.user}).data)

    @extend_schema(
        operation_id="renameTeam",
        tags=TAGS,
        parameters=[PK],
        request=TeamNameSerializer,
        responses={
            200: TeamSerializer,
            400: refusal("invalid_name", "name_taken"),
            403: refusal("not_the_team_owner"),
            409: refusal("team_not_active"),
            **NOT_FOUND,
        },
        description="Give the team another name. Its owner only.",
    )
    def patch(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.manage_team(request.user, team).require()
        serializer = TeamNameSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        rename_team(team=team, name=serializer.validated_data["name"], by=signed_in(request))
        return Response(team_body(request, pk))


class LeaveTeamView(APIView):
    @extend_schema(
        operation_id="leaveTeam",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses={
            204: OpenApiResponse(description="You left."),
            403: refusal("not_a_team_member", "competition_ended"),
            409: refusal("owner_must_hand_over", "team_not_active"),
            **NOT_FOUND,
        },
        description="Leave the team, until the competition ends. Members only; an owner with other members hands over "
        "first. The last one to leave closes the team.",
    )
    def post(self, request: Request, pk: int) -> Response:
        leave(team=find_team(request, pk), user=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TransferTeamView(APIView):
    @extend_schema(
        operation_id="transferTeam",
        tags=TAGS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={
            200: TeamSerializer,
            400: refusal("no_such_member"),
            403: refusal("not_the_team_owner"),
            409: refusal("team_not_active"),
            **NOT_FOUND,
        },
        description="Make another member the owner. The owner only.",
    )
    def post(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.manage_team(request.user, team).require()
        serializer = UsernameSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        hand_over(team=team, username=serializer.validated_data["username"], by=signed_in(request))
        return Response(team_body(request, pk))


class RemoveMemberView(APIView):
    @extend_schema(
        operation_id="removeTeamMember",
        tags=TAGS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={
            200: TeamSerializer,
            400: refusal("no_such_member", "cannot_remove_oneself"),
            403: refusal("not_the_team_owner", "competition_ended"),
            409: refusal("team_not_active"),
            **NOT_FOUND,
        },
        description="Take a member out of the team, until the competition ends. The owner only.",
    )
    def post(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.manage_team(request.user, team).require()
        serializer = UsernameSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        username = serializer.validated_data["username"]
        remove_member(team=team, username=username, by=signed_in(request), at=timezone.now())
        return Response(team_body(request, pk))
