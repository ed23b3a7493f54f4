"""Inviting people to organise or to help, their answers, and leaving again: the only code that changes who helps.

Nobody gets a role without having said yes, and nobody has one and takes part. The log tells who got or lost which.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import User
from competitions import permissions as can, signals
from competitions.access import is_helper, is_participant
from competitions.exceptions import (
    AlreadyInCrew,
    AlreadyInvited,
    HelperTakesPart,
    HostTakesPart,
    LastOrganiser,
    NoSuchUser,
    NotPending,
)
from competitions.log.recording import record
from competitions.models import Competition, CrewInvitation, CrewRole, Helper, LogKind, RequestStatus
from competitions.organising.hosts import add_host, remove_host


def invite_to_crew(*, competition: Competition, username: str, role: str, by: User, at: datetime) -> CrewInvitation:
    """Ask somebody to organise the competition, or to help.

    Raises:
        NotHost: `by` is no organiser.
        NoSuchUser: nobody has this name.
        AlreadyInCrew, AlreadyInvited: they have the role, or have been asked for one.
        HostTakesPart, HelperTakesPart: they take part in the competition.
    """
    with transaction.atomic():
        competition = Competition.objects.lock(competition.pk)
        can.edit(by, competition).require()
        user = User.objects.living().filter(username__iexact=username).first()
        if user is None:
            raise NoSuchUser
        _require_free(competition, user, role)
        if competition.crew_invitations.pending().filter(user=user).exists():
            raise AlreadyInvited
        invitation = CrewInvitation.objects.create(
            competition=competition, user=user, role=role, invited_by=by, created_at=at
        )
    transaction.on_commit(lambda: signals.crew_invited.send_robust(CrewInvitation, invitation=invitation, at=at))
    return invitation


def accept_crew_invitation(*, invitation: CrewInvitation, user: User, at: datetime) -> CrewInvitation:
    """Begin to organise, or to help. Who helped and organises now helps no more.

    Raises:
        AccountGone: the user deleted their account meanwhile.
        NotInvited, NotPending: there is nothing to accept.
        AlreadyInCrew: they got the role in another way.
        HostTakesPart, HelperTakesPart: they entered the competition meanwhile.
    """
    can.answer_crew_invitation(user, invitation).require()
    with transaction.atomic():
        user = lock_account(user)  # who enters the competition in this moment waits for it
        competition = Competition.objects.lock(invitation.competition_id)
        invitation = _pending(invitation)
        _require_free(competition, user, invitation.role)
        if invitation.role == CrewRole.HOST:
            _stop_helping(competition, user, by=user, at=at)
            add_host(competition=competition, user=user, by=invitation.invited_by, at=at)
        else:
            Helper.objects.create(competition=competition, user=user, since=at)
            record(competition, LogKind.HELPER_ADDED, by=invitation.invited_by, at=at, subject=user)
        _decide(invitation, RequestStatus.ACCEPTED, at)
    _tell(invitation, at)
    return invitation


def refuse_crew_invitation(*, invitation: CrewInvitation, user: User, at: datetime) -> CrewInvitation:
    """Say no.

    Raises:
        NotInvited, NotPending: there is nothing to refuse.
    """
    can.answer_crew_invitation(user, invitation).require()
    with transaction.atomic():
        invitation = _pending(invitation)
        _decide(invitation, RequestStatus.REFUSED, at)
    _tell(invitation, at)
    return invitation


def cancel_crew_invitation(*, invitation: CrewInvitation, by: User, at: datetime) -> None:
    """Take an invitation back.

    Raises:
        NotHost, NotPending
    """
    can.edit(by, invitation.competition).require()
    with transaction.atomic():
        _decide(_pending(invitation), RequestStatus.CANCELLED, at)


def leave_crew(*, competition: Competition, user: User, by: User, at: datetime) -> None:
    """Take somebody's role away; everybody may give up their own. That somebody organised it stays a fact.

    Raises:
        NotHost: `by` is no organiser, and it is not about themselves.
        NoSuchUser: they have no role.
        LastOrganiser: nobody would be left who organises it.
    """
    with transaction.atomic():
        competition = Competition.objects.lock(competition.pk)
        if user.pk != by.pk:
            can.edit(by, competition).require()
        if competition.hosts.filter(pk=user.pk).exists():
            if competition.hosts.count() == 1:
                raise LastOrganiser
            remove_host(competition=competition, user=user, by=by, at=at)
        elif not _stop_helping(competition, user, by=by, at=at):
            raise NoSuchUser


def forget_helper(*, user: User, at: datetime) -> None:
    """Somebody deletes their account: they help no more, and nobody waits for their answer."""
    for helper in Helper.objects.filter(user=user).select_related("competition").order_by("competition"):
        _stop_helping(helper.competition, user, by=None, at=at)
    CrewInvitation.objects.pending().filter(user=user).update(status=RequestStatus.CANCELLED, decided_at=at)


def _require_free(competition: Competition, user: User, role: str) -> None:
    """Whether `user` may get this role."""
    is_host = competition.hosts.filter(pk=user.pk).exists()
    if is_host or (role == CrewRole.HELPER and is_helper(user, competition)):
        raise AlreadyInCrew(name=user.username)
    if is_participant(user, competition):
        raise HostTakesPart(name=user.username) if role == CrewRole.HOST else HelperTakesPart


def _stop_helping(competition: Competition, user: User, *, by: User | None, at: datetime) -> bool:
    gone, _rows = Helper.objects.filter(competition=competition, user=user).delete()
    if gone:
        record(competition, LogKind.HELPER_REMOVED, by=by, at=at, subject=user)
    return bool(gone)


def _pending(invitation: CrewInvitation) -> CrewInvitation:
    locked = (
        CrewInvitation.objects.select_for_update(of=("self",))
        .select_related("competition", "user", "invited_by")
        .get(pk=invitation.pk)
    )
    if locked.status != RequestStatus.PENDING:
        raise NotPending
    return locked


def _decide(invitation: CrewInvitation, status: RequestStatus, at: datetime) -> None:
    invitation.status, invitation.decided_at = status, at
    invitation.save(update_fields=["status", "decided_at"])


def _tell(invitation: CrewInvitation, at: datetime) -> None:
    transaction.on_commit(
        lambda: signals.crew_invitation_decided.send_robust(CrewInvitation, invitation=invitation, at=at)
    )
