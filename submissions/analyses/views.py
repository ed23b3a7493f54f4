"""The integrity desk and dry runs, for organisers, and what is noise, for everybody who sees the leaderboard."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.cache import patch_cache_control
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions.lookup import find_competition
from competitions.models import Competition, Phase, Team
from foundation.refusals import NotVisible
from foundation.requests import signed_in
from submissions.analyses import docs, permissions as may
from submissions.analyses.exceptions import NoBaseline
from submissions.analyses.serializers import (
    AnalysisSerializer,
    DryRunSerializer,
    IntegritySerializer,
    NoiseSerializer,
    StartWobbleSerializer,
    with_teams,
)
from submissions.analyses.sharing import shared_in
from submissions.analyses.starting import cancel_analysis, start_desk, start_dry_run, start_ranks, start_wobble
from submissions.analyses.wobble import known_wobble
from submissions.models import Analysis, Submission
from submissions.runs.foreseen import Present


class IntegrityViewSet(mixins.ListModelMixin, GenericViewSet):
    """The comparisons of teams' files in a competition."""

    serializer_class = AnalysisSerializer
    queryset = Analysis.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Analysis]:
        if getattr(self, "swagger_fake_view", False):
            return Analysis.objects.none()
        return (
            self.competition()
            .analyses.filter(kind=Analysis.Kind.INTEGRITY)
            .select_related("started_by")
            .defer("result")
        )

    def competition(self) -> Competition:
        """The competition of the address, if the person asking organises it."""
        found = find_competition(self.request, self.kwargs["competition"])
        may.use_desk(self.request.user, found).require()
        return found

    def found(self, pk: int) -> Analysis:
        analysis = self.get_queryset().defer(None).filter(pk=pk).first()
        if analysis is None:
            raise NotVisible
        return analysis

    @docs.list_comparisons
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)

    @docs.start_comparison
    def create(self, request: Request, competition: str) -> Response:
        analysis = start_desk(phase=self.competition().phase, by=signed_in(request), at=timezone.now())
        return Response(AnalysisSerializer(analysis).data, status=status.HTTP_201_CREATED)

    @docs.get_comparison
    def retrieve(self, request: Request, competition: str, pk: int) -> Response:
        answer = Response(IntegritySerializer(_with_findings(self.found(pk))).data)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    @docs.cancel_comparison
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, competition: str, pk: int) -> Response:
        analysis = cancel_analysis(analysis=self.found(pk), by=signed_in(request), at=timezone.now())
        return Response(AnalysisSerializer(analysis).data)


class DryRunViewSet(mixins.ListModelMixin, GenericViewSet):
    """What a rescoring would do, asked before it is done."""

    serializer_class = DryRunSerializer
    queryset = Analysis.objects.none()
    lookup_value_converter = "int"
    throttle_scope: str | None = "dry_runs"

    def get_queryset(self) -> QuerySet[Analysis]:
        if getattr(self, "swagger_fake_view", False):
            return Analysis.objects.none()
        return (
            self.competition()
            .phase.analyses.filter(kind=Analysis.Kind.DRY_RUN)
            .select_related("started_by", "solution__own_metric", "phase")
        )

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["present"] = Present(self.competition().phase)
        return context

    def competition(self) -> Competition:
        """The competition of the address, if the person asking organises it."""
        found = find_competition(self.request, self.kwargs["competition"])
        may.try_rescoring(self.request.user, found).require()
        return found

    @docs.list_dry_runs
    def list(self, request: Request, competition: str) -> Response:
        answer = super().list(request, competition=competition)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    @docs.start_dry_run
    def create(self, request: Request, competition: str) -> Response:
        analysis = start_dry_run(phase=self.competition().phase, by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(analysis).data, status=status.HTTP_201_CREATED)

    @docs.cancel_dry_run
    @action(detail=True, methods=["post"], throttle_scope="writes")
    def cancel(self, request: Request, competition: str, pk: int) -> Response:
        analysis = self.get_queryset().filter(pk=pk).first()
        if analysis is None:
            raise NotVisible
        analysis = cancel_analysis(analysis=analysis, by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(analysis).data)


class NoiseViewSet(ViewSet):
    """How much of the scores is noise."""

    @docs.get_noise
    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        may.see_noise(request.user, found).require()
        ranks = _ranks_of(found.phase) if found.phase.is_confirmed(timezone.now()) else None
        return Response(NoiseSerializer({"wobble": known_wobble(found.phase), "ranks": ranks}).data)

    @docs.measure_ranks
    def ranks(self, request: Request, competition: str) -> Response:
        found, by, at = find_competition(request, competition), signed_in(request), timezone.now()
        may.measure_ranks(by, found.phase, at).require()
        analysis = start_ranks(phase=found.phase, by=by, at=at)
        return Response(AnalysisSerializer(analysis).data, status=status.HTTP_201_CREATED)

    @docs.measure_wobble
    def wobble(self, request: Request, competition: str) -> Response:
        found, by = find_competition(request, competition), signed_in(request)
        may.measure_wobble(by, found).require()
        form = StartWobbleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        submission = Submission.objects.filter(phase=found.phase, pk=form.validated_data["submission"]).first()
        if submission is None:
            raise NoBaseline
        analysis = start_wobble(submission=submission, by=by, at=timezone.now())
        return Response(AnalysisSerializer(analysis).data, status=status.HTTP_201_CREATED)


def _with_findings(analysis: Analysis) -> Analysis:
    """What its serializer reads besides the row."""
    names = dict(Team.objects.filter(competition=analysis.competition_id).values_list("pk", "name"))
    extra: dict[str, Any] = {
        "findings": None if analysis.result is None else with_teams(analysis.result, names),
        "looks_for_shared_browsers": settings.SHARED_BROWSERS,
        "shared_browsers": shared_in(analysis.competition) if settings.SHARED_BROWSERS else [],
    }
    for name, value in extra.items():
        setattr(analysis, name, value)
    return analysis


def _ranks_of(phase: Phase) -> dict[str, Any] | None:
    newest = phase.analyses.filter(kind=Analysis.Kind.RANKS).order_by("-pk").first()
    if newest is None:
        return None
    result = newest.result or {}
    return {
        "status": newest.status,
        "progress": newest.progress,
        "seed": newest.seed,
        "measured_at": newest.finished_at if newest.result else None,
        **{name: result.get(name) for name in ("resamples", "teams", "is_enough")},
    }
