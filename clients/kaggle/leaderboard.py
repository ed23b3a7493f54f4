"""The leaderboard: in pages, as a zip, and one team's place on it."""

from __future__ import annotations

import csv
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
from clients.kaggle.told import score_text
from competitions import permissions as can
from competitions.leaderboards.export import safe_text
from competitions.leaderboards.queries import PRIVATE, Leaderboard, own_team_id, public_board, sees_only_own
from competitions.models import Competition, Phase, Standing, Team

LEADERBOARD_PAGE = 50
COLUMNS = (
    "Rank", "TeamId", "TeamName", "LastSubmissionDate", "Score", "SubmissionCount", "TeamMemberUserNames",
)  # fmt: skip


class LeaderboardFields(CompetitionName, Paged):
    overridePublic = serializers.BooleanField(required=False, default=False)  # noqa: N815 -- the client's name


def shows_private(request: Request, competition: Competition, at: datetime) -> bool:
    """The private board takes the public one's place as soon as the rules open it to the sender."""
    return bool(can.view_private_leaderboard(request.user, competition.phase, at))


@rpc("competitions.CompetitionApiService/GetLeaderboard", LeaderboardFields)
def get_leaderboard(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    only_own = sees_only_own(request.user, competition.phase)
    private = shows_private(request, competition, timezone.now()) and not fields["overridePublic"]
    rows = Standing.objects.ranked().filter(phase=competition.phase).select_related("team")
    if private:
        rows = rows.filter(private_key__isnull=False).in_private_order()
    else:
        rows = rows.filter(public_key__isnull=False).in_public_order()
        if only_own:
            rows = rows.filter(team=own_team_id(request.user, competition))
    page, following = page_of(rows, fields, default_size=LEADERBOARD_PAGE)
    return {"submissions": [shape(one, competition.phase, private=private) for one in page], "nextPageToken": following}


def shape(standing: Standing, phase: Phase, *, private: bool) -> dict[str, Any]:
    score = standing.best_private_score if private else standing.best_public_score
    moment = standing.private_submitted_at if private else standing.best_submitted_at
    return {
        "teamId": standing.team_id,
        "teamName": standing.team.name,
        "submissionDate": timestamp(moment),
        "score": "" if score is None else score_text(score, phase),
    }


@rpc("competitions.CompetitionApiService/DownloadLeaderboard", CompetitionName)
def download_leaderboard(request: Request, fields: dict[str, Any]) -> HttpResponseBase:
    at = timezone.now()
    competition = competition_of(request, fields)
    private = shows_private(request, competition, at)
    board = (
        Leaderboard(competition.phase, PRIVATE) if private else public_board(competition.phase, seen_by=request.user)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        # Kaggle's name for it, but for its colons, which Windows has no place for.
        name = f"{competition.slug}-{board.side.name}leaderboard-{at:%Y-%m-%dT%H-%M-%S}.csv"
        archive.writestr(name, table(board))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{competition.slug}.zip"'
    response["Last-Modified"] = f"{at:%a, %d %b %Y %H:%M:%S} GMT"
    return response


def table(board: Leaderboard) -> str:
    """The teams that have a score, in the columns of Kaggle's own download, which scripts read by name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in board.all_rows():
        if row.rank is None or row.score is None:
            continue
        members = ",".join(member.username for member in row.members if not member.is_deleted)
        writer.writerow(
            [
                row.rank,
                row.team.pk,
                safe_text(row.team.name),
                f"{row.last_submitted_at:%Y-%m-%d %H:%M:%S}" if row.last_submitted_at else "",
                score_text(row.score, board.phase),
                row.submissions,
                safe_text(members),
            ]
        )
    return text.getvalue()


class TeamFields(Fields):
    teamId = serializers.IntegerField(min_value=1, max_value=2**62)  # noqa: N815 -- the client's name


def may_see_row(request: Request, team: Team) -> bool:
    if can.view_public_leaderboard(request.user, team.competition.phase):
        return True
    return can.is_member(request.user, team) and bool(can.view_own_row(request.user, team.competition.phase))


@rpc("competitions.CompetitionApiService/ListTeamPublicSubmissions", TeamFields)
def list_team_public_submissions(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """A team's best public submission, as the public board shows it; without the submission's own number."""
    team = (
        Team.objects.active()
        .visible_to(request.user)
        .filter(pk=fields["teamId"])
        .select_related("competition__current_phase")
        .first()
    )
    if team is None or not may_see_row(request, team):
        raise NotFound(_("There is no such team."))
    standing = team.standing_in(team.competition.phase)
    if standing is None or standing.best_public_score is None:
        return {"submissions": []}
    row = {
        "id": 0,
        "dateSubmitted": timestamp(standing.best_submitted_at),
        "publicScore": score_text(standing.best_public_score, team.competition.phase),
    }
    return {"submissions": [row]}
