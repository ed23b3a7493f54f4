"""What the API's description says of data files, and of large ones that come in parts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from competitions.exceptions import (
    ChangedMeanwhile,
    CompetitionNotStarted,
    DataFileIsSolution,
    DataFileOpen,
    DataFileTooLarge,
    FileNameTaken,
    InvalidFileName,
    NoDataFiles,
    NoPreview,
    NotEntered,
    RulesNotAccepted,
    StorageQuotaReached,
)
from competitions.files.serializers import (
    ArchiveStatusSerializer,
    BeginUploadSerializer,
    DataFileSerializer,
    DataPreviewSerializer,
    DataUploadSerializer,
    LargeUploadSerializer,
    MoveDataFileSerializer,
    PartNumbersSerializer,
    PartTargetSerializer,
)
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from foundation.openapi import PK, refuses
from foundation.refusals import FileGone, NotVisible
from foundation.uploads import PartNotExpected, PartsMissing, UploadNotOpen, WrongPartSize

TAGS = ["Data"]
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=1000-`: go on where one stopped.")
UPLOAD = OpenApiParameter("upload", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Id of the upload.")
BYTES: dict[Any, Any] = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    302: OpenApiResponse(description="The file is in an object storage: an address that is good for some minutes."),
    304: OpenApiResponse(description="It has not changed."),
    416: OpenApiResponse(description="The file does not have these bytes."),
}
MAY_DOWNLOAD = (NotEntered, CompetitionNotStarted, RulesNotAccepted, NotVisible, FileGone)
MAY_PREVIEW = (NotEntered, CompetitionNotStarted, RulesNotAccepted, NotVisible)
NOT_THIS_FILE = (InvalidFileName, FileNameTaken, DataFileOpen, DataFileTooLarge, StorageQuotaReached)

data_files = extend_schema_view(
    list=extend_schema(
        operation_id="listDataFiles",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: DataFileSerializer(many=True), **refuses(NotEntered, NotVisible)},
        description="Names, sizes and checksums of the data files. Open to everybody who may see the competition; in a "
        "competition by invitation, to its participants. A file of a phase that has not started is told to organisers "
        "only.",
    ),
    create=extend_schema(
        operation_id="addDataFile",
        tags=TAGS,
        parameters=[COMPETITION],
        request={"multipart/form-data": DataUploadSerializer},
        responses={
            201: DataFileSerializer,
            **refuses(*NOT_THIS_FILE, DataFileIsSolution, ChangedMeanwhile, *HOSTS_ONLY),
        },
        description="Add a data file, or replace one. Organisers only.",
    ),
    partial_update=extend_schema(
        operation_id="changeDataFile",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        request={"application/json": MoveDataFileSerializer},
        responses={200: DataFileSerializer, **refuses(DataFileOpen, ChangedMeanwhile, *HOSTS_ONLY)},
        examples=[OpenApiExample("With the final", value={"phase": 2}, request_only=True)],
        description="Let a data file open with another phase, or with the competition. One that participants may have "
        "can't be closed again. The log tells of a file that is open. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="deleteDataFile",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={204: DELETED, **refuses(*HOSTS_ONLY)},
        description="Take a data file away. Organisers only.",
    ),
    download=extend_schema(
        operation_id="downloadDataFile",
        tags=TAGS,
        parameters=[COMPETITION, PK, RANGE],
        responses={**BYTES, **refuses(*MAY_DOWNLOAD)},
        description="One data file, resumable: Range, If-Range, ETag, Last-Modified. Participants, from the start on "
        "(that of its phase, if it has one), with the present rules accepted; organisers always.",
    ),
    preview=extend_schema(
        operation_id="getDataFilePreview",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={200: DataPreviewSerializer, 202: ArchiveStatusSerializer, **refuses(*MAY_PREVIEW, NoPreview)},
        description="The first rows of a table, and of each column its type, gaps and distribution; 202 with "
        "Retry-After while a job looks at it. Whoever may download the file.",
    ),
    archive=extend_schema(
        operation_id="downloadDataArchive",
        tags=TAGS,
        parameters=[COMPETITION, RANGE],
        responses={**BYTES, 202: ArchiveStatusSerializer, **refuses(*MAY_DOWNLOAD, NoDataFiles)},
        description="All data files in one zip, but those of phases to come; 202 with Retry-After while it is being "
        "made. Participants, from the start on, with the present rules accepted; organisers always.",
    ),
)

uploads = extend_schema_view(
    list=extend_schema(
        operation_id="listDataUploads",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: LargeUploadSerializer(many=True), **refuses(*HOSTS_ONLY)},
        description="Large uploads that are open, being put together or failed. Organisers only.",
    ),
    create=extend_schema(
        operation_id="beginDataUpload",
        tags=TAGS,
        parameters=[COMPETITION],
        request=BeginUploadSerializer,
        responses={201: LargeUploadSerializer, **refuses(*NOT_THIS_FILE, ChangedMeanwhile, *HOSTS_ONLY)},
        examples=[
            OpenApiExample("Four gigabytes", value={"name": "images.zip", "size": 4294967296}, request_only=True)
        ],
        description="Announce a data file that is sent in parts: a broken connection loses one part, not the file. "
        "Organisers only.",
    ),
    retrieve=extend_schema(
        operation_id="getDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        responses={200: LargeUploadSerializer, **refuses(*HOSTS_ONLY)},
        description="How far an upload is, and which parts are missing. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="abortDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        responses={204: OpenApiResponse(description="Forgotten"), **refuses(*HOSTS_ONLY)},
        description="Forget an upload and the parts that arrived. Organisers only.",
    ),
    targets=extend_schema(
        operation_id="getDataUploadTargets",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        request=PartNumbersSerializer,
        responses={200: PartTargetSerializer(many=True), **refuses(PartNotExpected, UploadNotOpen, *HOSTS_ONLY)},
        examples=[OpenApiExample("The first two", value={"numbers": [1, 2]}, request_only=True)],
        description="Where to PUT each part: an address of ours, or one of the object store that is good for an hour. "
        "Organisers only.",
    ),
    part=extend_schema(
        operation_id="putDataUploadPart",
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
        operation_id="completeDataUpload",
        tags=TAGS,
        parameters=[COMPETITION, UPLOAD],
        request=None,
        responses={202: LargeUploadSerializer, **refuses(PartsMissing, UploadNotOpen, *HOSTS_ONLY)},
        description="Every part is there: publish the file. A job puts it together; ask for the upload until its "
        "state is `done`. Organisers only.",
    ),
)
