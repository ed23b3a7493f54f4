"""What a metric will say: scores of simple submissions, and how much the public score wobbles.

Only public rows are ever scored here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring import (
    Direction,
    InvalidMetricParameters,
    InvalidSubmission,
    Predictions,
    PreparedSolution,
    Problem,
    get,
    public_score,
    read_predictions,
)
from scoring.metrics.registry import Inputs, is_own
from scoring.parts import Options
from scoring.resampling import Resampling
from scoring.targets import with_prepared
from studio.tables.baselines import Baseline, Model, submission_of
from studio.tables.estimates import Estimate, constant, noise, perfect
from studio.tables.making import Made, Pieces, Plan, make
from studio.tables.table import Table, sampled_rows
from studio.tables.writing import csv_bytes

RESAMPLES: Final = 200
AT_A_TIME: Final = 20
FEWEST_RESAMPLES: Final = 20
SECONDS: Final = 10.0
# Rows that a resample is drawn from; texts take long to score.
MOST_ROWS: Final = 20_000
MOST_TEXTS: Final = 1_000
MOST_DIGITS: Final = 10
# The best first: the wobble is that of somebody who has done some work.
MODELS: Final = (Model.TREE, Model.LINEAR, Model.CONSTANT)


@dataclass(frozen=True)
class Score:
    """A score, or the problem that says why there is none."""

    value: float | None
    problem: Problem | None = None


@dataclass(frozen=True)
class Wobble:
    """How much the public score would differ had other rows been public.

    Attributes:
        deviation: the standard deviation of the score over resamples of the public rows; None: not defined.
        rows: public rows; sampled: of how many of them it was measured, and scaled to `rows` from there.
        resamples: how many.
        model: whose predictions it was measured on.
    """

    deviation: float | None
    rows: int
    sampled: int
    resamples: int
    model: str

    @property
    def digits(self) -> int | None:
        """Decimals of a score that mean something: one beyond the first digit of the deviation."""
        if self.deviation is None or not self.deviation > 0.0:
            return None
        return int(np.clip(1 - math.floor(math.log10(self.deviation)), 0, MOST_DIGITS))

    def at(self, rows: int) -> Wobble:
        """The same with another number of public rows: the deviation goes by the root of the rows."""
        deviation = None if self.deviation is None else self.deviation * math.sqrt(self.rows / max(rows, 1))
        return replace(self, deviation=deviation, rows=rows)


@dataclass(frozen=True)
class Preview:
    """What a metric says of a competition's files.

    Attributes:
        scores: of the public rows, by "sample", "constant", "noise", "perfect", and the models of the baselines.
        wobble: None where no baseline has a score.
        problems: why the metric takes no such solution at all; then there are no scores.
    """

    metric: str
    direction: Direction
    scores: Mapping[str, Score] = field(default_factory=dict)
    wobble: Wobble | None = None
    problems: tuple[Problem, ...] = ()


def preview(made: Made, plan: Plan, baselines: Sequence[Baseline] = (), *, seed: int = 0) -> Preview:
    """Scores and wobble by the plan's metric of files that were made.

    An organiser's own metric has no scores here: it is run in a sandbox, and by whoever has one.
    """
    direction = get(plan.metric).direction
    prepared = made.prepared
    if prepared is None or is_own(plan.metric):
        return Preview(plan.metric, direction, problems=made.problems)
    pieces, setup = made.pieces, made.setup
    assert pieces.sample is not None
    assert pieces.solution is not None
    rows = pieces.solution.rows
    estimates: dict[str, Estimate] = {
        "constant": constant(pieces.train, setup, rows),
        "noise": noise(pieces.train, setup, rows, seed=seed),
        "perfect": perfect(pieces.solution, setup),
    }
    estimates |= {one.model.value: one.estimate for one in baselines if one.estimate is not None}
    scores = {"sample": _score(pieces.sample, prepared)[0]}
    read: dict[str, Predictions] = {}
    for name, estimate in estimates.items():
        scores[name], predictions = _score(submission_of(estimate, made), prepared)
        if predictions is not None and scores[name].value is not None:
            read[name] = predictions
    best = next((model.value for model in MODELS if model.value in read), None)
    found = measure(prepared, read[best], model=best, seed=seed) if best else None
    return Preview(plan.metric, direction, scores, found)


def preview_metrics(
    pieces: Pieces, plans: Sequence[Plan], baselines: Sequence[Baseline] = (), *, seed: int = 0
) -> list[Preview]:
    """The same for several metrics of the same files: the plans differ in the metric alone. `baselines` are estimates
    of the same test rows.

    Raises:
        CannotMake, CannotSplit: see `make`. A metric that can't be used has its problems in its preview.
    """
    found = []
    for plan in plans:
        try:
            made = make(pieces, plan)
        except InvalidMetricParameters as error:
            found.append(Preview(plan.metric, get(plan.metric).direction, problems=error.problems))
            continue
        found.append(preview(made, plan, baselines, seed=seed))
    return found


def _score(submission: Table, prepared: PreparedSolution) -> tuple[Score, Predictions | None]:
    """What the server would say of a submission, and what it read."""
    predictions = None
    try:
        predictions = read_predictions(csv_bytes(submission), prepared)
        return Score(public_score(prepared, predictions)), predictions
    except InvalidSubmission as error:
        return Score(None, error.problems[0]), predictions


# --- wobble -----------------------------------------------------------------------------------------------------------
def measure(
    prepared: PreparedSolution, predictions: Predictions, *, model: str, seed: int = 0, seconds: float = SECONDS
) -> Wobble:
    """The wobble of one submission's public score. Takes little more than `seconds`."""
    rows = prepared.public_rows
    is_slow = prepared.layout.inputs in (Inputs.TEXTS, Inputs.RANKED_LABELS)
    sampled = min(rows, MOST_TEXTS if is_slow else MOST_ROWS)
    resampling = Resampling(_thinned(prepared, sampled, seed=seed), "public", seed)
    until = time.monotonic() + seconds
    scores: list[NDArray[np.float64]] = []
    for start in range(0, RESAMPLES, AT_A_TIME):
        scores.append(resampling.block(range(start, start + AT_A_TIME)).scores([predictions])[0])
        if time.monotonic() > until:
            break
    values = np.concatenate(scores)
    values = values[np.isfinite(values)]
    deviation = float(values.std(ddof=1)) if values.size >= FEWEST_RESAMPLES else None
    return Wobble(deviation, sampled, sampled, int(values.size), model).at(rows)


def _thinned(prepared: PreparedSolution, most: int, *, seed: int) -> PreparedSolution:
    """The solution with a sample of its public rows."""
    split = prepared.splits["public"]
    rows = prepared.public_rows
    if rows <= most:
        return prepared
    kept = sampled_rows(rows, most, seed=seed)
    thin = replace(
        split,
        rows=kept if split.rows is None else split.rows[kept],
        truth=tuple(column.take(kept, axis=0) for column in split.truth),
        weight=None if split.weight is None else split.weight[kept],
        group=None if split.group is None else split.group[kept],
        prepared=(),
    )
    if Options.of(prepared.params).are_plain:
        thin = with_prepared(thin, prepared.layout.inputs, prepared.metric, prepared.params)
    return replace(prepared, splits={**prepared.splits, "public": thin})
