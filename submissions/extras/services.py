"""Giving a team extra submissions for the present day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions.exceptions import CompetitionEnded
from competitions.log.recording import clean_reason, fact, record
from competitions.models import LogKind, Team
from submissions import signals
from submissions.extras import permissions as may
from submissions.extras.exceptions import InvalidExtra, NothingIsLimited
from submissions.limits import why_closed
from submissions.models import MOST_EXTRA, ExtraSubmissions

if TYPE_CHECKING:
    from accounts.models import User


def give(*, team: Team, count: Any, reason: str, by: User, at: datetime) -> ExtraSubmissions:
    """Let the team make `count` more submissions until the day ends. No other team's limits change.

    Raises:
        NotHost: `by` does not organise the competition.
        InvalidExtra: not from 1 to the most that may be given at once.
        ReasonMissing, InvalidReason: everybody can read why.
        CompetitionNotStarted, CompetitionEnded, TeamNotActive, TeamDisqualified: the team can't submit in time anyway.
        NothingIsLimited: the competition has no limits.
    """
    reason = clean_reason(reason, required=True)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_EXTRA:
        raise InvalidExtra
    with transaction.atomic():
        team = Team.objects.lock(team.pk)
        competition, phase = team.competition, team.competition.phase
        may.give(by, competition).require()
        if phase.has_ended(at):
            raise CompetitionEnded
        if (closed := why_closed(team, phase, at)) is not None:
            raise closed
        if phase.daily_submission_limit is None and phase.total_submission_limit is None:
            raise NothingIsLimited
        day_starts, day_ends = phase.day_of(at)
        extra = ExtraSubmissions.objects.create(
            competition=competition,
            phase=phase,
            team=team,
            count=count,
            day_starts=day_starts,
            day_ends=day_ends,
            reason=reason,
            by=by,
            at=at,
        )
        facts = {"team": team.pk, "count": count, "dayEnds": fact(day_ends)}
        record(competition, LogKind.ALLOWANCE, by=by, at=at, facts=facts, reason=reason)
        transaction.on_commit(lambda: signals.extra_given.send_robust(ExtraSubmissions, extra=extra, by=by, at=at))
    return extra
