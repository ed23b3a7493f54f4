"""Competitions as files: taken out, put in, copied; and drafts deleted."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils import timezone
from djangorestframework_camel_case.parser import CamelCaseJSONParser, CamelCaseMultiPartParser
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.bundles import docs
from competitions.bundles.cloning import clone_competition
from competitions.bundles.reading import import_bundle
from competitions.bundles.serializers import ArchiveQuerySerializer, BundleSerializer, CloneSerializer
from competitions.bundles.writing import archive_chunks, bundle_chunks
from competitions.lookup import find_competition_to_edit
from competitions.models import Competition
from competitions.organising.serializers import told
from foundation.requests import sent, signed_in


@docs.clones
class CloneViewSet(ViewSet):
    def create(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        by, at = signed_in(request), timezone.now()
        with timezone.override(ZoneInfo(found.time_zone)):  # of which a moment without an offset is
            fields = sent(request, CloneSerializer)
        return made(request, clone_competition(competition=found, by=by, at=at, **fields))


@docs.bundle
class BundleViewSet(ViewSet):
    def retrieve(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = find_competition_to_edit(request, competition)
        return zip_download(bundle_chunks(competition=found, by=signed_in(request)), name=found.slug)


@docs.archive
class ArchiveViewSet(ViewSet):
    def retrieve(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = find_competition_to_edit(request, competition)
        asked = ArchiveQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        pseudonyms = asked.validated_data["pseudonyms"]
        chunks = archive_chunks(competition=found, pseudonyms=pseudonyms, by=signed_in(request), at=timezone.now())
        return zip_download(chunks, name=f"{found.slug}-archive")


@docs.bundles
class BundlesViewSet(ViewSet):
    # JSON is read too, to say what is missing in it: a file.
    parser_classes = [CamelCaseMultiPartParser, CamelCaseJSONParser]

    def create(self, request: Request) -> Response:
        by, at = signed_in(request), timezone.now()
        can.create_competition(by).require()
        fields = sent(request, BundleSerializer)
        return made(request, import_bundle(file=fields.pop("bundle"), by=by, at=at, **fields))


def zip_download(chunks: Iterator[bytes], *, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        chunks,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "private, no-store"},
    )


def made(request: Request, draft: Competition) -> Response:
    """The answer that tells of a new draft."""
    row = Competition.objects.with_details_for(request.user).get(pk=draft.pk)
    return Response(told(request, row), status=status.HTTP_201_CREATED)
