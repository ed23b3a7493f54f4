"""How sure a score is: scores on many resamples of the rows (the bootstrap).

A resample draws as many rows as there are, each any number of times; it is the same one for every submission, so that
two submissions are compared on the same rows. Most metrics are functions of means over rows: their scores on many
resamples are one product of matrices. The others are computed resample by resample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.metrics.forms import FORMS, Form, area_under_curve_of
from scoring.metrics.registry import Direction
from scoring.parts import Part, mean_of
from scoring.prepared import PreparedSolution, Split
from scoring.reading import Predictions
from scoring.score import keywords

F64 = NDArray[np.float64]
# One call of a metric, its predictions and its keywords.
Call = tuple[Part, NDArray[Any], dict[str, Any]]

# What a block of resamples may take: the more of them, the fewer times every file is read.
BLOCK_BYTES: Final = 256 << 20
MOST_IN_A_BLOCK: Final = 256
# What the statistics of the submissions that are scored together may take.
STACK_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Resampling:
    """The resamples of one split of a solution, told apart by their numbers.

    Attributes:
        name: "public" or "private". Who may ask for the private one, and when, is for the caller.
        seed: the resamples follow from it: whoever knows it draws the same ones.
    """

    solution: PreparedSolution
    name: str
    seed: int

    @property
    def split(self) -> Split:
        return self.solution.splits[self.name]

    @property
    def rows(self) -> int:
        """Rows of the split."""
        return self.solution.private_rows if self.name == "private" else self.solution.public_rows

    @property
    def form(self) -> Form | None:
        """The metric as a function of means over all rows; None: it is none."""
        return FORMS.get(self.solution.spec.metric) if self.solution.options.are_plain else None

    @property
    def is_quick(self) -> bool:
        """Whether the scores of a block come from one product of matrices."""
        return self.form is not None

    @property
    def block_size(self) -> int:
        """How many resamples one block should hold."""
        return max(1, min(MOST_IN_A_BLOCK, BLOCK_BYTES // (8 * max(self.rows, 1))))

    @property
    def stack_size(self) -> int:
        """How many submissions should be scored together."""
        statistics = (self.form.size if self.form else 1) * max(len(self.solution.layout.columns), 1)
        return max(1, STACK_BYTES // (8 * statistics * max(self.rows, 1)))

    def draw(self, number: int) -> NDArray[np.intp]:
        """How often resample `number` holds each row."""
        generator = np.random.default_rng([self.seed, number])
        drawn = generator.integers(0, self.rows, self.rows)
        return np.bincount(drawn, minlength=self.rows)

    def deviation(
        self, predictions: Predictions, numbers: range, beat: Callable[[float], None] = lambda _share: None
    ) -> float:
        """The standard deviation of the score over these resamples; NaN where it is not defined on enough of them.

        `beat` is told how far it is, from 0 to 1.
        """
        parts = []
        for start in range(0, len(numbers), self.block_size):
            block = self.block(numbers[start : start + self.block_size])
            parts.append(block.scores([predictions])[0])
            beat((start + len(parts[-1])) / len(numbers))
        scores = np.concatenate(parts)
        scores = scores[np.isfinite(scores)]
        return float(np.std(scores, ddof=1)) if scores.size > 1 else math.nan

    def block(self, numbers: range) -> Block:
        """The resamples of these numbers, ready to score."""
        counts = np.empty((len(numbers), self.rows), dtype=np.float64 if self.is_quick else np.uint8)
        for place, number in enumerate(numbers):
            counts[place] = np.minimum(self.draw(number), 255)
        return Block(self, counts)


class Block:
    """Some resamples. `scores` gives what submissions score on each of them."""

    def __init__(self, resampling: Resampling, counts: NDArray[Any]) -> None:
        self.resampling = resampling
        self.counts = counts
        weight = resampling.split.weight
        self.total = counts.sum(axis=1, dtype=np.float64) if weight is None else counts @ weight

    def scores(self, several: Sequence[Predictions], beat: Callable[[], None] = lambda: None) -> F64:
        """The score of each of `several` submissions on each resample, NaN where the metric is not defined on it.

        Shape (submissions, resamples). `beat` is called now and then.
        """
        if not several:
            return np.empty((0, len(self.counts)))
        split = self.resampling.split
        every_call = [
            list(self._calls([split.of(column) for column in predictions.columns])) for predictions in several
        ]
        with np.errstate(all="ignore"):
            form = self.resampling.form
            if form is not None:
                return self._by_means(form, every_call)
            rows = []
            for one in every_call:
                rows.append(self._mean([self._of_call(*call, beat) for call in one], [call[0] for call in one]))
                beat()
            return np.stack(rows)

    def _calls(self, columns: list[NDArray[Any]]) -> Iterator[Call]:
        solution = self.resampling.solution
        for part in solution.parts(self.resampling.name):
            yield part, part.of(columns, len(solution.spec.target_columns)), keywords(solution, part)

    def _mean(self, scores: Sequence[F64], parts: Sequence[Part]) -> F64:
        """The mean of the calls; of groups and columns that a resample leaves undefined, as if they were not there."""
        solution = self.resampling.solution
        if solution.options.are_plain:
            return np.asarray(sum(scores) / len(scores))
        return mean_of(np.stack(scores), parts, solution.options, solution.metric.direction)

    def _by_means(self, form: Form, every_call: Sequence[Sequence[Call]]) -> F64:
        """One product of matrices for all: a row for each statistic of each call of the metric."""
        weight = self.resampling.split.weight
        statistics = [form.statistics(part.truth, column, **given) for one in every_call for part, column, given in one]
        stacked = np.concatenate(statistics)
        if weight is not None:
            stacked *= weight
        means = (stacked @ self.counts.T) / self.total
        finished = [form.finish(part) for part in np.split(means, len(statistics))]
        return np.asarray(np.stack(finished).reshape(len(every_call), -1, len(self.counts)).mean(axis=1))

    def _of_call(self, part: Part, column: NDArray[Any], given: dict[str, Any], beat: Callable[[], None]) -> F64:
        counts = self.counts if part.rows is None else self.counts[:, part.rows]
        if self.resampling.solution.spec.metric == "auc":
            return area_under_curve_of(part.truth, column, part.weight, counts)
        return self._one_by_one(part, column, given, counts, beat)

    def _one_by_one(
        self,
        part: Part,
        column: NDArray[Any],
        given: dict[str, Any],
        every_count: NDArray[Any],
        beat: Callable[[], None],
    ) -> F64:
        metric, truth, weight = self.resampling.solution.metric, part.truth, part.weight
        plain = {name: value for name, value in given.items() if name != "prepared"}
        scores = np.empty(len(every_count))
        for place, counts in enumerate(every_count):
            beat()
            drawn = np.repeat(np.arange(counts.size), counts)
            sample = tuple(one[drawn] for one in truth) if isinstance(truth, tuple) else truth[drawn]
            weights = None if weight is None else weight[drawn]
            try:
                prepared = {"prepared": metric.prepare(sample, weights, **plain)} if metric.prepare else {}
                scores[place] = metric.function(sample, column[drawn], weights, **plain, **prepared)
            except (ArithmeticError, ValueError, IndexError):
                scores[place] = math.nan
        return scores


# --- ranks ------------------------------------------------------------------------------------------------------------
# Of both ends together: the interval holds the rank in 95 % of the resamples.
OUTSIDE: Final = 0.05
# Neighbours that stand as they do in fewer resamples can't be told apart.
TOLD_APART: Final = 0.95
# Ranks kept, as int32: resamples times teams.
MOST_RANKS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class RankNoise:
    """How sure the rank of one team is.

    Attributes:
        low, high: the 95 % interval of its rank, which holds its rank itself.
        above_next: the probability of standing above the team of the next rank, equal scores counting half; None for
            the last team.
    """

    low: int
    high: int
    above_next: float | None


class RankCounter:
    """Ranks of teams on many resamples, by the rules of the final ranking.

    A team scores what the best of its submissions scores; equal scores rank by the time of that submission, then by
    the order of the teams.
    """

    def __init__(
        self, *, teams: Sequence[int], times: Sequence[int], ranking: Sequence[int], direction: Direction
    ) -> None:
        """Of each submission its team (0, 1, ... in the order of last resort) and time; the teams by their rank."""
        order = np.lexsort((np.asarray(times), np.asarray(teams)))
        self.order = order
        self.times = np.asarray(times, dtype=np.int64)[order]
        self.starts = np.flatnonzero(np.diff(np.asarray(teams)[order], prepend=-1))
        self.sizes = np.diff(self.starts, append=len(order))
        self.ranking = np.asarray(ranking)
        self.sign = 1.0 if direction is Direction.SMALLER_IS_BETTER else -1.0
        self.ranks: list[NDArray[np.int32]] = []
        self.above = np.zeros(max(len(ranking) - 1, 0))
        self.resamples = 0

    @property
    def most_resamples(self) -> int:
        """More would take too much memory."""
        return max(1, MOST_RANKS // max(len(self.ranking), 1))

    def add(self, scores: F64) -> None:
        """Count resamples: `scores` has the shape (submissions, resamples), NaN for none."""
        keys = np.where(np.isnan(scores), np.inf, scores * self.sign)[self.order]
        best = np.minimum.reduceat(keys, self.starts, axis=0)
        # Of a team's equal submissions the earliest decides: they stand in order of time.
        is_best = keys == np.repeat(best, self.sizes, axis=0)
        late = np.iinfo(np.int64).max
        times = np.minimum.reduceat(np.where(is_best, self.times[:, None], late), self.starts, axis=0)
        ranks = np.empty(best.shape, dtype=np.int32)
        places = np.arange(1, len(best) + 1)
        for resample in range(best.shape[1]):
            ranks[np.lexsort((times[:, resample], best[:, resample])), resample] = places
        self.ranks.append(ranks)
        ranked = best[self.ranking]
        self.above += (ranked[:-1] < ranked[1:]).sum(axis=1) + (ranked[:-1] == ranked[1:]).sum(axis=1) / 2.0
        self.resamples += best.shape[1]

    def result(self) -> list[RankNoise]:
        """Of each team, in the order of their numbers."""
        ranks = np.sort(np.hstack(self.ranks), axis=1)
        last = ranks.shape[1] - 1
        low = ranks[:, math.floor(OUTSIDE / 2 * last)]
        high = ranks[:, math.ceil((1 - OUTSIDE / 2) * last)]
        found: dict[int, RankNoise] = {}
        for place, team in enumerate(self.ranking.tolist()):
            rank = place + 1
            above = None if rank == len(self.ranking) else float(self.above[place]) / self.resamples
            found[team] = RankNoise(min(int(low[team]), rank), max(int(high[team]), rank), above)
        return [found[team] for team in range(len(self.ranking))]
