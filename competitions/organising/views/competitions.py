"""The list of competitions, one of them, and a preview of Markdown."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from djangorestframework_camel_case.parser import CamelCaseJSONParser, CamelCaseMultiPartParser
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_competition_to_edit
from competitions.models import Competition
from competitions.organising.calendars import calendar_of
from competitions.organising.creating import create_competition, delete_draft, free_slug
from competitions.organising.editing import edit_competition
from competitions.organising.filters import CompetitionFilter
from competitions.organising.publishing import (
    plan_publication,
    planned_publication,
    starts_before,
    take_back_publication,
)
from competitions.organising.readiness import Weight, readiness
from competitions.organising.serializers import (
    CompetitionEditSerializer,
    CompetitionListSerializer,
    MarkdownSerializer,
    NewCompetitionSerializer,
    PlannedPublicationSerializer,
    PlanPublicationSerializer,
    ReadinessSerializer,
    told,
)
from competitions.organising.views import docs
from competitions.querysets import CompetitionQuerySet
from foundation import markdown
from foundation.requests import sent, signed_in
from foundation.throttling import CostlyThrottle


@docs.competitions
class CompetitionViewSet(mixins.ListModelMixin, GenericViewSet[Competition]):
    """The competitions that whoever asks may see."""

    queryset = Competition.objects.none()
    serializer_class = CompetitionListSerializer
    filterset_class = CompetitionFilter
    parser_classes = [CamelCaseJSONParser, CamelCaseMultiPartParser]  # the banner is a file
    lookup_url_kwarg = "competition"
    lookup_value_converter = "slug"

    def get_queryset(self) -> CompetitionQuerySet:
        return Competition.objects.listed_for(self.request.user).with_facts_for(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}

    def create(self, request: Request) -> Response:
        by = signed_in(request)
        can.create_competition(by).require()
        fields = sent(request, NewCompetitionSerializer)
        fields.setdefault("slug", free_slug(fields["title"]))
        draft = create_competition(by=by, at=timezone.now(), **fields)
        row = Competition.objects.with_details_for(by).get(pk=draft.pk)
        return Response(told(request, row), status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition, rows=Competition.objects.with_details_for(request.user))
        return Response(told(request, found))

    @action(detail=True, filter_backends=[], pagination_class=None)
    def calendar(self, request: Request, competition: str) -> HttpResponse:
        found = find_competition(request, competition)
        response = HttpResponse(calendar_of(found, timezone.now()), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'inline; filename="{found.slug}.ics"'
        response["Cache-Control"] = "private, no-cache"
        return response

    def partial_update(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        form = CompetitionEditSerializer(found, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        edit_competition(
            competition=found,
            reason=changes.pop("reason", ""),
            publish_anyway=changes.pop("publish_anyway", False),
            changes=changes,
            by=signed_in(request),
            at=timezone.now(),
        )
        return self.retrieve(request, competition)

    def destroy(self, request: Request, competition: str) -> Response:
        delete_draft(competition=find_competition(request, competition), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadinessView(APIView):
    """What speaks against publishing a competition, as it is now."""

    # It compares tables, each time anew.
    throttle_classes = [CostlyThrottle]

    @docs.readiness
    def get(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        findings = readiness(found)
        allowed = all(one.weight is not Weight.FORBIDS for one in findings)
        return Response(ReadinessSerializer({"can_be_published": allowed, "findings": findings}).data)


@docs.publication
class PublicationViewSet(ViewSet):
    """The moment at which a draft is published, if one is chosen."""

    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        return Response(_planned(found))

    def update(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        with timezone.override(ZoneInfo(found.time_zone)):  # of which a moment without an offset is
            fields = sent(request, PlanPublicationSerializer)
        plan_publication(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        return Response(_planned(found))

    def destroy(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        take_back_publication(competition=found, by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _planned(competition: Competition) -> dict[str, Any]:
    plan = planned_publication(competition)
    told_of = {
        "publish_at": plan and plan.publish_at,
        "planned_by": plan and plan.planned_by,
        "starts_before": plan is not None and starts_before(competition, plan.publish_at),
        "stopped_at": plan and plan.stopped_at,
        "problems": [] if plan is None else plan.local_problems,
    }
    return dict(PlannedPublicationSerializer(told_of).data)


class MarkdownView(APIView):
    """What a text will look like; nothing is kept."""

    @docs.markdown
    def post(self, request: Request) -> Response:
        return Response({"html": markdown.render(sent(request, MarkdownSerializer)["body"])})
