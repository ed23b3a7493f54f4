"""How often a team may still submit.

A submission uses up the limits while it is being scored and once it was scored; one refused or failed at the door gives
its slot back, one that a later rescoring refuses does not. Days are the competition's: its time zone, its reset hour.
Organisers may give one team extra ones for a day, by which both limits rise for it.
What was taken over from the former phase costs nothing.
Late submissions are counted by themselves, day by day, against the daily limit only: the total limit is of the
competition, which is over.

Files refused at the door use up no limit, and yet cost the server something each time: how many a team may send within
an hour, and how many bytes of them, is bounded by settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q, Sum

from competitions.exceptions import CompetitionEnded, CompetitionNotStarted, TeamDisqualified, TeamNotActive
from competitions.getting_on import why_not_in
from competitions.models import Phase, Team
from foundation.refusals import Refusal
from submissions.exceptions import DailyLimitReached, TooManyRefused, TotalLimitReached
from submissions.models import ExtraSubmissions, Submission

# What refused tries are counted over.
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one team has used and has left at one moment. Limits of None: unlimited."""

    at: datetime
    daily_limit: int | None
    used_today: int
    resets_at: datetime
    total_limit: int | None
    used_total: int
    # Why the clock, the team's state or its refused tries leave nothing, whatever the limits say.
    closed: Refusal | None = None

    @property
    def remaining_today(self) -> int | None:
        return None if self.daily_limit is None else max(0, self.daily_limit - self.used_today)

    @property
    def remaining_total(self) -> int | None:
        return None if self.total_limit is None else max(0, self.total_limit - self.used_total)

    @property
    def remaining(self) -> int | None:
        """How many submissions may be made now; None: as many as one likes."""
        if self.closed is not None:
            return 0
        left = [number for number in (self.remaining_today, self.remaining_total) if number is not None]
        return min(left) if left else None

    @property
    def refusal(self) -> Refusal | None:
        """Why no submission may be made now, or None. The total limit comes first: waiting does not help there."""
        if self.closed is not None:
            return self.closed
        if self.total_limit is not None and self.remaining_total == 0:
            return TotalLimitReached(limit=self.total_limit)
        if self.daily_limit is not None and self.remaining_today == 0:
            return DailyLimitReached(limit=self.daily_limit, resets_at=self.resets_at, at=self.at)
        return None

    def after_one_more(self) -> Allowance:
        """What it leaves once a submission has taken its slot."""
        return replace(self, used_today=self.used_today + 1, used_total=self.used_total + 1)

    @property
    def reason(self) -> str | None:
        """The code of `refusal`."""
        return None if self.refusal is None else self.refusal.code


def allowance(team: Team, phase: Phase, at: datetime) -> Allowance:
    """What `team` has used of the phase's limits and has left at `at`.

    Two queries, and few more where not every team may take part; exact while the team's row is locked.
    """
    late = phase.has_ended(at)
    day_starts, day_ends = phase.day_of(at)
    today = Q(created_at__gte=day_starts, created_at__lt=day_ends)
    rows = Submission.objects.filter(team=team)
    # What is refused costs the server the same in every phase: it is counted in all of them together.
    slots, refused = rows.slots(late=late) & Q(phase=phase), rows.refusals() & Q(**_tried(at))
    used = rows.aggregate(
        today=Count("pk", filter=slots & today),
        total=Count("pk", filter=slots),
        tries=Count("pk", filter=refused),
        bytes=Sum("size", filter=refused, default=0),
    )
    is_limited = phase.daily_submission_limit is not None or phase.total_submission_limit is not None
    extra = _extra(team, phase, at) if is_limited and not late else _Extra(0, 0)
    return Allowance(
        at=at,
        daily_limit=_raised(phase.daily_submission_limit, extra.today),
        used_today=used["today"],
        resets_at=day_ends,
        total_limit=None if late else _raised(phase.total_submission_limit, extra.total),
        used_total=used["total"],
        closed=why_closed(team, phase, at) or _braked(team, at, tries=used["tries"], size=used["bytes"]),
    )


class _Extra(NamedTuple):
    today: int
    total: int


def _extra(team: Team, phase: Phase, at: datetime) -> _Extra:
    """How many more than others the team may make, of the day and in total."""
    sums = ExtraSubmissions.objects.filter(team=team, phase=phase).aggregate(
        today=Sum("count", filter=Q(day_starts__lte=at, day_ends__gt=at)), total=Sum("count")
    )
    return _Extra(sums["today"] or 0, sums["total"] or 0)


def _raised(limit: int | None, extra: int) -> int | None:
    return None if limit is None else limit + extra


def why_closed(team: Team, phase: Phase, at: datetime) -> Refusal | None:
    """Why the team may submit nothing by the clock or by its own state, whatever the limits leave; None: it may."""
    if not team.is_active:
        return TeamNotActive()
    if team.is_disqualified:
        return TeamDisqualified()
    if not phase.has_started(at):
        return CompetitionNotStarted()
    if phase.has_ended(at) and not phase.allows_late_submissions:
        return CompetitionEnded()
    return why_not_in(team, phase, at)


def _braked(team: Team, at: datetime, *, tries: int, size: int) -> Refusal | None:
    """Why the team has to wait, if it sent `tries` files of `size` bytes within the last hour that were refused."""
    if not _is_too_much(tries, size):
        return None
    refused = Submission.objects.filter(team=team, **_tried(at)).refused_at_the_door()
    oldest_first = refused.order_by("created_at", "pk").values_list("created_at", "size")
    resets_at = at + WINDOW
    for created_at, one in oldest_first:
        # The earliest moment at which enough of them are longer ago than an hour.
        resets_at = created_at + WINDOW
        tries, size = tries - 1, size - one
        if not _is_too_much(tries, size):
            break
    return TooManyRefused(resets_at=resets_at, at=at)


def _tried(at: datetime) -> dict[str, Any]:
    """What the team itself has sent within the last hour."""
    return {"created_at__gt": at - WINDOW, "taken_over_from__isnull": True}


def _is_too_much(tries: int, size: int) -> bool:
    return (0 < settings.REFUSED_TRIES_PER_HOUR <= tries) or (0 < settings.REFUSED_BYTES_PER_HOUR <= size)
