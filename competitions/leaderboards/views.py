"""Leaderboards over HTTP. Polls are cheap: an unchanged one costs a 304 and reads neither standings nor submissions."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.boards import board_of
from competitions.leaderboards import docs
from competitions.leaderboards.export import csv_response
from competitions.leaderboards.history import history
from competitions.leaderboards.medals import FIRST_THREE, zones
from competitions.leaderboards.queries import (
    PRIVATE,
    PUBLIC,
    Leaderboard,
    own_team_id,
    public_board,
    require_whole,
    sees_only_own,
    tells_brackets,
    updated_at,
    version_of,
)
from competitions.leaderboards.serializers import (
    BaselineLineSerializer,
    BracketQuerySerializer,
    ColumnSerializer,
    HistoryQuerySerializer,
    HistorySerializer,
    PrivateRowSerializer,
    RowSerializer,
    SearchSerializer,
    ZonesSerializer,
)
from competitions.lookup import find_bracket, find_competition
from competitions.models import Bracket, Competition, Phase


# The class is the settings' to choose, which types can't follow.
class LeaderboardPagination(api_settings.DEFAULT_PAGINATION_CLASS):  # type: ignore[misc, name-defined]
    page_size = 50
    max_page_size = 1000


@docs.leaderboards
class LeaderboardViewSet(ViewSet):
    """The two leaderboards of a competition, and how the public one came about."""

    @action(detail=False)
    def public(self, request: Request, competition: str) -> HttpResponse:
        found = find_board(request, competition)
        only_own = sees_only_own(request.user, found.phase)
        return board_answer(self, request, found.phase, private=False, only_own=only_own)

    @action(detail=False, url_path="public/csv", url_name="public-csv")
    def public_csv(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = find_board(request, competition)
        can.view_own_row(request.user, found.phase).require()
        board = public_board(
            found.phase,
            seen_by=request.user,
            bracket=asked_bracket(request, found),
            tells_brackets=tells_brackets(found),
        )
        return csv_response(board, name=file_name(board))

    @action(detail=False)
    def private(self, request: Request, competition: str) -> HttpResponse:
        return board_answer(self, request, self.of_private_scores(competition).phase, private=True)

    @action(detail=False, url_path="private/csv", url_name="private-csv")
    def private_csv(self, request: Request, competition: str) -> StreamingHttpResponse:
        found = self.of_private_scores(competition)
        bracket = asked_bracket(request, found)
        board = Leaderboard(found.phase, PRIVATE, bracket=bracket, tells_brackets=tells_brackets(found))
        return csv_response(board, name=file_name(board))

    @action(detail=False)
    def history(self, request: Request, competition: str) -> HttpResponse:
        found = find_competition(request, competition)
        only_own = sees_only_own(request.user, found.phase)
        query = HistoryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        own_team = own_team_id(request.user, found)
        shape = (found.phase.starts_at, found.phase.ends_at, own_team, only_own, query.data)
        tag = etag("history", found.phase.pk, found.leaderboard_version, *shape)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        wanted = {"top": query.validated_data["top"], "teams": query.validated_data["team"]}
        bracket = asked_bracket(request, found)
        require_whole(bracket, only_own=only_own)
        shown = history(found.phase, **wanted, own_team=own_team, only_own=only_own, bracket=bracket)
        return with_etag(Response(HistorySerializer(shown).data), tag)

    def of_private_scores(self, key: str) -> Competition:
        """The competition, if the person asking may see its private leaderboard."""
        found = find_board(self.request, key)
        can.view_private_leaderboard(self.request.user, found.phase, timezone.now()).require()
        return found


def find_board(request: Request, key: str) -> Competition:
    """The competition, and whether it has brackets. Raises as `find_competition`."""
    return find_competition(request, key, rows=Competition.objects.with_has_brackets())


def asked_bracket(request: Request, competition: Competition) -> Bracket | None:
    """The bracket that a leaderboard is asked for by (`?bracket=`); None: the whole one.

    Raises:
        NoSuchBracket: the competition has none of this slug.
    """
    query = BracketQuerySerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    slug = query.validated_data["bracket"]
    return find_bracket(competition, slug) if slug else None


def file_name(board: Leaderboard) -> str:
    of = "" if board.bracket is None else f"-{board.bracket.slug}"
    return f"{board.phase.competition.slug}-{board.side.name}-leaderboard{of}"


# --- answers ----------------------------------------------------------------------------------------------------------
def board_answer(
    view: APIView, request: Request, phase: Phase, *, private: bool, only_own: bool = False
) -> HttpResponse:
    """A page of a leaderboard, or 304. Whoever calls it has asked for permission."""
    at = timezone.now()
    own_team = own_team_id(request.user, phase.competition)
    tag = board_etag(request, phase, own_team=own_team, private=private, only_own=only_own, at=at)
    if (unchanged := not_modified(request, tag)) is not None:
        return unchanged
    bracket = asked_bracket(request, phase.competition)
    require_whole(bracket, only_own=only_own)
    board = Leaderboard(
        phase,
        PRIVATE if private else PUBLIC,
        own_team,
        search=search_words(request),
        only_own=only_own,
        bracket=bracket,
        tells_brackets=tells_brackets(phase.competition),
    )
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
        "columns": ColumnSerializer(board.columns, many=True).data,
        "teams": board.sizes.teams,
        "zones": ZonesSerializer(zones(board.sizes.scored) if board.bracket is None else FIRST_THREE).data,
        "bracket": None if board.bracket is None else board.bracket.slug,
        "baselines": BaselineLineSerializer(board.baselines, many=True).data,
        "me": None if own_row is None else serializer(own_row).data,
        "version": board.phase.competition.leaderboard_version,
        "updated_at": updated_at(board.phase),
        "state": board.phase.state(at).value,
        "only_own": board.only_own,
        "frozen_since": board_of(board.phase).frozen_since(at) if board.side is PUBLIC else None,
    }


def search_words(request: Request) -> str:
    query = SearchSerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return query.validated_data["search"].strip()


def board_etag(
    request: Request,
    phase: Phase,
    *,
    own_team: int | None,
    private: bool,
    only_own: bool = False,
    at: datetime,
) -> str:
    """The ETag of a page, made of what one read of the competition gives: who looks, which page, its version."""
    version = version_of(phase) if private else phase.competition.leaderboard_version
    page = sorted(request.query_params.items())
    return etag(
        *("private" if private else "public", phase.pk, version, phase.state(at)),
        *(board_of(phase).is_frozen(at), only_own),
        *(own_team, page, request.get_host(), translation.get_language()),
    )


def etag(*facts: Any) -> str:
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str) -> HttpResponse | None:
    """The answer (304) to a poll that has seen `tag` already; None: it has not."""
    unchanged = get_conditional_response(request, etag=tag)
    return None if unchanged is None else with_etag(unchanged, tag)


def with_etag(response: Any, tag: str) -> Any:
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
    return response
