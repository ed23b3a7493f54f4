"""The Markdown pages of a competition."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_competition_to_edit
from competitions.models import Competition, Page
from competitions.organising.editing import add_page, delete_page, save_page
from competitions.organising.serializers import PageEditSerializer, PageSerializer
from competitions.organising.views import docs
from foundation.refusals import NotVisible
from foundation.requests import sent, signed_in


@docs.pages
class PageViewSet(ViewSet):
    """The pages of the competition that the address names."""

    lookup_url_kwarg = "page"
    lookup_value_converter = "slug"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        return Response(PageSerializer(found.pages.all(), many=True, context=context_of(request, found)).data)

    def create(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        page = add_page(
            competition=found, fields=sent(request, PageEditSerializer), by=signed_in(request), at=timezone.now()
        )
        return Response(PageSerializer(page, context=context_of(request, found)).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, competition: str, page: str) -> Response:
        found = find_competition(request, competition)
        return Response(PageSerializer(find_page(found, page), context=context_of(request, found)).data)

    def partial_update(self, request: Request, competition: str, page: str) -> Response:
        found = find_competition_to_edit(request, competition)
        row = find_page(found, page)
        form = PageEditSerializer(row, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(row, name, value)
        saved = save_page(competition=found, page=row, by=signed_in(request), at=timezone.now())
        return Response(PageSerializer(saved, context=context_of(request, found)).data)

    def destroy(self, request: Request, competition: str, page: str) -> Response:
        found = find_competition_to_edit(request, competition)
        delete_page(page=find_page(found, page), by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def context_of(request: Request, competition: Competition) -> dict[str, Any]:
    return {"is_host": bool(can.edit(request.user, competition))}


def find_page(competition: Competition, slug: str) -> Page:
    """The page of the competition with this slug.

    Raises:
        NotVisible: there is none.
    """
    page = competition.pages.filter(slug=slug).first()
    if page is None:
        raise NotVisible
    return page
