"""Making brackets and putting teams into them: the only code that does.

A team chooses for as long as one can enter, and only brackets that teams choose. Organisers set all of them, and the
log tells everybody. Brackets are the competition's, and every phase's leaderboards have them. Once any phase has ended,
who changes brackets may know who wins there: then organisers need a public reason, and neither a later end, nor another
phase, nor a confirmation that was taken back changes that; and a team that took part in it chooses no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions import permissions as can, signals
from competitions.exceptions import (
    BracketOfHosts,
    BracketSlugTaken,
    TooManyBrackets,
    UnknownBracket,
)
from competitions.leaderboards.standings import leaderboard_changed
from competitions.log.recording import clean_reason, is_relied_on_in_any_phase, record
from competitions.models import Bracket, BracketEntry, ChosenBy, Competition, LogKind, Team
from competitions.models.bracket import MOST_BRACKETS

if TYPE_CHECKING:
    from accounts.models import User

# What organisers say of a bracket. Its slug is said once.
FIELDS = ("name", "description", "chosen_by", "position")


# --- the brackets of a competition ------------------------------------------------------------------------------------
def add_bracket(
    *, competition: Competition, fields: Mapping[str, Any], by: User, at: datetime, reason: str = ""
) -> Bracket:
    """Add a bracket to the competition, after the others where `fields` have no position.

    Raises:
        NotHost: `by` does not organise it.
        ReasonMissing, InvalidReason: a phase has ended.
        BracketSlugTaken, TooManyBrackets: not this one, or none any more.
        ValidationError: a name or slug that is none.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(competition.pk)
        reason = clean_reason(reason, required=needs_reason(competition, at))
        present = list(competition.brackets.all())
        if len(present) >= MOST_BRACKETS:
            raise TooManyBrackets(limit=MOST_BRACKETS)
        if any(one.slug == fields.get("slug") for one in present):
            raise BracketSlugTaken
        after_all = max((one.position + 1 for one in present), default=0)
        bracket = Bracket(**{"position": after_all, **fields, "competition": competition})
        bracket.full_clean()
        bracket.save()
        _record(competition, {"added": bracket.stated()}, by=by, at=at, reason=reason)
        leaderboard_changed(competition_id=competition.pk)
    return bracket


def change_bracket(
    *, bracket: Bracket, changes: Mapping[str, Any], by: User, at: datetime, reason: str = ""
) -> Bracket:
    """Change what is said of a bracket; who belongs to it stays.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: a phase has ended.
        ValidationError: a name that is none.
    """
    can.edit(by, bracket.competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(bracket.competition_id)
        reason = clean_reason(reason, required=needs_reason(competition, at))
        bracket = Bracket.objects.get(pk=bracket.pk)
        before = bracket.stated()
        for name in FIELDS:
            if name in changes:
                setattr(bracket, name, changes[name])
        after = bracket.stated()
        if after == before:
            return bracket
        bracket.full_clean(exclude=["competition"])
        bracket.save(update_fields=FIELDS)
        moved = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        _record(competition, {"changed": {"slug": bracket.slug, **moved}}, by=by, at=at, reason=reason)
        leaderboard_changed(competition_id=competition.pk)
    return bracket


def remove_bracket(*, bracket: Bracket, by: User, at: datetime, reason: str = "") -> None:
    """Remove a bracket for good. The teams that belonged to it stand in the log.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: teams belong to it and rely on that, or a phase has ended.
    """
    can.edit(by, bracket.competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(bracket.competition_id)
        teams = sorted(bracket.entries.values_list("team", flat=True))
        reason = clean_reason(reason, required=removal_needs_reason(competition, has_teams=bool(teams), at=at))
        removed = {**bracket.stated(), "teams": teams}
        bracket.delete()
        _record(competition, {"removed": removed}, by=by, at=at, reason=reason)
        leaderboard_changed(competition_id=competition.pk)


def needs_reason(competition: Competition, at: datetime) -> bool:
    """Whether any phase has ended, so that whoever changes brackets may know who wins them, and prizes may have been
    given.
    """
    return competition.has_any_ended(at)


def removal_needs_reason(competition: Competition, *, has_teams: bool, at: datetime) -> bool:
    return needs_reason(competition, at) or (has_teams and is_relied_on_in_any_phase(competition, at))


def _record(competition: Competition, facts: Mapping[str, Any], *, by: User, at: datetime, reason: str) -> None:
    tell = is_relied_on_in_any_phase(competition, at)
    record(competition, LogKind.BRACKETS, by=by, at=at, facts=facts, reason=reason, tell=tell)


# --- the brackets of a team -------------------------------------------------------------------------------------------
def choose_brackets(*, team: Team, slugs: Collection[str], by: User, at: datetime) -> Team:
    """Let the team belong to these of the brackets that teams choose, and to no others of them.

    Brackets that the organisers have put it into stay, named or not.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        BracketsFixed, BracketsFixedByPhase: one can't enter any more, or a phase has ended that the team took part in.
        UnknownBracket, BracketOfHosts: not this one.
    """
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        team.competition = Competition.objects.lock(team.competition_id)
        can.choose_brackets(by, team, at).require()
        take_chosen(team, slugs)
    return team


def take_chosen(team: Team, slugs: Collection[str]) -> None:
    """As `choose_brackets`, for who has asked for permission. Call it with the rows of the competition and team locked.

    Raises:
        UnknownBracket, BracketOfHosts: not this one.
    """
    before = _entered(team)
    chosen = set()
    for bracket in _named(team.competition, slugs):
        if bracket.chosen_by == ChosenBy.TEAMS:
            chosen.add(bracket.pk)
        elif bracket.pk not in before:
            raise BracketOfHosts(name=bracket.name)
    kept = {pk for pk, bracket in before.items() if bracket.chosen_by == ChosenBy.HOSTS}
    if chosen | kept != set(before):
        _write(team, before=before, wanted=chosen | kept)


def set_brackets(*, team: Team, slugs: Collection[str], by: User, at: datetime, reason: str = "") -> Team:
    """Let the team belong to these brackets and no others: an organiser's act, which the log tells of.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: a phase has ended.
        UnknownBracket: the competition has no such bracket.
    """
    can.edit(by, team.competition).require()
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        team.competition = competition = Competition.objects.lock(team.competition_id)
        wanted = {bracket.pk: bracket for bracket in _named(competition, slugs)}
        before = _entered(team)
        if set(wanted) == set(before):
            return team
        is_final = needs_reason(competition, at)
        reason = clean_reason(reason, required=is_final)
        _set(team, before=before, wanted=wanted, by=by, at=at, reason=reason)
    return team


def move_team(
    *, team: Team, into: Collection[int], out_of: Collection[int], by: User | None, at: datetime, reason: str = ""
) -> bool:
    """Put the team into some brackets and take it out of others, as an organiser said before: told as `set_brackets`.

    For who has asked for permission, and for the reason where one is needed. Call it with the rows of the team and the
    competition locked. Returns whether anything changed.
    """
    before = _entered(team)
    wanted = (set(before) - set(out_of)) | set(into)
    if wanted == set(before):
        return False
    known = {bracket.pk: bracket for bracket in team.competition.brackets.all()}
    _set(team, before=before, wanted={pk: known[pk] for pk in wanted}, by=by, at=at, reason=reason)
    return True


def _set(
    team: Team,
    *,
    before: Mapping[int, Bracket],
    wanted: Mapping[int, Bracket],
    by: User | None,
    at: datetime,
    reason: str,
) -> None:
    competition = team.competition
    is_final = needs_reason(competition, at)
    _write(team, before=before, wanted=wanted)
    # No name: who is called after somebody must be able to forget it.
    facts = {"team": team.pk, "brackets": [_slugs(before.values()), _slugs(wanted.values())]}
    entry = record(competition, LogKind.TEAM_BRACKETS, by=by, at=at, facts=facts, reason=reason, tell=is_final)
    if entry is not None and not is_final:
        transaction.on_commit(lambda: signals.brackets_set.send_robust(Team, entry=entry, by=by, at=at))


def combine_brackets(*, from_team: Team, to_team: Team) -> None:
    """Let a merged team belong to the brackets that both teams belonged to: each asks something of every member.

    Call it inside the merge's transaction with both team rows locked.
    """
    theirs = from_team.bracket_entries.values("bracket")
    to_team.bracket_entries.exclude(bracket__in=list(theirs.values_list("bracket", flat=True))).delete()


def _named(competition: Competition, slugs: Collection[str]) -> list[Bracket]:
    known = {bracket.slug: bracket for bracket in competition.brackets.all()}
    for slug in slugs:
        if slug not in known:
            raise UnknownBracket(slug=slug)
    return [bracket for slug, bracket in known.items() if slug in slugs]


def _entered(team: Team) -> dict[int, Bracket]:
    return {bracket.pk: bracket for bracket in Bracket.objects.filter(entries__team=team)}


def _write(team: Team, *, before: Collection[int], wanted: Collection[int]) -> None:
    team.bracket_entries.exclude(bracket__in=wanted).delete()
    BracketEntry.objects.bulk_create(
        BracketEntry(team=team, bracket_id=pk) for pk in sorted(wanted) if pk not in before
    )
    leaderboard_changed(competition_id=team.competition_id)


def _slugs(brackets: Iterable[Bracket]) -> str:
    return ", ".join(bracket.slug for bracket in sorted(brackets, key=lambda one: (one.position, one.pk)))
