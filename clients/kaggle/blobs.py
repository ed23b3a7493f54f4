"""Receiving files: the secret address that takes the bytes, and announcing files other than submissions."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients import uploads
from clients.kaggle.rpc import Fields, KaggleView, rpc
from clients.models import Upload
from competitions import permissions as can
from foundation.requests import Untouched

RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18})")
BLOB_TYPES = {"COMPETITION_SOLUTION": Upload.Purpose.SOLUTION, "DATASET": Upload.Purpose.DATA}


class UploadView(KaggleView):
    """`PUT /api/v1/uploads/<secret>`: the address is the credential.

    `Content-Range: bytes */N` asks how much has arrived; 308 with `Range` answers, as does a part that is not the last.
    """

    authentication_classes: list[type[BaseAuthentication]] = []
    parser_classes = [Untouched]

    def put(self, request: Request, secret: str) -> HttpResponse | Response:
        upload = uploads.find_by_secret(secret, timezone.now())
        if upload is None:
            raise NotFound(_("This upload address is not valid, or no longer so: start again."))
        offset, asks = self.range_of(request, upload)
        if not asks:
            stream: Any = request._request
            upload = uploads.receive(upload=upload, stream=stream, offset=offset)
        if upload.is_complete:
            return Response({})
        response = HttpResponse(status=status.HTTP_308_PERMANENT_REDIRECT)
        if upload.received:
            response["Range"] = f"bytes=0-{upload.received - 1}"
        return response

    def range_of(self, request: Request, upload: Upload) -> tuple[int, bool]:
        """Where this request's bytes begin, and whether it only asks how far we are."""
        header = request.headers.get("Content-Range")
        if not header:
            return 0, False
        match = RANGE.fullmatch(header.strip())
        if match is None or int(match[3]) != upload.size:
            raise ValidationError(_("The Content-Range header does not fit the announced upload."))
        return (int(match[1]), False) if match[1] is not None else (0, True)


class StartFields(Fields):
    type = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=255)
    contentLength = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**62)  # noqa: N815


@rpc("blobs.BlobApiService/StartBlobUpload", StartFields)
def start_blob_upload(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Announce a solution or a data file, which organisers do. For which competition is asked when it is used."""
    can.send_competition_files(request.user).require()
    word = fields["type"].upper().rsplit("BLOB_TYPE_", 1)[-1].removeprefix("API_")
    purpose = BLOB_TYPES.get(word)
    if purpose is None:
        raise ValidationError({"type": _("This server takes solutions and data files only.")})
    upload, secret = uploads.announce(
        user=request.user,
        purpose=purpose,
        competition=None,
        filename=fields["name"],
        size=fields["contentLength"],
        limit=settings.MAX_DATA_FILE_BYTES if purpose == Upload.Purpose.DATA else settings.MAX_UPLOAD_BYTES,
        at=timezone.now(),
    )
    address = request.build_absolute_uri(reverse("kaggle-upload", args=[secret]))
    return {"token": upload.token, "createUrl": address}
