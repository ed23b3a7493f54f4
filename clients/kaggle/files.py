"""A competition's data files: the list, one, and all of them in one archive."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.kaggle.links import redirect_to_archive, redirect_to_data_file
from clients.kaggle.lookup import CompetitionName, competition_of
from clients.kaggle.paging import Paged, page_of
from clients.kaggle.rpc import rpc, timestamp
from competitions import permissions as can
from competitions.files import archives


class FilesFields(CompetitionName, Paged):
    pass


@rpc("competitions.CompetitionApiService/ListDataFiles", FilesFields)
def list_data_files(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    can.look_inside(request.user, competition).require()
    page, following = page_of(
        competition.data_files.known_to(request.user, timezone.now()).order_by("name", "id"), fields
    )
    return {
        "files": [
            {
                "name": one.name,
                "totalBytes": one.size,
                "creationDate": timestamp(one.created_at),
                "description": one.description,
            }
            for one in page
        ],
        "nextPageToken": following,
    }


class FileFields(CompetitionName):
    fileName = serializers.CharField(max_length=300)  # noqa: N815 -- the client's name


@rpc("competitions.CompetitionApiService/DownloadDataFile", FileFields)
def download_data_file(request: Request, fields: dict[str, Any]) -> HttpResponseBase:
    competition = competition_of(request, fields)
    at = timezone.now()
    can.view_data(request.user, competition, at).require()
    found = competition.data_files.known_to(request.user, at).filter(name=fields["fileName"]).first()
    if found is None:
        raise NotFound(_("There is no data file “%(name)s”.") % {"name": fields["fileName"]})
    return redirect_to_data_file(request, found)


@rpc("competitions.CompetitionApiService/DownloadDataFiles", CompetitionName)
def download_data_files(request: Request, fields: dict[str, Any]) -> HttpResponseBase:
    """302 to the archive of all files.

    Raises:
        NoDataFiles, ArchiveBuilding: nothing to send, or not yet; the client shows why.
    """
    competition = competition_of(request, fields)
    at = timezone.now()
    can.view_data(request.user, competition, at).require()
    return redirect_to_archive(request, archives.current_archive(competition=competition, at=at))
