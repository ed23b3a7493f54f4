"""The combined leaderboard over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.combined import docs
from competitions.combined.export import csv_response
from competitions.combined.queries import CombinedBoard, phases_of
from competitions.combined.serializers import CombinedPhaseSerializer, CombinedRowSerializer
from competitions.leaderboards.queries import own_team_id, tells_brackets
from competitions.leaderboards.views import (
    LeaderboardPagination,
    asked_bracket,
    etag,
    find_board,
    not_modified,
    search_words,
    with_etag,
)
from competitions.models import Competition


@docs.combined
class CombinedViewSet(ViewSet):
    """One ranking over the phases of a competition."""

    @action(detail=False, url_path="combined", url_name="combined")
    def board(self, request: Request, competition: str) -> HttpResponse:
        board = self.board_of(competition, own_team=True)
        asked = (sorted(request.query_params.items()), request.get_host(), translation.get_language())
        states = [one.state(board.at) for one in board.phases]
        tag = etag("combined", board.competition.pk, board.version, states, board.own_team, asked)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        return with_etag(Response(self.page_of(board)), tag)

    @action(detail=False, url_path="combined/csv", url_name="combined-csv")
    def csv(self, request: Request, competition: str) -> StreamingHttpResponse:
        board = self.board_of(competition)
        of = "" if board.bracket is None else f"-{board.bracket.slug}"
        return csv_response(board, name=f"{board.competition.slug}-combined-leaderboard{of}")

    def board_of(self, key: str, *, own_team: bool = False) -> CombinedBoard:
        """The board asked for, if the person asking may look inside."""
        request = self.request
        found: Competition = find_board(request, key)
        can.view_combined_leaderboard(request.user, found).require()
        phases = phases_of(found)
        return CombinedBoard(
            found,
            phases,
            timezone.now(),
            own_team=own_team_id(request.user, found) if own_team else None,
            search=search_words(request) if own_team else "",
            bracket=asked_bracket(request, found),
            tells_brackets=tells_brackets(found),
        )

    def page_of(self, board: CombinedBoard) -> dict[str, Any]:
        pages = LeaderboardPagination()
        rows: Any = pages.paginate_queryset(board, self.request, view=self)
        own_row = board.own_row()
        columns = [
            {
                "number": one.number,
                "name": one.name,
                "state": one.state(board.at).value,
                "counts": board.counts(one),
                "weight": one.combined_weight,
                "score_digits": one.score_digits,
            }
            for one in board.phases
        ]
        return {
            **pages.get_paginated_response(CombinedRowSerializer(rows, many=True).data).data,
            "rule": board.competition.combined_rule,
            "points": board.competition.combined_points,
            "phases": CombinedPhaseSerializer(columns, many=True).data,
            "is_final": board.is_final,
            "teams": board.teams,
            "bracket": None if board.bracket is None else board.bracket.slug,
            "me": None if own_row is None else CombinedRowSerializer(own_row).data,
        }
