"""What decides a ranking: which submissions of a team count, and in what order they stand, for server and replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from scoring.metrics.registry import Direction


class Scored(Protocol):
    """A submission with its public score."""

    @property
    def pk(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def is_selected(self) -> bool: ...
    @property
    def public_score(self) -> float: ...


T = TypeVar("T", bound=Scored)


def sort_key(score: float, direction: Direction) -> float:
    """`score` turned so that smaller is better, whatever the metric."""
    return score if direction is Direction.SMALLER_IS_BETTER else -score


def public_order(one: Scored, direction: Direction) -> tuple[float, datetime, int]:
    """By what a team's submissions are ordered: the better public score, then the earlier one."""
    return sort_key(one.public_score, direction), one.created_at, one.pk


def counting(scored: Sequence[T], *, selectable: int, direction: Direction) -> list[T]:
    """Which of a team's scored submissions count for the final ranking, best public one first.

    The selected ones, or with none selected all; of these the best public ones, as many as may be selected. There are
    too many selected where the organisers lowered the number after teams had chosen.
    """
    candidates = [one for one in scored if one.is_selected] or scored
    return sorted(candidates, key=lambda one: public_order(one, direction))[:selectable]
