"""The metrics there are, explained: to read, for everybody."""

from __future__ import annotations

from django.http import Http404
from django.utils.cache import patch_cache_control
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.explaining import docs
from competitions.explaining.serializers import ExplainedMetricSerializer
from scoring import all_metrics, get

HOUR = 3600


class MetricViewSet(ViewSet):
    """What the built-in metrics compute. Nothing here depends on a competition or on who asks."""

    lookup_field = "name"
    permission_classes = []

    @docs.list_metrics
    def list(self, request: Request) -> Response:
        return _kept(Response(ExplainedMetricSerializer(all_metrics(), many=True).data))

    @docs.get_metric
    def retrieve(self, request: Request, name: str) -> Response:
        try:
            metric = get(name)
        except KeyError:
            raise Http404 from None
        return _kept(Response(ExplainedMetricSerializer(metric).data))


def _kept(response: Response) -> Response:
    """The answer, which clients may keep: it changes with the program only."""
    patch_cache_control(response, public=True, max_age=HOUR)
    return response
