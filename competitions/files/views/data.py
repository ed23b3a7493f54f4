"""Data files: the list, uploads by organisers, downloads by participants."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from djangorestframework_camel_case.parser import CamelCaseJSONParser, CamelCaseMultiPartParser
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.exceptions import ArchiveBuilding, NoPreview, PreviewBuilding
from competitions.files import archives
from competitions.files.previews import current_preview
from competitions.files.serializers import (
    DataFileSerializer,
    DataPreviewSerializer,
    DataUploadSerializer,
    MoveDataFileSerializer,
)
from competitions.files.services import add_data_file, delete_data_file, move_data_file
from competitions.files.views import docs
from competitions.lookup import find_competition, find_competition_to_edit, find_phase
from competitions.models import Competition, DataFile, Phase
from foundation.downloads import file_response
from foundation.refusals import NotVisible
from foundation.requests import AnyAccepted, sent, signed_in


@docs.data_files
class DataFileViewSet(ViewSet):
    """The data files of a competition."""

    # JSON is read too, to say what is missing in it: a file.
    parser_classes = [CamelCaseMultiPartParser, CamelCaseJSONParser]
    lookup_value_converter = "int"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.look_inside(request.user, found).require()
        rows = found.data_files.known_to(request.user, timezone.now()).select_related("phase")
        return Response(DataFileSerializer(rows, many=True, context={"competition": found}).data)

    def create(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        fields = sent(request, DataUploadSerializer)
        fields.setdefault("name", fields["file"].name)
        fields["phase"] = phase_named(found, fields["phase"])
        data_file = add_data_file(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        body = DataFileSerializer(data_file, context={"competition": found}).data
        return Response(body, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, competition: str, pk: int) -> Response:
        found = find_competition_to_edit(request, competition)
        data_file = find_data_file(request, found, pk)
        phase = phase_named(found, sent(request, MoveDataFileSerializer)["phase"])
        data_file = move_data_file(data_file=data_file, phase=phase, by=signed_in(request), at=timezone.now())
        return Response(DataFileSerializer(data_file, context={"competition": found}).data)

    def destroy(self, request: Request, competition: str, pk: int) -> Response:
        found = find_competition_to_edit(request, competition)
        delete_data_file(data_file=find_data_file(request, found, pk), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, content_negotiation_class=AnyAccepted)
    def download(self, request: Request, competition: str, pk: int) -> HttpResponseBase:
        found = find_competition(request, competition)
        can.view_data(request.user, found, timezone.now()).require()
        return file_response(request, find_data_file(request, found, pk))

    @action(detail=True)
    def preview(self, request: Request, competition: str, pk: int) -> Response:
        found = find_competition(request, competition)
        can.view_data(request.user, found, timezone.now()).require()
        try:
            content = current_preview(find_data_file(request, found, pk))
        except PreviewBuilding as building:
            wait = {"Retry-After": str(building.retry_after)}
            return Response({"status": "building"}, status=status.HTTP_202_ACCEPTED, headers=wait)
        if content is None:
            raise NoPreview
        return Response(DataPreviewSerializer(content).data)

    @action(detail=False, content_negotiation_class=AnyAccepted)
    def archive(self, request: Request, competition: str) -> HttpResponseBase:
        found = find_competition(request, competition)
        at = timezone.now()
        can.view_data(request.user, found, at).require()
        try:
            archive = archives.current_archive(competition=found, at=at)
        except ArchiveBuilding as building:
            wait = {"Retry-After": str(building.retry_after)}
            return Response({"status": "building"}, status=status.HTTP_202_ACCEPTED, headers=wait)
        return file_response(request, archive)


def find_data_file(request: Request, competition: Competition, pk: int) -> DataFile:
    """The data file of the competition with this id, if the person asking may know of it.

    Raises:
        NotVisible: there is none, or it opens later, which look the same.
    """
    rows = competition.data_files.known_to(request.user, timezone.now()).select_related("phase")
    data_file = rows.filter(pk=pk).first()
    if data_file is None:
        raise NotVisible
    return data_file


def phase_named(competition: Competition, number: int | None) -> Phase | None:
    """The phase of the competition with this number; None where none is named.

    Raises:
        NotVisible: there is no such phase.
    """
    return None if number is None else find_phase(competition, number)
