"""What happens elsewhere and concerns competitions."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, Q
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from accounts.signals import account_deleted
from competitions.crew.services import forget_helper
from competitions.exceptions import MetricIsBeingTried, NoSolution
from competitions.leaderboards.standings import leaderboard_changed
from competitions.metrics.trying import start_trial
from competitions.models import Competition, Invitation, Membership, RequestStatus, RosterEntry, Solution, Team
from competitions.organising.hosts import lock_teams_of, remove_host
from competitions.signals import solution_replaced
from competitions.teams.conflicts import note_hosts, note_staff
from competitions.teams.members import cancel_requests
from competitions.teams.names import name_for, unique_name
from competitions.teams.searching import index_names


@receiver(account_deleted, dispatch_uid="competitions.hand-over")
def account_goes(*, user: User, at: datetime, **_: Any) -> None:
    """Keep competitions whole: results stay, and no team is left to an owner who can't act any more.

    The member who has been in a team the longest becomes its owner. Where nobody is left to decide anything, what was
    asked of or by the team is off; if it bears the name of the person, it gets another one. So do teams of theirs that
    were emptied by a merge, or when they left them: these stay in the history.
    """
    RosterEntry.objects.filter(user=user).update(user=None)
    memberships = Membership.objects.filter(user=user)
    emptied = Team.objects.emptied().filter(owner=user)
    teams = Team.objects.lock_all([*memberships.values_list("team", flat=True), *emptied.values_list("pk", flat=True)])
    for team in teams.values():
        if not team.is_active:
            _forget_name(team, user)
            continue
        heir = team.memberships.exclude(user=user).filter(user__is_active=True).select_related("user").first()
        if heir is None:
            cancel_requests(team, at)
            _forget_name(team, user)
        elif team.owner_id == user.pk:
            team.owner = heir.user
            team.save(update_fields=["owner"])
    Invitation.objects.pending().filter(user=user).update(status=RequestStatus.CANCELLED, decided_at=at)
    forget_helper(user=user, at=at)
    for competition in Competition.objects.filter(
        Q(pk__in=memberships.values("competition")) | Q(hosts=user)
    ).distinct():
        if competition.hosts.filter(pk=user.pk).exists():
            remove_host(competition=competition, user=user, by=None, at=at)
        leaderboard_changed(competition_id=competition.pk)


@receiver(m2m_changed, sender=Competition.hosts.through, dispatch_uid="competitions.hosts")
def hosts_are_added(*, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """Keep for good who organises what, at whatever door they were added, and take their teams out of competition.

    Their teams are locked before the row is written that says they are hosts: it holds the competition's row, for which
    whoever has locked one of these teams may be waiting.
    """
    if action not in ("pre_add", "post_add") or not pk_set:
        return
    competitions, users = (pk_set, {instance.pk}) if reverse else ({instance.pk}, pk_set)
    if action == "pre_add":
        lock_teams_of(competitions=competitions, users=users)
        return
    at = timezone.now()
    for competition in Competition.objects.filter(pk__in=competitions).order_by("pk"):
        note_hosts(competition=competition, users=users, at=at)


@receiver(post_save, sender=User, dispatch_uid="competitions.staff")
def staff_changes(*, instance: User, created: bool, update_fields: Iterable[str] | None, **_: Any) -> None:
    """Keep for good who of the staff can get at solutions, and take their teams out of competition."""
    concerned = {"is_superuser", "is_staff", "is_active"}
    if created and not instance.is_staff and not instance.is_superuser:
        return
    if update_fields is None or concerned & set(update_fields):
        note_staff(timezone.now())


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="competitions.staff-groups")
@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="competitions.staff-permissions")
@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="competitions.group-permissions")
def permissions_change(*, action: str, **_: Any) -> None:
    if action.startswith("post_"):
        note_staff(timezone.now())


@receiver(post_save, sender=User, dispatch_uid="competitions.names")
def person_changes(*, instance: User, created: bool, update_fields: Iterable[str] | None, **_: Any) -> None:
    """Leaderboards show names and avatars: polls must not be told that nothing changed, and searches find the new name.

    Locked, so that nobody who joins one of the teams meanwhile writes its search text with the old name, or without.
    """
    shown = {"username", "display_name", "avatar"}
    if not created and (update_fields is None or shown & set(update_fields)):
        with transaction.atomic():
            index_names(Team.objects.lock_all(list(instance.memberships.values_list("team", flat=True))))
            Competition.objects.filter(memberships__user=instance).update(
                leaderboard_version=F("leaderboard_version") + 1
            )


@receiver(solution_replaced, dispatch_uid="competitions.own-metric")
def solution_is_replaced(*, solution: Solution, by: User | None, at: datetime, **_: Any) -> None:
    """Have the own metric tried out with the new version, so that organisers know whether it can be scored by."""
    metric = solution.own_metric
    if metric is None or by is None or metric.tried_with == solution.pk:
        return
    with suppress(MetricIsBeingTried, NoSolution):
        start_trial(metric=metric, by=by, at=at)


def _forget_name(team: Team, user: User) -> None:
    """A team of one is called after its only member until they rename it."""
    if team.name.casefold().startswith((name_for(user).casefold(), user.username.casefold())):
        unique_name(team, wanted=f"team {team.pk}")
