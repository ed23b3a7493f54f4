"""Taking a slot: the only moment at which limits are counted, under the lock that submissions and merges share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from competitions import permissions as can
from competitions.ending import judge_as_received, note_end
from competitions.exceptions import NoSolution
from competitions.leaderboards.standings import count_submission
from competitions.models import Phase, Solution, Team
from competitions.solution.services import solution_for_submission
from submissions.exceptions import NothingToScoreWith
from submissions.limits import Allowance, allowance
from submissions.models import Submission, submission_path
from submissions.services.holding import lease_end

if TYPE_CHECKING:
    from accounts.models import User


class Slot(NamedTuple):
    """A submission that has its place, what it leaves to its team, and the version of the solution it is for."""

    submission: Submission
    left: Allowance
    solution: Solution


def check_allowance(team: Team, phase: Phase, at: datetime) -> Allowance:
    """What `team` may submit to the phase at `at`, which is once more at least.

    Only while its row is locked does that stay true.

    Raises:
        TotalLimitReached, DailyLimitReached: the limits are used up.
        TeamNotActive, CompetitionNotStarted, CompetitionEnded: the clock or the team's state says no.
    """
    found = allowance(team, phase, at)
    if found.refusal is not None:
        raise found.refusal
    return found


def take_slot(*, user: User, team_id: int, at: datetime, seen: Phase | None = None, **facts: Any) -> Slot:
    """Make a pending submission, which counts against the limits from now on; where its file will be is fixed with it.

    The name of the file is written before the file: after a crash it tells where to look. `seen`: the phase as it
    was read before `at` was taken; without it, it is for the phase that is meant where none is named, and what is known
    now decides whether it is late. `facts`: fields of the
    row.

    Raises:
        Refusal: what `can.submit` and `check_allowance` say.
        NothingToScoreWith: the competition has no solution yet.
    """
    with transaction.atomic():
        team = Team.objects.lock(team_id)
        phase = team.competition.phase if seen is None else team.competition.phase_of(seen.pk)
        note_end(phase, at)
        if seen is not None:
            judge_as_received(phase, seen=seen)
        can.submit(user, team, phase, at).require()
        before = check_allowance(team, phase, at)
        try:
            solution = solution_for_submission(phase, at=at)
        except NoSolution:
            raise NothingToScoreWith from None
        late = phase.has_ended(at)
        submission = Submission(
            competition=team.competition, phase=phase, team=team, user=user, created_at=at, is_late=late, **facts
        )
        submission.next_try_at = lease_end()
        submission.file.name = submission_path(submission, submission.filename)
        submission.save(force_insert=True)
        if not late:
            count_submission(team=team, phase=phase, at=at)
    return Slot(submission, before.after_one_more(), solution)
