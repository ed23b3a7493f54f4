"""Large data files in parts: begin, put the parts, complete. Organisers only, each step of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.exceptions import NotVisible
from competitions.models import Competition, DataUpload
from competitions.serializers.data import (
    BeginUploadSerializer,
    LargeUploadSerializer,
    PartNumbersSerializer,
    PartTargetSerializer,
)
from competitions.services import data_uploads
from competitions.views.data import AnyAccepted
from competitions.views.lookup import find_competition, signed_in
from competitions.views.openapi import COMPETITION, HOSTS_ONLY, refusal

TAGS = ["Data"]
UPLOAD = OpenApiParameter("upload", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Id of the upload.")


class Untouched(BaseParser):
    """Any content type, or none, with the bytes left in the stream."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


def hosted(request: Request, key: str) -> Competition:
    found = find_competition(request, key)
    can.edit(request.user, found).require()
    return found


def find_upload(competition: Competition, pk: UUID) -> DataUpload:
    upload = competition.data_uploads.filter(pk=pk).first()
    if upload is None:
        raise NotVisible
    return upload


class DataUploadsView(APIView):
    @extend_schema(
        operation_id="listDataUploads",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: LargeUploadSerializer(many=True), **HOSTS_ONLY},
        description="Large uploads that are open, being put together or failed. Organisers only.",
    )
    def get(self, request: Request, competition: str) -> Response:
        uploads = hosted(request, competition).data_uploads.exclude(state=DataUpload.State.DONE)
        return Response(LargeUploadSerializer(uploads, many=True).data)

    @extend_schema(
        operation_id="beginDataUpload",
        tags=TAGS,
        parameters=[COMPETITION],
        request=BeginUploadSerializer,
        responses={
            201: LargeUploadSerializer,
            400: refusal("invalid_file_name"),
            409: refusal("file_name_taken"),
            413: refusal("file_too_large"),
            **HOSTS_ONLY,
        },
        examples=[
            OpenApiExample("Four gigabytes", value={"name": "images.zip", "size": 4294967296}, request_only=True)
        ],
        description="Announce a data file that is sent in parts: a broken connection loses one part, not the file. "
        "Organisers only.",
    )
    def post(self, request: Request, competition: str) -> Response:
        found = hosted(request, competition)
        serializer = BeginUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        upload = data_uploads.begin_upload(
            competition=found, by=signed_in(request), at=timezone.now(), **serializer.validated_data
        )
        return Response(LargeUploadSerializer(upload).data, status=status.HTTP_201_CREATED)


class DataUploadView(APIView):
    @extend_schema(
        operation_id="getDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        responses={200: LargeUploadSerializer, **HOSTS_ONLY},
        description="How far an upload is, and which parts are missing. Organisers only.",
    )
    def get(self, request: Request, competition: str, upload: UUID) -> Response:
        return Response(LargeUploadSerializer(find_upload(hosted(request, competition), upload)).data)

    @extend_schema(
        operation_id="abortDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        responses={204: OpenApiResponse(description="Forgotten"), **HOSTS_ONLY},
        description="Forget an upload and the parts that arrived. Organisers only.",
    )
    def delete(self, request: Request, competition: str, upload: UUID) -> Response:
        data_uploads.abort_upload(upload=find_upload(hosted(request, competition), upload))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DataUploadTargetsView(APIView):
    @extend_schema(
        operation_id="getDataUploadTargets",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        request=PartNumbersSerializer,
        responses={
            200: PartTargetSerializer(many=True),
            400: refusal("part_not_expected"),
            409: refusal("upload_not_open"),
            **HOSTS_ONLY,
        },
        examples=[OpenApiExample("The first two", value={"numbers": [1, 2]}, request_only=True)],
        description="Where to PUT each part: an address of ours, or one of the object store that is good for an hour. "
        "Organisers only.",
    )
    def post(self, request: Request, competition: str, upload: UUID) -> Response:
        found = hosted(request, competition)
        serializer = PartNumbersSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        addresses = data_uploads.targets(
            upload=find_upload(found, upload), numbers=serializer.validated_data["numbers"], at=timezone.now()
        )
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


class DataUploadPartView(APIView):
    parser_classes = [Untouched]
    content_negotiation_class = AnyAccepted

    @extend_schema(
        operation_id="putDataUploadPart",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD, OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="Kept"),
            400: refusal("part_not_expected", "wrong_part_size"),
            409: refusal("upload_not_open"),
            **HOSTS_ONLY,
        },
        description="The bytes of one part, counted from 1. Sent again, it replaces the first. Organisers only.",
    )
    def put(self, request: Request, competition: str, upload: UUID, number: int) -> Response:
        found = find_upload(hosted(request, competition), upload)
        stream = request._request  # the bytes as they come, past every parser
        data_uploads.put_part(upload=found, number=number, stream=stream, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class CompleteDataUploadView(APIView):
    @extend_schema(
        operation_id="completeDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        request=None,
        responses={202: LargeUploadSerializer, 409: refusal("parts_missing", "upload_not_open"), **HOSTS_ONLY},
        description="Every part is there: publish the file. A job puts it together; ask for the upload until its "
        "state is `done`. Organisers only.",
    )
    def post(self, request: Request, competition: str, upload: UUID) -> Response:
        found = find_upload(hosted(request, competition), upload)
        found = data_uploads.complete_upload(upload=found, at=timezone.now())
        return Response(LargeUploadSerializer(found).data, status=status.HTTP_202_ACCEPTED)
