"""Uploads for posts, and turning notebooks into posts."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions.views.openapi import NOT_FOUND, refusal
from discussions import notebooks, uploads
from discussions.exceptions import NoFile, NoSuchPost, TooLarge
from discussions.models import Upload
from discussions.serializers.uploads import ConvertedNotebookSerializer, FileSerializer, UploadSerializer
from discussions.views.discussions import TalkView

TAGS = ["Uploads"]
# What a form adds to its file.
FORM_BYTES = 1 << 20
# Shown by browsers, in every post: nothing in it may run, whatever it turned out to be.
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
}


class FormView(TalkView):
    """Takes one file; one that is declared too large is refused before it is read."""

    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]
    limit = uploads.MAX_FILE_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and int(declared) > self.limit + FORM_BYTES:
            raise TooLarge(limit=self.limit)
        super().initial(request, *args, **kwargs)

    def file(self, request: Request) -> Any:
        file = request.FILES.get("file")
        if file is None:
            raise NoFile
        return file


class UploadsView(FormView):
    @extend_schema(
        operation_id="uploadFile",
        tags=TAGS,
        request={"multipart/form-data": FileSerializer},
        responses={
            201: UploadSerializer,
            400: refusal("no_file", "empty_file", "unsupported_type", "invalid_image", "too_many_pixels"),
            413: refusal("too_large"),
            429: refusal("too_many_uploads"),
        },
        description=(
            "Keep an image (PNG, JPEG, GIF, WebP; made anew without metadata) or a small file for a post. For "
            "everybody signed in. What no post refers to within a day is deleted."
        ),
    )
    def post(self, request: Request) -> Response:
        made = uploads.store_upload(file=self.file(request), by=request.user, at=timezone.now())
        return Response(UploadSerializer(made).data, status=status.HTTP_201_CREATED)


class UploadView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    @extend_schema(
        operation_id="getUpload",
        tags=TAGS,
        parameters=[
            OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter("name", str, OpenApiParameter.PATH, description="Any; for people to read."),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **NOT_FOUND},
        description="The bytes: images are shown, everything else is downloaded. For whoever knows the address.",
    )
    def get(self, request: Request, pk: Any, name: str = "") -> HttpResponseBase:
        upload = Upload.objects.filter(pk=pk).first()
        if upload is None:
            raise NoSuchPost
        try:
            stored = upload.file.open()
        except OSError as error:
            raise NoSuchPost from error
        shown = upload.kind == Upload.Kind.IMAGE
        return FileResponse(
            stored,
            as_attachment=not shown,
            filename=upload.name,
            content_type=upload.content_type if shown else "application/octet-stream",
            headers={**SAFE, "Content-Length": str(upload.size)},
        )


class ConvertNotebookView(FormView):
    limit = notebooks.MAX_BYTES

    @extend_schema(
        operation_id="convertNotebook",
        tags=TAGS,
        request={"multipart/form-data": FileSerializer},
        responses={
            200: ConvertedNotebookSerializer,
            400: refusal("no_file", "wrong_extension", "invalid_notebook", "conversion_failed", "conversion_timeout"),
            413: refusal("too_large", "too_many_cells", "output_too_large"),
            429: refusal("too_many_uploads"),
        },
        description=(
            "Turn a Jupyter notebook into Markdown for a post: its images become uploads, tables stay tables, long "
            "outputs are folded. For everybody signed in. Nothing is kept of a notebook that can't be turned."
        ),
    )
    def post(self, request: Request) -> Response:
        converted = notebooks.convert(file=self.file(request), by=request.user, at=timezone.now())
        return Response(ConvertedNotebookSerializer(converted).data)
