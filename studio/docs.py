"""What the API's description says of the studio."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from competitions.exceptions import EndInThePast, InvalidFileName, StorageQuotaReached
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from foundation.openapi import PK, refuses
from foundation.uploads import PartNotExpected, PartsMissing, UploadNotOpen, WrongPartSize
from studio.exceptions import (
    InvalidChoices,
    NoSources,
    NotRead,
    SourcesNotYours,
    SourceTooLarge,
    TooManySources,
    WorkbenchBusy,
    WorkbenchClosed,
)
from studio.serializers import (
    BeginSourceSerializer,
    ChoicesSerializer,
    ClockSerializer,
    PresetSerializer,
    SourceUploadSerializer,
    WorkbenchSerializer,
)

TAGS = ["Studio"]
UPLOAD = OpenApiParameter("upload", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Id of the upload.")
CLOSED = (WorkbenchClosed, WorkbenchBusy)

workbench = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getWorkbench",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: WorkbenchSerializer, **refuses(*HOSTS_ONLY)},
        description="The files a draft is made of, what was found in them, what is proposed and decided, the job under "
        "way, and what was made. Organisers only; what stands in a file is shown to who sent it alone.",
    ),
    partial_update=extend_schema(
        operation_id="editWorkbench",
        tags=TAGS,
        parameters=[COMPETITION],
        request=ChoicesSerializer,
        responses={200: WorkbenchSerializer, **refuses(InvalidChoices, NotRead, *CLOSED, *HOSTS_ONLY)},
        examples=[OpenApiExample("Another column", value={"targetColumns": ["price"]}, request_only=True)],
        description="Decide otherwise than proposed; null takes a decision back. Other targets, ids, roles or tasks "
        "have the files looked at again. Organisers only.",
    ),
    read=extend_schema(
        operation_id="readSources",
        tags=TAGS,
        parameters=[COMPETITION],
        request=None,
        responses={202: WorkbenchSerializer, **refuses(NoSources, *CLOSED, *HOSTS_ONLY)},
        description="Have a job look at the files: which is train and which test, which column is what, and what fits. "
        "Ask for the workbench until its `job` is null. Organisers only.",
    ),
    make=extend_schema(
        operation_id="makeCompetitionFiles",
        tags=TAGS,
        parameters=[COMPETITION],
        request=None,
        responses={202: WorkbenchSerializer, **refuses(NoSources, NotRead, SourcesNotYours, *CLOSED, *HOSTS_ONLY)},
        description="Have a job make train, test, sample submission and solution by what was chosen, put them into the "
        "draft, train the baselines, write the pages and check everything. The organiser who sent the files only.",
    ),
    stop=extend_schema(
        operation_id="cancelWorkbenchJob",
        tags=TAGS,
        parameters=[COMPETITION],
        request=None,
        responses={200: WorkbenchSerializer, **refuses(*HOSTS_ONLY)},
        description="Stop the job under way. Organisers only.",
    ),
    clock=extend_schema(
        operation_id="setClockByPreset",
        tags=TAGS,
        parameters=[COMPETITION],
        request=ClockSerializer,
        responses={204: OpenApiResponse(description="Set"), **refuses(EndInThePast, *HOSTS_ONLY)},
        examples=[
            OpenApiExample("One day", value={"preset": "day", "startsAt": "2026-12-01T09:00:00Z"}, request_only=True)
        ],
        description="Set clock and limits by a kind of event, as a beginning. A moment without an offset is one of the "
        "competition's zone. Organisers only.",
    ),
)
sources = extend_schema_view(
    destroy=extend_schema(
        operation_id="removeSource",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={204: DELETED, **refuses(*CLOSED, *HOSTS_ONLY)},
        description="Take a file off the workbench. Organisers only.",
    ),
)
uploads = extend_schema_view(
    create=extend_schema(
        operation_id="beginSourceUpload",
        tags=TAGS,
        parameters=[COMPETITION],
        request=BeginSourceSerializer,
        responses={
            201: SourceUploadSerializer,
            **refuses(InvalidFileName, SourceTooLarge, StorageQuotaReached, TooManySources, *CLOSED, *HOSTS_ONLY),
        },
        examples=[OpenApiExample("A table", value={"name": "train.csv", "size": 1048576}, request_only=True)],
        description="Announce a file for the workbench that is sent in parts: a broken connection loses one part. "
        "Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="abortSourceUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        responses={204: OpenApiResponse(description="Forgotten"), **refuses(*HOSTS_ONLY)},
        description="Forget an upload and the parts that arrived. Organisers only.",
    ),
    part=extend_schema(
        operation_id="putSourceUploadPart",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD, OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="Kept"),
            **refuses(PartNotExpected, WrongPartSize, UploadNotOpen, *HOSTS_ONLY),
        },
        description="The bytes of one part, counted from 1. Sent again, it replaces the first. Organisers only.",
    ),
    complete=extend_schema(
        operation_id="completeSourceUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        request=None,
        responses={200: SourceUploadSerializer, **refuses(PartsMissing, UploadNotOpen, *CLOSED, *HOSTS_ONLY)},
        description="Every part is there: the next look at the files takes it in. Organisers only.",
    ),
)
presets = extend_schema(
    operation_id="listPresets",
    tags=TAGS,
    responses={200: PresetSerializer(many=True)},
    description="Kinds of event that clock and limits of a draft can be set by. Open to everybody.",
)
