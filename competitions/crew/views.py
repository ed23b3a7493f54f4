"""Organisers and helpers over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.models import User
from competitions import permissions as can
from competitions.crew import docs
from competitions.crew.queries import crew_of
from competitions.crew.serializers import (
    CrewInvitationSerializer,
    CrewMemberSerializer,
    NewCrewInvitationSerializer,
)
from competitions.crew.services import (
    accept_crew_invitation,
    cancel_crew_invitation,
    invite_to_crew,
    leave_crew,
    refuse_crew_invitation,
)
from competitions.exceptions import NoSuchUser
from competitions.lookup import find_competition, find_competition_to_edit
from competitions.models import CrewInvitation
from foundation.refusals import NotVisible
from foundation.requests import sent, signed_in


@docs.crew
class CrewViewSet(ViewSet):
    """Who organises the competition that the address names, and who helps."""

    lookup_url_kwarg = "username"
    lookup_value_converter = "str"

    def list(self, request: Request, competition: str) -> Response:
        return Response(CrewMemberSerializer(crew_of(find_competition_to_edit(request, competition)), many=True).data)

    def destroy(self, request: Request, competition: str, username: str) -> Response:
        found, by = find_competition(request, competition), signed_in(request)
        if username.lower() != by.username.lower():
            can.edit(by, found).require()
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise NoSuchUser
        leave_crew(competition=found, user=user, by=by, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.invitations_of_competition
class CrewInvitationOfCompetitionViewSet(ViewSet):
    """Whom organisers have asked, and who has not answered yet."""

    lookup_value_converter = "int"

    def list(self, request: Request, competition: str) -> Response:
        rows = find_competition_to_edit(request, competition).crew_invitations.pending().for_display()
        return Response(CrewInvitationSerializer(rows, many=True).data)

    def create(self, request: Request, competition: str) -> Response:
        found, fields = find_competition_to_edit(request, competition), sent(request, NewCrewInvitationSerializer)
        made = invite_to_crew(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        return Response(body(made.pk), status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, competition: str, pk: int) -> Response:
        invitation = find_competition_to_edit(request, competition).crew_invitations.for_display().filter(pk=pk).first()
        if invitation is None:
            raise NotVisible
        cancel_crew_invitation(invitation=invitation, by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.invitations
class CrewInvitationViewSet(mixins.ListModelMixin, GenericViewSet[CrewInvitation]):
    """What whoever asks has been asked to organise or to help with, and the answers."""

    queryset = CrewInvitation.objects.none()
    serializer_class = CrewInvitationSerializer
    pagination_class = None
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        return CrewInvitation.objects.for_display().pending().filter(user=self.request.user.pk)

    def get_permissions(self) -> Any:
        return [IsAuthenticated()] if self.action == "list" else super().get_permissions()

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        accept_crew_invitation(invitation=self.mine(pk), user=signed_in(request), at=timezone.now())
        return Response(body(pk))

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        refuse_crew_invitation(invitation=self.mine(pk), user=signed_in(request), at=timezone.now())
        return Response(body(pk))

    def mine(self, pk: int) -> CrewInvitation:
        """The invitation with this id, if it was sent to the person asking. For everybody else there is none."""
        signed_in(self.request)
        found = CrewInvitation.objects.for_display().filter(pk=pk, user=self.request.user.pk).first()
        if found is None:
            raise NotVisible
        return found


def body(pk: int) -> dict[str, Any]:
    """An invitation as it is now, in the shape that answers have."""
    return CrewInvitationSerializer(CrewInvitation.objects.for_display().get(pk=pk)).data
