"""The competition log over HTTP: to read, for everybody who may look inside."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from competitions import permissions as can
from competitions.log import docs
from competitions.log.reading import feed, kinds_in, lines
from competitions.log.serializers import KindCountSerializer, LogQuerySerializer, LogRowSerializer
from competitions.lookup import find_competition
from competitions.models import Competition, LogRow


class LogViewSet(mixins.ListModelMixin, GenericViewSet):
    """What was done in a competition that can move its ranking."""

    serializer_class = LogRowSerializer
    queryset = LogRow.objects.none()

    def get_queryset(self) -> QuerySet[LogRow]:
        if getattr(self, "swagger_fake_view", False):
            return LogRow.objects.none()
        found = self.competition()
        query = LogQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        rows = LogRow.objects.filter(competition=found).select_related("actor", "subject")
        return rows.filter(**query.validated_data).order_by("-sequence")

    def competition(self) -> Competition:
        """The competition of the address, if the person asking may look inside."""
        found = find_competition(self.request, self.kwargs["competition"])
        can.look_inside(self.request.user, found).require()
        return found

    @docs.list_log
    def list(self, request: Request, competition: str) -> Response:
        return super().list(request, competition=competition)

    @docs.log_kinds
    @action(detail=False, filter_backends=[], pagination_class=None)
    def kinds(self, request: Request, competition: str) -> Response:
        return Response(KindCountSerializer(kinds_in(self.competition()), many=True).data)

    @docs.log_lines
    @action(detail=False, filter_backends=[], pagination_class=None)
    def jsonl(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = self.competition()
        response = StreamingHttpResponse(lines(found), content_type="application/x-ndjson; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{found.slug}-log.jsonl"'
        response["Cache-Control"] = "private, no-cache"
        return response

    @docs.log_feed
    @action(detail=False, filter_backends=[], pagination_class=None)
    def feed(self, request: Request, competition: str) -> HttpResponse:
        kind = request.query_params.get("kind", "")
        content = feed(self.competition(), self.get_queryset(), kind=kind)
        return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
