"""Entering a competition: what it takes, and the team it makes.

Entering opens as soon as the competition is published, before its start too; data and submissions open with the start.
Who left a team with submissions of their time in it does not get a fresh allowance: entering again gives a team that
everybody has left back, with its submissions; to a team that goes on, its owner invites them (`Departure`).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import IntegrityError, transaction

from accounts.locking import lock_account
from competitions import permissions as can, signals
from competitions.access import is_helper
from competitions.brackets.services import take_chosen
from competitions.exceptions import (
    AlreadyEntered,
    HelperTakesPart,
    LeftWithSubmissions,
    NotEntered,
    RulesChanged,
    RulesNotAccepted,
    TooManyWrongCodes,
    WrongInvitationCode,
)
from competitions.leaderboards.standings import leaderboard_changed
from competitions.models import Competition, Departure, Membership, RulesAcceptance, Standing, Team
from competitions.teams.conflicts import take_out_if_conflicted
from competitions.teams.names import name_for, unique_name
from competitions.teams.searching import index_names

if TYPE_CHECKING:
    from accounts.models import User

WRONG_CODES_AN_HOUR = 200


def enter(
    *,
    competition: Competition,
    user: User,
    accept_rules: bool = False,
    rules_version: int | None = None,
    invitation_code: str = "",
    brackets: Collection[str] = (),
    is_invited: bool = False,
    at: datetime,
) -> Team:
    """Let `user` take part: a team of one, named after them, with its standing.

    `rules_version`: the version they read; None for who does not say. `brackets`: slugs of those the team belongs to.
    `is_invited`: the organisers let them in by name, which stands for the code of a closed room.

    Raises:
        AccountGone: they deleted their account meanwhile: no team is to bear their name.
        AlreadyEntered: they have a team, or got one in the same moment by a second click.
        EntryClosed: the entry deadline has passed.
        RulesNotAccepted, WrongInvitationCode: what entering takes is missing.
        RulesChanged: they accept a version that is not the present one.
        LeftWithSubmissions: they left a team that goes on, with submissions of their time.
        HelperTakesPart: they help with the competition.
        UnknownBracket, BracketOfHosts, BracketsFixedByPhase: not this bracket, or none any more.
    """
    can.enter(user, competition, at).require()
    if not is_invited:
        check_conditions(competition=competition, user=user, accept_rules=accept_rules, invitation_code=invitation_code)
    else:
        check_rules(competition=competition, user=user, accept_rules=accept_rules)
    try:
        with transaction.atomic():
            user = lock_account(user)
            require_no_helper(competition, user)
            if accept_rules:
                record_acceptance(competition=competition, user=user, read=rules_version, at=at)
            departure = Departure.objects.filter(competition=competition, user=user).first()
            team = _revive(departure, at) if departure else _new_team(competition, user, at)
            if brackets:
                team.competition = Competition.objects.lock(competition.pk)
                can.brackets_still_open(team, at).require()  # who comes back may have a result already
                take_chosen(team, brackets)
            leaderboard_changed(competition_id=competition.pk)
    except IntegrityError as error:
        if Membership.objects.filter(competition=competition, user=user).exists():
            raise AlreadyEntered from error
        raise
    transaction.on_commit(
        lambda: signals.entered.send_robust(Team, competition=competition, team=team, user=user, at=at)
    )
    return team


def require_no_helper(competition: Competition, user: User) -> None:
    """Call it with the account locked, as those do who make somebody a helper.

    Raises:
        HelperTakesPart
    """
    if is_helper(user, competition):
        raise HelperTakesPart


def accept_rules(*, competition: Competition, user: User, rules_version: int | None = None, at: datetime) -> None:
    """Record that a participant accepts the rules in their present version; `rules_version` is the one they read.

    Raises:
        NotEntered: who does not take part accepts the rules by entering.
        RulesChanged: they read another version.
    """
    if not can.is_participant(user, competition):
        raise NotEntered
    record_acceptance(competition=competition, user=user, read=rules_version, at=at)


def check_conditions(*, competition: Competition, user: User, accept_rules: bool, invitation_code: str) -> None:
    """Check what somebody has to bring to take part: the code of a closed room, and the accepted rules.

    Who took part before has given the code already.
    """
    closed = competition.visibility == Competition.Visibility.INVITATION
    if closed and not Departure.objects.filter(competition=competition, user=user).exists():
        check_invitation_code(competition, invitation_code)
    check_rules(competition=competition, user=user, accept_rules=accept_rules)


def check_rules(*, competition: Competition, user: User, accept_rules: bool) -> None:
    """Check that somebody accepts the rules now, or did so before.

    Raises:
        RulesNotAccepted: they do not.
    """
    if not accept_rules and not can.accepted_rules(user, competition):
        raise RulesNotAccepted(version=competition.rules_version)


def check_invitation_code(competition: Competition, code: str) -> None:
    """Compare in a time that tells nothing of the code. A closed room without a code lets nobody in.

    Wrong codes are counted for the competition, whoever tries them: many accounts guess no faster than one.

    Raises:
        WrongInvitationCode: it is another one.
        TooManyWrongCodes: so many were wrong within an hour that for a while no code is looked at.
    """
    expected = competition.invitation_code.strip()
    counter = f"wrong-invitation-codes:{competition.pk}"
    if cache.get(counter, 0) >= WRONG_CODES_AN_HOUR:
        raise TooManyWrongCodes
    if not expected or not secrets.compare_digest(code.strip().encode(), expected.encode()):
        cache.add(counter, 0, timeout=3600)
        try:
            cache.incr(counter)
        except ValueError:  # it expired in this moment
            cache.set(counter, 1, timeout=3600)
        raise WrongInvitationCode


def record_acceptance(*, competition: Competition, user: User, read: int | None, at: datetime) -> None:
    """Record that `user` accepts the present version of the rules, which is the one they `read` if they say.

    Raises:
        RulesChanged: they read another version.
    """
    if read is not None and read != competition.rules_version:
        raise RulesChanged(version=competition.rules_version)
    RulesAcceptance.objects.get_or_create(
        competition=competition, user=user, version=competition.rules_version, defaults={"accepted_at": at}
    )


def _new_team(competition: Competition, user: User, at: datetime) -> Team:
    """Make a team of one."""
    team = Team(competition=competition, owner=user, created_at=at)
    unique_name(team, wanted=name_for(user))
    Membership.objects.create(team=team, user=user, competition=competition, joined_at=at)
    index_names([team.pk])
    Standing.objects.bulk_create(
        Standing(team=team, competition=competition, phase=phase) for phase in competition.phases.all()
    )
    take_out_if_conflicted(team, at)
    return team


def _revive(departure: Departure, at: datetime) -> Team:
    """Revive the team that everybody left, for the first who comes back to it."""
    team = Team.objects.lock(departure.team_id)
    while team.merged_into_id is not None:
        team = Team.objects.lock(team.merged_into_id)
    if team.is_active:
        raise LeftWithSubmissions(team=team.name)
    team.disbanded_at = None
    team.owner = departure.user
    unique_name(team, wanted=team.name)
    Membership.objects.create(
        team=team, user=departure.user, competition=departure.competition, joined_at=departure.joined_at
    )
    index_names([team.pk])
    Standing.objects.filter(team=team).update(is_ranked=team.is_ranking)
    take_out_if_conflicted(team, at)
    departure.delete()
    return team
