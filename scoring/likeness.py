"""How alike the predictions of different teams are: the pairs that are most alike, out of all pairs.

Knows no truth. Of each file a sample of rows is compared with that of every other one, which one product of matrices
does; the pairs that look most alike are then compared on all rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.ranks import tied_ranks

F32 = NDArray[np.float32]
Columns = Sequence[NDArray[Any]]

# Rows and columns of a file that the first look compares with those of every other one.
SAMPLE_ROWS: Final = 2048
SAMPLE_COLUMNS: Final = 16
# Of files of many columns fewer rows.
SAMPLE_VALUES: Final = 4096
# Files compared with all others in one step.
BLOCK: Final = 256
# Pairs of teams that are compared on all rows, and pairs that are told.
CANDIDATES: Final = 400
TOLD: Final = 100
# Less alike is not worth telling.
LEAST_CORRELATION: Final = 0.98
LEAST_EQUAL: Final = 0.9
# The first look errs a little.
SLACK: Final = 0.02
# Fewer rows say nothing of how alike two files are.
LEAST_ROWS: Final = 20
# What the ranks kept for the second look may take.
KEPT_BYTES: Final = 256 << 20
TYPICAL_PAIRS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files of different teams.

    Attributes:
        first, second: their numbers.
        correlation: the rank correlation, the mean of that of the columns; None for labels, and where a file always
            says the same.
        equal: the share of values that are the same.
    """

    first: int
    second: int
    correlation: float | None
    equal: float

    @property
    def closeness(self) -> tuple[float, float]:
        """What pairs are ordered by."""
        return max(self.correlation or 0.0, self.equal), self.equal


@dataclass(frozen=True)
class Likeness:
    """What a comparison found.

    Attributes:
        pairs: the most alike first, one of each two teams.
        typical_correlation, typical_equal: of the middle one of all pairs of different teams, by the first look: what
            is usual in this competition.
        files, compared: how many files, and pairs of different teams, were compared by the first look.
    """

    pairs: list[Pair]
    typical_correlation: float | None
    typical_equal: float | None
    files: int
    compared: int


class Files:
    """The files to compare: their predictions, read when needed, restricted to the rows that may be compared."""

    def __init__(self, load: Callable[[int], Columns], teams: Sequence[int], *, labels: bool, rows: int) -> None:
        """`load`: the columns of a file; `teams`: whose it is; `labels`: the columns hold codes, not numbers."""
        self.load, self.teams, self.labels, self.rows = load, np.asarray(teams), labels, rows
        self._ranks: OrderedDict[int, list[F32]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.teams)

    def ranks(self, number: int) -> list[F32]:
        """The standardised ranks of a file's columns; empty for a column that always says the same."""
        if (kept := self._ranks.get(number)) is not None:
            self._ranks.move_to_end(number)
            return kept
        found = [standardised(np.asarray(column, dtype=np.float64)) for column in self.load(number)]
        self._ranks[number] = found
        size = sum(column.nbytes for column in found)
        while len(self._ranks) > 2 and size * len(self._ranks) > KEPT_BYTES:
            self._ranks.popitem(last=False)
        return found


def compare(files: Files, *, seed: int, beat: Callable[[float], None] = lambda _share: None) -> Likeness:
    """The pairs of files of different teams that are most alike. `beat` is told how far it is, from 0 to 1."""
    if len(files) < 2 or files.rows < LEAST_ROWS:
        return Likeness([], None, None, len(files), 0)
    generator = np.random.default_rng(seed)
    width = min(len(files.load(0)), SAMPLE_COLUMNS)
    rows = np.sort(generator.choice(files.rows, min(SAMPLE_ROWS, SAMPLE_VALUES // width, files.rows), replace=False))
    ranks, values = _samples(files, rows, lambda share: beat(share / 2))
    look = _FirstLook(files, ranks, values, generator)
    for start in range(0, len(files), BLOCK):
        look.block(start)
        beat(0.5 + 0.2 * min(1.0, (start + BLOCK) / len(files)))
    pairs = []
    # In the order of the first file, so that its ranks are at hand.
    candidates = sorted(look.candidates())
    for place, (first, second) in enumerate(candidates):
        pairs.append(closely(files, first, second))
        beat(0.7 + 0.3 * (place + 1) / len(candidates))
    told = [pair for pair in pairs if (pair.correlation or 0.0) >= LEAST_CORRELATION or pair.equal >= LEAST_EQUAL]
    told.sort(key=lambda pair: (*(-value for value in pair.closeness), pair.first, pair.second))
    return Likeness(
        pairs=_one_of_each_two_teams(told, files.teams)[:TOLD],
        typical_correlation=None if files.labels else _middle(look.correlations),
        typical_equal=_middle(look.equals),
        files=len(files),
        compared=look.compared,
    )


def closely(files: Files, first: int, second: int) -> Pair:
    """Two files compared on all rows."""
    one, other = files.load(first), files.load(second)
    equal = float(np.mean([np.count_nonzero(a == b) / a.size for a, b in zip(one, other, strict=True)]))
    if files.labels:
        return Pair(first, second, None, equal)
    found = [
        float(np.dot(a, b)) for a, b in zip(files.ranks(first), files.ranks(second), strict=True) if a.size and b.size
    ]
    return Pair(first, second, min(1.0, sum(found) / len(found)) if found else None, equal)


def standardised(values: NDArray[np.float64]) -> F32:
    """Ranks of mean 0 and of length 1, so that the product of two is their correlation; empty without any spread."""
    ranks = tied_ranks(values)
    ranks -= ranks.mean()
    length = float(np.sqrt(np.square(ranks).sum()))
    return (ranks / length).astype(np.float32) if length > 0.0 else np.empty(0, np.float32)


def _samples(files: Files, rows: NDArray[np.intp], beat: Callable[[float], None]) -> tuple[F32, NDArray[np.int32]]:
    """Of each file the standardised ranks of the sampled rows, and what tells their values apart."""
    ranks: F32 | None = None
    values: NDArray[np.int32] | None = None
    for number in range(len(files)):
        columns = [column.take(rows) for column in files.load(number)[:SAMPLE_COLUMNS]]
        if ranks is None or values is None:
            width = rows.size * len(columns)
            ranks = np.zeros((len(files), 0 if files.labels else width), dtype=np.float32)
            values = np.zeros((len(files), width), dtype=np.int32)
        values[number] = np.concatenate([_told_apart(column) for column in columns])
        if not files.labels:
            for place, column in enumerate(columns):
                found = standardised(column.astype(np.float64))
                if found.size:
                    ranks[number, place * rows.size : (place + 1) * rows.size] = found / np.sqrt(len(columns))
        beat((number + 1) / len(files))
    assert ranks is not None
    assert values is not None
    return ranks, values


def _told_apart(column: NDArray[Any]) -> NDArray[np.int32]:
    """Four bytes for each value: the same for the same one."""
    if column.dtype == np.int32:
        return column
    bits = (column.astype(np.float64) + 0.0).view(np.uint64)
    # Both halves, mixed: different numbers meet once in four billion.
    mixed = (bits ^ (bits >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(32)).astype(np.uint32).view(np.int32)


class _FirstLook:
    """Every pair of different teams, on the sampled rows."""

    def __init__(self, files: Files, ranks: F32, values: NDArray[np.int32], generator: np.random.Generator) -> None:
        self.files, self.ranks, self.values, self.generator = files, ranks, values, generator
        self.found: dict[tuple[int, int], tuple[float, int, int]] = {}
        self.correlations: list[NDArray[np.float32]] = []
        self.equals: list[NDArray[np.float32]] = []
        self.compared = 0

    def block(self, start: int) -> None:
        """The files from `start` on, each with all that come after it."""
        teams, stop = self.files.teams, min(start + BLOCK, len(self.files))
        equal = np.empty((stop - start, len(self.files) - start), dtype=np.float32)
        for place in range(stop - start):
            same = self.values[start:] == self.values[start + place]
            equal[place] = np.count_nonzero(same, axis=1) / same.shape[1]
        correlation = equal if self.files.labels else self.ranks[start:stop] @ self.ranks[start:].T
        places = np.arange(start, len(self.files))
        different = (teams[start:stop, None] != teams[None, start:]) & (places[None] > places[: stop - start, None])
        self.compared += int(np.count_nonzero(different))
        self._remember(correlation[different], equal[different])
        near = different & ((correlation >= LEAST_CORRELATION - SLACK) | (equal >= LEAST_EQUAL - SLACK))
        near_first, near_second = np.nonzero(near)
        closeness = np.maximum(correlation, equal)[near_first, near_second]
        # Far more than is told, so that files of one team do not crowd out those of others.
        best = np.argsort(-closeness, kind="stable")[: 20 * CANDIDATES]
        for place in best:
            first, second = int(near_first[place]) + start, int(near_second[place]) + start
            key = _teams_of(first, second, teams)
            if key not in self.found or self.found[key][0] < closeness[place]:
                self.found[key] = (float(closeness[place]), first, second)

    def candidates(self) -> list[tuple[int, int]]:
        """The most alike, one of each two teams."""
        best = sorted(self.found.values(), key=lambda one: (-one[0], one[1], one[2]))[:CANDIDATES]
        return [(first, second) for _closeness, first, second in best]

    def _remember(self, correlation: F32, equal: F32) -> None:
        """Some of them, for what is usual."""
        share = max(1, TYPICAL_PAIRS // max(1, len(self.files) // BLOCK + 1))
        if correlation.size > share:
            taken = self.generator.choice(correlation.size, share, replace=False)
            correlation, equal = correlation[taken], equal[taken]
        self.correlations.append(correlation)
        self.equals.append(equal)


def _middle(parts: Sequence[F32]) -> float | None:
    values = np.concatenate(parts) if parts else np.empty(0)
    return float(np.median(values)) if values.size else None


def _teams_of(first: int, second: int, teams: NDArray[Any]) -> tuple[int, int]:
    one, other = int(teams[first]), int(teams[second])
    return (one, other) if one < other else (other, one)


def _one_of_each_two_teams(pairs: Sequence[Pair], teams: NDArray[Any]) -> list[Pair]:
    seen: set[tuple[int, int]] = set()
    kept = []
    for pair in pairs:
        key = _teams_of(pair.first, pair.second, teams)
        if key not in seen:
            seen.add(key)
            kept.append(pair)
    return kept
