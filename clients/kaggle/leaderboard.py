"""The leaderboard: in pages, as a zip, and one team's place on it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.kaggle.lookup import CompetitionName, competition_of
from clients.kaggle.paging import Paged, page_of
from clients.kaggle.rpc import Fields, rpc, timestamp
from clients.kaggle.submitting import score_text
from competitions import permissions as can
from competitions.leaderboards.export import csv_lines
from competitions.leaderboards.queries import PRIVATE, PUBLIC, Leaderboard
from competitions.models import Competition, Standing, Team

LEADERBOARD_PAGE = 50


class LeaderboardFields(CompetitionName, Paged):
    overridePublic = serializers.BooleanField(required=False, default=False)  # noqa: N815 -- the client's name


def shows_private(request: Request, competition: Competition, at: datetime) -> bool:
    """The private board takes the public one's place as soon as the rules open it to the sender."""
    return bool(can.view_private_leaderboard(request.user, competition, at))


@rpc("competitions.CompetitionApiService/GetLeaderboard", LeaderboardFields)
def get_leaderboard(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    can.view_public_leaderboard(request.user, competition).require()
    private = shows_private(request, competition, timezone.now()) and not fields["overridePublic"]
    rows = Standing.objects.ranked().filter(competition=competition).select_related("team")
    if private:
        rows = rows.filter(private_key__isnull=False).in_private_order()
    else:
        rows = rows.filter(public_key__isnull=False).in_public_order()
    page, following = page_of(rows, fields, default_size=LEADERBOARD_PAGE)
    return {"submissions": [shape(one, competition, private=private) for one in page], "nextPageToken": following}


def shape(standing: Standing, competition: Competition, *, private: bool) -> dict[str, Any]:
    score = standing.best_private_score if private else standing.best_public_score
    moment = standing.private_submitted_at if private else standing.best_submitted_at
    return {
        "teamId": standing.team_id,
        "teamName": standing.team.name,
        "submissionDate": timestamp(moment),
        "score": score_text(score, competition),
    }


@rpc("competitions.CompetitionApiService/DownloadLeaderboard", CompetitionName)
def download_leaderboard(request: Request, fields: dict[str, Any]) -> HttpResponseBase:
    at = timezone.now()
    competition = competition_of(request, fields)
    can.view_public_leaderboard(request.user, competition).require()
    private = shows_private(request, competition, at)
    side = PRIVATE if private else PUBLIC
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        name = f"{competition.slug}-{side.name}leaderboard-{at:%Y-%m-%dT%H:%M:%S}.csv"
        archive.writestr(name, "".join(csv_lines(Leaderboard(competition, side))))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{competition.slug}.zip"'
    response["Last-Modified"] = f"{at:%a, %d %b %Y %H:%M:%S} GMT"
    return response


class TeamFields(Fields):
    teamId = serializers.IntegerField(min_value=1, max_value=2**62)  # noqa: N815 -- the client's name


@rpc("competitions.CompetitionApiService/ListTeamPublicSubmissions", TeamFields)
def list_team_public_submissions(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """A team's best public submission, as the public board shows it; without the submission's own number."""
    team = (
        Team.objects.active().visible_to(request.user).filter(pk=fields["teamId"]).select_related("competition").first()
    )
    if team is None or not can.view_public_leaderboard(request.user, team.competition):
        raise NotFound(_("There is no such team."))
    standing = team.standing
    if standing.best_public_score is None:
        return {"submissions": []}
    row = {
        "id": 0,
        "dateSubmitted": timestamp(standing.best_submitted_at),
        "publicScore": score_text(standing.best_public_score, team.competition),
    }
    return {"submissions": [row]}
