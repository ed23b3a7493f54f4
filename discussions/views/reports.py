"""What users reported, for those who moderate."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from discussions import permissions as can
from discussions.exceptions import NoSuchPost
from discussions.models import Report
from discussions.querysets import ReportQuerySet
from discussions.serializers.reports import ReportSerializer, ResolveSerializer
from discussions.services import moderation
from discussions.views import docs
from discussions.views.filters import ReportFilter
from discussions.views.lookup import competition_in_query
from discussions.views.posts import TalkViewSet
from foundation.requests import signed_in


@docs.reports
class ReportViewSet(mixins.ListModelMixin, TalkViewSet):
    """The reports that whoever asks may decide. All others do not exist here."""

    queryset = Report.objects.none()
    serializer_class = ReportSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = ReportFilter

    def get_queryset(self) -> ReportQuerySet:
        rows = Report.objects.moderated_by(self.request.user).for_display()
        if self.action == "list" and (key := self.request.query_params.get("competition", "")):
            competition = competition_in_query(self.request, key)
            can.moderate(self.request.user, competition).require()
            rows = rows.in_competition(competition)
        return rows

    def get_object(self) -> Report:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NoSuchPost
        return found

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: int) -> Response:
        fields = self.sent(ResolveSerializer)
        moderation.resolve(
            report=self.get_object(),
            by=signed_in(request),
            hides=fields["action"] == "hide",
            reason=fields["reason"],
            at=timezone.now(),
        )
        return Response(self.get_serializer(self.get_object()).data)
