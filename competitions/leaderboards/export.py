"""Leaderboards as CSV, row by row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse

from competitions.leaderboards.queries import PRIVATE, Leaderboard, Row

# A cell that begins with one of these is a formula to a spreadsheet; names are anybody's to choose.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Without it spreadsheets take Japanese names for something else.
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

COLUMNS = ("rank", "team", "members", "score", "submissions", "last_submitted_at", "best_submitted_at")
PRIVATE_COLUMNS = (*COLUMNS, "public_rank", "change")


class _Echo:
    def write(self, line: str) -> str:
        return line


def safe_text(text: str) -> str:
    """`text` as a cell that no spreadsheet runs."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def csv_lines(board: Leaderboard) -> Iterator[str]:
    """The whole leaderboard, header first; scores with every digit."""
    private = board.side is PRIVATE
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(PRIVATE_COLUMNS if private else COLUMNS)
    for row in board.all_rows():
        yield writer.writerow(_cells(row, private=private))


def csv_response(board: Leaderboard, *, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(board), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(row: Row, *, private: bool) -> Iterable[Any]:
    cells = [
        row.rank,
        safe_text(row.team.name),
        safe_text(" ".join(member.username for member in row.members if not member.is_deleted)),
        None if row.score is None else repr(row.score),
        row.submissions,
        _time(row.last_submitted_at),
        _time(row.best_submitted_at),
    ]
    return [*cells, row.public_rank, row.change] if private else cells


def _time(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
