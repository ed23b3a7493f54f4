"""What a new version of the solution changes, in numbers: never which rows, and never a value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import PreparedSolution
from scoring.metrics.registry import Inputs

USAGES = ("ignored", "public", "private")
NOTHING = -2


def changes(new: PreparedSolution, old: PreparedSolution) -> dict[str, Any]:
    """How many rows came and went, and how many of each usage have another usage, truth or weight than before.

    A row is counted under its new usage. Rows that were or are ignored have no truth to compare.
    """
    old_places = {one: place for place, one in enumerate(old.ids)}
    ids = new.ids
    places = np.fromiter((old_places.get(one, -1) for one in ids), dtype=np.intp, count=len(ids))
    here = np.flatnonzero(places >= 0)
    there = places[here]
    usage, former = _usage(new)[here], _usage(old)[there]
    both = (usage > 0) & (former > 0)
    # In which group a row is scored is part of its truth.
    truth = both & (_truth_differs(new, old, here, there) | _group_differs(new, old, here, there))
    weight = both & (_weight(new)[here] != _weight(old)[there])
    moved = {
        f"{USAGES[source]}To{USAGES[target].capitalize()}": int(((former == source) & (usage == target)).sum())
        for source in range(3)
        for target in range(3)
        if source != target
    }
    return {
        "rowsAdded": len(ids) - len(here),
        "rowsRemoved": len(old_places) - len(here),
        "usage": {name: count for name, count in moved.items() if count},
        "truth": _by_usage(truth, usage),
        "weights": _by_usage(weight, usage),
    }


def _by_usage(changed: NDArray[np.bool_], usage: NDArray[np.int8]) -> dict[str, int]:
    return {name: int((changed & (usage == part)).sum()) for part, name in enumerate(USAGES) if part}


def _usage(solution: PreparedSolution) -> NDArray[np.int8]:
    """By row, the place in `USAGES`. Without a usage column every row is both: called public."""
    usage = np.zeros(solution.rows, dtype=np.int8)
    for part, name in reversed(list(enumerate(USAGES))):
        if part:
            rows = solution.splits[name].rows
            usage[slice(None) if rows is None else rows] = part
    return usage


def _weight(solution: PreparedSolution) -> NDArray[np.float64]:
    weight = np.ones(solution.rows)
    for split in solution.splits.values():
        if split.weight is not None:
            weight[slice(None) if split.rows is None else split.rows] = split.weight
    return weight


def _truth_differs(
    new: PreparedSolution, old: PreparedSolution, here: NDArray[np.intp], there: NDArray[np.intp]
) -> NDArray[np.bool_]:
    columns, former = _truth(new), _truth(old)
    if len(columns) != len(former):
        return np.ones(len(here), dtype=np.bool_)
    differs = np.zeros(len(here), dtype=np.bool_)
    # Of an own metric labels are names of columns, and what is kept of the truth are hashes.
    has_codes = new.layout.inputs is not Inputs.FRAME
    codes = {label: code for code, label in enumerate(new.layout.labels)} if has_codes else {}
    renamed = np.array([codes.get(label, NOTHING) for label in old.layout.labels if has_codes], dtype=np.int64)
    for after, before in zip(columns, former, strict=True):
        mine, theirs = after[here], before[there]
        if mine.dtype.kind in "iu" and theirs.dtype.kind in "iu" and (len(renamed) or codes):
            # Codes stand for labels, which another version may number otherwise.
            theirs = np.where(theirs >= 0, renamed[np.clip(theirs, 0, None)], theirs)
        mine, theirs = _same_width(mine, theirs)
        unequal = mine != theirs
        if mine.dtype.kind == "f":
            # Left blank before and after.
            unequal &= ~(np.isnan(mine) & np.isnan(theirs))
        differs |= unequal if unequal.ndim == 1 else unequal.any(axis=1)
    return differs


def _truth(solution: PreparedSolution) -> list[NDArray[Any]]:
    """By target column, the truth of every row; rows that are ignored hold zeros."""
    found = []
    for number in range(len(solution.splits["public"].truth)):
        parts = [split.truth[number] for split in solution.splits.values()]
        width = max((part.shape[1] for part in parts if part.ndim > 1), default=0)
        shape = (solution.rows, width) if width else (solution.rows,)
        whole = np.zeros(shape, dtype=parts[0].dtype)
        for split, part in zip(solution.splits.values(), parts, strict=True):
            whole[slice(None) if split.rows is None else split.rows] = part
        found.append(whole)
    return found


def _group_differs(
    new: PreparedSolution, old: PreparedSolution, here: NDArray[np.intp], there: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Which rows are grouped with others than before. Codes of groups count up from the first row of the file."""
    after, before = _in_order_of_rows(_group(new)[here]), _in_order_of_rows(_group(old)[there])
    return np.asarray(after != before)


def _group(solution: PreparedSolution) -> NDArray[np.int32]:
    group = np.full(solution.rows, -1, dtype=np.int32)
    for split in solution.splits.values():
        if split.group is not None:
            group[slice(None) if split.rows is None else split.rows] = split.group
    return group


def _in_order_of_rows(codes: NDArray[np.int32]) -> NDArray[np.intp]:
    """The first row of each row's group."""
    _groups, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


def _same_width(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as tables of the same width, filled up with the code of no label."""
    if one.ndim == other.ndim == 1:
        return one, other
    one, other = (part.reshape(len(part), -1) for part in (one, other))
    width = max(one.shape[1], other.shape[1])
    wide = [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=-1) for part in (one, other)]
    return wide[0], wide[1]
