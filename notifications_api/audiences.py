"""Who is told of something that happened. Every audience is a query, so that telling thousands is one statement."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from competitions.access import ROOM
from competitions.models import Competition, Helper, Membership, Phase, Standing, Team
from discussions import audiences as written_to
from discussions.models import Discussion


def people(ids: Collection[int]) -> QuerySet[User]:
    return User.objects.living().filter(pk__in=ids) if ids else User.objects.none()


def members(team: Team) -> QuerySet[User]:
    return User.objects.living().filter(Exists(Membership.objects.filter(user=OuterRef("pk"), team=team)))


def organisers(competition: Competition, *, also: int | None = None) -> QuerySet[User]:
    mine = Q(_hosts(competition))
    return User.objects.living().filter(mine | Q(pk=also) if also is not None else mine)


def everybody(competition: Competition | None) -> QuerySet[User]:
    """All who take part in a competition or organise it; without one, all users of the site."""
    if competition is None:
        return User.objects.living()
    if not competition.is_published:
        return organisers(competition)
    return User.objects.living().filter(Q(_takes_part(competition)) | Q(_hosts(competition)))


def involved(competition: Competition) -> QuerySet[User]:
    """All who take part or organise, whether or not the competition is still on the site."""
    return User.objects.living().filter(Q(_takes_part(competition)) | Q(_hosts(competition)))


def others(team: Team) -> QuerySet[User]:
    """All who take part in the team's competition or organise it, but for the team."""
    return involved(team.competition).exclude(pk__in=team.memberships.values("user"))


def those_in(phase: Phase) -> QuerySet[User]:
    """The members of teams that got on into the phase."""
    return _of_teams(Standing.objects.filter(phase=phase, gets_on=True))


def those_left_behind(phase: Phase) -> QuerySet[User]:
    """The members of teams that take part in the competition, and did not get on into the phase."""
    return _of_teams(Standing.objects.filter(phase=phase, gets_on=False))


def _of_teams(standings: QuerySet[Standing]) -> QuerySet[User]:
    theirs = Membership.objects.filter(user=OuterRef("pk"), team__in=standings.values("team"))
    return User.objects.living().filter(Exists(theirs))


def moderators(competition: Competition | None) -> QuerySet[User]:
    if competition is None:
        return User.objects.living().filter(Q(is_staff=True) | Q(is_superuser=True))
    return User.objects.living().filter(Q(_hosts(competition)) | Q(_helps(competition)))


def readers(discussion: Discussion, ids: Collection[int]) -> QuerySet[User]:
    """Those of `ids` who may read the discussion: nobody is told of what is closed to them."""
    found = people(ids)
    competition = discussion.competition
    if competition is None or not ids:
        return found
    return found.filter(ROOM.people(competition)).filter(written_to.readers_of(discussion))


def announced_to(discussion: Discussion) -> QuerySet[User]:
    """Those whom an announcement is for."""
    return written_to.told(discussion) if discussion.is_restricted else everybody(discussion.competition)


def _takes_part(competition: Competition) -> Exists:
    return Exists(Membership.objects.filter(user=OuterRef("pk"), competition=competition))


def _hosts(competition: Competition) -> Exists:
    return Exists(Competition.hosts.through.objects.filter(user=OuterRef("pk"), competition=competition))


def _helps(competition: Competition) -> Exists:
    return Exists(Helper.objects.filter(user=OuterRef("pk"), competition=competition))
