"""Reads the list of a class from the text of a CSV, as spreadsheets and learning platforms write it.

Columns are recognised by their header, in English or Japanese; commas, tabs and semicolons separate them. What can't be
taken over is told by line and field, all of it at once.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, gettext_lazy as _

from competitions.exceptions import RosterRefused
from competitions.models import RosterEntry
from competitions.models.roster import MOST_ENTRIES, NUMBER_CHARACTERS, ROSTER_NAME_CHARACTERS, SECTION_CHARACTERS

MOST_CHARACTERS = 2_000_000
MOST_PROBLEMS = 50
SEPARATORS = (",", "\t", ";")
FIELDS = ("email", "name", "number", "section")
LABELS = {"email": _("e-mail"), "name": _("name"), "number": _("number"), "section": _("section")}
# Headers without blanks, hyphens, dots, underscores, capitals and width.
HEADERS = {
    "email": ("email", "mail", "emailaddress", "mailaddress", "eメール", "メール", "メールアドレス", "電子メール"),
    "name": ("name", "fullname", "student", "studentname", "氏名", "名前", "お名前", "姓名", "学生氏名", "生徒氏名"),
    "number": (
        *("number", "idnumber", "studentid", "studentnumber", "sisuserid"),
        *("番号", "学籍番号", "学生番号", "生徒番号", "出席番号", "社員番号"),
    ),
    "section": ("section", "class", "group", "sections", "クラス", "組", "セクション", "グループ", "学級"),
}
# A number stands in files that others open: letters, digits, and . _ / - inside.
NUMBER = re.compile(r"[^\W_][\w./ -]*\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """A person of the list. `line`: where they stand in the text, the first is 1."""

    line: int
    email: str
    name: str
    number: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class ReadRoster:
    """`columns`: the fields that the list speaks of; `ignored`: headers that say nothing to us."""

    lines: list[Line]
    columns: list[str]
    ignored: list[str]


@dataclass
class Complaints:
    """Problems as `RosterRefused` takes them, so many of them and then only how many more there are."""

    found: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0

    def add(self, code: str, message: Any, *, line: int | None, name: str | None, **params: Any) -> None:
        if len(self.found) >= MOST_PROBLEMS:
            self.more += 1
            return
        label = None if name is None else str(LABELS.get(name, name))
        place = [] if line is None else [gettext("Line %(line)d") % {"line": line}]
        text = str(message) % params
        told = ": ".join([", ".join([*place, *([label] if label and line is not None else [])]), text])
        detail = told if place else text
        params |= {"line": line, "field": name}
        self.found.append({"code": code, "detail": detail, "attr": "csv", "column": name, "params": params})

    def require_none(self) -> None:
        """Raises RosterRefused where there is something to complain about."""
        if self.found:
            self.found[-1]["more"] = self.more
            raise RosterRefused(self.found)


def read_roster(text: str) -> ReadRoster:
    """The people of a list.

    Raises:
        RosterRefused: columns are missing, or lines can't be taken over: which, and why.
    """
    complaints = Complaints()
    rows = _rows(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), complaints)
    if not rows:
        complaints.add("roster_empty", _("There is nobody in the list."), line=None, name=None)
        complaints.require_none()
    (_first, header), *others = rows
    places, ignored = _places(header, complaints)
    complaints.require_none()
    lines = [_line(number, cells, places, complaints) for number, cells in others]
    if not lines:
        complaints.add("roster_empty", _("There is nobody in the list."), line=None, name=None)
    if len(lines) > MOST_ENTRIES:
        complaints.add(
            "roster_too_long", _("A roster has at most %(limit)d people."), line=None, name=None, limit=MOST_ENTRIES
        )
    _tell_doubles(lines, complaints)
    complaints.require_none()
    return ReadRoster(lines, [name for name in FIELDS if name in places], ignored)


def _rows(text: str, complaints: Complaints) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with the number of the line that each begins in."""
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            complaints.add(
                "roster_unreadable",
                _("This is no line of a CSV: look for a quotation mark too many or too few."),
                line=begins,
                name=None,
            )
            complaints.require_none()
        if any(cell.strip() for cell in cells):
            found.append((begins, cells))
        begins = reader.line_num + 1


def _separator(text: str) -> str:
    """What separates the columns: that with which the most headers are recognised."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=lambda one: sum(_plain(cell) in RECOGNISED for cell in first.split(one)))


def _plain(header: str) -> str:
    return re.sub(r"[\s_.\-‐ー―]", "", unicodedata.normalize("NFKC", header).casefold().strip(" \"'"))


# Plain on both sides: a long vowel mark goes as a hyphen does.
RECOGNISED = {_plain(header): name for name, headers in HEADERS.items() for header in headers}


def _places(header: Sequence[str], complaints: Complaints) -> tuple[dict[str, int], list[str]]:
    places: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(header):
        name = RECOGNISED.get(_plain(cell))
        if name is None:
            if cell.strip():
                ignored.append(cell.strip()[:80])
        elif name in places:
            complaints.add("roster_column_twice", _("There are two columns of this kind."), line=1, name=name)
        else:
            places[name] = place
    for name in ("email", "name"):
        if name not in places:
            complaints.add(
                "roster_column_missing",
                _("The first line has to name a column “%(column)s”."),
                line=None,
                name=name,
                column=str(LABELS[name]),
            )
    return places, ignored


def _line(number: int, cells: Sequence[str], places: dict[str, int], complaints: Complaints) -> Line:
    def cell(name: str) -> str:
        place = places.get(name)
        raw = cells[place] if place is not None and place < len(cells) else ""
        return re.sub(r"\s+", " ", unicodedata.normalize("NFC", raw)).strip()

    email, name = unicodedata.normalize("NFKC", cell("email")).lower(), cell("name")
    student, section = unicodedata.normalize("NFKC", cell("number")), cell("section")
    for field_name, missing in (("email", not email), ("name", not name)):
        if missing:
            complaints.add("required", _("This is missing."), line=number, name=field_name)
    if email and not _is_address(email):
        complaints.add("invalid_email", _("This is no e-mail address."), line=number, name="email")
    for field_name, value, most in (
        ("name", name, ROSTER_NAME_CHARACTERS),
        ("number", student, NUMBER_CHARACTERS),
        ("section", section, SECTION_CHARACTERS),
    ):
        if len(value) > most:
            complaints.add(
                "too_long", _("This has more than %(limit)d characters."), line=number, name=field_name, limit=most
            )
        if any(unicodedata.category(character)[0] == "C" for character in value):
            message = _("There is a character that can't be seen.")
            complaints.add("invalid_character", message, line=number, name=field_name)
    if student and not NUMBER.match(student):
        message = _("A number begins with a letter or digit; more of them, and . _ / - may follow.")
        complaints.add("invalid_number", message, line=number, name="number")
    return Line(number, email, name, student, section)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= int(RosterEntry._meta.get_field("email").max_length or 0)


def _tell_doubles(lines: Sequence[Line], complaints: Complaints) -> None:
    for name in ("email", "number"):
        seen: dict[str, int] = {}
        for one in lines:
            value = getattr(one, name)
            if value and value in seen:
                complaints.add(
                    "roster_double", _("Line %(first)d has the same."), line=one.line, name=name, first=seen[value]
                )
            elif value:
                seen[value] = one.line


def each_changed(line: Line, entry: RosterEntry, columns: Sequence[str]) -> Iterator[str]:
    """The fields of which the list says something else than the entry; of a column it lacks, it says nothing."""
    for name in columns:
        if getattr(line, name) != getattr(entry, name):
            yield name
