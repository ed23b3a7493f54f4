"""The rules by which phases make one ranking: plain functions over ranks and scores, without a database.

In the formulas `p` runs over the phases that count, `N_p` is the number of teams with a rank in `p`, `r_p` the rank of
the team there (1 is the best, and no two teams share one), `s_p` its score and `w_p` the weight of the phase.

| rule             | value of a team                   | better  | without a rank in a phase                     |
| ---------------- | --------------------------------- | ------- | --------------------------------------------- |
| `mean_rank`      | sum of `r_p` / number of phases   | smaller | counts as rank `N_p + 1` there                |
| `weighted_score` | sum of `w_p s_p` / sum of `w_p`   | metric's| no rank, where the weight of the phase is > 0 |
| `points`         | sum of the points of the `r_p`    | larger  | 0 points there                                |
| `last`           | `r_p` in the phase that ends last | smaller | no rank, where it is the last one             |

A place is worth the number that stands at it in the list of points, and nothing beyond its end; where there is no list,
`100 (1 - (r - 1) / N_p)`. A phase of weight 0 is left out of `weighted_score` altogether.

Equal values: the better rank in the phase that ends last decides, then in the one before, and so on (no rank there
stands below every rank); then who entered earlier. A team that has a rank in no phase has none here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

MEAN_RANK, WEIGHTED_SCORE, POINTS, LAST = "mean_rank", "weighted_score", "points", "last"
MOST_POINTS: Final = 1_000_000
POINT_DIGITS: Final = 6
MOST_WEIGHT: Final = 1000.0
# The first place, where there is no list of points.
FIRST: Final = 100
# A power of two that no sum of weights reaches: products of the largest scores stay finite, and lose no digit.
_SCALE: Final = 2.0**20


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """The confirmed result of one phase, by team: ranks from 1 on without a gap, and the scores they come of."""

    ranks: Mapping[int, int]
    scores: Mapping[int, float]
    weight: float = 1.0

    def rank_or_last(self, team: int) -> int:
        """The rank of the team; without one that after the last."""
        return self.ranks.get(team, len(self.ranks) + 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a team stands in the combined ranking; without a rank it has no value either."""

    team: int
    rank: int | None
    value: float | None


# What a team is worth: a key of which the smaller is the better, and the value that is shown; None: no rank.
Worth = Callable[[int], tuple[Any, float] | None]


def combine(
    rule: str,
    phases: Sequence[PhaseResult],
    *,
    teams: Sequence[int],
    points: Sequence[float] = (),
    larger_is_better: bool = False,
) -> list[Place]:
    """The combined ranking, best first, then the teams without a rank.

    `phases`: in the order in which they ended. `teams`: those that compete, in the order in which they entered.
    `larger_is_better`: of scores, the same in all phases. What other teams have in `phases` is left out.
    """
    counted = [phase for phase in phases if rule != WEIGHTED_SCORE or phase.weight > 0]
    if not counted:
        return [Place(team, None, None) for team in teams]
    worth = _worth(rule, counted, points, larger_is_better=larger_is_better)
    latest_first = counted[::-1]
    ranked, others = [], []
    for entry, team in enumerate(teams):
        tie = (*(phase.rank_or_last(team) for phase in latest_first), entry)
        found = worth(team) if any(team in phase.ranks for phase in counted) else None
        if found is None:
            others.append((tie, team))
        else:
            key, value = found
            ranked.append((key, tie, team, value))
    ranked.sort()
    others.sort()
    placed = [Place(team, rank, value) for rank, (_key, _tie, team, value) in enumerate(ranked, start=1)]
    return placed + [Place(team, None, None) for _tie, team in others]


def points_at(rank: int, *, ranked: int, points: Sequence[float] = ()) -> float:
    """What a rank among `ranked` teams is worth."""
    if not points:
        return FIRST * (ranked - rank + 1) / ranked
    return float(points[rank - 1]) if rank <= len(points) else 0.0


# --- the rules --------------------------------------------------------------------------------------------------------
def _worth(rule: str, phases: Sequence[PhaseResult], points: Sequence[float], *, larger_is_better: bool) -> Worth:
    if rule == MEAN_RANK:
        return _mean_rank(phases)
    if rule == WEIGHTED_SCORE:
        return _weighted_score(phases, larger_is_better=larger_is_better)
    if rule == POINTS:
        return _points(phases, points)
    if rule == LAST:
        return _last(phases)
    raise ValueError(f"no rule: {rule}")


def _mean_rank(phases: Sequence[PhaseResult]) -> Worth:
    def worth(team: int) -> tuple[int, float]:
        total = sum(phase.rank_or_last(team) for phase in phases)
        return total, total / len(phases)

    return worth


def _weighted_score(phases: Sequence[PhaseResult], *, larger_is_better: bool) -> Worth:
    weights = math.fsum(phase.weight for phase in phases)

    def worth(team: int) -> tuple[float, float] | None:
        scores = [phase.scores[team] for phase in phases if team in phase.ranks]
        if len(scores) < len(phases):
            return None
        total = math.fsum(phase.weight * (score / _SCALE) for phase, score in zip(phases, scores, strict=True))
        # A mean lies among what it is made of, also where its last digit was rounded.
        value = min(max(total / weights * _SCALE, min(scores)), max(scores))
        return (-total if larger_is_better else total), value

    return worth


def _points(phases: Sequence[PhaseResult], points: Sequence[float]) -> Worth:
    """By whole numbers of the smallest part that all points are made of, so that equal sums are equal."""
    tables = [_points_by_rank(len(phase.ranks), points) for phase in phases]
    common = math.lcm(*(denominator for _worth, denominator in tables))
    whole = [[one * (common // denominator) for one in worth] for worth, denominator in tables]

    def worth(team: int) -> tuple[int, float]:
        total = 0
        for phase, table in zip(phases, whole, strict=True):
            rank = phase.ranks.get(team)
            if rank is not None and rank <= len(table):
                total += table[rank - 1]
        return -total, total / common

    return worth


def _last(phases: Sequence[PhaseResult]) -> Worth:
    ranks = phases[-1].ranks

    def worth(team: int) -> tuple[int, float] | None:
        rank = ranks.get(team)
        return None if rank is None else (rank, float(rank))

    return worth


def _points_by_rank(ranked: int, points: Sequence[float]) -> tuple[Sequence[int], int]:
    """What each rank is worth, as numerators over one denominator."""
    if not points:
        return range(FIRST * ranked, 0, -FIRST), max(ranked, 1)
    # As they are written: 0.1 is a tenth.
    parts = [Fraction(str(one)) for one in points]
    denominator = math.lcm(*(part.denominator for part in parts))
    return [int(part * denominator) for part in parts], denominator
