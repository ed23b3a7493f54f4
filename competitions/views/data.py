"""Data files: the list, uploads by organisers, downloads by participants."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions import archives, permissions as can
from competitions.downloads import file_response
from competitions.exceptions import ArchiveBuilding, NotVisible
from competitions.models import Competition, DataFile
from competitions.serializers.data import ArchiveStatusSerializer, DataFileSerializer, DataUploadSerializer
from competitions.services.data import add_data_file, delete_data_file
from competitions.views.lookup import find_competition, signed_in
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, NOT_FOUND, PK, refusal

TAGS = ["Data"]
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=1000-`: go on where one stopped.")
BYTES = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    302: OpenApiResponse(description="The file is in an object storage: an address that is good for some minutes."),
    304: OpenApiResponse(description="It has not changed."),
    416: OpenApiResponse(description="The file does not have these bytes."),
}
MAY_DOWNLOAD = refusal("not_entered", "competition_not_started", "rules_not_accepted")


class AnyAccepted(BaseContentNegotiation):
    """Files are what they are, whatever a client says it accepts; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class DataFilesView(APIView):
    @extend_schema(
        operation_id="listDataFiles",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: DataFileSerializer(many=True), 403: refusal("not_entered"), **NOT_FOUND},
        description="Names, sizes and checksums of the data files. Open to everybody who may see the competition; in a "
        "competition by invitation, to its participants.",
    )
    def get(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.look_inside(request.user, found).require()
        rows = found.data_files.all()
        return Response(DataFileSerializer(rows, many=True, context={"competition": found}).data)

    @extend_schema(
        operation_id="addDataFile",
        tags=TAGS,
        parameters=[COMPETITION],
        request={"multipart/form-data": DataUploadSerializer},
        responses={
            201: DataFileSerializer,
            400: refusal("invalid_file_name"),
            409: refusal("file_name_taken"),
            413: refusal("file_too_large"),
            **HOSTS_ONLY,
        },
        description="Add a data file, or replace one. Organisers only.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        serializer = DataUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        fields.setdefault("name", fields["file"].name)
        data_file = add_data_file(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        body = DataFileSerializer(data_file, context={"competition": found}).data
        return Response(body, status=status.HTTP_201_CREATED)


class DataFileView(APIView):
    @extend_schema(
        operation_id="deleteDataFile",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={204: OpenApiResponse(description="Deleted"), **HOSTS_ONLY},
        description="Take a data file away. Organisers only.",
    )
    def delete(self, request: Request, competition: str, pk: int) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        delete_data_file(data_file=find_data_file(found, pk), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DownloadDataFileView(APIView):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="downloadDataFile",
        tags=TAGS,
        parameters=[COMPETITION, PK, RANGE],
        responses={**BYTES, 403: MAY_DOWNLOAD, 404: refusal("not_found", "file_gone")},
        description="One data file, resumable: Range, If-Range, ETag, Last-Modified. Participants, from the start on, "
        "with the present rules accepted; organisers always.",
    )
    def get(self, request: Request, competition: str, pk: int) -> HttpResponseBase:
        found = find_competition(request, competition)
        can.view_data(request.user, found, timezone.now()).require()
        return file_response(request, find_data_file(found, pk))


class DownloadArchiveView(APIView):
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="downloadDataArchive",
        tags=TAGS,
        parameters=[COMPETITION, RANGE],
        responses={
            **BYTES,
            202: ArchiveStatusSerializer,
            403: MAY_DOWNLOAD,
            404: refusal("not_found", "no_data_files", "file_gone"),
        },
        description="All data files in one zip; 202 with Retry-After while it is being made. Participants, from the "
        "start on, with the present rules accepted; organisers always.",
    )
    def get(self, request: Request, competition: str) -> HttpResponseBase:
        found = find_competition(request, competition)
        can.view_data(request.user, found, timezone.now()).require()
        try:
            archive = archives.current_archive(competition=found)
        except ArchiveBuilding as building:
            wait = {"Retry-After": str(building.retry_after)}
            return Response({"status": "building"}, status=status.HTTP_202_ACCEPTED, headers=wait)
        return file_response(request, archive)


def find_data_file(competition: Competition, pk: int) -> DataFile:
    data_file = competition.data_files.filter(pk=pk).first()
    if data_file is None:
        raise NotVisible
    return data_file
