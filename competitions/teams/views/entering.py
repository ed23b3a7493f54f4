"""Entering a competition, accepting its rules, and where somebody took part."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions.lookup import find_competition
from competitions.models import Standing
from competitions.querysets import StandingQuerySet
from competitions.teams.entries import accept_rules, enter
from competitions.teams.participations import ParticipationSerializer, participations_of
from competitions.teams.serializers import AcceptRulesSerializer, EnterSerializer
from competitions.teams.views import docs
from competitions.teams.views.teams import team_body
from foundation.requests import sent, signed_in


@docs.entering
class EnteringViewSet(ViewSet):
    """Taking part in the competition that the address names."""

    throttle_scope: str | None = None

    @action(detail=False, methods=["post"], throttle_scope="joining")
    def enter(self, request: Request, competition: str) -> Response:
        found, fields = find_competition(request, competition), sent(request, EnterSerializer)
        team = enter(competition=found, user=signed_in(request), at=timezone.now(), **fields)
        return Response(team_body(request, team.pk), status=status.HTTP_201_CREATED)

    @action(detail=False, methods=["post"], url_path="accept-rules", url_name="accept-rules")
    def accept_rules(self, request: Request, competition: str) -> Response:
        found, fields = find_competition(request, competition), sent(request, AcceptRulesSerializer)
        accept_rules(competition=found, user=signed_in(request), at=timezone.now(), **fields)
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.participations
class ParticipationViewSet(mixins.ListModelMixin, GenericViewSet[Standing]):
    """The competitions of a user, for their profile."""

    queryset = Standing.objects.none()
    serializer_class = ParticipationSerializer

    @cached_property
    def at(self) -> datetime:
        return timezone.now()

    def get_queryset(self) -> StandingQuerySet:
        return participations_of(self.kwargs["username"], seen_by=self.request.user, at=self.at)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": self.at}
