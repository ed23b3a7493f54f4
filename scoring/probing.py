"""Signs that a team asks the leaderboard for the answers: files that hardly differ from the one before.

Knows no truth: only what changed from file to file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# A step that changes at most so many rows, or this share of them, is a small one.
FEW_ROWS: Final = 10
FEW_SHARE: Final = 0.001
# So many small steps, single rows or constants are worth telling.
WORTH_TELLING_STEPS: Final = 3
WORTH_TELLING_SINGLE: Final = 2
WORTH_TELLING_CONSTANTS: Final = 2
# Steps that are told one by one.
TOLD_STEPS: Final = 30

Columns = Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """From one file of a team to the next. `file`: the number of the later one; `changed`: rows that differ."""

    file: int
    changed: int


@dataclass
class Probing:
    """What the files of one team show, oldest first.

    Attributes:
        files: how many were looked at.
        constants: those that say the same in every row.
        small: steps that change few rows and at least one.
        longest_walk: the most steps in a row that change exactly one row each.
    """

    files: int = 0
    constants: list[int] = field(default_factory=list)
    small: list[Step] = field(default_factory=list)
    single: int = 0
    longest_walk: int = 0

    @property
    def is_worth_telling(self) -> bool:
        return (
            len(self.small) >= WORTH_TELLING_STEPS
            or self.single >= WORTH_TELLING_SINGLE
            or len(self.constants) >= WORTH_TELLING_CONSTANTS
        )


def is_small(changed: int, rows: int) -> bool:
    """Whether a step that changes so many of so many rows is a small one. In a short file every step is short."""
    return 0 < changed <= min(max(FEW_ROWS, int(FEW_SHARE * rows)), rows // 4)


def look_for_probing(files: Iterable[Columns | None]) -> Probing:
    """Compare each file with the one before it. None: it can't be read, and the next one is compared with nothing."""
    found = Probing()
    before: Columns | None = None
    walk = 0
    for number, columns in enumerate(files):
        if columns is None:
            before, walk = None, 0
            continue
        found.files += 1
        if columns[0].size and all(bool((column == column[0]).all()) for column in columns):
            found.constants.append(number)
        changed = 0 if before is None else _changed(before, columns)
        if before is not None and is_small(changed, columns[0].size):
            found.small.append(Step(number, changed))
        walk = walk + 1 if changed == 1 else 0
        found.single += changed == 1
        found.longest_walk = max(found.longest_walk, walk)
        before = columns
    return found


def _changed(before: Columns, after: Columns) -> int:
    differs = np.zeros(before[0].size, dtype=np.bool_)
    for one, other in zip(before, after, strict=True):
        differs |= one != other
    return int(np.count_nonzero(differs))
