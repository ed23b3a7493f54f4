"""What becomes of a pending submission, each in one transaction with the team's row locked.

Whoever comes second (the request, the queue, the sweeper) finds it settled already and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.db import transaction

from competitions.columns import shown_numbers
from competitions.leaderboards.standings import StandingUpdate, note_scored, record_public_score, uncount_submission
from competitions.models import Solution, Team
from competitions.solution.services import mark_used
from foundation import fault_log
from foundation.faults import Unavailable
from submissions import signals
from submissions.models import Submission
from submissions.receipts import issue_receipt
from submissions.services.evaluation import Evaluation

logger = logging.getLogger(__name__)

# Between the tries of a submission that a fault of ours keeps from being scored; the last one for all that follow.
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 300, 600)]
# A week, at the longest pause.
MOST_FAULTS = 1000


class AlreadySettled(Exception):
    """Somebody else finished this submission, or it was deleted."""


class SolutionChanged(Exception):
    """The organisers replaced the solution or the metric while this was being scored: score it again."""


T = TypeVar("T")


def finish_scored(
    seen: Submission, evaluation: Evaluation, *, sha256: str, at: datetime
) -> tuple[Submission, StandingUpdate | None]:
    """Write the score and move the standing; a late submission moves nothing, nor does one voided meanwhile.

    Raises:
        SolutionChanged: the evaluation is by an older solution.
        AlreadySettled: there is nothing to finish.
    """
    return _settle(seen, lambda submission, team: _write_score(submission, team, evaluation, sha256=sha256, at=at))


def finish_refused(seen: Submission, problems: list[dict[str, Any]], *, sha256: str) -> Submission | None:
    """Keep what is wrong with the file, and give the slot back. Returns the row as it stands then."""

    def refuse(submission: Submission, team: Team) -> Submission:
        _give_back(submission, team, status=Submission.Status.REFUSED, problems=problems, sha256=sha256)
        transaction.on_commit(lambda: signals.submission_refused.send_robust(Submission, submission=submission))
        return submission

    return _settle_or_see(seen, refuse)


def finish_failed(seen: Submission) -> Submission | None:
    """A fault of ours: the slot goes back. Returns the row as it stands then."""

    def fail(submission: Submission, team: Team) -> Submission:
        _give_back(submission, team, status=Submission.Status.FAILED)
        return submission

    return _settle_or_see(seen, fail)


def leave_waiting(seen: Submission, fault: Unavailable, *, at: datetime) -> Submission | None:
    """A fault that says nothing about the file: try again after a pause that grows from time to time.

    After about a week of tries it is failed, and its slot goes back. Returns the row as it stands then.
    """
    faults = seen.faults + 1
    if faults >= MOST_FAULTS:
        return finish_failed(seen)
    pause = PAUSES[min(faults, len(PAUSES)) - 1]
    # What ended with a fault did not kill its process: those tries are counted anew.
    Submission.objects.pending().filter(pk=seen.pk).update(
        faults=faults, fault=fault.code, attempts=0, next_try_at=at + pause
    )
    fault_log.note(fault.code, fault.__cause__)
    logger.warning(
        "submission.waits", extra={"submission": seen.pk, "fault": fault.code, "pause_seconds": pause.total_seconds()}
    )
    return Submission.objects.for_display().filter(pk=seen.pk).first()


def _settle(seen: Submission, act: Callable[[Submission, Team], T]) -> T:
    """Run `act` on the submission as it is now, while it is pending, in a transaction with its team's row locked."""
    team_id = seen.team_id
    while True:
        with transaction.atomic():
            team = Team.objects.lock(team_id)
            submission = Submission.objects.filter(pk=seen.pk).first()
            if submission is None or submission.status != Submission.Status.PENDING:
                raise AlreadySettled
            if submission.team_id == team_id:
                submission.team, submission.competition, submission.user = team, team.competition, seen.user
                submission.phase = team.competition.phase_of(submission.phase_id)
                return act(submission, team)
        # A merge took it to another team since it was seen.
        team_id = submission.team_id


def _settle_or_see(seen: Submission, act: Callable[[Submission, Team], Submission]) -> Submission | None:
    try:
        return _settle(seen, act)
    except AlreadySettled:
        return Submission.objects.for_display().filter(pk=seen.pk).first()


def _write_score(
    submission: Submission, team: Team, evaluation: Evaluation, *, sha256: str, at: datetime
) -> tuple[Submission, StandingUpdate | None]:
    phase = submission.phase
    submission.status = Submission.Status.SCORED
    submission.public_score = phase.shown_score(evaluation.public.score)
    submission.public_numbers = shown_numbers(phase, evaluation.public.numbers)
    if submission.is_late and phase.is_confirmed(at) and evaluation.private is not None:
        submission.private_score = phase.shown_score(evaluation.private.score)
        submission.private_numbers = shown_numbers(phase, evaluation.private.numbers)
    submission.solution = evaluation.solution
    submission.aligned.name = evaluation.aligned
    submission.sha256 = sha256
    submission.scored_at = at
    submission.save(
        update_fields=[
            *("status", "public_score", "private_score", "public_numbers", "private_numbers"),
            *("solution", "aligned", "sha256", "scored_at"),
        ]
    )
    update = None
    if submission.is_void:
        if not submission.is_late:
            note_scored(team=team, phase=phase, at=submission.created_at)
    elif not submission.is_late:
        update = record_public_score(team=team, phase=phase, score=submission.public_score, at=submission.created_at)
        if update is None:
            update = _unshown(submission, team)
    # Asked last: by now the competition's row is ours, for which whoever replaces the solution has to wait.
    active = Solution.objects.filter(phase=phase, is_active=True).values_list("pk", flat=True).first()
    if active is not None and active != evaluation.solution.pk:
        raise SolutionChanged
    mark_used(evaluation.solution, at)
    issue_receipt(submission, at=at)
    transaction.on_commit(
        lambda: signals.submission_scored.send_robust(
            Submission,
            submission=submission,
            is_best=update is not None and update.is_best,
            rank_before=update.rank_before if update else None,
            rank_after=update.rank_after if update else None,
        )
    )
    if update is not None:
        submission.team_best, submission.team_best_at = update.best, update.best_at
    return submission, update


def _unshown(submission: Submission, team: Team) -> StandingUpdate:
    """What the team is told while the leaderboard stands still: about its own scores, and no place."""
    phase, score = submission.phase, cast("float", submission.public_score)
    others = (
        team.submissions.filter(phase=phase).counted().filter(status=Submission.Status.SCORED, voided_at__isnull=True)
    )
    scores = [cast("float", one) for one in others.exclude(pk=submission.pk).values_list("public_score", flat=True)]
    best = min(scores, key=phase.sort_key, default=None)
    return StandingUpdate(
        is_best=phase.is_better(score, than=best),
        previous_best=best,
        rank_before=None,
        rank_after=None,
        teams=None,
    )


def _give_back(submission: Submission, team: Team, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(submission, name, value)
    submission.save(update_fields=list(fields))
    if not submission.is_late:
        uncount_submission(team=team, phase=submission.phase, at=submission.created_at)
