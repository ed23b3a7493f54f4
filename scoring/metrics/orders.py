"""Metrics of order: rank correlation by pairs, survival.

Counting pairs takes n log n steps here: `Order` answers, for many questions at once, how many of the values from some
place on are smaller than another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric

LARGER = Direction.LARGER_IS_BETTER
I64 = NDArray[np.int64]
MEANING = Parameter(
    "meaning",
    str,
    "time",
    "What a larger prediction says: that the event comes later (time), or sooner (risk).",
    choices=("time", "risk"),
)


UNTIL = Parameter("until", float, None, "Events from this time on are not counted. Without it: all count.", 0.0)


class Order:
    """A list of whole numbers from 0 on, as a wavelet matrix: the list bit by bit, each time stably sorted by it."""

    def __init__(self, values: I64) -> None:
        self.size = values.size
        self.bits = max(1, int(values.max(initial=0)).bit_length())
        self.zeros: list[I64] = []
        for bit in range(self.bits - 1, -1, -1):
            one = ((values >> bit) & 1).astype(np.bool_)
            self.zeros.append(np.concatenate(([0], np.cumsum(~one))))
            values = np.concatenate([values[~one], values[one]])

    def below_and_equal(self, starts: I64, values: I64) -> tuple[I64, I64]:
        """How many of the list from each of `starts` on are less than, and equal to, the value that goes with it."""
        left, right = starts.copy(), np.full(starts.size, self.size)
        below = np.zeros(starts.size, dtype=np.int64)
        for level, zeros in enumerate(self.zeros):
            one = ((values >> (self.bits - 1 - level)) & 1).astype(np.bool_)
            to_left, to_right = zeros[left], zeros[right]
            below += np.where(one, to_right - to_left, 0)
            left = np.where(one, zeros[-1] + left - to_left, to_left)
            right = np.where(one, zeros[-1] + right - to_right, to_right)
        return below, right - left


def _ranks(values: F64) -> I64:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _tied_pairs(ranks: I64) -> int:
    sizes = np.bincount(ranks)
    return int((sizes * (sizes - 1) // 2).sum())


@metric(
    "kendall",
    label="Kendall's tau",
    direction=LARGER,
    task=Task.REGRESSION,
    inputs=Inputs.NUMBERS,
    requires={Requirement.NOT_CONSTANT},
    source="scipy.stats.kendalltau (tau-b), Kendall (1945)",
)
def kendall_tau(y_true: F64, y_pred: F64, weight: F64 | None = None) -> float:
    """Pairs in the right order minus pairs in the wrong one, from -1 to 1, corrected for ties (tau-b).

    Constant predictions score 0.
    """
    true, pred = _ranks(y_true), _ranks(y_pred)
    order = np.argsort(true, kind="stable")
    true, pred = true[order], pred[order]
    # Behind the tie of each row in the truth.
    starts = np.searchsorted(true, true, side="right")
    below, equal = Order(pred).below_and_equal(starts, pred)
    wrong = int(below.sum())
    right = int((true.size - starts).sum()) - wrong - int(equal.sum())
    pairs = true.size * (true.size - 1) // 2
    spread = math.sqrt(pairs - _tied_pairs(true)) * math.sqrt(pairs - _tied_pairs(pred))
    return (right - wrong) / spread if spread > 0.0 else 0.0


def one_prediction(targets: Sequence[str], _params: Mapping[str, Any]) -> Sequence[str]:
    """A submission has one column, named like the first target."""
    return targets[:1]


@metric(
    "concordance",
    label="Concordance index",
    direction=LARGER,
    task=Task.SURVIVAL,
    inputs=Inputs.NUMBERS,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    columns=one_prediction,
    params=(MEANING,),
    requires={Requirement.EVENTS},
    source="Harrell et al. (1982); lifelines.utils.concordance_index",
)
def concordance_index(y_true: F64, y_pred: F64, weight: F64 | None = None, *, meaning: str = "time") -> float:
    """Of the pairs of which it is known which event came first, the share that is predicted in this order.

    The solution has two target columns: the time, and whether the event was seen (1) or the observation ended before
    it (0, censored). A submission has one column, named like the first: a predicted time or, with meaning=risk, a
    risk. Equal predictions count half. An event at the time of a censored row came first; two events at the same time
    are not compared.
    """
    counted = _comparable(y_true, -y_pred if meaning == "risk" else y_pred)
    pairs, equal = int(counted.pairs.sum()), int(counted.equal.sum())
    above = pairs - int(counted.below.sum()) - equal
    return (2 * above + equal) / (2 * pairs)


@dataclass(frozen=True)
class Comparable:
    """Of each event, in order of time: the rows it is compared with, and how many of these are predicted to come sooner
    (below), or at the same time (equal)."""

    times: F64
    pairs: I64
    below: I64
    equal: I64


def _comparable(y_true: F64, y_pred: F64) -> Comparable:
    time, event = y_true[:, 0], y_true[:, 1] == 1.0
    order = np.lexsort((~event, time))
    time, event = time[order], event[order]
    pred = _ranks(y_pred)[order]
    # Rows to compare an event with: censored at its time, or later.
    until = np.searchsorted(time, time, side="right")
    events_there = np.concatenate(([0], np.cumsum(event)))
    starts = np.searchsorted(time, time, side="left")
    starts = (starts + events_there[until] - events_there[starts])[event].astype(np.int64)
    below, equal = Order(pred).below_and_equal(starts, pred[event])
    return Comparable(time[event], time.size - starts, below, equal)


def _uncensored(y_true: F64, times: F64) -> F64:
    """The chance of still being observed at each of `times` (Kaplan-Meier, censoring being the event).

    Where it is zero, its last value above zero: an event was seen there all the same.
    """
    time, event = y_true[:, 0], y_true[:, 1] == 1.0
    moments, where = np.unique(time, return_inverse=True)
    events = np.bincount(where, event, moments.size)
    ended = np.bincount(where, ~event, moments.size)
    # Events of a moment come before the censored rows of it.
    left = time.size - np.cumsum(events + ended) + ended
    chance = np.cumprod(1.0 - ended / np.where(left > 0.0, left, 1.0))
    positive = chance[chance > 0.0]
    chance = np.where(chance > 0.0, chance, positive[-1] if positive.size else 1.0)
    return np.asarray(chance[np.searchsorted(moments, times)])


@metric(
    "concordance_uno",
    label="Concordance index, Uno's",
    direction=LARGER,
    task=Task.SURVIVAL,
    inputs=Inputs.NUMBERS,
    pools_columns=True,
    fewest_targets=2,
    most_targets=2,
    columns=one_prediction,
    params=(MEANING, UNTIL),
    requires={Requirement.EVENTS},
    source="Uno et al. (2011); sksurv.metrics.concordance_index_ipcw, the rows scored being those of the censoring",
)
def concordance_of_uno(
    y_true: F64,
    y_pred: F64,
    weight: F64 | None = None,
    *,
    meaning: str = "time",
    until: float | None = None,
) -> float:
    """The concordance index with each pair weighted against censoring: by the chance of being observed so long.

    Solution and submission are those of the concordance index. A pair counts 1 / G², G being the Kaplan-Meier estimate,
    from the rows scored, of not being censored until its event. Events from `until` on are not counted.
    """
    counted = _comparable(y_true, -y_pred if meaning == "risk" else y_pred)
    weights = 1.0 / np.square(_uncensored(y_true, counted.times))
    if until is not None:
        inside = counted.times < until
        # Where no event is early enough, all of them: the score must be one on any rows.
        weights = weights * inside if (inside & (counted.pairs > 0)).any() else weights
    right = counted.pairs - counted.below - counted.equal / 2.0
    return float(np.dot(weights, right) / np.dot(weights, counted.pairs))
