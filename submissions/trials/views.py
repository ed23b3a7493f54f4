"""Trials and baselines over HTTP: for organisers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from competitions.lookup import find_competition
from competitions.models import Competition
from foundation.refusals import NotVisible
from foundation.requests import sent, signed_in
from submissions.models import Trial
from submissions.trials import docs, permissions as may, services
from submissions.trials.serializers import BaselineSerializer, TrialSerializer, TryOutSerializer


class TrialViewSet(mixins.ListModelMixin, GenericViewSet):
    """What organisers of a competition tried out."""

    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser, JSONParser]
    serializer_class = TrialSerializer
    queryset = Trial.objects.none()
    filter_backends = []
    lookup_value_converter = "int"

    def competition(self) -> Competition:
        """The competition of the address, if the person asking organises it."""
        found = find_competition(self.request, self.kwargs["competition"])
        may.try_out(self.request.user, found).require()
        return found

    def get_queryset(self) -> QuerySet[Trial]:
        if getattr(self, "swagger_fake_view", False):
            return Trial.objects.none()
        return self.competition().phase.trials.select_related("user", "solution", "baseline", "competition", "phase")

    def get_object(self) -> Trial:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotVisible
        return found

    @docs.list_trials
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)

    @docs.try_out
    def create(self, request: Request, competition: str) -> Response:
        found = self.competition()
        file: Any = sent(request, TryOutSerializer)["file"]
        trial = services.try_out(
            phase=found.phase, file=file, filename=file.name, by=signed_in(request), at=timezone.now()
        )
        waits = trial.status == Trial.Status.PENDING
        code = status.HTTP_202_ACCEPTED if waits else status.HTTP_201_CREATED
        return Response(TrialSerializer(trial).data, status=code)

    @docs.delete
    def destroy(self, request: Request, competition: str, pk: int) -> Response:
        services.delete_trial(trial=self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @docs.set_baseline
    @action(detail=True, methods=["put"], parser_classes=[JSONParser])
    def baseline(self, request: Request, competition: str, pk: int) -> Response:
        trial = self.get_object()
        name = sent(request, BaselineSerializer)["name"]
        services.set_baseline(trial=trial, name=name, by=signed_in(request), at=timezone.now())
        return Response(TrialSerializer(self.get_object()).data)

    @docs.remove_baseline
    @baseline.mapping.delete
    def remove_baseline(self, request: Request, competition: str, pk: int) -> Response:
        services.remove_baseline(trial=self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
