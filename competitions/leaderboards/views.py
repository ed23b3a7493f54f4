"""Leaderboards over HTTP. Polls are cheap: an unchanged one costs a 304 and reads neither standings nor submissions."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.leaderboards.export import csv_response
from competitions.leaderboards.history import history
from competitions.leaderboards.queries import PRIVATE, PUBLIC, Leaderboard, own_team_id, updated_at, version_of
from competitions.leaderboards.serializers import (
    HistoryQuerySerializer,
    HistorySerializer,
    LeaderboardSerializer,
    PrivateLeaderboardSerializer,
    PrivateRowSerializer,
    RowSerializer,
    SearchSerializer,
)
from competitions.models import Competition
from competitions.views.lookup import find_competition
from competitions.views.openapi import COMPETITION, NOT_FOUND, refusal

TAGS = ["Leaderboards"]
PAGING = [
    COMPETITION,
    SearchSerializer,
    OpenApiParameter("page", OpenApiTypes.INT, description="From 1."),
    OpenApiParameter("pageSize", OpenApiTypes.INT, description="Teams on a page, at most 1000."),
]
UNCHANGED = OpenApiResponse(description="Nothing changed since the `ETag` sent as `If-None-Match`.")
CLOSED = {403: refusal("private_leaderboard_closed", "not_entered"), **NOT_FOUND}
CSV = {(200, "text/csv"): OpenApiTypes.STR}

ROW = {
    "rank": 2,
    "team": {"id": 17, "name": "Maelström"},
    "members": [{"username": "alice", "name": "Alice", "avatar": None}],
    "score": 0.8125,
    "submissions": 12,
    "lastSubmittedAt": "2026-11-21T09:12:00Z",
    "bestSubmittedAt": "2026-11-21T08:40:00Z",
    "isMine": True,
}
BOARD = {"count": 118, "next": None, "previous": None, "version": 4711, "updatedAt": "2026-11-21T09:12:00Z"}


class LeaderboardPagination(PageNumberPagination):
    page_size = 50
    max_page_size = 1000
    page_size_query_param = "pageSize"


class PublicLeaderboardView(APIView):
    @extend_schema(
        operation_id="getPublicLeaderboard",
        tags=TAGS,
        parameters=PAGING,
        responses={200: LeaderboardSerializer, 304: UNCHANGED, 403: refusal("not_entered"), **NOT_FOUND},
        examples=[
            OpenApiExample("Running", value={**BOARD, "state": "running", "results": [ROW], "me": ROW}),
        ],
        description="Teams by their best public score; of equal scores the earlier one ranks higher, teams without a "
        "score stand last and have no rank. Open to everybody who may see the competition; in one by invitation to its "
        "people.",
    )
    def get(self, request: Request, competition: str) -> HttpResponse:
        found = find_competition(request, competition)
        can.view_public_leaderboard(request.user, found).require()
        return board_answer(self, request, found, private=False)


class PrivateLeaderboardView(APIView):
    @extend_schema(
        operation_id="getPrivateLeaderboard",
        tags=TAGS,
        parameters=PAGING,
        responses={200: PrivateLeaderboardSerializer, 304: UNCHANGED, **CLOSED},
        examples=[
            OpenApiExample(
                "Confirmed",
                value={
                    **BOARD,
                    "state": "confirmed",
                    "results": [{**ROW, "publicRank": 5, "change": 3}],
                    "me": {**ROW, "publicRank": 5, "change": 3},
                },
            ),
        ],
        description="Teams by the best private score among their selected submissions, with what that changed. Closed "
        "to everybody, organisers included, until the competition has ended and they have confirmed it; then open as "
        "the public one is.",
    )
    def get(self, request: Request, competition: str) -> HttpResponse:
        found = find_competition(request, competition)
        can.view_private_leaderboard(request.user, found, timezone.now()).require()
        return board_answer(self, request, found, private=True)


class PublicLeaderboardCsvView(APIView):
    @extend_schema(
        operation_id="downloadPublicLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={**CSV, 403: refusal("not_entered"), **NOT_FOUND},
        description="The whole public leaderboard as CSV. Open as the leaderboard is.",
    )
    def get(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = find_competition(request, competition)
        can.view_public_leaderboard(request.user, found).require()
        return csv_response(Leaderboard(found), name=f"{found.slug}-public-leaderboard")


class PrivateLeaderboardCsvView(APIView):
    @extend_schema(
        operation_id="downloadPrivateLeaderboard",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={**CSV, **CLOSED},
        description="The whole private leaderboard as CSV. Open as the leaderboard is: once confirmed.",
    )
    def get(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = find_competition(request, competition)
        can.view_private_leaderboard(request.user, found, timezone.now()).require()
        return csv_response(Leaderboard(found, PRIVATE), name=f"{found.slug}-private-leaderboard")


class HistoryView(APIView):
    @extend_schema(
        operation_id="getLeaderboardHistory",
        tags=TAGS,
        parameters=[COMPETITION, HistoryQuerySerializer],
        responses={200: HistorySerializer, 304: UNCHANGED, 403: refusal("not_entered"), **NOT_FOUND},
        examples=[
            OpenApiExample(
                "Two improvements",
                value={
                    "teams": [{"id": 17, "name": "Maelström", "isMine": False}],
                    "start": "2026-11-21T00:00:00Z",
                    "end": "2026-11-21T09:00:00Z",
                    "points": {"17": [["2026-11-21T01:00:00Z", 0.71], ["2026-11-21T02:30:00Z", 0.8125]]},
                },
            )
        ],
        description="How the best public scores came about: for the best teams, the ones asked for and your own, every "
        "moment a score became better. Open as the public leaderboard is.",
    )
    def get(self, request: Request, competition: str) -> HttpResponse:
        found = find_competition(request, competition)
        can.view_public_leaderboard(request.user, found).require()
        query = HistoryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        own_team = own_team_id(request.user, found)
        tag = etag("history", found.pk, found.leaderboard_version, found.starts_at, found.ends_at, own_team, query.data)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        shown = history(found, top=query.validated_data["top"], teams=query.validated_data["team"], own_team=own_team)
        return with_etag(Response(HistorySerializer(shown).data), tag)


# --- answers ----------------------------------------------------------------------------------------------------------
def board_answer(view: APIView, request: Request, competition: Competition, *, private: bool) -> HttpResponse:
    """A page of a leaderboard, or 304. Whoever calls it has asked for permission."""
    at = timezone.now()
    own_team = own_team_id(request.user, competition)
    tag = board_etag(request, competition, own_team=own_team, private=private, at=at)
    if (unchanged := not_modified(request, tag)) is not None:
        return unchanged
    board = Leaderboard(competition, PRIVATE if private else PUBLIC, own_team, search=search_words(request))
    return with_etag(Response(board_page(view, request, board, at)), tag)


def board_page(view: APIView, request: Request, board: Leaderboard, at: datetime) -> dict[str, Any]:
    """The page asked for, one's own row, and what tells how new it is."""
    serializer = PrivateRowSerializer if board.side is PRIVATE else RowSerializer
    pages = LeaderboardPagination()
    if board.search:
        pages.max_page_size = pages.page_size  # each row's rank is counted by itself
    rows: Any = pages.paginate_queryset(board, request, view=view)
    own_row = board.own_row()
    return {
        **pages.get_paginated_response(serializer(rows, many=True).data).data,
        "me": None if own_row is None else serializer(own_row).data,
        "version": board.competition.leaderboard_version,
        "updated_at": updated_at(board.competition),
        "state": board.competition.state(at).value,
    }


def search_words(request: Request) -> str:
    query = SearchSerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return query.validated_data["search"].strip()


def board_etag(request: Request, competition: Competition, *, own_team: int | None, private: bool, at: datetime) -> str:
    """Of facts that one read of the competition gives: who looks, at which page, and the leaderboard's version."""
    version = version_of(competition) if private else competition.leaderboard_version
    page = sorted(request.query_params.items())
    return etag(
        *("private" if private else "public", competition.pk, version, competition.state(at)),
        *(own_team, page, request.get_host(), translation.get_language()),
    )


def etag(*facts: Any) -> str:
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str) -> HttpResponse | None:
    """What answers a poll that has seen `tag` already."""
    unchanged = get_conditional_response(request, etag=tag)
    return None if unchanged is None else with_etag(unchanged, tag)


def with_etag(response: Any, tag: str) -> Any:
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
    return response
