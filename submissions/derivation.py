"""What standings must be, worked out from the submissions: what rebuilds them and what proves them right."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from competitions.boards import board_of
from competitions.leaderboards.standings import PrivateStanding, PublicStanding, improvements
from competitions.models import Phase, Standing
from scoring.standings import counting, public_order
from submissions.models import Submission

CHUNK = 5000


class _Facts(NamedTuple):
    team_id: int
    pk: int
    created_at: datetime
    status: str
    is_selected: bool
    voided_at: datetime | None
    # Pending submissions have none, and nobody asks them for it.
    public_score: float
    private_score: float | None

    @property
    def is_scored(self) -> bool:
        return self.status == Submission.Status.SCORED

    @property
    def may_rank(self) -> bool:
        """Scored, and not taken out of the ranking by the organisers."""
        return self.is_scored and self.voided_at is None


def public_standings(phase: Phase, teams: Collection[int] | None = None) -> Iterator[PublicStanding]:
    """The public side of every team's standing, or of these `teams`. Late, refused and failed submissions count for
    nothing; void ones are counted, and rank no team. On a leaderboard that stands still: of what was sent in before.
    """
    board = board_of(phase)
    for team, all_sent in _by_team(phase, teams):
        sent = [one for one in all_sent if board.takes(one.created_at)]
        scored = [one for one in sent if one.is_scored]
        ranking = [one for one in scored if one.may_rank]
        best = min(ranking, key=lambda one: public_order(one, phase.direction), default=None)
        yield PublicStanding(
            team_id=team,
            best_public_score=best.public_score if best else None,
            best_submitted_at=best.created_at if best else None,
            last_submitted_at=max((one.created_at for one in scored), default=None),
            total_submissions=len(sent),
            improvements=improvements(phase, [(one.public_score, one.created_at) for one in ranking]),
        )


def private_standings(phase: Phase, teams: Collection[int] | None = None) -> Iterator[PrivateStanding]:
    """The private side of every team's standing, or of these `teams`: the best private score of what counts."""
    for team, sent in _by_team(phase, teams):
        counting = [
            (phase.sort_key(one.private_score), one.created_at, one.pk, one.private_score)
            for one in _counting(phase, sent)
            if one.private_score is not None
        ]
        _key, at, _pk, score = min(counting, default=(0.0, None, 0, None))
        yield PrivateStanding(team_id=team, best_private_score=score, private_submitted_at=at)


class Counting(NamedTuple):
    """A submission that counts for its team's final score."""

    team_id: int
    pk: int
    created_at: datetime


def counting_submissions(phase: Phase) -> Iterator[Counting]:
    """The submissions that the final ranking is made of, of every team, those without a private score left out."""
    for team, sent in _by_team(phase, None):
        for one in _counting(phase, sent):
            if one.private_score is not None:
                yield Counting(team, one.pk, one.created_at)


def to_take_over(phase: Phase, team: int, *, best: bool) -> list[int]:
    """The submissions of the team in the phase that the next one begins with, oldest first: those that count for the
    final ranking, or the best public one alone.
    """
    for _team, sent in _by_team(phase, [team]):
        found = _counting(phase, sent)
        if best:
            ranking = [one for one in sent if one.may_rank]
            found = sorted(ranking, key=lambda one: public_order(one, phase.direction))[:1]
        return [one.pk for one in sorted(found, key=lambda one: (one.created_at, one.pk))]
    return []


def _counting(phase: Phase, sent: list[_Facts]) -> list[_Facts]:
    """The submissions that count for the final ranking. Void ones never do."""
    ranking = [one for one in sent if one.may_rank]
    return counting(ranking, selectable=phase.selectable_submissions, direction=phase.direction)


def _by_team(phase: Phase, chosen: Collection[int] | None) -> Iterator[tuple[int, list[_Facts]]]:
    """Every team with a standing, and its submissions that count, oldest first; by team."""
    rows = (
        Submission.objects.filter(phase=phase)
        .counted()
        .order_by("team_id", "created_at", "pk")
        .values_list(*_Facts._fields)
    )
    teams = Standing.objects.filter(phase=phase).order_by("team_id").values_list("team_id", flat=True)
    if chosen is not None:
        rows, teams = rows.filter(team__in=chosen), teams.filter(team__in=chosen)
    groups = groupby((_Facts._make(row) for row in rows.iterator(chunk_size=CHUNK)), key=lambda one: one.team_id)
    waiting = next(groups, None)
    for team in teams:
        sent: list[_Facts] = []
        while waiting is not None and waiting[0] <= team:
            sent = list(waiting[1]) if waiting[0] == team else []
            waiting = next(groups, None)
        yield team, sent
