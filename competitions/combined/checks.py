"""Whether a rule of the combined leaderboard fits the phases it is for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from competitions.combined.rules import MOST_POINTS, MOST_WEIGHT, POINT_DIGITS
from competitions.exceptions import (
    CombinedWeightsMissing,
    DirectionsDiffer,
    InvalidCombinedPoints,
    InvalidCombinedWeight,
)
from competitions.models import CombinedRule, Phase
from scoring import all_metrics
from scoring.metrics.registry import is_own

MOST_PLACES = 1000


def require_points(points: Any) -> None:
    """Whether it is a list of what places are worth, best first.

    Raises:
        InvalidCombinedPoints: it is none, or a place is worth more than the one before it.
    """
    if not isinstance(points, list) or len(points) > MOST_PLACES or not all(map(_is_worth, points)):
        raise InvalidCombinedPoints(places=MOST_PLACES, most=MOST_POINTS, digits=POINT_DIGITS)
    if any(lower > higher for higher, lower in pairwise(points)):
        raise InvalidCombinedPoints(places=MOST_PLACES, most=MOST_POINTS, digits=POINT_DIGITS)


def _is_worth(one: Any) -> bool:
    if isinstance(one, bool) or not isinstance(one, int | float):
        return False
    return 0 <= one <= MOST_POINTS and round(one, POINT_DIGITS) == one


def require_weight(weight: Any) -> None:
    """Whether it is a weight that a phase can have.

    Raises:
        InvalidCombinedWeight
    """
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= MOST_WEIGHT:
        raise InvalidCombinedWeight(most=int(MOST_WEIGHT))


def require_fit(rule: str, phases: Iterable[Phase]) -> None:
    """Whether the scores of these phases have a weighted mean, where the rule is that.

    Raises:
        DirectionsDiffer: the larger score is the better one in some of them, and the smaller one in others.
        CombinedWeightsMissing: none of them has a weight.
    """
    if rule != CombinedRule.WEIGHTED_SCORE:
        return
    phases = list(phases)
    known = {metric.name for metric in all_metrics()}
    # Of a metric that nobody knows, its field's own validator tells.
    directions = {phase.direction for phase in phases if phase.metric in known or is_own(phase.metric)}
    if len(directions) > 1:
        raise DirectionsDiffer
    if not math.fsum(phase.combined_weight for phase in phases) > 0:
        raise CombinedWeightsMissing


def with_changed(phases: Sequence[Phase], changed: Phase) -> list[Phase]:
    """These phases, where one of them is as it is about to be."""
    return [changed, *(one for one in phases if one.pk != changed.pk)]
