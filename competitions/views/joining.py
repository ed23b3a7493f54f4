"""Invitations into teams and merges of teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.models import Invitation, MergeRequest
from competitions.serializers.team import (
    AcceptInvitationSerializer,
    InvitationSerializer,
    MergeRequestSerializer,
    TeamIdSerializer,
    TeamSerializer,
    UsernameSerializer,
)
from competitions.services.invitations import accept_invitation, cancel_invitation, invite, refuse_invitation
from competitions.services.merges import accept_merge, cancel_merge, refuse_merge, request_merge
from competitions.views.lookup import find_invitation, find_merge_request, find_team, signed_in
from competitions.views.openapi import NOT_FOUND, PK, refusal
from competitions.views.teams import team_body

INVITATIONS = ["Invitations"]
MERGES = ["Merge requests"]


def invitation_body(pk: int) -> dict[str, Any]:
    return InvitationSerializer(Invitation.objects.for_display().get(pk=pk)).data


def merge_request_body(request: Request, pk: int) -> dict[str, Any]:
    found = MergeRequest.objects.for_display().get(pk=pk)
    return MergeRequestSerializer(found, context={"user": request.user}).data


def decision(
    operation_id: str, tags: list[str], shape: type[Serializer[Any]], *, who: str, description: str
) -> Callable[..., Any]:
    """The documentation of saying no, or of taking back what one asked for. `who`: the code everybody else gets."""
    return extend_schema(
        operation_id=operation_id,
        tags=tags,
        parameters=[PK],
        request=None,
        responses={200: shape, 403: refusal(who), 409: refusal("not_pending"), **NOT_FOUND},
        description=description,
    )


# --- invitations ------------------------------------------------------------------------------------------------------
class TeamInvitationsView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="listTeamInvitations",
        tags=INVITATIONS,
        parameters=[PK],
        responses={200: InvitationSerializer(many=True), 403: refusal("not_a_team_member"), **NOT_FOUND},
        description="Everybody the team invited, the newest first. Members only.",
    )
    def get(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team_internals(request.user, team).require()
        return Response(InvitationSerializer(team.invitations.for_display(), many=True).data)

    @extend_schema(
        operation_id="inviteToTeam",
        tags=INVITATIONS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={
            201: InvitationSerializer,
            400: refusal("no_such_user"),
            403: refusal("not_the_team_owner", "competition_ended", "merge_deadline_passed"),
            409: refusal("already_a_member", "already_invited", "team_full", "team_not_active"),
            **NOT_FOUND,
        },
        description="Invite a user, until the team-merge deadline. The owner only.",
    )
    def post(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.manage_team(request.user, team).require()
        serializer = UsernameSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        username = serializer.validated_data["username"]
        invitation = invite(team=team, username=username, by=signed_in(request), at=timezone.now())
        return Response(invitation_body(invitation.pk), status=status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(
        operation_id="listMyInvitations",
        tags=INVITATIONS,
        description="The invitations that wait for your answer, the newest first. Open to everybody signed in.",
    )
)
class MyInvitationsView(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = InvitationSerializer

    def get_queryset(self) -> QuerySet[Invitation]:
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        return Invitation.objects.for_display().open_for(self.request.user)


class AcceptInvitationView(APIView):
    # It takes the code of a closed room, as entering does.
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "joining"

    @extend_schema(
        operation_id="acceptInvitation",
        tags=INVITATIONS,
        parameters=[PK],
        request=AcceptInvitationSerializer,
        responses={
            200: InvitationSerializer,
            403: refusal(
                *("not_invited", "competition_ended", "merge_deadline_passed", "entry_closed", "rules_not_accepted"),
                *("wrong_invitation_code", "left_with_submissions"),
            ),
            409: refusal(
                *("not_pending", "team_full", "merge_instead", "already_a_member", "team_not_active", "rules_changed")
            ),
            **NOT_FOUND,
        },
        description="Join the team. The invited only. A team of your own without others or submissions is closed "
        "for it; who does not take part yet enters by this.",
    )
    def post(self, request: Request, pk: int) -> Response:
        invitation = find_invitation(request, pk)
        serializer = AcceptInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        accept_invitation(
            invitation=invitation, user=signed_in(request), at=timezone.now(), **serializer.validated_data
        )
        return Response(invitation_body(pk))


class RefuseInvitationView(APIView):
    @decision(
        "refuseInvitation",
        INVITATIONS,
        InvitationSerializer,
        who="not_invited",
        description="Say no to an invitation. The invited only.",
    )
    def post(self, request: Request, pk: int) -> Response:
        refuse_invitation(invitation=find_invitation(request, pk), user=signed_in(request), at=timezone.now())
        return Response(invitation_body(pk))


class CancelInvitationView(APIView):
    @decision(
        "cancelInvitation",
        INVITATIONS,
        InvitationSerializer,
        who="not_the_team_owner",
        description="Take an invitation back. The owner of the team only.",
    )
    def post(self, request: Request, pk: int) -> Response:
        cancel_invitation(invitation=find_invitation(request, pk), by=signed_in(request), at=timezone.now())
        return Response(invitation_body(pk))


# --- merges -----------------------------------------------------------------------------------------------------------
class TeamMergeRequestsView(APIView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="listMergeRequests",
        tags=MERGES,
        parameters=[PK],
        responses={200: MergeRequestSerializer(many=True), 403: refusal("not_a_team_member"), **NOT_FOUND},
        description="Merge requests from and to the team, the newest first. Members only.",
    )
    def get(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.see_team_internals(request.user, team).require()
        rows = MergeRequest.objects.for_display().of_team(team)
        return Response(MergeRequestSerializer(rows, many=True, context={"user": request.user}).data)

    @extend_schema(
        operation_id="requestMerge",
        tags=MERGES,
        parameters=[PK],
        request=TeamIdSerializer,
        responses={
            201: MergeRequestSerializer,
            400: refusal("same_team", "no_such_team"),
            403: refusal("not_the_team_owner", "competition_ended", "merge_deadline_passed"),
            409: refusal("already_requested", "team_full", "too_many_submissions_together", "team_not_active"),
            **NOT_FOUND,
        },
        description="Ask another team to merge, until the team-merge deadline. The owner only. If it accepts, your "
        "team is emptied into theirs.",
    )
    def post(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        can.manage_team(request.user, team).require()
        serializer = TeamIdSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        other = serializer.validated_data["team"]
        merge_request = request_merge(from_team=team, to_team_id=other, by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, merge_request.pk), status=status.HTTP_201_CREATED)


class AcceptMergeView(APIView):
    @extend_schema(
        operation_id="acceptMerge",
        tags=MERGES,
        parameters=[PK],
        request=None,
        responses={
            200: TeamSerializer,
            403: refusal("not_the_team_owner", "competition_ended", "merge_deadline_passed"),
            409: refusal("not_pending", "team_full", "too_many_submissions_together", "team_not_active"),
            **NOT_FOUND,
        },
        description="Make the two teams one; the answer is the team they become. Only the owner of the team that was "
        "asked.",
    )
    def post(self, request: Request, pk: int) -> Response:
        team = accept_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(team_body(request, team.pk))


class RefuseMergeView(APIView):
    @decision(
        "refuseMerge",
        MERGES,
        MergeRequestSerializer,
        who="not_the_team_owner",
        description="Say no to a merge. Only the owner of the team that was asked.",
    )
    def post(self, request: Request, pk: int) -> Response:
        refuse_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, pk))


class CancelMergeView(APIView):
    @decision(
        "cancelMerge",
        MERGES,
        MergeRequestSerializer,
        who="not_the_team_owner",
        description="Take a merge request back. Only the owner of the team that asked.",
    )
    def post(self, request: Request, pk: int) -> Response:
        cancel_merge(merge_request=find_merge_request(request, pk), by=signed_in(request), at=timezone.now())
        return Response(merge_request_body(request, pk))
