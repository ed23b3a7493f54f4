"""What people have won: medals, points, and the ranking of the site. All of it follows from confirmed results.

Each phase counts from its own confirmation on, whatever other phases of the competition still run.

Nothing is stored: a result that is not confirmed, or whose confirmation was taken back, gives nothing, and neither does
a team that is out of competition or disqualified. Only competitions that the organisers let count are looked at, and
only public ones: the ranking is the same for everybody who reads it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from competitions.access import BOARD
from competitions.leaderboards.medals import medal_of, points_of
from competitions.leaderboards.queries import version_of
from competitions.models import Competition, Membership, Phase, Standing, StandingChange
from competitions.querysets import StandingQuerySet, count_of
from foundation.refusals import NotVisible

if TYPE_CHECKING:
    from accounts.models import User

KEPT_SECONDS = 24 * 3600
# How far back activity is shown.
ACTIVITY_DAYS = 365


@dataclass(slots=True)
class Achievement:
    """What one person has won. `points` are of the day they were counted."""

    user_id: int
    points: float = 0.0
    medals: dict[str, int] = field(default_factory=lambda: {"gold": 0, "silver": 0, "bronze": 0})
    competitions: int = 0
    rank: int = 0


def counting_phases(at: datetime) -> QuerySet[Phase]:
    """Those that give medals and points to everybody's eyes: confirmed, of a public competition whose organisers want
    it to count.
    """
    counting = Phase.objects.filter(
        competition__awards_medals=True,
        competition__is_published=True,
        competition__visibility=Competition.Visibility.PUBLIC,
        ends_at__lte=at,
        confirmed_at__isnull=False,
    )
    return counting.select_related("competition").order_by("competition", "pk")


def days_since_end(phase: Phase, at: datetime) -> int:
    """Whole days: within one of them points stay as they are."""
    return max(0, (at - phase.ends_at) // timedelta(days=1))


def site_ranking(at: datetime) -> list[Achievement]:
    """Everybody with points, the most first; equal points share a rank. Kept until a result or the day changes."""
    phases = list(counting_phases(at))
    facts = [(one.pk, *version_of(one), days_since_end(one, at)) for one in phases]
    key = "achievements:" + hashlib.sha256(repr(facts).encode()).hexdigest()
    if (kept := cache.get(key)) is None:
        kept = _counted(phases, at)
        cache.set(key, kept, KEPT_SECONDS)
    ranking: list[Achievement] = kept
    return ranking


def _counted(phases: list[Phase], at: datetime) -> list[Achievement]:
    won: dict[int, Achievement] = {}
    counted: set[tuple[int, int]] = set()
    for phase in phases:
        for users, rank, teams in _results(phase):
            medal = medal_of(rank, teams)
            points = points_of(rank, teams=teams, members=len(users), days=days_since_end(phase, at))
            for user in users:
                mine = won.setdefault(user, Achievement(user))
                mine.points += points
                if (user, phase.competition_id) not in counted:
                    counted.add((user, phase.competition_id))
                    mine.competitions += 1
                if medal is not None:
                    mine.medals[medal] += 1
    people: Any = get_user_model().objects
    living = set(people.living().filter(pk__in=won).values_list("pk", flat=True))
    ranking = sorted((one for one in won.values() if one.user_id in living), key=lambda one: (-one.points, one.user_id))
    for place, one in enumerate(ranking, start=1):
        before = ranking[place - 2] if place > 1 else None
        one.rank = before.rank if before is not None and before.points == one.points else place
    return ranking


def _results(phase: Phase) -> Iterator[tuple[list[int], int, int]]:
    """Of each ranked team: its members, its final rank, and how many teams have one."""
    ranked = Standing.objects.ranked().filter(phase=phase, private_key__isnull=False)
    teams = list(ranked.in_private_order().values_list("team_id", flat=True))
    members = defaultdict(list)
    for team, user in Membership.objects.filter(competition=phase.competition_id).values_list("team_id", "user_id"):
        members[team].append(user)
    for rank, team in enumerate(teams, start=1):
        yield members[team], rank, len(teams)


def achievement_of(user: User, at: datetime) -> Achievement | None:
    return next((one for one in site_ranking(at) if one.user_id == user.pk), None)


def with_what_medals_need(standings: StandingQuerySet) -> StandingQuerySet:
    """With `final_teams`, how many teams have a final rank there, and `members`."""
    ranked = Standing.objects.ranked().filter(phase=OuterRef("phase"), private_key__isnull=False)
    members = Membership.objects.filter(team=OuterRef("team"))
    return standings.annotate(final_teams=count_of(ranked, by="phase"), members=count_of(members))


def activity_of(user: User, *, seen_by: Any, at: datetime) -> list[dict[str, Any]]:
    """On how many occasions a team of the user made its public score better, by day (UTC): what leaderboards show."""
    listed = Competition.objects.listed_for(seen_by).values("pk")
    told = BOARD.own_rows(seen_by) if user == seen_by else BOARD.rows(seen_by)
    changes = StandingChange.objects.filter(
        team__memberships__user=user,
        competition__in=listed,
        phase__in=Phase.objects.filter(told).values("pk"),
        at__gt=at - timedelta(days=ACTIVITY_DAYS),
        at__lte=at,
    )
    by_day: Any = changes.annotate(day=TruncDate("at")).values("day").annotate(count=Count("pk")).order_by("day")
    return list(by_day)


def find_person(username: str) -> User:
    """The living user of this name.

    Raises:
        NotVisible: there is none.
    """
    people: Any = get_user_model().objects
    # No name holds a NUL, and PostgreSQL refuses to look for it.
    user: User | None = people.living().filter(username__iexact=username.replace("\0", " ")).first()
    if user is None:
        raise NotVisible
    return user
