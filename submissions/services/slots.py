"""Taking a slot: the only moment at which limits are counted, under the lock that submissions and merges share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions import permissions as can
from competitions.models import Solution, Team
from competitions.standings import count_submission
from submissions.exceptions import NothingToScoreWith
from submissions.limits import allowance
from submissions.models import Submission, submission_path

if TYPE_CHECKING:
    from accounts.models import User


def check_allowance(team: Team, at: datetime) -> None:
    """Go on if `team` may submit once more at `at`. Binding only with the team's row locked.

    Raises:
        TotalLimitReached, DailyLimitReached: the limits are used up.
        TeamNotActive, CompetitionNotStarted, CompetitionEnded: the clock or the team's state says no.
    """
    refusal = allowance(team, at).refusal
    if refusal is not None:
        raise refusal


def take_slot(*, user: User, team_id: int, at: datetime, **facts: Any) -> Submission:
    """A pending submission that uses up the limits from now on; where its file will be is fixed with it.

    The name of the file is written before the file: after a crash it tells where to look. `facts`: fields of the row.

    Raises:
        Refusal: what `can.submit` and `check_allowance` say.
        NothingToScoreWith: the competition has no solution yet.
    """
    with transaction.atomic():
        team = Team.objects.lock(team_id)
        can.submit(user, team, at).require()
        check_allowance(team, at)
        if not Solution.objects.filter(competition=team.competition_id, is_active=True).exists():
            raise NothingToScoreWith
        late = team.competition.has_ended(at)
        submission = Submission(
            competition=team.competition, team=team, user=user, created_at=at, is_late=late, **facts
        )
        submission.file.name = submission_path(submission, submission.filename)
        submission.save(force_insert=True)
        if not late:
            count_submission(team=team, at=at)
    return submission
