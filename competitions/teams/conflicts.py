"""Teams with somebody who may know the solution: shown on the boards, marked, and never ranked.

That is who ever organised the competition, and staff of the site who could get at it before its end. That they did is a
fact that nothing takes back: not that they do no more, nor that they leave the team.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from competitions.access import everywhere
from competitions.leaderboards.standings import leave_ranking
from competitions.log.recording import record
from competitions.models import Competition, Hosting, LogKind, Membership, Phase, StaffAccess, Team


def note_hosts(*, competition: Competition, users: Collection[int], at: datetime) -> None:
    """Keep that these people organise the competition, and take their teams out of it at once."""
    theirs = Membership.objects.filter(competition=competition, user__in=users)
    with transaction.atomic():
        teams = Team.objects.lock_all(theirs.values_list("team", flat=True))
        Hosting.objects.bulk_create(
            (Hosting(competition=competition, user_id=user, since=at) for user in sorted(users)), ignore_conflicts=True
        )
        _take_out_conflicted(teams.values(), at)


def note_staff(at: datetime) -> int:
    """Keep who of the staff can get at every competition from now on, and who can no more; returns how many are new.

    Teams of the new ones leave the competitions that have not ended. Safe to repeat: called when an account or a
    permission changes, and by a duty for what no signal tells of.
    """
    able = set(User.objects.filter(everywhere(), is_active=True).values_list("pk", flat=True))
    known = StaffAccess.objects.filter(until__isnull=True)
    before = set(known.values_list("user", flat=True))
    if able == before:
        return 0
    new = able - before
    running = Membership.objects.filter(
        user__in=new, competition__in=Phase.objects.filter(ends_at__gt=at).values("competition")
    )
    with transaction.atomic():
        teams = Team.objects.lock_all(running.values_list("team", flat=True))
        gone = known.filter(user__in=before - able).select_for_update().order_by("pk")
        known.filter(pk__in=list(gone.values_list("pk", flat=True))).update(until=at)
        StaffAccess.objects.bulk_create(
            (StaffAccess(user_id=user, since=at) for user in sorted(new)), ignore_conflicts=True
        )
        _take_out_conflicted(teams.values(), at)
    return len(new)


def _take_out_conflicted(teams: Iterable[Team], at: datetime) -> None:
    """Competition by competition in one order: each is locked, and kept until the transaction ends."""
    for team in sorted(teams, key=lambda team: (team.competition_id, team.pk)):
        take_out_if_conflicted(team, at)


def take_out_if_conflicted(team: Team, at: datetime) -> None:
    """Take the team out of competition if somebody in it may know the solution. Call it with the team's row locked."""
    if not team.is_out_of_competition and _may_know_the_solution(team, at):
        take_out(team, at)


def take_out(team: Team, at: datetime) -> None:
    """Take the team out of competition, for good, and tell the log. Call it with the team's row locked."""
    team.out_of_competition_at = at
    team.save(update_fields=["out_of_competition_at"])
    leave_ranking(teams=[team])
    record(team.competition, LogKind.OUT_OF_COMPETITION, by=None, at=at, facts={"team": team.pk})


def _may_know_the_solution(team: Team, at: datetime) -> bool:
    competition, members = team.competition, team.memberships.values("user")
    if Hosting.objects.filter(competition=competition, user__in=members).exists():
        return True
    # While the competition was there and not over: who got access later found nothing to win by.
    in_time = Q(until__isnull=True) | Q(until__gte=competition.created_at)
    if StaffAccess.objects.filter(in_time, since__lt=competition.last_end, user__in=members).exists():
        return True
    return not competition.is_over(at) and User.objects.filter(everywhere(), pk__in=members).exists()
