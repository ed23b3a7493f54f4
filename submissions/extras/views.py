"""Extra submissions over HTTP."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from competitions.lookup import find_team
from foundation.requests import sent, signed_in
from submissions.extras import docs, permissions as may
from submissions.extras.serializers import ExtraSubmissionsSerializer, GiveExtraSerializer
from submissions.extras.services import give
from submissions.models import ExtraSubmissions


class ExtraSubmissionsViewSet(mixins.ListModelMixin, GenericViewSet):
    """What organisers gave one team."""

    permission_classes = [IsAuthenticated]
    serializer_class = ExtraSubmissionsSerializer
    queryset = ExtraSubmissions.objects.none()
    filter_backends = []

    def get_queryset(self) -> QuerySet[ExtraSubmissions]:
        if getattr(self, "swagger_fake_view", False):
            return ExtraSubmissions.objects.none()
        team = find_team(self.request, self.kwargs["pk"])
        may.see(self.request.user, team).require()
        return ExtraSubmissions.objects.filter(team=team).select_related("by")

    @docs.list_extras
    def list(self, request: Request, pk: int) -> Response:
        return super().list(request, pk=pk)

    @docs.give
    def create(self, request: Request, pk: int) -> Response:
        team = find_team(request, pk)
        may.give(request.user, team.competition).require()
        extra = give(team=team, by=signed_in(request), at=timezone.now(), **sent(request, GiveExtraSerializer))
        return Response(ExtraSubmissionsSerializer(extra).data, status=status.HTTP_201_CREATED)
