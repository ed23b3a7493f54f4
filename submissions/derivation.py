"""What standings must be, worked out from the submissions: what rebuilds them and what proves them right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from competitions.models import Competition, Standing
from competitions.standings import PrivateStanding, PublicStanding, improvements
from submissions.models import Submission

CHUNK = 5000


class _Facts(NamedTuple):
    team_id: int
    pk: int
    created_at: datetime
    status: str
    is_selected: bool
    # Pending submissions have none, and nobody asks them for it.
    public_score: float
    private_score: float | None

    @property
    def is_scored(self) -> bool:
        return self.status == Submission.Status.SCORED


def public_standings(competition: Competition) -> Iterator[PublicStanding]:
    """The public side of every team's standing. Late, refused and failed submissions count for nothing."""
    for team, sent in _by_team(competition):
        scored = [one for one in sent if one.is_scored]
        best = min(scored, key=lambda one: _public_order(competition, one), default=None)
        yield PublicStanding(
            team_id=team,
            best_public_score=best.public_score if best else None,
            best_submitted_at=best.created_at if best else None,
            last_submitted_at=max((one.created_at for one in scored), default=None),
            total_submissions=len(sent),
            improvements=improvements(competition, [(one.public_score, one.created_at) for one in scored]),
        )


def private_standings(competition: Competition) -> Iterator[PrivateStanding]:
    """The private side of every team's standing: the best private score of the submissions that count."""
    for team, sent in _by_team(competition):
        counting = [
            (competition.sort_key(one.private_score), one.created_at, one.pk, one.private_score)
            for one in _counting(competition, sent)
            if one.private_score is not None
        ]
        _key, at, _pk, score = min(counting, default=(0.0, None, 0, None))
        yield PrivateStanding(team_id=team, best_private_score=score, private_submitted_at=at)


def _counting(competition: Competition, sent: list[_Facts]) -> list[_Facts]:
    """The selected submissions, or with none selected all; of these the best public ones, as many as may be selected.

    There are too many selected where the organisers lowered the number after teams had chosen.
    """
    scored = [one for one in sent if one.is_scored]
    candidates = [one for one in scored if one.is_selected] or scored
    return sorted(candidates, key=lambda one: _public_order(competition, one))[: competition.selectable_submissions]


def _public_order(competition: Competition, one: _Facts) -> tuple[float, datetime, int]:
    return competition.sort_key(one.public_score), one.created_at, one.pk


def _by_team(competition: Competition) -> Iterator[tuple[int, list[_Facts]]]:
    """Every team with a standing, and its submissions that count, oldest first; by team."""
    rows = (
        Submission.objects.filter(competition=competition)
        .counted()
        .order_by("team_id", "created_at", "pk")
        .values_list("team_id", "pk", "created_at", "status", "is_selected", "public_score", "private_score")
    )
    teams = Standing.objects.filter(competition=competition).order_by("team_id").values_list("team_id", flat=True)
    groups = groupby((_Facts(*row) for row in rows.iterator(chunk_size=CHUNK)), key=lambda one: one.team_id)
    waiting = next(groups, None)
    for team in teams:
        sent: list[_Facts] = []
        while waiting is not None and waiting[0] <= team:
            sent = list(waiting[1]) if waiting[0] == team else []
            waiting = next(groups, None)
        yield team, sent
