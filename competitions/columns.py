"""The numbers that are shown beside the score, which rank nothing: further metrics, or what an own metric says besides.

Public ones are made of public rows and private ones of private rows, as the score is. They are kept by their keys, and
shown in the order of the columns, with as many digits as the score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.further import Further, read_further
from scoring.metrics.registry import is_own

if TYPE_CHECKING:
    from competitions.models import Phase

Numbers = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One further number. `direction`: empty where nobody says which way is better."""

    key: str
    label: str
    direction: str = ""


def columns_of(phase: Phase) -> list[Column]:
    """The further numbers of the phase's submissions, in order."""
    if is_own(phase.metric):
        metric = phase.own_metrics.filter(is_active=True).only("columns").first()
        return [] if metric is None else [Column(name, name) for name in metric.columns or []]
    return [Column(one.key, one.label, one.direction.value) for one in further_metrics(phase)]


def further_metrics(phase: Phase) -> list[Further]:
    """The built-in metrics that are shown beside the one that ranks."""
    return [] if is_own(phase.metric) else read_further(list(phase.further_metrics))


def in_order(columns: Sequence[Column], numbers: Numbers) -> list[float | None]:
    """The numbers of one submission, as its phase's columns have them."""
    return [numbers.get(column.key) for column in columns]


def shown_numbers(phase: Phase, numbers: Numbers) -> dict[str, float | None]:
    """`numbers` with no more digits than the phase shows of a score."""
    return {key: None if one is None else phase.shown_score(one) for key, one in numbers.items()}
