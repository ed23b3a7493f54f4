"""Starting a run: who may, when, and one at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.refusals import Refusal
from competitions import permissions as can
from competitions.exceptions import CompetitionRunning
from competitions.models import Competition
from competitions.solutions import active_solution
from submissions.exceptions import NothingToScoreWith
from submissions.models import ScoringRun
from submissions.runs.exceptions import InvalidReason, ReasonMissing, ScoringRunActive

if TYPE_CHECKING:
    from accounts.models import User

REASON_CHARACTERS: int = ScoringRun._meta.get_field("reason").max_length or 0


def start_run(*, competition: Competition, kind: str, by: User | None, at: datetime, reason: str = "") -> ScoringRun:
    """Queue private scoring, or a rescoring of everything. `by` None: the server itself.

    A rescoring scores the public side, and after the end the private side as well.

    Raises:
        NotHost: `by` does not organise the competition.
        CompetitionRunning: private scoring before the end, whoever asks.
        ScoringRunActive: there is a run under way.
        NothingToScoreWith: there is no solution.
        ReasonMissing, InvalidReason: a rescoring tells participants why.
    """
    kind = ScoringRun.Kind(kind)
    if by is not None:
        can.edit(by, competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(competition.pk)
        if (refusal := why_not(competition, kind, at)) is not None:
            raise refusal
        reason = _clean_reason(reason, required=kind == ScoringRun.Kind.RESCORE)
        try:
            with transaction.atomic():
                run = ScoringRun.objects.create(
                    competition=competition, kind=kind, started_by=by, reason=reason, created_at=at
                )
        except IntegrityError:
            raise ScoringRunActive from None
        transaction.on_commit(lambda: hand_out(run.pk))
    return run


def why_not(competition: Competition, kind: str, at: datetime) -> Refusal | None:
    """Why no run of this kind may start now, whoever asks; None: it may."""
    if kind == ScoringRun.Kind.PRIVATE and not competition.has_ended(at):
        return CompetitionRunning()
    if active_run(competition) is not None:
        return ScoringRunActive()
    if active_solution(competition) is None:
        return NothingToScoreWith()
    return None


def hand_out(run_id: int) -> None:
    """Tell the workers that there is work. Too often does no harm: jobs that find none end at once."""
    from submissions.jobs import work_on_run  # noqa: PLC0415 -- jobs call back into this package

    for _worker in range(max(1, settings.SCORING_WORKERS)):
        work_on_run.enqueue(run_id)


def active_run(competition: Competition) -> ScoringRun | None:
    return competition.scoring_runs.filter(status__in=[ScoringRun.Status.QUEUED, ScoringRun.Status.RUNNING]).first()


def _clean_reason(reason: Any, *, required: bool) -> str:
    if not isinstance(reason, str) or "\x00" in reason:
        raise InvalidReason(limit=REASON_CHARACTERS)
    reason = reason.strip()
    if len(reason) > REASON_CHARACTERS:
        raise InvalidReason(limit=REASON_CHARACTERS)
    if required and not reason:
        raise ReasonMissing
    return reason
