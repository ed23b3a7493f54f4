"""Exclusions over HTTP: organisers decide, teams read and answer."""

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

from competitions.lookup import find_competition, find_team
from competitions.models import Competition, Team
from foundation.refusals import NotVisible
from foundation.requests import sent, signed_in
from submissions.exclusion import docs, permissions as may, services
from submissions.exclusion.serializers import (
    AnswerSerializer,
    ExcludeSerializer,
    ExclusionSerializer,
    LiftSerializer,
    OrganisersSubmissionQuerySerializer,
    OrganisersSubmissionSerializer,
)
from submissions.models import Exclusion, Submission


class ExclusionListViewSet(mixins.ListModelMixin, GenericViewSet):
    """What lists of exclusions share."""

    permission_classes = [IsAuthenticated]
    serializer_class = ExclusionSerializer
    queryset = Exclusion.objects.none()
    filter_backends = []

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.request.user}


class ExclusionOfCompetitionViewSet(ExclusionListViewSet):
    """Every exclusion in a competition, for its organisers."""

    def get_queryset(self) -> QuerySet[Exclusion]:
        if getattr(self, "swagger_fake_view", False):
            return Exclusion.objects.none()
        return Exclusion.objects.for_display().filter(competition=organised(self.request, self.kwargs["competition"]))

    @docs.list_of_competition
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)


class ExclusionOfTeamViewSet(ExclusionListViewSet):
    """What was excluded of one team, and the act of disqualifying it."""

    def team(self) -> Team:
        return find_team(self.request, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Exclusion]:
        if getattr(self, "swagger_fake_view", False):
            return Exclusion.objects.none()
        team = self.team()
        may.see_of_team(self.request.user, team).require()
        return Exclusion.objects.for_display().filter(team=team)

    @docs.list_of_team
    def list(self, request: Request, pk: int) -> Response:
        return super().list(request, pk=pk)

    @docs.disqualify
    def create(self, request: Request, pk: int) -> Response:
        team = self.team()
        may.exclude(request.user, team.competition).require()
        exclusion = services.disqualify(
            team=team, by=signed_in(request), at=timezone.now(), **sent(request, ExcludeSerializer)
        )
        return Response(body_of(request, exclusion), status=status.HTTP_201_CREATED)


class ExclusionOfSubmissionViewSet(ViewSet):
    """The act of voiding a submission."""

    permission_classes = [IsAuthenticated]

    @docs.void
    def create(self, request: Request, pk: int) -> Response:
        submission = submission_to_void(request, pk)
        exclusion = services.void(
            submission=submission, by=signed_in(request), at=timezone.now(), **sent(request, ExcludeSerializer)
        )
        return Response(body_of(request, exclusion), status=status.HTTP_201_CREATED)


class ExclusionViewSet(ViewSet):
    """What is done about one exclusion."""

    permission_classes = [IsAuthenticated]
    lookup_value_converter = "int"

    @docs.lift
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: int) -> Response:
        exclusion = found_exclusion(request, pk)
        may.exclude(request.user, exclusion.competition).require()
        lifted = services.lift(
            exclusion=exclusion, by=signed_in(request), at=timezone.now(), **sent(request, LiftSerializer)
        )
        return Response(body_of(request, lifted))

    @docs.answer
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: int) -> Response:
        exclusion = found_exclusion(request, pk)
        may.answer(request.user, exclusion).require()
        text = sent(request, AnswerSerializer)["answer"]
        answered = services.answer(exclusion=exclusion, text=text, by=signed_in(request), at=timezone.now())
        return Response(body_of(request, answered))


class OrganisersSubmissionViewSet(mixins.ListModelMixin, GenericViewSet):
    """The submissions of a competition as organisers see them: without files, memos and private scores."""

    permission_classes = [IsAuthenticated]
    serializer_class = OrganisersSubmissionSerializer
    queryset = Submission.objects.none()
    filter_backends = []

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        competition = organised(self.request, self.kwargs["competition"])
        query = OrganisersSubmissionQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        rows = Submission.objects.filter(phase=competition.phase, **query.validated_data)
        return rows.select_related("team", "user").order_by("-created_at", "-pk")

    @docs.list_submissions
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)


def organised(request: Request, key: str) -> Competition:
    """The competition of the address, if the person asking organises it."""
    found = find_competition(request, key)
    may.see_all(request.user, found).require()
    return found


def found_exclusion(request: Request, pk: int) -> Exclusion:
    """The exclusion, if it is of a team of the person asking, or of a competition they organise.

    Raises:
        NotVisible: it is none of their business.
    """
    found = Exclusion.objects.for_display().filter(pk=pk).first()
    if found is None or not may.see_of_team(request.user, found.team):
        raise NotVisible
    return found


def submission_to_void(request: Request, pk: int) -> Submission:
    """The submission, if the person asking organises its competition. For everybody else it does not exist."""
    found = Submission.objects.select_related("competition__current_phase", "phase", "team").filter(pk=pk).first()
    if found is None or not may.exclude(request.user, found.competition):
        raise NotVisible
    return found


def body_of(request: Request, exclusion: Exclusion) -> dict[str, Any]:
    row = Exclusion.objects.for_display().get(pk=exclusion.pk)
    return ExclusionSerializer(row, context={"request": request, "user": request.user}).data
