"""Starting a run: who may, when, and one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from competitions.ending import note_end
from competitions.log.recording import clean_reason
from competitions.models import Phase
from competitions.solution.services import active_solution
from foundation.refusals import Refusal
from submissions.exceptions import NothingToScoreWith
from submissions.models import ScoringRun
from submissions.runs import permissions as may
from submissions.runs.exceptions import RescoringWouldRefuse, ScoringRunActive, TooManyRescorings
from submissions.runs.foreseen import known_refusals
from submissions.runs.selecting import has_private_result, rescorings
from submissions.runs.working import work_on_run

if TYPE_CHECKING:
    from accounts.models import User


def start_run(
    *,
    phase: Phase,
    kind: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    accept_refusals: bool = False,
) -> ScoringRun:
    """Queue private scoring, or a rescoring of everything. `by` None: the server itself.

    A rescoring scores the public side, and after the end the private side as well. `accept_refusals`: the organiser
    knows that it refuses submissions that have a score.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: private scoring before the end, whoever asks.
        ScoringRunActive: there is a run under way.
        TooManyRescorings: it runs, and was rescored as often as may be meanwhile.
        NothingToScoreWith: there is no solution.
        ReasonMissing, InvalidReason: participants are told why, of a rescoring and of private scoring done again.
        RescoringWouldRefuse: a dry run that still holds says so, and nobody has said yes.
    """
    kind = ScoringRun.Kind(kind)
    with transaction.atomic():
        phase = Phase.objects.lock(phase)
        may.start_run(by, phase, kind, at).require()
        if (refusal := why_not(phase, kind, at)) is not None:
            raise refusal
        again = by is not None and has_private_result(phase)
        reason = clean_reason(reason, required=kind == ScoringRun.Kind.RESCORE or again)
        asks = kind == ScoringRun.Kind.RESCORE and by is not None and not accept_refusals
        if asks and (refused := known_refusals(phase)):
            raise RescoringWouldRefuse(submissions=refused)
        note_end(phase, at)
        try:
            with transaction.atomic():
                run = ScoringRun.objects.create(
                    competition=phase.competition, phase=phase, kind=kind, started_by=by, reason=reason, created_at=at
                )
        except IntegrityError:
            raise ScoringRunActive from None
        # Robust: a queue that is away is no reason to say that the run was not started; it is handed out again soon.
        transaction.on_commit(lambda: hand_out(run.pk), robust=True)
    return run


def why_not(phase: Phase, kind: str, at: datetime) -> Refusal | None:
    """Why no run of this kind may start now, whoever asks; None: it may."""
    if (refusal := may.start_run(None, phase, kind, at).refusal) is not None:
        return refusal
    if active_run(phase) is not None:
        return ScoringRunActive()
    if active_solution(phase) is None:
        return NothingToScoreWith()
    if kind == ScoringRun.Kind.RESCORE and not phase.has_ended(at):
        return _too_many(phase)
    return None


def _too_many(phase: Phase) -> Refusal | None:
    """Every rescoring before the end counts that may have shown a score, whatever became of it."""
    limit = settings.RESCORINGS_WHILE_RUNNING
    rescored = rescorings(phase).filter(scores_private=False)
    without_effect = Q(status=ScoringRun.Status.FAILED, done=0)
    return TooManyRescorings(limit=limit) if rescored.exclude(without_effect).count() >= limit else None


def hand_out(run_id: int) -> None:
    """Tell the workers that there is work. Too often does no harm: jobs that find none end at once."""
    for _worker in range(max(1, settings.SCORING_WORKERS)):
        work_on_run.enqueue(run_id)


def active_run(phase: Phase) -> ScoringRun | None:
    return phase.scoring_runs.filter(status__in=[ScoringRun.Status.QUEUED, ScoringRun.Status.RUNNING]).first()
