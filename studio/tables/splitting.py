"""Which rows go where: test out of the full table, public out of the test rows. Decided by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from studio.tables.moments import moments
from studio.tables.recognising import Guess, Recognised, Setup, Task
from studio.tables.table import F64, Mask, Table, codes_of

Codes = NDArray[np.int64]

# Numbers are stratified in so many parts of the same size.
PARTS: Final = 10
# Of several labels in a row all together are a class where they are few enough, else the rarest one.
ROWS_A_CLASS: Final = 10


class Way(StrEnum):
    RANDOM = "random"
    STRATIFIED = "stratified"
    """Every class, or every tenth of the numbers, in the same share."""
    GROUP = "group"
    """Rows of one group stay together."""
    TIME = "time"
    """The latest rows become test; the earliest of them public. Rows of one moment stay together."""


class CannotSplit(Exception):
    """Rows can't be split this way. `code`: a key of `studio.tables.messages.SPLITTING`; `params`: for its text."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass(frozen=True)
class Cut:
    """How to split rows. JSON-ready.

    Attributes:
        share: from 0 to 1: of the rows that become test, or public.
        column: of the groups or dates; None: that of the setup.
    """

    way: Way = Way.RANDOM
    share: float = 0.3
    seed: int = 0
    column: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "way": self.way.value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Cut:
        """The inverse of `as_dict`."""
        return cls(**{**values, "way": Way(values["way"])})


def propose_way(recognised: Recognised, setup: Setup) -> Guess[Way]:
    """The way that suits: by group where there are groups, by time where there are dates, else stratified or random."""
    if setup.group_column:
        sure = recognised.groups.confidence if setup.group_column in recognised.groups.value else 0.9
        return Guess(Way.GROUP, "has_groups", sure, {"column": setup.group_column})
    if setup.date_column:
        sure = recognised.dates.confidence if setup.date_column in recognised.dates.value else 0.9
        return Guess(Way.TIME, "has_dates", sure * 0.7, {"column": setup.date_column})
    if setup.task in (Task.BINARY, Task.MULTICLASS, Task.MULTILABEL):
        return Guess(Way.STRATIFIED, "has_classes", 0.9)
    return Guess(Way.RANDOM, "nothing_to_split_by", 0.8)


def test_rows(table: Table, setup: Setup, cut: Cut) -> Mask:
    """Which rows of a full table become test.

    Raises:
        CannotSplit: no column, too few groups, or nothing would be left on one side.
    """
    return _chosen(table, table, setup, cut, latest=True)


def public_rows(test: Table, solution: Table, setup: Setup, cut: Cut) -> Mask:
    """Which rows of `solution` are public. `test` (the same rows in the same order) holds the groups and dates.

    Raises:
        CannotSplit: no column, too few groups, or nothing would be left on one side.
    """
    return _chosen(test, solution, setup, cut, latest=False)


def _chosen(table: Table, answers: Table, setup: Setup, cut: Cut, *, latest: bool) -> Mask:
    rows = answers.rows
    if rows < 2:
        raise CannotSplit("too_few_rows", count=rows)
    if not 0.0 < cut.share < 1.0:
        raise CannotSplit("bad_share")
    # Public and test are two draws, even of one seed.
    generator = np.random.default_rng([cut.seed, int(latest)])
    wanted = min(max(round(rows * cut.share), 1), rows - 1)
    if cut.way is Way.GROUP:
        return _by_group(codes_of(table.text(_column(table, cut.column or setup.group_column)))[0], wanted, generator)
    if cut.way is Way.TIME:
        return _by_time(moments(table, _column(table, cut.column or setup.date_column)), wanted, latest=latest)
    strata = _strata(answers, setup) if cut.way is Way.STRATIFIED else np.zeros(rows, dtype=np.int64)
    return _by_stratum(strata, wanted, generator)


def _column(table: Table, name: str | None) -> str:
    if name is None:
        raise CannotSplit("no_column")
    if name not in table.names:
        raise CannotSplit("missing_column", column=name)
    return name


def _by_stratum(strata: Codes, wanted: int, generator: np.random.Generator) -> Mask:
    """So many rows, of each stratum its share, and where it has two rows or more at least one on either side."""
    _, codes, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    exact = sizes * (wanted / strata.size)
    counts = np.floor(exact).astype(np.int64)
    # What rounding down has left goes to those that lost most by it.
    by_loss = np.argsort(counts - exact, kind="stable")
    counts[by_loss[: wanted - int(counts.sum())]] += 1
    if sizes.size > 1:
        counts = np.where(sizes >= 2, np.clip(counts, 1, sizes - 1), counts)
    order = np.lexsort((generator.random(strata.size), codes))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ordered = codes[order]
    chosen = np.zeros(strata.size, dtype=np.bool_)
    chosen[order] = np.arange(strata.size) - starts[ordered] < counts[ordered]
    return _both_sides(chosen)


def _by_group(codes: Codes, wanted: int, generator: np.random.Generator) -> Mask:
    """Groups drawn by chance until they have as many rows as are wanted, or nearly so. Blanks are a group."""
    _, groups, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    if sizes.size < 2:
        raise CannotSplit("too_few_groups", count=int(sizes.size))
    order = generator.permutation(sizes.size)
    reached = np.cumsum(sizes[order])[:-1]
    count = int(np.argmin(np.abs(reached - wanted))) + 1
    drawn = np.zeros(sizes.size, dtype=np.bool_)
    drawn[order[:count]] = True
    return _both_sides(drawn[groups])


def _by_time(when: F64, wanted: int, *, latest: bool) -> Mask:
    """The latest, or the earliest, rows; those of one moment together. Without a moment they count as the earliest."""
    filled = np.where(np.isnan(when), -np.inf, when)
    values, sizes = np.unique(filled, return_counts=True)
    if values.size < 2:
        raise CannotSplit("too_few_moments", count=int(values.size))
    before = np.cumsum(sizes)[:-1]
    first = before if not latest else filled.size - before
    border = values[int(np.argmin(np.abs(first - wanted))) + 1]
    return _both_sides(filled >= border if latest else filled < border)


def _both_sides(chosen: Mask) -> Mask:
    if chosen.all() or not chosen.any():
        raise CannotSplit("one_side_empty")
    return chosen


def _strata(answers: Table, setup: Setup) -> Codes:
    """What is to be in the same share on both sides: the class of each row, or the part of the range it is in."""
    missing = [name for name in setup.target_columns if name not in answers.names]
    if missing or not setup.target_columns:
        raise CannotSplit("missing_column", column=(missing or [""])[0])
    if setup.task is Task.REGRESSION:
        return _part_of(answers.numbers(setup.target_columns[0]))
    codes = [codes_of(answers.text(name))[0] for name in setup.target_columns]
    if setup.task is Task.RANKING:
        return _first_label(answers.text(setup.target_columns[0]))
    return codes[0] if len(codes) == 1 else _of_several(np.stack(codes, axis=1))


def _part_of(numbers: F64) -> Codes:
    filled = np.where(np.isnan(numbers), np.inf, numbers)
    places = np.empty(filled.size, dtype=np.int64)
    places[np.argsort(filled, kind="stable")] = np.arange(filled.size)
    parts: Codes = places * min(PARTS, max(filled.size // 2, 1)) // filled.size
    return parts


def _first_label(text: Any) -> Codes:
    first = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), r"\s.*$", "")
    return codes_of(first)[0]


def _of_several(codes: NDArray[np.int64]) -> Codes:
    """One class for the labels of a row."""
    _, together, sizes = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    together = np.ravel(together)
    if sizes.size * ROWS_A_CLASS <= len(codes):
        return together
    # The rarest value of the row: that is the one which a half could be without.
    rarity = np.empty(codes.shape, dtype=np.int64)
    for place in range(codes.shape[1]):
        _, inverse, counts = np.unique(codes[:, place], return_inverse=True, return_counts=True)
        rarity[:, place] = counts[np.ravel(inverse)]
    rarest = np.argmin(rarity, axis=1)
    strata: Codes = rarest * (codes.max() + 2) + codes[np.arange(len(codes)), rarest]
    return strata
