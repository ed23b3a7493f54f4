"""Leaderboards as CSV, row by row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse

from competitions.leaderboards.queries import PRIVATE, Leaderboard, Line, Row

# A cell that begins with one of these is a formula to a spreadsheet; names are anybody's to choose.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Without it spreadsheets take Japanese names for something else.
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

COLUMNS = (
    "rank",
    "team",
    "members",
    "score",
    "submissions",
    "last_submitted_at",
    "best_submitted_at",
    "out_of_competition",
    "disqualified",
    "baseline",
)
PRIVATE_COLUMNS = (*COLUMNS, "public_rank", "change", "rank_low", "rank_high", "above_next")


class Echo:
    """What `csv` writes to, where each line is wanted by itself."""

    def write(self, line: str) -> str:
        return line


def safe_text(text: str) -> str:
    """`text` as a cell that no spreadsheet runs."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def csv_lines(board: Leaderboard) -> Iterator[str]:
    """The whole leaderboard, header first; scores with every digit that may be shown."""
    private = board.side is PRIVATE
    writer = csv.writer(Echo())
    names = PRIVATE_COLUMNS if private else COLUMNS
    further = [safe_text(column.label) for column in board.columns]
    told = ["brackets"] if board.tells_brackets else []
    yield BYTE_ORDER_MARK + writer.writerow([*names, *further, *told])
    width = len(names)
    empty = [""] * (len(further) + len(told))
    waiting = list(board.baselines)
    for row in board.all_rows():
        while waiting and (row.rank is None or row.rank > waiting[0].after):
            yield writer.writerow([*_line(waiting.pop(0), width), *empty])
        brackets = [" ".join(row.brackets)] if told else []
        yield writer.writerow([*_cells(row, private=private), *map(number, row.numbers), *brackets])
    for line in waiting:
        yield writer.writerow([*_line(line, width), *empty])


def csv_response(board: Leaderboard, *, name: str) -> StreamingHttpResponse:
    return csv_download(csv_lines(board), name=name)


def csv_download(lines: Iterator[str], *, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(row: Row, *, private: bool) -> Iterable[Any]:
    cells = [
        row.rank,
        safe_text(row.team.name),
        safe_text(" ".join(member.username for member in row.members if not member.is_deleted)),
        number(row.score),
        row.submissions,
        moment(row.last_submitted_at),
        moment(row.best_submitted_at),
        "true" if row.is_out_of_competition else "",
        "true" if row.is_disqualified else "",
        "",
    ]
    if not private:
        return cells
    sure = [None] * 3 if row.interval is None else [row.interval.low, row.interval.high, row.interval.above_next]
    return [*cells, row.public_rank, row.change, *sure]


def number(value: float | None) -> str | None:
    """A score as text with all its digits; None: there is none."""
    return None if value is None else repr(value)


def _line(line: Line, width: int) -> list[Any]:
    """A baseline at its place: a name and a score, marked."""
    cells = {"team": safe_text(line.name), "score": repr(line.score), "baseline": "true"}
    return [cells.get(name, "") for name in PRIVATE_COLUMNS[:width]]


def moment(at: datetime | None) -> str:
    """A moment in UTC as a cell; blank: there is none."""
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
