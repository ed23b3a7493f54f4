"""The combined leaderboard as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from competitions.combined.queries import Cell, CombinedBoard, CombinedRow
from competitions.combined.rules import POINTS
from competitions.leaderboards.export import BYTE_ORDER_MARK, Echo, csv_download, number, safe_text

COLUMNS = ("rank", "team", "members", "value", "out_of_competition", "disqualified")


def csv_response(board: CombinedBoard, *, name: str) -> StreamingHttpResponse:
    return csv_download(csv_lines(board), name=name)


def csv_lines(board: CombinedBoard) -> Iterator[str]:
    """The whole leaderboard, header first; columns of phases that do not count yet are empty."""
    writer = csv.writer(Echo())
    of_phase = ("rank", "score", *(("points",) if board.competition.combined_rule == POINTS else ()))
    named = [f"{phase.shown_name} {column}" for phase in board.phases for column in of_phase]
    told = ["brackets"] if board.tells_brackets else []
    yield BYTE_ORDER_MARK + writer.writerow([*COLUMNS, *map(safe_text, named), *told])
    for row in board.all_rows():
        cells = [one for cell in row.cells for one in _cells(cell)[: len(of_phase)]]
        yield writer.writerow([*_head(row), *cells, *([" ".join(row.brackets)] if told else [])])


def _head(row: CombinedRow) -> Iterable[Any]:
    return [
        row.rank,
        safe_text(row.team.name),
        safe_text(" ".join(member.username for member in row.members if not member.is_deleted)),
        number(row.value),
        "true" if row.team.is_out_of_competition else "",
        "true" if row.team.is_disqualified else "",
    ]


def _cells(cell: Cell | None) -> list[Any]:
    return [None] * 3 if cell is None else [cell.rank, number(cell.score), number(cell.points)]
