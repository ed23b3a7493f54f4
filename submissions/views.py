"""Submitting, and a team's own submissions. What belongs to other teams does not exist here."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions import permissions as can
from competitions.boards import board_of
from competitions.lookup import find_phase, find_team
from competitions.models import Phase, Team
from foundation.downloads import file_response
from foundation.refusals import NotVisible
from foundation.requests import signed_in
from submissions import docs, services
from submissions.filters import SubmissionFilter
from submissions.limits import allowance
from submissions.models import Submission
from submissions.querysets import SubmissionQuerySet
from submissions.receipts import path_of, receipt_of
from submissions.serializers import (
    AllowanceSerializer,
    DescribeSerializer,
    OfPhaseSerializer,
    PathSerializer,
    ReceiptSerializer,
    SharedExperimentSerializer,
    SubmissionSerializer,
    SubmitSerializer,
    result_of,
)
from submissions.uploads import FILE_PARSERS, forget_upload, prepare_upload


def own_team(request: Request, pk: int) -> Team:
    """The team with this id, if the reader is in it.

    Raises:
        NotVisible: no such team, as far as the reader may know.
        NotTeamMember: a team of others.
    """
    own = Team.objects.of_user(request.user).select_related("competition__current_phase").filter(pk=pk).first()
    if own is not None:
        return own
    team = find_team(request, pk)
    can.look_inside(request.user, team.competition).require()
    can.see_team_internals(request.user, team).require()
    return team


def phase_asked(request: Request, team: Team) -> Phase:
    """The phase that the query names, else the one that is meant where none is named."""
    query = OfPhaseSerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    number = query.validated_data.get("phase")
    return team.competition.phase if number is None else find_phase(team.competition, number)


def submission_body(request: Request, submission: Submission) -> dict[str, Any]:
    """A submission in the shape that answers have, with its private score once that is open."""
    context = {"request": request, **private_context(request, submission.phase)}
    return SubmissionSerializer(submission, context=context).data


def private_context(request: Request, phase: Phase) -> dict[str, int | None]:
    verdict = can.view_private_leaderboard(request.user, phase, timezone.now())
    return {"private_of": phase.pk if verdict else None}


class SubmitViewSet(ViewSet):
    """Where predictions are sent."""

    permission_classes = [IsAuthenticated]
    # The names on the wire are read as they are: with a session, the CSRF check has parsed the form before us.
    parser_classes = [MultiPartParser, *FILE_PARSERS]
    throttle_scope = "submissions"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too large before reading it, and so before the CSRF check parses the form."""
        prepare_upload(request)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        forget_upload(self.request)
        return super().handle_exception(exc)

    @docs.submit
    def create(self, request: Request) -> Response:
        # No parser is asked about a body without a byte: then it is the file that is missing, not the other fields.
        form = SubmitSerializer(data=request.data or request.query_params)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        team = own_team(request, fields["team"])
        number = fields["phase"]
        phase = team.competition.phase if number is None else find_phase(team.competition, number)
        # The moment the whole file is here: who begins to send before the end and finishes after it is late.
        at = timezone.now()
        outcome = services.submit(
            user=signed_in(request),
            team=team,
            phase=phase,
            file=fields["file"],
            filename=fields["file"].name,
            memo=fields["memo"],
            cv_score=fields["cvScore"],
            experiment=fields["experiment"],
            source=Submission.Source.WEB if request.auth is None else Submission.Source.API,
            at=at,
        )
        answer = {
            "submission": submission_body(request, outcome.submission),
            "result": result_of(outcome),
            "allowance": AllowanceSerializer(outcome.allowance).data,
            "receipt": None if outcome.is_queued else ReceiptSerializer(receipt_of(outcome.submission)).data,
        }
        return Response(
            answer,
            status=status.HTTP_202_ACCEPTED if outcome.is_queued else status.HTTP_201_CREATED,
            headers={"Location": reverse("submission-detail", args=[outcome.submission.pk])},
        )


class TeamSubmissionViewSet(mixins.ListModelMixin, GenericViewSet):
    """The submissions of one of the reader's teams."""

    permission_classes = [IsAuthenticated]
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilter
    queryset = Submission.objects.none()

    @cached_property
    def team(self) -> Team:
        return own_team(self.request, self.kwargs["pk"])

    @cached_property
    def phase(self) -> Phase:
        return phase_asked(self.request, self.team)

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        return Submission.objects.filter(team=self.team, phase=self.phase).for_display()

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        return {**context, **private_context(self.request, self.phase)}

    @docs.list_of_team
    def list(self, request: Request, pk: int) -> Response:
        return super().list(request, pk=pk)


class AllowanceViewSet(ViewSet):
    """What the limits leave to one of the reader's teams."""

    permission_classes = [IsAuthenticated]

    @docs.allowance
    def retrieve(self, request: Request, pk: int) -> Response:
        team = own_team(request, pk)
        left = allowance(team, phase_asked(request, team), timezone.now())
        return Response(AllowanceSerializer(left).data)


class SubmissionViewSet(GenericViewSet):
    """One submission of one of the reader's teams."""

    permission_classes = [IsAuthenticated]
    serializer_class = SubmissionSerializer
    queryset = Submission.objects.none()
    filter_backends = []
    lookup_value_converter = "int"

    def get_queryset(self) -> SubmissionQuerySet:
        return Submission.objects.of_teams_of(self.request.user).for_display()

    def get_object(self) -> Submission:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotVisible
        return found

    @docs.retrieve
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(submission_body(request, self.get_object()))

    @docs.describe
    def partial_update(self, request: Request, pk: int) -> Response:
        submission = self.get_object()
        form = DescribeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(submission_body(request, services.describe(submission=submission, **form.validated_data)))

    @docs.experiment
    @action(detail=True, permission_classes=[AllowAny])
    def experiment(self, request: Request, pk: int) -> Response:
        readable = Submission.objects.with_readable_experiment(request.user).select_related("phase", "team")
        found = readable.filter(pk=pk).first()
        # What the leaderboard holds back, nobody else learns of either.
        if found is None or not (
            can.is_member(request.user, found.team) or board_of(found.phase).takes(found.created_at)
        ):
            raise NotVisible
        return Response(SharedExperimentSerializer(found).data)

    @docs.file
    @action(detail=True)
    def file(self, request: Request, pk: int) -> HttpResponseBase:
        return file_response(request, self.get_object())

    @docs.receipt
    @action(detail=True)
    def receipt(self, request: Request, pk: int) -> Response:
        return Response(ReceiptSerializer(receipt_of(self.get_object())).data)

    @docs.receipt_path
    @action(detail=True, url_path="receipt/path", url_name="receipt-path")
    def receipt_path(self, request: Request, pk: int) -> Response:
        return Response(PathSerializer(path_of(receipt_of(self.get_object()))).data)

    @docs.select
    @action(detail=True, methods=["put"])
    def selection(self, request: Request, pk: int) -> Response:
        return self.mark(request, is_selected=True)

    @docs.unselect
    @selection.mapping.delete
    def unselect(self, request: Request, pk: int) -> Response:
        return self.mark(request, is_selected=False)

    def mark(self, request: Request, *, is_selected: bool) -> Response:
        marked = services.select(
            submission=self.get_object(), selected=is_selected, by=signed_in(request), at=timezone.now()
        )
        return Response(submission_body(request, marked))
