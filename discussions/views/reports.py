"""What users reported, for those who moderate."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from competitions.views.openapi import NOT_FOUND, PK, refusal
from discussions.exceptions import NoSuchPost
from discussions.models import Report
from discussions.permissions import moderate
from discussions.serializers.reports import ReportSerializer, ResolveSerializer
from discussions.services import moderation
from discussions.views.discussions import TalkView
from discussions.views.lookup import competition_in_query

TAGS = ["Moderation"]


class ReportsView(TalkView):
    permission_classes = [IsAuthenticated]
    pagination_class = api_settings.DEFAULT_PAGINATION_CLASS

    @extend_schema(
        operation_id="listReports",
        tags=TAGS,
        parameters=[
            OpenApiParameter("competition", str, description="Slug or id; `site`: site-wide posts; none: all yours."),
            OpenApiParameter("state", str, enum=["open", "resolved"]),
            OpenApiParameter("page", int),
            OpenApiParameter("pageSize", int),
        ],
        responses={200: ReportSerializer(many=True), 403: refusal("not_a_moderator"), **NOT_FOUND},
        description="Reports of posts in the competitions you organise; staff: of site-wide posts.",
    )
    def get(self, request: Request) -> Response:
        rows = Report.objects.moderated_by(request.user).for_display()
        place = request.query_params.get("competition", "")
        if place == "site":
            moderate(request.user, None).require()
            rows = rows.in_competition(None)
        elif place:
            competition = competition_in_query(request, place)
            moderate(request.user, competition).require()
            rows = rows.in_competition(competition)
        if state := request.query_params.get("state"):
            rows = rows.filter(state="open") if state == "open" else rows.exclude(state="open")
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows, request, view=self)
        return paginator.get_paginated_response(ReportSerializer(page, many=True).data)


class ResolveView(TalkView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="resolveReport",
        tags=TAGS,
        parameters=[PK],
        request=ResolveSerializer,
        responses={200: ReportSerializer, **NOT_FOUND, 409: refusal("already_resolved")},
        description="Hide the reported post or dismiss the report, and all open ones of the same post. Moderators.",
    )
    def post(self, request: Request, pk: int) -> Response:
        form = ResolveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        moderation.resolve(
            report=self.find(request, pk),
            by=request.user,
            hides=fields["action"] == "hide",
            reason=fields["reason"],
            at=timezone.now(),
        )
        return Response(ReportSerializer(self.find(request, pk)).data)

    def find(self, request: Request, pk: int) -> Report:
        found = Report.objects.moderated_by(request.user).for_display().filter(pk=pk).first()
        if found is None:
            raise NoSuchPost
        return found
