"""The Markdown pages of a competition."""

from __future__ import annotations

from django.db.models import Max
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.exceptions import NotVisible
from competitions.models import Competition, Page
from competitions.serializers.competition import PageSerializer
from competitions.services.editing import save_page
from competitions.views.lookup import find_competition, signed_in
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, NOT_FOUND, refusal

TAGS = ["Competition pages"]


class PagesView(APIView):
    @extend_schema(
        operation_id="listPages",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: PageSerializer(many=True), **NOT_FOUND},
        description="All pages of the competition in their order. Open to everybody who may see the competition.",
    )
    def get(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        return Response(PageSerializer(found.pages.all(), many=True).data)

    @extend_schema(
        operation_id="addPage",
        tags=TAGS,
        parameters=[COMPETITION],
        request=PageSerializer,
        responses={201: PageSerializer, 409: refusal("page_slug_taken"), **HOSTS_ONLY},
        description="Add a page, last where no position is given. Organisers only.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        serializer = PageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        if "position" not in fields:
            last = found.pages.aggregate(last=Max("position"))["last"]
            fields["position"] = 0 if last is None else last + 1
        page = save_page(competition=found, page=Page(**fields), by=signed_in(request))
        return Response(PageSerializer(page).data, status=status.HTTP_201_CREATED)


class PageView(APIView):
    @extend_schema(
        operation_id="getPage",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: PageSerializer, **NOT_FOUND},
        description="One page, as Markdown and as HTML. Open to everybody who may see the competition.",
    )
    def get(self, request: Request, competition: str, page: str) -> Response:
        return Response(PageSerializer(self.find(find_competition(request, competition), page)).data)

    @extend_schema(
        operation_id="editPage",
        tags=TAGS,
        parameters=[COMPETITION],
        request=PageSerializer,
        responses={200: PageSerializer, 409: refusal("page_slug_taken"), **HOSTS_ONLY},
        description="Change a page. Organisers only.",
    )
    def patch(self, request: Request, competition: str, page: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        row = self.find(found, page)
        serializer = PageSerializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        return Response(PageSerializer(save_page(competition=found, page=row, by=signed_in(request))).data)

    @extend_schema(
        operation_id="deletePage",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={204: OpenApiResponse(description="Deleted"), **HOSTS_ONLY},
        description="Delete a page. Organisers only.",
    )
    def delete(self, request: Request, competition: str, page: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        self.find(found, page).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def find(self, competition: Competition, slug: str) -> Page:
        page = competition.pages.filter(slug=slug).first()
        if page is None:
            raise NotVisible
        return page
