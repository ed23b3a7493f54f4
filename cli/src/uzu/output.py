"""Tables that fit the terminal, JSON on request, bars for transfers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, Task, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

# Tables are the answer and go to standard output; everything about the way there goes to standard error.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

# Heading, how it stands, text of a row. "flexible": on the left, and shortened where the terminal is too narrow.
Column = tuple[str, str, Callable[[dict[str, Any]], str]]
SHORTEST = 12  # cells that a flexible column keeps
GAP = 2
UNBOUNDED = 10_000


def show(rows: Sequence[dict[str, Any]], columns: Sequence[Column], *, as_json: bool, empty: str) -> None:
    """Print rows as a table, one line each, or as they came from the server."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    if not rows:
        if empty:
            err.print(empty)
        return
    width = available_width()
    columns, widths = fitting(rows, columns, width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", expand=False)
    for (heading, stands, _text), cells in zip(columns, widths, strict=True):
        justify = "right" if stands == "right" else "left"
        table.add_column(heading, justify=justify, no_wrap=True, overflow="ellipsis", width=cells)  # type: ignore[arg-type]
    for row in rows:
        style = "bold green" if row.get("isMine") else None
        table.add_row(*(Text(text(row)) for _heading, _stands, text in columns), style=style)
    console = out if width < UNBOUNDED else Console(file=out.file, width=UNBOUNDED, highlight=False)
    console.print(table, crop=False)


def available_width() -> int:
    """Cells of the terminal; a pipe or a file gets whole lines, unless COLUMNS says otherwise."""
    return out.width if out.is_terminal or os.environ.get("COLUMNS") else UNBOUNDED


def natural_width(rows: Sequence[dict[str, Any]], heading: str, text: Callable[[dict[str, Any]], str]) -> int:
    return max(cell_len(heading), *(cell_len(text(row)) for row in rows))


def fitting(
    rows: Sequence[dict[str, Any]], columns: Sequence[Column], width: int
) -> tuple[Sequence[Column], Sequence[int]]:
    """The columns that fit side by side, and how wide each is: the flexible one shrinks, then the last ones go."""
    natural = [natural_width(rows, heading, text) for heading, _stands, text in columns]
    least = [
        min(cells, SHORTEST) if stands == "flexible" else cells
        for cells, (_heading, stands, _text) in zip(natural, columns, strict=True)
    ]
    count = len(columns)
    while count > 1 and sum(least[:count]) + GAP * (count - 1) > width:
        count -= 1
    spare = width - sum(least[:count]) - GAP * (count - 1)
    widths = [min(cells, at_least + max(spare, 0)) for cells, at_least in zip(natural, least, strict=True)][:count]
    return columns[:count], widths


def score(value: float | None, digits: int = 5) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def age(text: str | None) -> str:
    """A moment as the time since or until it: `3 min ago`, `in 2 h`."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    seconds = (datetime.now(UTC) - moment).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            count = f"{int(seconds // size)} {unit}"
            return f"in {count}" if ahead else f"{count} ago"
    return "now"


def size(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return ""


class Speed(TransferSpeedColumn):
    """Nothing where it was too quick to tell."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.finished_speed or task.speed else Text("")


@contextmanager
def transfer(label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error; call what it yields with the bytes done and the total. It shows from the first call on:
    a transfer that is refused shows none."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        Speed(),
        console=err,
        disable=quiet,
    )
    task = bar.add_task(label, total=None)

    def update(done: int, total: int | None) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield update
    finally:
        if bar.live.is_started:  # stopping what never began prints an empty line
            bar.stop()
