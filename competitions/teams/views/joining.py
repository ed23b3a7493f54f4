"""Invitations into teams and merges of teams."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions import permissions as can
from competitions.lookup import find_invitation, find_merge_request, find_team
from competitions.models import Invitation, MergeRequest
from competitions.teams.invitations import accept_invitation, cancel_invitation, invite, refuse_invitation
from competitions.teams.merges import accept_merge, cancel_merge, preview_merge, refuse_merge, request_merge
from competitions.teams.serializers import (
    AcceptInvitationSerializer,
    InvitationSerializer,
    MergeRequestSerializer,
    OtherTeamSerializer,
    TeamIdSerializer,
    TogetherSerializer,
    UsernameSerializer,
)
from competitions.teams.views import docs
from competitions.teams.views.teams import managed_team, team_body
from foundation.requests import sent, signed_in


# --- invitations ------------------------------------------------------------------------------------------------------
@docs.invitations_of_team
class InvitationOfTeamViewSet(ViewSet):
    """Whom the team that the address names has invited."""

    def list(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team_internals(request.user, team).require()
        return Response(InvitationSerializer(team.invitations.for_display(), many=True).data)

    def create(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        invitation = invite(team=team, by=signed_in(request), at=timezone.now(), **sent(request, UsernameSerializer))
        return Response(invitation_body(invitation.pk), status=status.HTTP_201_CREATED)


@docs.invitations
class InvitationViewSet(mixins.ListModelMixin, GenericViewSet[Invitation]):
    """The invitations that wait for an answer of whoever asks, and the answers."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer
    lookup_value_converter = "int"
    throttle_scope: str | None = None

    def get_queryset(self) -> QuerySet[Invitation]:
        return Invitation.objects.for_display().open_for(self.request.user)

    def get_permissions(self) -> Any:
        return [IsAuthenticated()] if self.action == "list" else super().get_permissions()

    # It takes the code of a closed room, as entering does.
    @action(detail=True, methods=["post"], throttle_scope="joining")
    def accept(self, request: Request, pk: int) -> Response:
        invitation, fields = find_invitation(request, pk), sent(request, AcceptInvitationSerializer)
        accept_invitation(invitation=invitation, user=signed_in(request), at=timezone.now(), **fields)
        return Response(invitation_body(pk))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        refuse_invitation(invitation=find_invitation(request, pk), user=signed_in(request), at=timezone.now())
        return Response(invitation_body(pk))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        cancel_invitation(invitation=find_invitation(request, pk), by=signed_in(request), at=timezone.now())
        return Response(invitation_body(pk))


def invitation_body(pk: int) -> dict[str, Any]:
    """An invitation as it is now, in the shape that answers have."""
    return InvitationSerializer(Invitation.objects.for_display().get(pk=pk)).data


# --- merges -----------------------------------------------------------------------------------------------------------
@docs.merge_requests_of_team
class MergeRequestOfTeamViewSet(ViewSet):
    """Merge requests from and to the team that the address names."""

    def list(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team_internals(request.user, team).require()
        rows = MergeRequest.objects.for_display().of_team(team)
        return Response(MergeRequestSerializer(rows, many=True, context={"user": request.user}).data)

    def create(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        other = sent(request, TeamIdSerializer)["team"]
        merge_request = request_merge(from_team=team, to_team_id=other, by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, merge_request.pk), status=status.HTTP_201_CREATED)

    @action(detail=False)
    def preview(self, request: Request, pk: int) -> Response:
        team = managed_team(request, pk)
        query = OtherTeamSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        other = query.validated_data["team"]
        found = preview_merge(from_team=team, to_team_id=other, by=signed_in(request), at=timezone.now())
        return Response(TogetherSerializer(found).data)


@docs.merge_requests
class MergeRequestViewSet(ViewSet):
    """The answers to a merge request."""

    lookup_value_converter = "int"

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        team = accept_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(team_body(request, team.pk))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        refuse_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, pk))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        cancel_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, pk))


def merge_request_body(request: Request, pk: int) -> dict[str, Any]:
    """A merge request as it is now, in the shape that answers have."""
    found = MergeRequest.objects.for_display().get(pk=pk)
    return MergeRequestSerializer(found, context={"user": request.user}).data
