"""Addresses that authorise themselves: the client follows a redirect without its credentials, and resumes by it.

What an address opens, and for whom, is decided when it is made and read from its signature when it is followed. It
ends after an hour, or when that person may not read the file any more: they left the team, say. Its path ends in the
file's real name, which is where the client takes the local name from.
"""

from __future__ import annotations

from typing import Any, cast

from django.core import signing
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from accounts.models import User
from clients.kaggle.rpc import KaggleView
from competitions import permissions as can
from competitions.models import DataArchive, DataFile
from foundation.downloads import file_response
from submissions.models import Submission

SALT = "clients.kaggle.links"
LIFETIME_SECONDS = 3600


def redirect_to_data_file(request: Request, data_file: DataFile) -> HttpResponseRedirect:
    return _redirect(request, "data", data_file.pk, data_file.name)


def redirect_to_archive(request: Request, archive: DataArchive) -> HttpResponseRedirect:
    return _redirect(request, "archive", archive.pk, f"{archive.competition.slug}.zip")


def redirect_to_submission(request: Request, submission: Submission) -> HttpResponseRedirect:
    return _redirect(request, "submission", submission.pk, submission.filename)


def _redirect(request: Request, kind: str, pk: int, name: str) -> HttpResponseRedirect:
    token = signing.dumps([kind, pk, request.user.pk], salt=SALT, compress=True)
    return HttpResponseRedirect(reverse("kaggle-file", args=[token, name.rsplit("/", 1)[-1]]))


class FileView(KaggleView):
    """`GET /api/v1/files/<signed>/<name>`: the bytes, with ranges and validators, nothing compressed on the way."""

    authentication_classes: list[type[BaseAuthentication]] = []

    def get(self, request: Request, token: str, name: str) -> HttpResponseBase:
        try:
            kind, pk, asker = signing.loads(token, salt=SALT, max_age=LIFETIME_SECONDS)
        except (signing.BadSignature, ValueError):
            raise NotFound(_("This download address is not valid, or no longer so: ask for the file again.")) from None
        user = User.objects.filter(pk=asker, is_active=True).first()
        row = None if user is None else self.find(kind, pk, user)
        if row is None:
            raise NotFound(_("This file has been replaced or removed: ask for it again."))
        return file_response(request, row)

    def find(self, kind: str, pk: int, user: User) -> DataFile | DataArchive | Submission | None:
        """What the address names, if it is still there and still this user's to read.

        Raises:
            Refusal: they may not read the competition's data any more.
        """
        if kind == "submission":
            own = Submission.objects.of_teams_of(user).select_related("competition__current_phase")
            return own.filter(pk=pk).first()
        at = timezone.now()
        model: Any = {"data": DataFile, "archive": DataArchive}[kind]
        row = model.objects.select_related("competition__current_phase").filter(pk=pk).first()
        if row is not None:
            can.view_data(user, row.competition, at).require()
        if isinstance(row, DataFile) and not can.know_data_file(user, row, at):
            return None
        return cast("DataFile | DataArchive | None", row)

    def post(self, request: Request, token: str, name: str) -> HttpResponseBase:
        """Releases of a year ago go on with a cut download by the verb they asked for the file with."""
        request._request.method = "GET"
        return self.get(request, token, name)

    def head(self, request: Request, token: str, name: str) -> HttpResponseBase:
        return self.get(request, token, name)
