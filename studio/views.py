"""The studio: the workbench of a draft, the files it is made of, and the jobs on them. Organisers only."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from competitions.log.recording import has_begun
from competitions.lookup import find_competition_to_edit
from foundation import uploads as receiving
from foundation.refusals import NotVisible
from foundation.requests import AnyAccepted, Untouched, sent, signed_in
from studio import docs, presets
from studio.models import SourceFile, SourceUpload, Workbench
from studio.serializers import (
    BeginSourceSerializer,
    ChoicesSerializer,
    ClockSerializer,
    PresetSerializer,
    SourceUploadSerializer,
    WorkbenchSerializer,
)
from studio.uploads import begin_upload, complete_upload
from studio.workbenches import ask, choose, remove_source, shown_workbench, stop, workbench_of


@docs.workbench
class WorkbenchViewSet(ViewSet):
    """What a draft is made of, and what is being made of it."""

    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        return told(request, shown_workbench(found, by=signed_in(request)))

    def partial_update(self, request: Request, competition: str) -> Response:
        workbench = find_workbench(request, competition)
        changes = sent(request, ChoicesSerializer, partial=True)
        return told(request, choose(workbench=workbench, changes=changes, by=signed_in(request), at=timezone.now()))

    @action(detail=False, methods=["post"])
    def read(self, request: Request, competition: str) -> Response:
        return self._ask(request, competition, Workbench.Job.READ)

    @action(detail=False, methods=["post"])
    def make(self, request: Request, competition: str) -> Response:
        return self._ask(request, competition, Workbench.Job.MAKE)

    def _ask(self, request: Request, competition: str, job: Workbench.Job) -> Response:
        workbench = find_workbench(request, competition)
        workbench = ask(workbench=workbench, job=job, by=signed_in(request), at=timezone.now())
        return told(request, workbench, status.HTTP_202_ACCEPTED)

    @action(detail=False, methods=["post"])
    def stop(self, request: Request, competition: str) -> Response:
        return told(request, stop(workbench=find_workbench(request, competition), by=signed_in(request)))

    @action(detail=False, methods=["post"])
    def clock(self, request: Request, competition: str) -> Response:
        workbench = find_workbench(request, competition)
        with timezone.override(ZoneInfo(workbench.competition.time_zone)):  # of which a moment without an offset is
            fields = sent(request, ClockSerializer)
        presets.set_clock(competition=workbench.competition, by=signed_in(request), at=timezone.now(), **fields)
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.sources
class SourceViewSet(ViewSet):
    """The files that a draft is made of. They are never sent back."""

    lookup_value_converter = "int"

    def destroy(self, request: Request, competition: str, pk: int) -> Response:
        workbench = find_workbench(request, competition)
        source = SourceFile.objects.filter(workbench=workbench, pk=pk).first()
        if source is None:
            raise NotVisible
        source.workbench = workbench
        remove_source(source=source, by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@docs.uploads
class SourceUploadViewSet(ViewSet):
    """Files on their way in, in parts."""

    lookup_url_kwarg = "upload"
    lookup_value_converter = "uuid"

    def create(self, request: Request, competition: str) -> Response:
        workbench = find_workbench(request, competition)
        fields = sent(request, BeginSourceSerializer)
        upload = begin_upload(workbench=workbench, by=signed_in(request), at=timezone.now(), **fields)
        return Response(SourceUploadSerializer(upload).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, competition: str, upload: UUID) -> Response:
        receiving.forget([find_upload(find_workbench(request, competition), upload)])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(
        detail=True,
        methods=["put"],
        url_path="parts/<int:number>",
        url_name="part",
        parser_classes=[Untouched],
        content_negotiation_class=AnyAccepted,
        throttle_classes=[],  # a file has many parts; beginning an upload is counted
    )
    def part(self, request: Request, competition: str, upload: UUID, number: int) -> Response:
        found = find_upload(find_workbench(request, competition), upload)
        stream = request._request  # the bytes as they come, past every parser
        receiving.put_part(upload=found, number=number, stream=stream, at=timezone.now())  # type: ignore[arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, competition: str, upload: UUID) -> Response:
        found = find_upload(find_workbench(request, competition), upload)
        found = complete_upload(upload=found, by=signed_in(request), at=timezone.now())
        return Response(SourceUploadSerializer(found).data)


class PresetsView(APIView):
    """The kinds of event that clock and limits can be set by."""

    @docs.presets
    def get(self, request: Request) -> Response:
        rows = [{"name": name, "preset": preset} for name, preset in presets.PRESETS.items()]
        return Response(PresetSerializer(rows, many=True).data)


def find_workbench(request: Request, key: str) -> Workbench:
    """The workbench of the competition with this slug or id, if the person asking organises it.

    Raises:
        NotVisible, NotHost: there is none for them, or it is not theirs.
    """
    found = find_competition_to_edit(request, key)
    return workbench_of(found, by=signed_in(request))


def find_upload(workbench: Workbench, pk: UUID) -> SourceUpload:
    """The upload of the workbench with this id.

    Raises:
        NotVisible: there is none.
    """
    upload = workbench.uploads.filter(pk=pk).first()
    if upload is None:
        raise NotVisible
    upload.workbench = workbench
    return upload


def told(request: Request, workbench: Workbench, code: int = status.HTTP_200_OK) -> Response:
    """The workbench as it is now."""
    workbench.is_open = not has_begun(workbench.competition)  # type: ignore[attr-defined]
    return Response(WorkbenchSerializer(workbench, context={"viewer": request.user}).data, status=code)
