"""Own metrics over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from djangorestframework_camel_case.parser import CamelCaseJSONParser, CamelCaseMultiPartParser
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_competition_to_edit
from competitions.metrics import docs, services, trying
from competitions.metrics.conditions import conditions, uses_of
from competitions.metrics.serializers import (
    ConditionsSerializer,
    CurrentMetricSerializer,
    MetricFailureSerializer,
    OwnMetricSerializer,
    OwnMetricWithSourceSerializer,
    ShowMetricSerializer,
    SignatureSerializer,
    SourceSerializer,
    UploadMetricSerializer,
    UseMetricSerializer,
)
from competitions.models import Competition, OwnMetric
from competitions.solution.services import active_metric
from foundation.refusals import NotVisible
from foundation.requests import sent, signed_in
from scoring.own.signature import MOST_BYTES


class OwnMetricViewSet(mixins.ListModelMixin, GenericViewSet):
    """The versions of a competition's own metric."""

    permission_classes = [IsAuthenticated]
    parser_classes = [CamelCaseMultiPartParser, CamelCaseJSONParser]
    serializer_class = OwnMetricSerializer
    queryset = OwnMetric.objects.none()
    filter_backends = []
    lookup_field = "version"
    lookup_value_converter = "int"

    def competition(self) -> Competition:
        """The competition of the address, if the person asking organises it."""
        return find_competition_to_edit(self.request, self.kwargs["competition"])

    def get_queryset(self) -> QuerySet[OwnMetric]:
        if getattr(self, "swagger_fake_view", False):
            return OwnMetric.objects.none()
        return self.competition().phase.own_metrics.select_related("competition", "phase", "created_by")

    def get_object(self) -> OwnMetric:
        found = self.get_queryset().filter(version=self.kwargs["version"]).first()
        if found is None:
            raise NotVisible
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["uses"] = uses_of(self.competition().phase)
        return context

    @docs.list_metrics
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)

    @docs.upload
    def create(self, request: Request, competition: str) -> Response:
        found = self.competition()
        fields = sent(request, UploadMetricSerializer)
        file = fields.pop("file")
        metric = services.upload_metric(
            phase=found.phase,
            source=file.read(MOST_BYTES + 1),
            filename=file.name,
            by=signed_in(request),
            at=timezone.now(),
            **fields,
        )
        return Response(OwnMetricSerializer(metric).data, status=status.HTTP_201_CREATED)

    @docs.retrieve
    def retrieve(self, request: Request, competition: str, version: int) -> Response:
        return Response(OwnMetricWithSourceSerializer(self.get_object()).data)

    @docs.show
    def partial_update(self, request: Request, competition: str, version: int) -> Response:
        metric = self.get_object()
        fields = sent(request, ShowMetricSerializer)
        services.show_source(metric=metric, by=signed_in(request), **fields)
        return Response(OwnMetricSerializer(metric).data)

    @docs.try_out
    @action(detail=True, methods=["post"])
    def trial(self, request: Request, competition: str, version: int) -> Response:
        metric = trying.start_trial(metric=self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(OwnMetricSerializer(metric).data, status=status.HTTP_202_ACCEPTED)

    @docs.use
    @action(detail=True, methods=["post"])
    def use(self, request: Request, competition: str, version: int) -> Response:
        metric = self.get_object()
        fields = sent(request, UseMetricSerializer)
        services.use_metric(metric=metric, by=signed_in(request), at=timezone.now(), **fields)
        return Response(OwnMetricSerializer(self.get_object()).data)

    @docs.read_signature
    @action(detail=False, methods=["post"])
    def signature(self, request: Request, competition: str) -> Response:
        self.competition()
        signature = services.read_metric(sent(request, SourceSerializer)["source"])
        told = {"parameters": [one.as_dict() for one in signature.parameters], "description": signature.description}
        return Response(SignatureSerializer(told).data)

    @docs.conditions
    @action(detail=False, url_path="conditions", pagination_class=None)
    def told_conditions(self, request: Request, competition: str) -> Response:
        told = conditions(self.competition().phase, timezone.now(), for_staff=signed_in(request).is_staff)
        return Response(ConditionsSerializer(told).data)

    @docs.current
    @action(detail=False)
    def current(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.look_inside(request.user, found).require()
        metric = active_metric(found.phase)
        if metric is None:
            raise NotVisible
        shows = bool(can.read_metric_source(request.user, found, metric))
        return Response(CurrentMetricSerializer(metric, context={"shows_source": shows}).data)

    @docs.failures
    @action(detail=False, pagination_class=None)
    def failures(self, request: Request, competition: str) -> Response:
        found = self.competition()
        rows = found.metric_failures.filter(own_metric__phase=found.phase).readable_by(request.user, timezone.now())
        return Response(MetricFailureSerializer(rows.select_related("own_metric"), many=True).data)
