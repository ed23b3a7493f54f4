"""Starting and cancelling analyses: who may, when, and one of each kind at a time."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from competitions.models import Phase, Team
from competitions.solution.services import active_solution
from submissions.analyses import permissions as may
from submissions.analyses.exceptions import AnalysisActive, AnalysisOver, NoBaseline
from submissions.analyses.working import work_on_analysis
from submissions.exceptions import NothingToScoreWith
from submissions.models import Analysis, ScoringRun, Submission, Trial
from submissions.runs.exceptions import ScoringRunActive
from submissions.runs.selecting import rescorings

if TYPE_CHECKING:
    from accounts.models import User

# Exact in every reader of JSON.
SEED_BITS = 32


def start_desk(*, phase: Phase, by: User | None, at: datetime) -> Analysis:
    """Compare the files of all teams with one another, in the background.

    Raises:
        NotHost: `by` does not organise the competition.
        AnalysisActive: a comparison is under way.
        NothingToScoreWith: there is no solution, and so no rows.
    """
    if by is not None:
        may.use_desk(by, phase.competition).require()
    return _start(phase, Analysis.Kind.INTEGRITY, by=by, at=at)


def start_dry_run(*, phase: Phase, by: User, at: datetime) -> Analysis:
    """Work out what a rescoring would do now, in the background. It changes nothing, and uses up no rescoring.

    Raises:
        NotHost: `by` does not organise the competition.
        AnalysisActive: a dry run is under way.
        ScoringRunActive: so is a rescoring, and there is nothing to compare with before its end.
        NothingToScoreWith: there is no solution.
    """
    may.try_rescoring(by, phase.competition).require()
    if rescorings(phase).filter(status__in=[ScoringRun.Status.QUEUED, ScoringRun.Status.RUNNING]).exists():
        raise ScoringRunActive
    return _start(phase, Analysis.Kind.DRY_RUN, by=by, at=at)


def start_ranks(*, phase: Phase, by: User | None, at: datetime) -> Analysis:
    """Measure how sure the final ranks are, in the background. `by` None: the server itself.

    Raises:
        NotHost: `by` does not organise the competition.
        PrivateLeaderboardClosed: the result is not confirmed.
        AnalysisActive: it is being measured.
        NothingToScoreWith: there is no solution.
    """
    with transaction.atomic():
        locked = Phase.objects.lock(phase)
        may.measure_ranks(by, locked, at).require()
        return _start(locked, Analysis.Kind.RANKS, by=by, at=at)


def start_wobble(*, submission: Submission | Trial, by: User | None, at: datetime) -> Analysis:
    """Measure how much the public score of a baseline wobbles, in the background. On the public rows alone.

    submission: a trial that stands on the leaderboard, or what a team out of competition sent.

    Raises:
        NotHost: `by` does not organise the competition.
        NoBaseline: the submission is a participant's, or has no score.
        AnalysisActive: it is being measured.
        NothingToScoreWith: there is no solution.
    """
    if by is not None:
        may.measure_wobble(by, submission.competition).require()
    if not is_baseline(submission):
        raise NoBaseline
    return _start(submission.phase, Analysis.Kind.WOBBLE, by=by, at=at, measured=submission)


def is_baseline(submission: Submission | Trial) -> bool:
    """Whether it is an organiser's own: of a participant's file not even the spread of its errors is told."""
    if isinstance(submission, Trial):
        return submission.baseline_id is not None and submission.status == Trial.Status.SCORED
    is_outside = Team.objects.filter(pk=submission.team_id, out_of_competition_at__isnull=False).exists()
    return is_outside and submission.status == Submission.Status.SCORED


def cancel_analysis(*, analysis: Analysis, by: User | None, at: datetime) -> Analysis:
    """Stop it: whoever works on it notices within seconds.

    Raises:
        NotHost: `by` does not organise the competition.
        AnalysisOver: it has ended.
    """
    if by is not None:
        may.use_desk(by, analysis.competition).require()
    with transaction.atomic():
        locked = Analysis.objects.select_for_update().get(pk=analysis.pk)
        if not locked.is_active:
            raise AnalysisOver
        locked.status, locked.finished_at, locked.lease = Analysis.Status.CANCELLED, at, ""
        locked.save(update_fields=["status", "finished_at", "lease"])
    return locked


def _start(
    phase: Phase, kind: str, *, by: User | None, at: datetime, measured: Submission | Trial | None = None
) -> Analysis:
    if active_solution(phase) is None:
        raise NothingToScoreWith
    try:
        with transaction.atomic():
            analysis = Analysis.objects.create(
                competition=phase.competition,
                phase=phase,
                kind=kind,
                started_by=by,
                seed=secrets.randbits(SEED_BITS),
                submission=measured if isinstance(measured, Submission) else None,
                trial=measured if isinstance(measured, Trial) else None,
                created_at=at,
            )
            # Robust: a queue that is away is no reason to say that it was not started; it is handed out again soon.
            transaction.on_commit(lambda: work_on_analysis.enqueue(analysis.pk), robust=True)
    except IntegrityError:
        raise AnalysisActive from None
    return analysis
