"""Who organises a competition, and what the log tells of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import User
from competitions.exceptions import HostTakesPart
from competitions.log.recording import record
from competitions.models import Competition, LogKind, Membership, Team

if TYPE_CHECKING:
    from django.db.models import QuerySet


def lock_teams_of(*, competitions: Collection[int], users: Collection[int]) -> None:
    """Lock these people and their teams before the competitions' rows are: the order in which everybody locks.

    Call it first in a transaction that changes a competition and then its hosts, whose teams go out of competition.
    Who is locked enters no team meanwhile.
    """
    people = User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk")
    ids = list(people.values_list("pk", flat=True))
    theirs = Membership.objects.filter(competition__in=competitions, user__in=ids)
    Team.objects.lock_all(theirs.values_list("team", flat=True))


def add_host(*, competition: Competition, user: User, by: User | None, at: datetime) -> None:
    """Let `user` organise the competition; their team is out of it from now on. Twice changes nothing."""
    with transaction.atomic():
        if not competition.hosts.filter(pk=user.pk).exists():
            competition.hosts.add(user)
            _record(competition, LogKind.HOST_ADDED, user, by, at)


def check_new_hosts(*, competition: Competition, hosts: Collection[User]) -> None:
    """Whether those of `hosts` who do not organise the competition yet may begin to.

    Raises:
        HostTakesPart: somebody is in a team, which would be put out of the competition without having been asked.
    """
    known = set(competition.hosts.values_list("pk", flat=True))
    new = [user.pk for user in hosts if user.pk not in known]
    member = Membership.objects.filter(competition=competition, user__in=new).select_related("user").first()
    if member is not None:
        raise HostTakesPart(name=member.user.username)


def remove_host(*, competition: Competition, user: User, by: User | None, at: datetime) -> None:
    """Let `user` organise the competition no more. That they did stays a fact."""
    with transaction.atomic():
        if competition.hosts.filter(pk=user.pk).exists():
            competition.hosts.remove(user)
            _record(competition, LogKind.HOST_REMOVED, user, by, at)


def record_changed_hosts(*, competition: Competition, before: Collection[int], by: User | None, at: datetime) -> None:
    """Tell the log whom a form added and removed. Call it in the transaction of the form; `before`: who it was."""
    now = set(competition.hosts.values_list("pk", flat=True))
    people: QuerySet[User] = User.objects.order_by("pk")
    for kind, ids in ((LogKind.HOST_ADDED, now - set(before)), (LogKind.HOST_REMOVED, set(before) - now)):
        for user in people.filter(pk__in=ids):
            _record(competition, kind, user, by, at)


def _record(competition: Competition, kind: LogKind, user: User, by: User | None, at: datetime) -> None:
    team = Membership.objects.filter(competition=competition, user=user).values_list("team", flat=True).first()
    record(competition, kind, by=by, at=at, facts={"team": team}, subject=user)
