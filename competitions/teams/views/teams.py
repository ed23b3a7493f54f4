"""Teams: who they are, what they are called, who is in them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_team
from competitions.models import Competition, Team
from competitions.querysets import TeamQuerySet
from competitions.teams.filters import TeamFilter
from competitions.teams.members import hand_over, leave, remove_member, rename_team
from competitions.teams.serializers import TeamNameSerializer, TeamSerializer, UsernameSerializer
from competitions.teams.views import docs
from foundation.requests import sent, signed_in


class TeamListViewSet(mixins.ListModelMixin, GenericViewSet[Team]):
    """What lists of teams share."""

    queryset = Team.objects.none()
    serializer_class = TeamSerializer
    filterset_class = TeamFilter

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.request.user}


@docs.teams_of_competition
class TeamOfCompetitionViewSet(TeamListViewSet):
    """The teams of the competition that the address names."""

    def get_queryset(self) -> TeamQuerySet:
        competition = find_competition(self.request, self.kwargs["competition"])
        can.look_inside(self.request.user, competition).require()
        return Team.objects.active().with_members().filter(competition=competition).order_by("name", "pk")


@docs.teams
class TeamViewSet(TeamListViewSet):
    """One's own teams as a list, and any single team."""

    lookup_value_converter = "int"

    def get_queryset(self) -> TeamQuerySet:
        teams = Team.objects.active().of_user(self.request.user).with_members()
        if key := self.request.query_params.get("competition"):
            competitions = Competition.objects.visible_to(self.request.user).by_slug_or_id(key.replace("\0", ""))
            teams = teams.filter(competition__in=competitions.values("pk"))
        return teams.order_by("-created_at", "-pk")

    def get_permissions(self) -> Any:
        return [IsAuthenticated()] if self.action == "list" else super().get_permissions()

    def retrieve(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team(request.user, team).require()
        return Response(self.get_serializer(team).data)

    def partial_update(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        rename_team(team=team, by=signed_in(request), **sent(request, TeamNameSerializer))
        return Response(team_body(request, pk))

    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: int) -> Response:
        leave(team=find_team(request, pk), user=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        hand_over(team=team, by=signed_in(request), **sent(request, UsernameSerializer))
        return Response(team_body(request, pk))

    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        remove_member(team=team, by=signed_in(request), at=timezone.now(), **sent(request, UsernameSerializer))
        return Response(team_body(request, pk))


def managed_team(request: Request, pk: int) -> Team:
    """The team with this id, if the person asking may manage it.

    Raises:
        NotVisible, NotTeamOwner, TeamNotActive: they may not.
    """
    team = find_team(request, pk)
    can.manage_team(request.user, team).require()
    return team


def team_body(request: Request, pk: int) -> dict[str, Any]:
    """A team as it is now, in the shape that answers have."""
    team = Team.objects.with_members().get(pk=pk)
    return TeamSerializer(team, context={"request": request, "user": request.user}).data
