"""Joining a team: its owner invites, the invited accepts or refuses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from accounts.locking import lock_account
from competitions import permissions as can, signals
from competitions.exceptions import (
    AlreadyEntered,
    AlreadyInvited,
    AlreadyMember,
    EntryClosed,
    LeftWithSubmissions,
    MergeInstead,
    NoSuchUser,
    NotPending,
)
from competitions.leaderboards.standings import leaderboard_changed
from competitions.models import Competition, Departure, Invitation, Membership, RequestStatus, Team
from competitions.teams.conflicts import take_out_if_conflicted
from competitions.teams.entries import check_conditions, record_acceptance, require_no_helper
from competitions.teams.members import disband, require_active, require_in_good_standing, require_room
from competitions.teams.searching import index_names

if TYPE_CHECKING:
    from accounts.models import User


def invite(*, team: Team, username: str, by: User, at: datetime) -> Invitation:
    """Invite a user into the team.

    Raises:
        NotTeamOwner, TeamNotActive: `by` may not.
        CompetitionEnded, MergeDeadlinePassed: too late to grow.
        NoSuchUser, AlreadyMember, AlreadyInvited: not this user.
        TeamDisqualified: nobody joins a team that is excluded from the competition.
        TeamFull: there is no room for one more.
    """
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        can.manage_team(by, team).require()
        can.grow_team(team.competition, at).require()
        require_in_good_standing(team)
        user = get_user_model().objects.living().filter(username__iexact=username).first()
        if user is None:
            raise NoSuchUser
        if can.is_member(user, team):
            raise AlreadyMember
        if team.invitations.pending().filter(user=user).exists():
            raise AlreadyInvited
        require_room(team, newcomers=1)
        invitation = Invitation.objects.create(team=team, user=user, invited_by=by, created_at=at)
    transaction.on_commit(lambda: signals.invitation_sent.send_robust(Invitation, invitation=invitation, at=at))
    return invitation


def accept_invitation(
    *,
    invitation: Invitation,
    user: User,
    accept_rules: bool = False,
    rules_version: int | None = None,
    invitation_code: str = "",
    at: datetime,
) -> Invitation:
    """Join the team; a team of one's own without submissions is closed for it.

    Who does not take part yet enters by this and brings what entering takes.

    Raises:
        AccountGone: the user deleted their account meanwhile.
        NotInvited, NotPending, TeamNotActive: there is nothing to accept.
        TeamDisqualified: the team is excluded from the competition, or the one that the user is in.
        CompetitionEnded, MergeDeadlinePassed, EntryClosed: too late.
        RulesNotAccepted, RulesChanged, WrongInvitationCode: what entering takes is missing.
        AlreadyMember, MergeInstead, LeftWithSubmissions: the user belongs elsewhere.
        TeamFull: others came first.
        HelperTakesPart: they help with the competition.
    """
    can.decide_invitation(user, invitation).require()
    try:
        with transaction.atomic():
            user = lock_account(user)
            own, team = _lock(invitation, user)
            invitation = pending_invitation(invitation)
            require_active(team)
            require_in_good_standing(team)
            can.grow_team(team.competition, at).require()
            if own == team:
                raise AlreadyMember
            joined_at = _return(team, user) or at
            if own is None:
                require_no_helper(team.competition, user)
                _enter(
                    team.competition,
                    user,
                    accept_rules=accept_rules,
                    rules_version=rules_version,
                    invitation_code=invitation_code,
                    at=at,
                )
            else:
                _give_up(own, user, at)
            require_room(team, newcomers=1)
            Membership.objects.create(team=team, user=user, competition=team.competition, joined_at=joined_at)
            index_names([team.pk])
            take_out_if_conflicted(team, at)
            _decide(invitation, RequestStatus.ACCEPTED, at)
            leaderboard_changed(competition_id=team.competition_id)
    except IntegrityError as error:
        if Membership.objects.filter(competition=invitation.team.competition_id, user=user).exists():
            raise AlreadyEntered from error
        raise
    transaction.on_commit(lambda: _tell(invitation, team, user, at, entered=own is None))
    return invitation


def refuse_invitation(*, invitation: Invitation, user: User, at: datetime) -> Invitation:
    """Refuse an invitation into a team.

    Raises:
        NotInvited, NotPending: there is nothing to refuse.
    """
    can.decide_invitation(user, invitation).require()
    with transaction.atomic():
        invitation = pending_invitation(invitation)
        _decide(invitation, RequestStatus.REFUSED, at)
    transaction.on_commit(lambda: signals.invitation_decided.send_robust(Invitation, invitation=invitation, at=at))
    return invitation


def cancel_invitation(*, invitation: Invitation, by: User, at: datetime) -> Invitation:
    """Take an invitation back.

    Raises:
        NotTeamOwner, NotPending: there is nothing to take back.
    """
    can.cancel_invitation(by, invitation).require()
    with transaction.atomic():
        invitation = pending_invitation(invitation)
        _decide(invitation, RequestStatus.CANCELLED, at)
    return invitation


def pending_invitation(invitation: Invitation) -> Invitation:
    """The invitation, locked, if nobody decided it in the meantime."""
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("team", "user").get(pk=invitation.pk)
    if locked.status != RequestStatus.PENDING:
        raise NotPending
    return locked


def _lock(invitation: Invitation, user: User) -> tuple[Team | None, Team]:
    """The team the user is in and the one that invites, both locked."""
    mine = Membership.objects.filter(competition=invitation.team.competition_id, user=user)
    own = mine.values_list("team", flat=True).first()
    teams = Team.objects.lock_all([pk for pk in (own, invitation.team_id) if pk is not None])
    # What was read before the lock may be past: a merge moves members.
    now = mine.values_list("team", flat=True).first()
    if now != own:
        raise AlreadyEntered
    return (teams[own] if own is not None else None), teams[invitation.team_id]


def _return(team: Team, user: User) -> datetime | None:
    """When `user` first joined the team, if they come back to it.

    Raises:
        LeftWithSubmissions: they left another one with submissions of their time.
    """
    departure = Departure.objects.filter(competition=team.competition, user=user).select_related("team").first()
    if departure is None:
        return None
    left = departure.team
    while left.merged_into is not None:
        left = left.merged_into
    if left != team:
        raise LeftWithSubmissions(team=left.name)
    departure.delete()
    return departure.joined_at


def _enter(
    competition: Competition,
    user: User,
    *,
    accept_rules: bool,
    rules_version: int | None,
    invitation_code: str,
    at: datetime,
) -> None:
    can.view(user, competition).require()
    if not competition.can_still_enter(at):
        raise EntryClosed
    check_conditions(competition=competition, user=user, accept_rules=accept_rules, invitation_code=invitation_code)
    if accept_rules:
        record_acceptance(competition=competition, user=user, read=rules_version, at=at)


def _give_up(own: Team, user: User, at: datetime) -> None:
    """Close the team of one that `user` has been in so far."""
    require_in_good_standing(own)
    if own.memberships.exclude(user=user).exists() or own.submissions.using_slots(late=False).exists():
        raise MergeInstead
    own.memberships.filter(user=user).delete()
    index_names([own.pk])
    disband(own, at)


def _decide(invitation: Invitation, status: RequestStatus, at: datetime) -> None:
    invitation.status = status
    invitation.decided_at = at
    invitation.save(update_fields=["status", "decided_at"])


def _tell(invitation: Invitation, team: Team, user: User, at: datetime, *, entered: bool) -> None:
    if entered:
        signals.entered.send_robust(Team, competition=team.competition, team=team, user=user, at=at)
    signals.invitation_decided.send_robust(Invitation, invitation=invitation, at=at)
