"""What one score is made of: the calls of the metric, for a target column and a group of rows each, and their mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.registry import OPTIONS, Direction, Inputs, Metric, Requirement

Rows = NDArray[np.intp]

# Kinds whose metric sees all columns at once, instead of one target after the other.
WHOLE: Final = (Inputs.CLASS_PROBABILITIES, Inputs.RANKED_LABELS, Inputs.RELEVANCES)
# The square of a smaller spread is so little that some prediction's error divided by it is no number.
SMALLEST_SPREAD: Final = 1e-50
OPTION_NAMES: Final = frozenset(option.name for option in OPTIONS)
# A call for each group and column: so many take seconds.
MOST_PARTS: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Options:
    """What any metric takes besides its own parameters; see `registry.OPTIONS`."""

    group_column: str | None = None
    group_weights: str = "equal"
    group_spread: float = 0.0
    column_weights: Mapping[str, float] | None = None
    skip_blank_targets: bool = False
    skip_undefined: bool = False

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Options:
        """Those among the parameters of a metric."""
        return cls(**{name: value for name, value in params.items() if name in OPTION_NAMES})

    @property
    def are_plain(self) -> bool:
        """Whether every column is scored on all rows, and all columns count the same."""
        return self == Options(group_weights=self.group_weights, group_spread=self.group_spread)


@dataclass(frozen=True, repr=False)
class Part:
    """One call of the metric.

    Attributes:
        column: the number of its target column; None: all together.
        rows: its places among the rows of the split; None: all of them.
        truth, weight, prepared: what the metric gets, at these rows.
        importance: how much it counts in the mean.
        group: the code of its group, if there are groups.
    """

    column: int | None
    rows: Rows | None
    truth: Any
    weight: NDArray[np.float64] | None
    prepared: Mapping[str, NDArray[Any]]
    importance: float = 1.0
    group: int | None = None

    def of(self, columns: Sequence[NDArray[Any]], targets: int) -> NDArray[Any]:
        """The predictions of this part, out of all columns of the split."""
        if self.column is None:
            chosen = list(columns)
        else:
            width = len(columns) // targets
            chosen = list(columns[self.column * width : (self.column + 1) * width])
        if self.rows is not None:
            chosen = [column.take(self.rows) for column in chosen]
        return chosen[0] if len(chosen) == 1 and not isinstance(self.truth, tuple) else np.stack(chosen).T


def own_parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the function of a metric takes."""
    return {name: value for name, value in params.items() if name != "classes" and name not in OPTION_NAMES}


def sees_all_columns(inputs: Inputs, metric: Metric, targets: int) -> bool:
    """Whether one call takes all target columns."""
    return inputs in WHOLE or (metric.pools_columns and targets > 1)


def parts_of(
    *,
    inputs: Inputs,
    metric: Metric,
    params: Mapping[str, Any],
    names: Sequence[str],
    truth: tuple[NDArray[Any], ...],
    weight: NDArray[np.float64] | None,
    group: NDArray[np.int32] | None,
) -> Iterator[Part]:
    """The calls of `metric` for one split, those without a single row or any weight left out.

    `names`: of the target columns. Whether the metric is defined on a part is for the caller: see `lack`.
    """
    options = Options.of(params)
    for column, values in _columns(inputs, metric, truth):
        share = 1.0
        if options.column_weights is not None and column is not None:
            share = options.column_weights[names[column]]
        present = _present(values) if options.skip_blank_targets else None
        for code, rows in _groups(group):
            held = rows
            if present is not None and not present.all():
                held = np.flatnonzero(present) if rows is None else rows[present[rows]]
            weights = weight if weight is None or held is None else weight[held]
            size = float(_count(values, held) if weights is None else weights.sum())
            if size <= 0.0 or share <= 0.0:
                continue
            yield Part(
                column,
                held,
                _taken(values, held),
                weights,
                {},
                share * (size if options.group_weights == "rows" and group is not None else 1.0),
                code,
            )


def lack(metric: Metric, truth: Any, weight: NDArray[np.float64] | None, classes: int) -> Requirement | None:
    """What `metric` asks of true values and these do not hold, so that it is not defined on them."""
    if isinstance(truth, tuple):
        truth = truth[0]
    seen = truth if weight is None else truth[weight > 0]
    return next((one for one in sorted(metric.requirements) if not _holds(one, seen, classes)), None)


def _holds(requirement: Requirement, seen: NDArray[Any], classes: int) -> bool:
    if requirement is Requirement.EVERY_CLASS:
        return bool(np.unique(seen).size == classes)
    if requirement is Requirement.NOT_ZERO:
        return bool(np.abs(seen).sum() > 0.0)
    if requirement is Requirement.NOT_EMPTY:
        return any(text.strip() for text in seen)
    if requirement is Requirement.EVENTS:
        time, event = seen[:, 0], seen[:, 1] == 1.0
        # An event at the time of a row without one came first.
        first = time[event].min() if event.any() else np.inf
        return bool(first < time.max() or (~event & (time == first)).any())
    if requirement is Requirement.SUBGROUPS:
        yes = seen[:, :1] >= 0.5
        inside = seen[:, 1:] >= 0.5
        return all(bool((place & answer).any(axis=0).all()) for place in (inside, ~inside) for answer in (yes, ~yes))
    return bool(seen.max() - seen.min() > SMALLEST_SPREAD)


def mean_of(
    scores: NDArray[np.float64], parts: Sequence[Part], options: Options, direction: Direction
) -> NDArray[np.float64]:
    """The score that the calls' scores make together, for each column of `scores`: shape (calls, any number).

    NaN: a call that is not defined, left out. Where none is: NaN.
    """
    shares = np.array([part.importance for part in parts])[:, None] * np.isfinite(scores)
    weighted = shares * np.nan_to_num(scores, posinf=0.0, neginf=0.0)
    total = weighted.sum(axis=0) / shares.sum(axis=0)
    if not options.group_spread or options.group_column is None:
        return np.asarray(total)
    # Parts stand column by column.
    order = np.argsort(np.array([part.group or 0 for part in parts]), kind="stable")
    groups = np.array([parts[place].group for place in order])
    shares, weighted = shares[order], weighted[order]
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    size = np.add.reduceat(shares, starts, axis=0)
    of_group = np.add.reduceat(weighted, starts, axis=0) / np.where(size > 0.0, size, 1.0)
    spread = np.sqrt((size * np.square(of_group - total)).sum(axis=0) / size.sum(axis=0))
    worse = 1.0 if direction is Direction.SMALLER_IS_BETTER else -1.0
    return np.asarray(total + worse * options.group_spread * spread)


def _columns(inputs: Inputs, metric: Metric, truth: tuple[NDArray[Any], ...]) -> Iterator[tuple[int | None, Any]]:
    if inputs in WHOLE:
        yield None, truth if inputs is Inputs.RANKED_LABELS else truth[0]
    elif sees_all_columns(inputs, metric, len(truth)):
        yield None, np.column_stack(truth)
    else:
        yield from enumerate(truth)


def _groups(group: NDArray[np.int32] | None) -> Iterator[tuple[int | None, Rows | None]]:
    """The rows of each group, in order; without groups: all rows."""
    if group is None:
        yield None, None
        return
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    yield from zip(ordered[starts].tolist(), np.split(order, starts[1:]), strict=True)


def _present(values: Any) -> NDArray[np.bool_]:
    """Where a target is not blank."""
    if isinstance(values, tuple):
        return np.ones(len(values[0]), dtype=np.bool_)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        return np.asarray(~(missing if missing.ndim == 1 else missing.any(axis=1)))
    return np.asarray(values >= 0)


def _count(values: Any, rows: Rows | None) -> int:
    if rows is not None:
        return int(rows.size)
    return len(values[0]) if isinstance(values, tuple) else len(values)


def _taken(values: Any, rows: Rows | None) -> Any:
    if rows is None:
        return values
    return tuple(part[rows] for part in values) if isinstance(values, tuple) else values[rows]
