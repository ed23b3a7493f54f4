"""Grades as the files that Moodle and Canvas read.

Moodle finds people by the e-mail or the ID number, as whoever imports chooses. Canvas reads its own columns in its own
order, `Section` the last before the assignment, and finds people by the SIS ID or the login where its own ID is blank.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from competitions.grades.grading import Grade
from competitions.leaderboards.export import BYTE_ORDER_MARK, Echo, safe_text
from competitions.models import GradeRule

MOODLE, CANVAS = "moodle", "canvas"
FORMATS = (MOODLE, CANVAS)


def grades_csv(rule: GradeRule, grades: Iterable[Grade], *, form: str) -> Iterator[str]:
    """Header first, a line for each person; no cell is a formula to a spreadsheet."""
    writer = csv.writer(Echo())
    assignment = safe_text(rule.assignment)
    if form == MOODLE:
        yield BYTE_ORDER_MARK + writer.writerow(["Email address", "ID number", "Name", "Group", assignment])
    else:
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield BYTE_ORDER_MARK + writer.writerow([*head, assignment])
        most = max((Decimal(repr(line["grade"])) for line in rule.lines), default=Decimal(0))
        yield writer.writerow(["    Points Possible", "", "", "", "", _plain(most)])
    for one in grades:
        entry = one.entry
        name, number, email, section = map(safe_text, (entry.name, entry.number, entry.email, entry.section))
        cells: list[Any] = [email, number, name, section] if form == MOODLE else [name, "", number, email, section]
        yield writer.writerow([*cells, "" if one.grade is None else _plain(one.grade)])


def _plain(value: Decimal) -> str:
    """As people write it: 85, 82.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
