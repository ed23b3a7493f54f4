"""Large data files in parts: begin, put the parts, complete. Organisers only, each step of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.files import uploads as data_uploads
from competitions.files.serializers import BeginUploadSerializer, LargeUploadSerializer, PartNumbersSerializer
from competitions.files.views import docs
from competitions.files.views.data import phase_named
from competitions.lookup import find_competition_to_edit
from competitions.models import Competition, DataUpload
from foundation import uploads as receiving
from foundation.refusals import NotVisible
from foundation.requests import AnyAccepted, Untouched, sent, signed_in


@docs.uploads
class DataUploadViewSet(ViewSet):
    """Data files on their way in."""

    lookup_url_kwarg = "upload"
    lookup_value_converter = "uuid"

    def list(self, request: Request, competition: str) -> Response:
        uploads = hosted(request, competition).data_uploads.exclude(state=DataUpload.State.DONE).select_related("phase")
        return Response(LargeUploadSerializer(uploads, many=True).data)

    def create(self, request: Request, competition: str) -> Response:
        found = hosted(request, competition)
        fields = sent(request, BeginUploadSerializer)
        fields["phase"] = phase_named(found, fields["phase"])
        upload = data_uploads.begin_upload(competition=found, by=signed_in(request), at=timezone.now(), **fields)
        return Response(LargeUploadSerializer(upload).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, competition: str, upload: UUID) -> Response:
        return Response(LargeUploadSerializer(find_upload(hosted(request, competition), upload)).data)

    def destroy(self, request: Request, competition: str, upload: UUID) -> Response:
        data_uploads.abort_upload(upload=find_upload(hosted(request, competition), upload))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"], throttle_classes=[])  # asked again for every few parts
    def targets(self, request: Request, competition: str, upload: UUID) -> Response:
        found = hosted(request, competition)
        numbers = sent(request, PartNumbersSerializer)["numbers"]
        addresses = receiving.targets(upload=find_upload(found, upload), numbers=numbers, at=timezone.now())
        return Response(
            [
                {
                    "number": number,
                    "url": address or reverse("competition-data-upload-part", args=[found.slug, upload, number]),
                    "direct": address is not None,
                }
                for number, address in addresses.items()
            ]
        )

    @action(
        detail=True,
        methods=["put"],
        url_path="parts/<int:number>",
        url_name="part",
        parser_classes=[Untouched],
        content_negotiation_class=AnyAccepted,
        throttle_classes=[],  # a file has thousands of parts; beginning an upload is counted
    )
    def part(self, request: Request, competition: str, upload: UUID, number: int) -> Response:
        found = find_upload(hosted(request, competition), upload)
        stream: Any = request._request  # the bytes as they come, past every parser
        receiving.put_part(upload=found, number=number, stream=stream, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, competition: str, upload: UUID) -> Response:
        found = find_upload(hosted(request, competition), upload)
        found = data_uploads.complete_upload(upload=found, at=timezone.now())
        return Response(LargeUploadSerializer(found).data, status=status.HTTP_202_ACCEPTED)


def hosted(request: Request, key: str) -> Competition:
    """The competition with this slug or id, if the person asking organises it.

    Raises:
        NotVisible, NotHost: there is none for them, or it is not theirs.
    """
    return find_competition_to_edit(request, key)


def find_upload(competition: Competition, pk: UUID) -> DataUpload:
    """The upload of the competition with this id.

    Raises:
        NotVisible: there is none.
    """
    upload = competition.data_uploads.select_related("phase").filter(pk=pk).first()
    if upload is None:
        raise NotVisible
    return upload
