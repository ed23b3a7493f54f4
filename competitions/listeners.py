"""What happens elsewhere and concerns competitions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from competitions.models import Competition, Invitation, Membership, RequestStatus, Team
from competitions.services.names import name_for, unique_name
from competitions.services.search import index_names
from competitions.services.teams import cancel_requests
from competitions.standings import leaderboard_changed


@receiver(account_deleted, dispatch_uid="competitions.hand-over")
def account_goes(*, user: User, at: datetime, **_: Any) -> None:
    """Keep competitions whole: results stay, and no team is left to an owner who can't act any more.

    The member who has been in a team the longest becomes its owner. Where nobody is left to decide anything, what was
    asked of or by the team is off; if it bears the name of the person, it gets another one. So do teams of theirs that
    were emptied by a merge, or when they left them: these stay in the history.
    """
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
    for competition in Competition.objects.filter(
        Q(pk__in=memberships.values("competition")) | Q(hosts=user)
    ).distinct():
        competition.hosts.remove(user)
        leaderboard_changed(competition_id=competition.pk)


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


def _forget_name(team: Team, user: User) -> None:
    """A team of one is called after its only member until they rename it."""
    if team.name.casefold().startswith((name_for(user).casefold(), user.username.casefold())):
        unique_name(team, wanted=f"team {team.pk}")
