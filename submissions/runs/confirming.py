"""Opening the private leaderboard, and closing it again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.refusals import Refusal
from competitions import permissions as can, signals
from competitions.exceptions import CompetitionRunning
from competitions.models import Competition
from competitions.solutions import active_solution
from submissions.models import ScoringRun
from submissions.runs.exceptions import PrivateScoringMissing, PrivateScoringOutdated, ScoringRunActive

if TYPE_CHECKING:
    from accounts.models import User


def confirm_private_leaderboard(*, competition: Competition, by: User | None, at: datetime) -> Competition:
    """Open the private leaderboard to everybody. Doing it twice changes nothing. `by` None: the server itself.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: before the end.
        ScoringRunActive, PrivateScoringMissing, PrivateScoringOutdated: the private side is not complete.
    """
    with transaction.atomic():
        competition = _locked(competition, by=by, at=at)
        if competition.confirmed_at is not None:
            return competition
        if (incomplete := what_is_missing(competition)) is not None:
            raise incomplete
        competition.confirmed_at, competition.confirmed_by = at, by
        competition.save(update_fields=["confirmed_at", "confirmed_by"])
        transaction.on_commit(
            lambda: signals.private_leaderboard_confirmed.send_robust(
                Competition, competition=competition, by=by, at=at
            )
        )
    return competition


def unconfirm_private_leaderboard(*, competition: Competition, by: User | None, at: datetime) -> Competition:
    """Close it again. Doing it twice changes nothing.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    with transaction.atomic():
        competition = _locked(competition, by=by, at=at)
        if competition.confirmed_at is None:
            return competition
        competition.confirmed_at = competition.confirmed_by = None
        competition.save(update_fields=["confirmed_at", "confirmed_by"])
        transaction.on_commit(
            lambda: signals.private_leaderboard_unconfirmed.send_robust(
                Competition, competition=competition, by=by, at=at
            )
        )
    return competition


def what_is_missing(competition: Competition) -> Refusal | None:
    """Why the private side can't be shown to anybody yet; None: it is complete and up to date.

    The newest run decides: it must be complete, hold the private side, have used the solution that scores now, and know
    every submission of the competition's time, those included that were received in the last moment and stored later.
    """
    run = competition.scoring_runs.order_by("-pk").first()
    if run is not None and run.is_active:
        return ScoringRunActive()
    if run is None or not competition.scoring_runs.filter(scores_private=True).exists():
        return PrivateScoringMissing()
    solution = active_solution(competition)
    complete = run.status == ScoringRun.Status.COMPLETE and run.scores_private
    if not complete or solution is None or run.solution_id != solution.pk:
        return PrivateScoringOutdated()
    unknown = competition.submissions.counted().filter(pk__gt=run.newest_submission or 0)
    return PrivateScoringOutdated() if run.newest_submission is not None and unknown.exists() else None


def _locked(competition: Competition, *, by: User | None, at: datetime) -> Competition:
    if by is not None:
        can.edit(by, competition).require()
    locked = Competition.objects.lock(competition.pk)
    if not locked.has_ended(at):
        raise CompetitionRunning
    return locked
