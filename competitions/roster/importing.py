"""Takes a list of people over into the roster: what it would change, and the change itself, all of it or nothing.

Neither looks at accounts, so that no answer tells whether an address has one here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from competitions import permissions as can
from competitions.brackets.services import add_bracket, move_team, needs_reason
from competitions.exceptions import RosterChanged
from competitions.log.recording import clean_reason
from competitions.models import Bracket, ChosenBy, Competition, Membership, RosterEntry, Team
from competitions.models.bracket import MOST_BRACKETS
from competitions.models.roster import MOST_ENTRIES
from competitions.roster.reading import Complaints, Line, ReadRoster, each_changed, read_roster

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What a line does: `entry` None makes a new one; `fields` are those that become different."""

    line: Line
    entry: RosterEntry | None = None
    fields: Sequence[str] = ()


@dataclass
class Plan:
    """What taking a list over does. `moves_teams`: sections count as brackets. `sections`: each with its bracket, None
    where one is made.

    `absent`: how many of the roster are not in the list; they stay. `needs_reason`: it moves teams between brackets, or
    makes some, after a phase has ended.
    """

    read: ReadRoster
    moves_teams: bool = False
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    absent: int = 0
    sections: dict[str, Bracket | None] = field(default_factory=dict)
    needs_reason: bool = False

    @property
    def new(self) -> int:
        return sum(change.entry is None for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.new


def preview_roster(*, competition: Competition, csv: str, with_brackets: bool, by: User, at: datetime) -> Plan:
    """What `import_roster` would do with this list.

    Raises:
        NotHost: `by` does not organise the competition.
        RosterRefused: it would take nothing over: why, by line and field.
    """
    can.edit(by, competition).require()
    return _plan(competition, read_roster(csv), with_brackets=with_brackets, at=at)


def import_roster(
    *, competition: Competition, csv: str, with_brackets: bool, by: User, at: datetime, reason: str = ""
) -> Plan:
    """Add who is new to the roster and change whose line says something else; nobody is taken off.

    `with_brackets`: a section becomes a bracket that organisers choose, unless there is one of its name, and the teams
    of those who joined are moved with them.

    Raises:
        NotHost: `by` does not organise the competition.
        RosterRefused: nothing was taken over: why, by line and field.
        ReasonMissing, InvalidReason: a phase has ended, and brackets would change.
        RosterChanged: somebody else changed the roster at the same time.
    """
    can.edit(by, competition).require()
    read = read_roster(csv)
    try:
        with transaction.atomic():
            # In the order in which joining locks too: entries, teams, the competition.
            list(competition.roster.select_for_update().order_by("pk").values_list("pk", flat=True))
            plan = _plan(competition, read, with_brackets=with_brackets, at=at)
            reason = clean_reason(reason, required=plan.needs_reason)
            teams = _teams_of(plan)
            _make_brackets(competition, plan, by=by, at=at, reason=reason)
            left = _write(competition, plan, by=by, at=at)
            for team in teams.values():
                settle(team, left=left, by=by, at=at, reason=reason)
    except IntegrityError as error:
        raise RosterChanged from error
    return plan


def settle(team: Team, *, left: Collection[int] = (), by: User | None, at: datetime, reason: str = "") -> None:
    """Put a locked team into the bracket of its members' section, or into none where they are of several.

    `left`: brackets that a member was in before. Other brackets of the team stay as they are.
    """
    members = team.memberships.values("user")
    entries = RosterEntry.objects.filter(competition=team.competition_id, user__in=members)
    theirs = set(entries.exclude(bracket=None).values_list("bracket", flat=True))
    if not theirs and not left:
        return
    team.competition = Competition.objects.lock(team.competition_id)
    into = theirs if len(theirs) == 1 else set()
    move_team(team=team, into=into, out_of=theirs | set(left), by=by, at=at, reason=reason)


# --- the plan ---------------------------------------------------------------------------------------------------------
def _plan(competition: Competition, read: ReadRoster, *, with_brackets: bool, at: datetime) -> Plan:
    entries = {entry.email: entry for entry in competition.roster.select_related("bracket")}
    plan = Plan(read, moves_teams=with_brackets and "section" in read.columns)
    if plan.moves_teams:
        plan.sections = _sections(competition, read, entries.values())
    brackets = {_folded(section): bracket for section, bracket in plan.sections.items()}
    for line in read.lines:
        entry = entries.get(line.email)
        fields = [] if entry is None else list(each_changed(line, entry, read.columns))
        if entry is not None and "section" not in fields and _folded(line.section) in brackets:
            bracket = brackets[_folded(line.section)]
            if bracket is None or entry.bracket_id != bracket.pk:
                fields.append("section")
        if entry is None or fields:
            plan.changes.append(Change(line, entry, fields))
        else:
            plan.unchanged += 1
    plan.absent = len(entries.keys() - {line.email for line in read.lines})
    complaints = Complaints()
    _check_numbers(entries, plan, complaints)
    if len(entries) + plan.new > MOST_ENTRIES:
        message = _("A roster has at most %(limit)d people.")
        complaints.add("roster_too_long", message, line=None, name=None, limit=MOST_ENTRIES)
    _check_brackets(competition, plan, complaints, at=at)
    complaints.require_none()
    return plan


def _check_numbers(entries: dict[str, RosterEntry], plan: Plan, complaints: Complaints) -> None:
    """Complain about each number that somebody else on the roster keeps."""
    listed = {line.email for line in plan.read.lines} if "number" in plan.read.columns else set()
    kept = {entry.number for entry in entries.values() if entry.number and entry.email not in listed}
    for change in plan.changes:
        if change.line.number in kept:
            message = _("Somebody else on the roster has this number.")
            complaints.add("roster_number_taken", message, line=change.line.line, name="number")


def _sections(competition: Competition, read: ReadRoster, entries: Iterable[RosterEntry]) -> dict[str, Bracket | None]:
    """The sections of the list with their brackets: that of who is in it already, else the one of its name."""
    present = {_folded(bracket.name): bracket for bracket in competition.brackets.all()}
    present |= {_folded(one.section): one.bracket for one in entries if one.bracket is not None}
    named = {_folded(line.section): line.section for line in reversed(read.lines) if line.section}
    return {section: present.get(folded) for folded, section in sorted(named.items())}


def _check_brackets(competition: Competition, plan: Plan, complaints: Complaints, *, at: datetime) -> None:
    made = [section for section, bracket in plan.sections.items() if bracket is None]
    count = competition.brackets.count() + len(made)
    if made and count > MOST_BRACKETS:
        message = _(
            "A competition has at most %(limit)d brackets; with those of the sections there would be %(count)d."
        )
        complaints.add("too_many_brackets", message, line=None, name="section", limit=MOST_BRACKETS, count=count)
    moved = plan.moves_teams and any(
        one.entry and one.entry.user_id and "section" in one.fields for one in plan.changes
    )
    plan.needs_reason = bool(made or moved) and needs_reason(competition, at)


def _folded(section: str) -> str:
    return unicodedata.normalize("NFKC", section).casefold()


# --- the change -------------------------------------------------------------------------------------------------------
def _teams_of(plan: Plan) -> dict[int, Team]:
    """The teams of those who joined and change their section, locked."""
    moved = [one.entry for one in plan.changes if one.entry is not None and "section" in one.fields]
    people = [entry.user_id for entry in moved if entry.user_id]
    if not people or not plan.moves_teams:
        return {}
    memberships = Membership.objects.filter(competition=moved[0].competition_id, user__in=people)
    return Team.objects.lock_all(memberships.values_list("team", flat=True))


def _make_brackets(competition: Competition, plan: Plan, *, by: User, at: datetime, reason: str) -> None:
    slugs = set(competition.brackets.values_list("slug", flat=True))
    for section, bracket in plan.sections.items():
        if bracket is None:
            fields: dict[str, Any] = {"slug": _slug(section, slugs), "name": section, "chosen_by": ChosenBy.HOSTS}
            slugs.add(fields["slug"])
            made = add_bracket(competition=competition, fields=fields, by=by, at=at, reason=reason)
            plan.sections[section] = made


def _slug(section: str, taken: Collection[str]) -> str:
    wanted = slugify(section).strip("-_")[:30] or "section"
    number = 1
    while (slug := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return slug


def _write(competition: Competition, plan: Plan, *, by: User, at: datetime) -> set[int]:
    """Write the entries. Returns the brackets that some of them were in before and are no more."""
    brackets = {_folded(section): bracket for section, bracket in plan.sections.items()}
    new, changed, left = [], [], set()
    for change in plan.changes:
        line, entry = change.line, change.entry
        if entry is None:
            entry = RosterEntry(competition=competition, email=line.email, created_at=at, imported_by=by)
            new.append(entry)
            fields: Sequence[str] = ("name", "number", "section")
        else:
            changed.append(entry)
            fields = change.fields
        for name in fields:
            setattr(entry, name, getattr(line, name))
        if plan.moves_teams and "section" in fields:
            if entry.bracket_id is not None:
                left.add(entry.bracket_id)
            entry.bracket = brackets.get(_folded(entry.section)) if entry.section else None
    RosterEntry.objects.bulk_create(new, batch_size=CHUNK)
    RosterEntry.objects.bulk_update(changed, ["name", "number", "section", "bracket"], batch_size=CHUNK)
    return left
