"""Addresses that authorise themselves: the client follows a redirect without its credentials, and resumes by it.

What an address opens is decided when it is made and read from its signature when it is followed; an hour later it is
void. Its path ends in the file's real name, which is where the client takes the local name from.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.kaggle.rpc import KaggleView
from competitions.downloads import file_response
from competitions.models import DataArchive, DataFile
from submissions.models import Submission

SALT = "clients.kaggle.links"
LIFETIME_SECONDS = 3600


def redirect_to_data_file(data_file: DataFile) -> HttpResponseRedirect:
    return _redirect("data", data_file.pk, data_file.name)


def redirect_to_archive(archive: DataArchive) -> HttpResponseRedirect:
    return _redirect("archive", archive.pk, f"{archive.competition.slug}.zip")


def redirect_to_submission(request: Request, submission: Submission) -> HttpResponseRedirect:
    return _redirect("submission", submission.pk, submission.filename)


def _redirect(kind: str, pk: int, name: str) -> HttpResponseRedirect:
    token = signing.dumps([kind, pk], salt=SALT, compress=True)
    return HttpResponseRedirect(reverse("kaggle-file", args=[token, name.rsplit("/", 1)[-1]]))


class FileView(KaggleView):
    """`GET /api/v1/files/<signed>/<name>`: the bytes, with ranges and validators, nothing compressed on the way."""

    authentication_classes: list[type[BaseAuthentication]] = []

    def get(self, request: Request, token: str, name: str) -> HttpResponseBase:
        try:
            kind, pk = signing.loads(token, salt=SALT, max_age=LIFETIME_SECONDS)
        except signing.BadSignature:
            raise NotFound(_("This download address is not valid, or no longer so: ask for the file again.")) from None
        return self.open(request, kind, pk)

    def open(self, request: Request, kind: str, pk: int) -> HttpResponseBase:
        model: Any = {"data": DataFile, "archive": DataArchive, "submission": Submission}[kind]
        rows = model.objects
        row = rows.select_related("competition").filter(pk=pk).first()
        if row is None:
            raise NotFound(_("This file has been replaced or removed: ask for it again."))
        return file_response(request, row)

    def post(self, request: Request, token: str, name: str) -> HttpResponseBase:
        """Releases of a year ago go on with a cut download by the verb they asked for the file with."""
        request._request.method = "GET"
        return self.get(request, token, name)

    def head(self, request: Request, token: str, name: str) -> HttpResponseBase:
        return self.get(request, token, name)
