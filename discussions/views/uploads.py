"""Uploads for posts, and turning notebooks into posts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from discussions import notebooks, uploads
from discussions.exceptions import NoFile, NoSuchPost, TooLarge
from discussions.models import Upload
from discussions.serializers.uploads import ConvertedNotebookSerializer, UploadSerializer
from discussions.views import docs
from discussions.views.posts import TalkViewSet
from foundation.requests import signed_in

# What a form adds to its file.
FORM_BYTES = 1 << 20
# Shown by browsers, in every post: nothing in it may run, whatever it turned out to be.
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
}


class FormViewSet(TalkViewSet):
    """Takes one file; one that is declared too large is refused before it is read."""

    queryset = Upload.objects.none()
    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]
    limit = uploads.MAX_FILE_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and int(declared) > self.limit + FORM_BYTES:
            raise TooLarge(limit=self.limit)
        super().initial(request, *args, **kwargs)

    def file(self) -> Any:
        """The file that was sent. Raises: NoFile."""
        file = self.request.FILES.get("file")
        if file is None:
            raise NoFile
        return file


@docs.uploads
class UploadViewSet(FormViewSet):
    """Images and small files that posts refer to."""

    serializer_class = UploadSerializer

    def create(self, request: Request) -> Response:
        made = uploads.store_upload(file=self.file(), by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


@docs.uploaded_file
class UploadedFileView(APIView):
    """The bytes of an upload, at the address that posts hold."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get(self, request: Request, pk: UUID, name: str = "") -> HttpResponseBase:
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


@docs.notebooks
class NotebookViewSet(FormViewSet):
    """Notebooks, on their way to become posts."""

    serializer_class = ConvertedNotebookSerializer
    limit = notebooks.MAX_BYTES

    @action(detail=False, methods=["post"])
    def convert(self, request: Request) -> Response:
        converted = notebooks.convert(file=self.file(), by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(converted).data)
