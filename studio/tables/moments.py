"""Dates and times in the ways people write them, as seconds."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from studio.tables.table import F64, Table, without_nothing

# What a date looks like, and its format; where both the day and the month may come first, what is told below decides.
DATES: Final = (
    (r"[12][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}", "%Y-%m-%d"),
    (r"[12][0-9]{3}/[0-9]{1,2}/[0-9]{1,2}", "%Y/%m/%d"),
    (r"[12][0-9]{3}\.[0-9]{1,2}\.[0-9]{1,2}", "%Y.%m.%d"),
    (r"[0-9]{1,2}\.[0-9]{1,2}\.[12][0-9]{3}", "%d.%m.%Y"),
    (r"[0-9]{1,2}/[0-9]{1,2}/[12][0-9]{3}", "%m/%d/%Y"),
    (r"[0-9]{1,2}/[0-9]{1,2}/[12][0-9]{3}", "%d/%m/%Y"),
    (r"[0-9]{1,2}-[0-9]{1,2}-[12][0-9]{3}", "%d-%m-%Y"),
    (r"[12][0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日", "%Y年%m月%d日"),
    (r"[0-9]{1,2}[- ][A-Za-z]{3}[- ][12][0-9]{3}", "%d-%b-%Y"),
)
TIMES: Final = (
    ("", ""),
    (r"[T ][0-9]{1,2}:[0-9]{2}:[0-9]{2}", " %H:%M:%S"),
    (r"[T ][0-9]{1,2}:[0-9]{2}", " %H:%M"),
)
MONTHS: Final = ((r"[12][0-9]{3}-[0-9]{1,2}", "-"), (r"[12][0-9]{3}/[0-9]{1,2}", "/"))
MONTH_FORMAT: Final = "%Y{}%m"
COMPACT: Final = (r"(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", "%Y%m%d")
# Parts of a second, and a zone: rows are ordered without them.
REST: Final = r"(\.[0-9]+)?\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?$"
LOOKED_AT: Final = 20_000


def date_format(text: pa.ChunkedArray, *, compact: bool = False) -> str | None:
    """The format that all these values have, as `strptime` names it; None: they are no dates.

    `compact`: eight digits may be a date.
    """
    values = _plain(pa.chunked_array([pc.unique(text)], pa.string()).slice(0, LOOKED_AT)).drop_null()
    if not len(values):
        return None
    for pattern, form in _formats(compact=compact):
        if pc.all(pc.match_substring_regex(values, f"^{pattern}$")).as_py() and not _parsed(values, form).null_count:
            return form
    return None


def moments(table: Table, name: str) -> F64:
    """A column by which rows have an order in time: seconds of dates, else its numbers. NaN where there is neither."""
    text = table.text(name)
    form = date_format(text, compact=True)
    if form is None:
        return table.numbers(name)
    seconds = _parsed(_plain(text), form).cast(pa.int64()).cast(pa.float64())
    return np.array(pc.fill_null(seconds, np.nan).to_numpy(), dtype=np.float64)


def _formats(*, compact: bool) -> list[tuple[str, str]]:
    formats = [(date + time, form + rest) for date, form in DATES for time, rest in TIMES]
    formats += [(pattern, MONTH_FORMAT.format(sign)) for pattern, sign in MONTHS]
    return [*formats, COMPACT] if compact else formats


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments without the parts of a second and the zone, and with a blank before the time."""
    values = without_nothing(text)
    if pc.any(pc.match_substring(values, ":")).as_py():
        values = pc.replace_substring(pc.replace_substring_regex(values, REST, ""), "T", " ")
    return values


def _parsed(values: pa.ChunkedArray, form: str) -> pa.ChunkedArray:
    if "%d" not in form:
        sign = form[2]
        values, form = pc.binary_join_element_wise(values, pa.scalar("1"), sign), f"{form}{sign}%d"
    if "%b" in form:
        values = pc.replace_substring(values, " ", "-", max_replacements=2)
    return pc.strptime(values, format=form, unit="s", error_is_null=True)
