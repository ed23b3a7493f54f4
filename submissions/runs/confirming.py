"""Opening the private leaderboard, and closing it again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from competitions import signals
from competitions.ending import note_end
from competitions.exceptions import ObjectionsOpen
from competitions.leaderboards.standings import lock_teams
from competitions.log.recording import clean_reason, record_in
from competitions.models import LogKind, Phase
from competitions.phases.entry import decide_after
from competitions.solution import sealing
from competitions.solution.services import active_solution, take_back_confirmation
from foundation.refusals import Refusal
from submissions.boards import open_board
from submissions.models import ScoringRun
from submissions.runs import permissions as may
from submissions.runs.board import opened_board
from submissions.runs.exceptions import PrivateScoringMissing, PrivateScoringOutdated, ScoringRunActive

if TYPE_CHECKING:
    from accounts.models import User


def confirm_private_leaderboard(*, phase: Phase, by: User | None, at: datetime) -> Phase:
    """Open the private leaderboard to everybody. Doing it twice changes nothing. `by` None: the server itself.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: before the end.
        ScoringRunActive, PrivateScoringMissing, PrivateScoringOutdated: the private side is not complete.
        ObjectionsOpen: the solution was changed after the end, and participants may still object.
    """
    with transaction.atomic():
        # In the order in which all acts lock them: first the teams, whose standings take in what the board held back.
        lock_teams(phase.competition)
        phase = _locked(phase, by=by, at=at)
        if phase.confirmed_at is not None:
            return phase
        if (refusal := why_not_confirm(phase, at)) is not None:
            raise refusal
        note_end(phase, at)
        phase.confirmed_at, phase.confirmed_by = at, by
        phase.save(update_fields=["confirmed_at", "confirmed_by"])
        open_board(phase, at=at)
        facts = {
            "run": phase.scoring_runs.order_by("-pk").values_list("pk", flat=True).first(),
            "releasesSolution": phase.releases_solution,
            "selectable": phase.selectable_submissions,
            "solutions": sealing.opened(phase),
            **opened_board(phase),
        }
        record_in(phase, LogKind.CONFIRMED, by=by, at=at, facts=facts)
        decide_after(phase, at)
        transaction.on_commit(
            lambda: signals.private_leaderboard_confirmed.send_robust(Phase, phase=phase, by=by, at=at)
        )
    return phase


def unconfirm_private_leaderboard(*, phase: Phase, by: User | None, at: datetime, reason: str = "") -> Phase:
    """Close it again. Doing it twice changes nothing. `reason`: why, for the competition log and the participants.

    Raises:
        NotHost: `by` does not organise the competition.
        ReasonMissing, InvalidReason: participants are told why.
    """
    with transaction.atomic():
        phase = _locked(phase, by=by, at=at)
        if phase.confirmed_at is None:
            return phase
        reason = clean_reason(reason, required=by is not None)
        take_back_confirmation(phase, by=by, at=at, reason=reason)
    return phase


def why_not_confirm(phase: Phase, at: datetime) -> Refusal | None:
    """Why the private leaderboard can't be opened now, by anybody; None: it can."""
    if (incomplete := what_is_missing(phase)) is not None:
        return incomplete
    until = phase.objections_until
    return ObjectionsOpen(until=until) if until is not None and phase.may_be_objected_to(at) else None


def what_is_missing(phase: Phase) -> Refusal | None:
    """Why the private side can't be shown to anybody yet; None: it is complete and up to date.

    The newest run decides: it must be complete, hold the private side, have used the solution that scores now, and know
    every submission of the competition's time, those included that were received in the last moment and stored later.
    """
    run = phase.scoring_runs.order_by("-pk").first()
    if run is not None and run.is_active:
        return ScoringRunActive()
    if run is None or not phase.scoring_runs.filter(scores_private=True).exists():
        return PrivateScoringMissing()
    solution = active_solution(phase)
    complete = run.status == ScoringRun.Status.COMPLETE and run.scores_private
    if not complete or solution is None or run.solution_id != solution.pk:
        return PrivateScoringOutdated()
    unknown = phase.submissions.counted().filter(pk__gt=run.newest_submission or 0)
    return PrivateScoringOutdated() if run.newest_submission is not None and unknown.exists() else None


def _locked(phase: Phase, *, by: User | None, at: datetime) -> Phase:
    locked = Phase.objects.lock(phase)
    may.confirm_private_leaderboard(by, locked, at).require()
    return locked
