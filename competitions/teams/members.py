"""Renaming, handing over, leaving and removing.

Members come and go until the competition ends; from then on the result is theirs for good.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from competitions import permissions as can, signals
from competitions.exceptions import (
    CannotRemoveOneself,
    NoSuchMember,
    NotTeamMember,
    OwnerMustHandOver,
    TeamDisqualified,
    TeamFull,
    TeamNotActive,
)
from competitions.leaderboards.standings import leaderboard_changed
from competitions.log.recording import record
from competitions.models import (
    Departure,
    Invitation,
    LogKind,
    Membership,
    MergeRequest,
    RequestStatus,
    Standing,
    Team,
)
from competitions.teams.names import clean_name, save_under_name
from competitions.teams.searching import index_names

if TYPE_CHECKING:
    from accounts.models import User


def readmit(*, departure: Departure, by: User | None, at: datetime) -> None:
    """Let somebody who left a team with submissions compete in another one. It may move the ranking: it is told.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    if by is not None:
        can.edit(by, departure.competition).require()
    with transaction.atomic():
        deleted, _by_model = Departure.objects.filter(pk=departure.pk).delete()
        if deleted:
            facts = {"team": departure.team_id}
            record(
                departure.competition,
                LogKind.READMITTED,
                by=by,
                at=at,
                facts=facts,
                subject=departure.user,
                tell=True,
            )


def rename_team(*, team: Team, name: str, by: User) -> Team:
    """Give the team another name.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        InvalidName, NameTaken: not this name.
    """
    wanted = clean_name(name)
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        can.manage_team(by, team).require()
        save_under_name(team, wanted)
        leaderboard_changed(competition_id=team.competition_id)
    return team


def hand_over(*, team: Team, username: str, by: User) -> Team:
    """Make another member the owner.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        NoSuchMember: nobody of this name is in the team.
    """
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        can.manage_team(by, team).require()
        team.owner = _member(team, username).user
        team.save(update_fields=["owner"])
    return team


def leave(*, team: Team, user: User, at: datetime) -> None:
    """Leave the team. The last to leave closes it: it ranks no more and stays for the history.

    Raises:
        NotTeamMember, TeamNotActive: there is nothing to leave.
        CompetitionEnded: the result is theirs for good.
        OwnerMustHandOver: the owner leaves no team behind without one.
    """
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        membership = team.memberships.filter(user=user).first()
        if membership is None:
            raise NotTeamMember
        require_active(team)
        can.change_team_members(team.competition, at).require()
        if can.is_owner(user, team) and team.memberships.exclude(user=user).exists():
            raise OwnerMustHandOver
        _part(membership, team, at)


def remove_member(*, team: Team, username: str, by: User, at: datetime) -> Team:
    """Take a member out of the team.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        CompetitionEnded: the result is theirs for good.
        NoSuchMember: nobody of this name is in the team.
        CannotRemoveOneself: owners hand over and leave.
    """
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        can.manage_team(by, team).require()
        can.change_team_members(team.competition, at).require()
        membership = _member(team, username)
        if membership.user_id == by.pk:
            raise CannotRemoveOneself
        _part(membership, team, at)
    return team


# --- shared with invitations and merges; each is called with the team's row locked ------------------------------------
def require_active(team: Team) -> None:
    if not team.is_active:
        raise TeamNotActive


def require_in_good_standing(team: Team) -> None:
    """Whether the team may grow: nobody joins one that the organisers have excluded, and it joins no other one."""
    if team.is_disqualified:
        raise TeamDisqualified


def require_room(team: Team, newcomers: int) -> None:
    """Whether `newcomers` more members fit.

    Raises:
        TeamFull: with the limit and the size it would have.
    """
    size, limit = team.memberships.count() + newcomers, team.competition.max_team_size
    if size > limit:
        raise TeamFull(limit=limit, size=size)


def disband(team: Team, at: datetime) -> None:
    """Close a team that nobody is in."""
    team.disbanded_at = at
    team.save(update_fields=["disbanded_at"])
    Standing.objects.filter(team=team).update(is_ranked=False)
    cancel_requests(team, at)


def cancel_requests(team: Team, at: datetime) -> None:
    """Cancel the invitations and merge requests of a team that is closed."""
    off = {"status": RequestStatus.CANCELLED, "decided_at": at}
    Invitation.objects.pending().filter(team=team).update(**off)
    MergeRequest.objects.pending().filter(Q(from_team=team) | Q(to_team=team)).update(**off)


def _part(membership: Membership, team: Team, at: datetime) -> None:
    """End a membership, and remember it where the team has used slots in its time, or is disqualified.

    To leave a disqualified team is no way to compete in another one.
    """
    user = membership.user
    # The room of submissions is not ours to import; how many a team has is, through the relation it declares.
    used = team.submissions.using_slots(late=False)
    if team.is_disqualified or used.filter(created_at__gte=membership.joined_at).exists():
        Departure.objects.update_or_create(
            competition=team.competition,
            user=user,
            defaults={"team": team, "joined_at": membership.joined_at, "left_at": at},
        )
    membership.delete()
    index_names([team.pk])
    if not team.memberships.exists():
        disband(team, at)
    leaderboard_changed(competition_id=team.competition_id)
    transaction.on_commit(lambda: signals.member_left.send_robust(Team, team=team, user=user, at=at))


def _member(team: Team, username: str) -> Membership:
    membership = team.memberships.select_related("user").filter(user__username__iexact=username).first()
    if membership is None:
        raise NoSuchMember
    return membership
