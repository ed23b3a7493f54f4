"""What becomes of a pending submission, each in one transaction with the team's row locked.

Whoever comes second (the request, the queue, the sweeper) finds it settled already and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from competitions.models import Solution, Team
from competitions.standings import StandingUpdate, record_public_score, uncount_submission
from submissions import signals
from submissions.models import Submission
from submissions.services.evaluation import Evaluation


class AlreadySettled(Exception):  # noqa: N818 -- no fault, an answer
    """Somebody else finished this submission, or it was deleted."""


class SolutionChanged(Exception):  # noqa: N818
    """The organisers replaced the solution or the metric while this was being scored: score it again."""


T = TypeVar("T")


def finish_scored(
    seen: Submission, evaluation: Evaluation, *, sha256: str, at: datetime
) -> tuple[Submission, StandingUpdate | None]:
    """Write the score and move the standing; a late submission moves nothing.

    Raises:
        SolutionChanged: the evaluation is by an older solution.
        AlreadySettled: there is nothing to finish.
    """
    return _settle(seen, lambda submission, team: _score(submission, team, evaluation, sha256=sha256, at=at))


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


def _settle(seen: Submission, act: Callable[[Submission, Team], T]) -> T:
    """`act` on the submission as it is now, pending, in a transaction with its team's row locked."""
    team_id = seen.team_id
    while True:
        with transaction.atomic():
            team = Team.objects.lock(team_id)
            submission = Submission.objects.filter(pk=seen.pk).first()
            if submission is None or submission.status != Submission.Status.PENDING:
                raise AlreadySettled
            if submission.team_id == team_id:
                submission.team, submission.competition, submission.user = team, team.competition, seen.user
                return act(submission, team)
        # A merge took it to another team since it was seen.
        team_id = submission.team_id


def _settle_or_see(seen: Submission, act: Callable[[Submission, Team], Submission]) -> Submission | None:
    try:
        return _settle(seen, act)
    except AlreadySettled:
        return Submission.objects.for_display().filter(pk=seen.pk).first()


def _score(
    submission: Submission, team: Team, evaluation: Evaluation, *, sha256: str, at: datetime
) -> tuple[Submission, StandingUpdate | None]:
    competition = team.competition
    submission.status = Submission.Status.SCORED
    submission.public_score = evaluation.public_score
    if submission.is_late and competition.is_confirmed(at):
        submission.private_score = evaluation.private_score
    submission.solution = evaluation.solution
    submission.aligned.name = evaluation.aligned
    submission.sha256 = sha256
    submission.scored_at = at
    submission.save(
        update_fields=["status", "public_score", "private_score", "solution", "aligned", "sha256", "scored_at"]
    )
    update = None
    if not submission.is_late:
        update = record_public_score(team=team, score=evaluation.public_score, at=submission.created_at)
    # Asked last: by now the competition's row is ours, for which whoever replaces the solution has to wait.
    active = Solution.objects.filter(competition=competition, is_active=True).values_list("pk", flat=True).first()
    if active is not None and active != evaluation.solution.pk:
        raise SolutionChanged
    transaction.on_commit(
        lambda: signals.submission_scored.send_robust(
            Submission,
            submission=submission,
            is_best=update is not None and update.is_best,
            rank_before=update.rank_before if update else None,
            rank_after=update.rank_after if update else None,
        )
    )
    return submission, update


def _give_back(submission: Submission, team: Team, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(submission, name, value)
    submission.save(update_fields=list(fields))
    if not submission.is_late:
        uncount_submission(team=team)
