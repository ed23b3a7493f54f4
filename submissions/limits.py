"""How often a team may still submit.

A submission uses up the limits while it is being scored and once it is scored; a refused or failed one gives its slot
back. Days are the competition's: its time zone, its reset hour. Late submissions are counted by themselves, day by day,
against the daily limit only: the total limit is of the competition, which is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.refusals import Refusal
from competitions.exceptions import CompetitionEnded, CompetitionNotStarted, TeamNotActive
from competitions.models import Team
from submissions.exceptions import DailyLimitReached, TotalLimitReached
from submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one team has used and has left at one moment. Limits of None: unlimited."""

    at: datetime
    daily_limit: int | None
    used_today: int
    resets_at: datetime
    total_limit: int | None
    used_total: int
    # Why the clock or the team's state leave nothing, whatever the limits say.
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

    @property
    def reason(self) -> str | None:
        """The code of `refusal`."""
        return None if self.refusal is None else self.refusal.code


def allowance(team: Team, at: datetime) -> Allowance:
    """What `team` has used and has left at `at`. One query; exact while the team's row is locked."""
    competition = team.competition
    late = competition.has_ended(at)
    day_starts, day_ends = competition.day_of(at)
    today = Q(created_at__gte=day_starts, created_at__lt=day_ends)
    counted = Submission.objects.filter(team=team).using_slots(late=late)
    used = counted.aggregate(today=Count("pk", filter=today), total=Count("pk"))
    return Allowance(
        at=at,
        daily_limit=competition.daily_submission_limit,
        used_today=used["today"],
        resets_at=day_ends,
        total_limit=None if late else competition.total_submission_limit,
        used_total=used["total"],
        closed=_closed(team, at),
    )


def _closed(team: Team, at: datetime) -> Refusal | None:
    competition = team.competition
    if not team.is_active:
        return TeamNotActive()
    if not competition.has_started(at):
        return CompetitionNotStarted()
    if competition.has_ended(at) and not competition.allows_late_submissions:
        return CompetitionEnded()
    return None
