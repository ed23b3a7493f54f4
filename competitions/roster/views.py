"""The roster over HTTP: for organisers, and for who joins."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.lookup import find_competition, find_competition_to_edit
from competitions.models import Membership
from competitions.roster import docs
from competitions.roster.importing import import_roster, preview_roster
from competitions.roster.links import (
    NewAccount,
    Rules,
    accept_invitation_of_roster,
    find_by_link,
    invitation_for,
    join_by_link,
    make_links,
    remove_entry,
    take_link_back,
)
from competitions.roster.serializers import (
    ImportRosterSerializer,
    JoinByLinkSerializer,
    JoinedSerializer,
    MakeLinksSerializer,
    RosterEntrySerializer,
    RosterInvitationSerializer,
    RosterLinkSerializer,
    RosterPlanSerializer,
    RosterTextSerializer,
    RulesAnswerSerializer,
    TokenOfLinkSerializer,
    plan_body,
)
from foundation.requests import sent, signed_in


@docs.roster
@method_decorator(never_cache, name="dispatch")
class RosterViewSet(ViewSet):
    """The people whom organisers expect in their competition."""

    lookup_url_kwarg = "entry"
    lookup_value_converter = "int"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        entries = list(found.roster.select_related("bracket", "user"))
        memberships = Membership.objects.filter(competition=found, user__in=[one.user_id for one in entries])
        context = {"at": timezone.now(), "teams": dict(memberships.values_list("user", "team__name"))}
        return Response(RosterEntrySerializer(entries, many=True, context=context).data)

    def destroy(self, request: Request, competition: str, entry: int) -> Response:
        remove_entry(competition=find_competition_to_edit(request, competition), entry=entry, by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=False, methods=["post"])
    def preview(self, request: Request, competition: str) -> Response:
        found, fields = find_competition_to_edit(request, competition), sent(request, RosterTextSerializer)
        plan = preview_roster(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        return Response(RosterPlanSerializer(plan_body(plan)).data)

    @action(detail=False, methods=["post"], url_path="import", url_name="import")
    def import_list(self, request: Request, competition: str) -> Response:
        found, fields = find_competition_to_edit(request, competition), sent(request, ImportRosterSerializer)
        plan = import_roster(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        return Response(RosterPlanSerializer(plan_body(plan)).data)

    @action(detail=False, methods=["post"])
    def links(self, request: Request, competition: str) -> Response:
        found, fields = find_competition_to_edit(request, competition), sent(request, MakeLinksSerializer)
        made = make_links(
            competition=found,
            entries=fields.get("entries"),
            days=fields["days"],
            by=signed_in(request),
            at=timezone.now(),
        )
        body = [
            {
                "id": entry.pk,
                "name": entry.name,
                "email": entry.email,
                "number": entry.number,
                "section": entry.section,
                "address": address,
                "expires_at": entry.link_expires_at,
            }
            for entry, address in made
        ]
        return Response(RosterLinkSerializer(body, many=True).data)

    @action(detail=True, methods=["delete"])
    def link(self, request: Request, competition: str, entry: int) -> Response:
        take_link_back(competition=find_competition_to_edit(request, competition), entry=entry, by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.mine
@method_decorator(never_cache, name="dispatch")
class MineOnRosterViewSet(ViewSet):
    """What the roster says of whoever is signed in."""

    permission_classes = [IsAuthenticated]

    def retrieve(self, request: Request, competition: str) -> Response:
        found, user = find_competition(request, competition), signed_in(request)
        invitation = invitation_for(user, found)
        if invitation is not None:
            invitation.competition = found
        body = {
            "has_joined": found.roster.filter(user=user).exists(),
            "invitation": None if invitation is None else RosterInvitationSerializer(invitation).data,
        }
        return Response(body)

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, competition: str) -> Response:
        found, fields = find_competition(request, competition), sent(request, RulesAnswerSerializer)
        user = signed_in(request)
        rules = Rules(fields["accept_rules"], fields.get("rules_version"))
        accept_invitation_of_roster(competition=found, user=user, rules=rules, at=timezone.now())
        return Response(JoinedSerializer({"competition": found.slug, "username": user.username}).data)


@docs.links
@method_decorator(never_cache, name="dispatch")
class RosterLinkViewSet(ViewSet):
    """A link of a roster, for whoever holds it."""

    permission_classes = [AllowAny]
    throttle_scope = "links"

    @action(detail=False, methods=["post"])
    def open(self, request: Request) -> Response:
        entry = find_by_link(sent(request, TokenOfLinkSerializer)["token"], timezone.now())
        body: dict[str, Any] = dict(RosterInvitationSerializer(entry).data)
        return Response({**body, "makes_accounts": settings.ROSTER_ACCOUNTS})

    @action(detail=False, methods=["post"])
    def join(self, request: Request) -> Response:
        user = request.user if request.user.is_authenticated else None
        if user is None:
            # Otherwise another site could sign its visitor in to an account that it knows the password of.
            SessionAuthentication().enforce_csrf(request)
        form = JoinByLinkSerializer(data=request.data, context={"is_signed_in": user is not None})
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        account = None
        if user is None:
            language = get_language() or ""
            account = NewAccount(
                username=fields["username"],
                password=fields["password"],
                display_name=fields.get("display_name", ""),
                language=language if language in dict(settings.LANGUAGES) else "",
            )
        entry, joined = join_by_link(
            token=fields["token"],
            user=user,
            account=account,
            rules=Rules(fields["accept_rules"], fields.get("rules_version")),
            at=timezone.now(),
        )
        if user is None:
            get_adapter().login(request._request, joined)
        return Response(JoinedSerializer({"competition": entry.competition.slug, "username": joined.username}).data)
