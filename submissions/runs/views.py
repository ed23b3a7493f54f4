"""Private scoring, rescoring and the confirmation over HTTP: for organisers."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions import permissions as can
from competitions.leaderboards.export import csv_response
from competitions.leaderboards.queries import PRIVATE, Leaderboard, own_team_id, tells_brackets
from competitions.leaderboards.views import asked_bracket, board_page, search_words
from competitions.lookup import find_competition
from competitions.models import Competition
from foundation.refusals import NotVisible
from foundation.requests import signed_in
from submissions.models import ScoringRun
from submissions.runs import docs, permissions as may
from submissions.runs.confirming import confirm_private_leaderboard, unconfirm_private_leaderboard
from submissions.runs.previewing import open_preview
from submissions.runs.serializers import (
    ConfirmationSerializer,
    ScoringRunSerializer,
    StartRunSerializer,
    UnconfirmSerializer,
)
from submissions.runs.starting import start_run


class ScoringRunViewSet(mixins.ListModelMixin, GenericViewSet):
    """The private scorings and rescorings of a competition."""

    serializer_class = ScoringRunSerializer
    queryset = ScoringRun.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[ScoringRun]:
        if getattr(self, "swagger_fake_view", False):
            return ScoringRun.objects.none()
        return self.competition().phase.scoring_runs.select_related("started_by")

    def competition(self) -> Competition:
        """The competition of the address, if the person asking organises it."""
        found = find_competition(self.request, self.kwargs["competition"])
        may.see_runs(self.request.user, found).require()
        return found

    @docs.list_runs
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)

    @docs.start
    def create(self, request: Request, competition: str) -> Response:
        found = self.competition()
        form = StartRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        run = start_run(phase=found.phase, by=signed_in(request), at=timezone.now(), **form.validated_data)
        return Response(ScoringRunSerializer(run).data, status=status.HTTP_201_CREATED)

    @docs.retrieve
    def retrieve(self, request: Request, competition: str, pk: int) -> Response:
        run = self.get_queryset().filter(pk=pk).first()
        if run is None:
            raise NotVisible
        return Response(ScoringRunSerializer(run).data)


class ConfirmationViewSet(ViewSet):
    """Opening the private leaderboard, and closing it again."""

    @docs.confirm
    @action(detail=False, methods=["post"])
    def confirm(self, request: Request, competition: str) -> Response:
        found, by, at = find_competition(request, competition), signed_in(request), timezone.now()
        may.confirm_private_leaderboard(by, found.phase, at).require()
        phase = confirm_private_leaderboard(phase=found.phase, by=by, at=at)
        return Response(ConfirmationSerializer(phase).data)

    @docs.unconfirm
    @action(detail=False, methods=["post"])
    def unconfirm(self, request: Request, competition: str) -> Response:
        found, by, at = find_competition(request, competition), signed_in(request), timezone.now()
        may.confirm_private_leaderboard(by, found.phase, at).require()
        form = UnconfirmSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        phase = unconfirm_private_leaderboard(phase=found.phase, by=by, at=at, **form.validated_data)
        return Response(ConfirmationSerializer(phase).data)


class PreviewViewSet(ViewSet):
    """The private leaderboard as it will be, for organisers before they confirm it."""

    @docs.preview
    @action(detail=False)
    def preview(self, request: Request, competition: str) -> Response:
        found = preview_of(request, competition)
        board = Leaderboard(
            found.phase,
            PRIVATE,
            own_team_id(request.user, found),
            fresh=True,
            search=search_words(request),
            bracket=asked_bracket(request, found),
            tells_brackets=tells_brackets(found),
        )
        answer = Response(board_page(self, request, board, timezone.now()))
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    @docs.preview_csv
    @action(detail=False, url_path="preview/csv")
    def preview_csv(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = preview_of(request, competition)
        bracket = asked_bracket(request, found)
        board = Leaderboard(found.phase, PRIVATE, fresh=True, bracket=bracket, tells_brackets=tells_brackets(found))
        return csv_response(board, name=f"{found.slug}-private-preview{f'-{bracket.slug}' if bracket else ''}")


def preview_of(request: Request, key: str) -> Competition:
    """The competition, if the person asking may look at its private side before everybody else."""
    found = find_competition(request, key)
    can.preview_private_leaderboard(request.user, found.phase, timezone.now()).require()
    open_preview(phase=found.phase, by=signed_in(request), at=timezone.now())
    return found
