"""Scores on resamples are what a plain bootstrap gives: draw rows, score them, rank the teams, count."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from scoring import Predictions, read_predictions
from scoring.metrics import registry
from scoring.metrics.forms import FORMS
from scoring.metrics.registry import Direction, Inputs
from scoring.resampling import TOLD_APART, RankCounter, Resampling
from scoring.score import keywords, private_score
from tests.scoring.builders import solution_of, submission_of

pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = 60
RESAMPLES = range(3, 12)
SEED = 20261129
# Of the metrics that are computed resample by resample one of each kind: they all go one way.
SLOW = (
    "auc",
    "average_precision",
    "spearman",
    "f1_macro",
    "mcc",
    "auc_ovr",
    "kendall",
    "fbeta",
    "mrr",
    "poisson_deviance",
)
NAMES = sorted({*FORMS, *SLOW})


def case(name: str, seed: int, *, weighted: bool = False, targets: int = 1):
    """A solution scored by this metric, and predictions for it."""
    generator = np.random.default_rng(seed)
    metric = registry.get(name)
    inputs = metric.inputs[0]
    truth: dict[str, Any] = {}
    sent: dict[str, Any] = {}
    for number in range(targets):
        column = f"t{number}"
        if inputs is Inputs.NUMBERS:
            truth[column] = np.round(np.abs(generator.normal(size=ROWS)) + 0.1, 6)
            near = np.abs(truth[column] + generator.normal(scale=0.3, size=ROWS))
            # Some metrics take positive numbers only.
            sent[column] = np.maximum(np.round(near, 2), 0.01)
        elif inputs is Inputs.BINARY_SCORES:
            truth[column] = generator.integers(0, 2, ROWS)
            sent[column] = np.round(np.clip(truth[column] * 0.3 + generator.random(ROWS) * 0.7, 0, 1), 1)
        elif inputs in (Inputs.LABELS, Inputs.INTEGERS):
            classes = 2 if name in ("f1", "fbeta") else 4
            truth[column] = generator.integers(0, classes, ROWS)
            sent[column] = np.where(generator.random(ROWS) < 0.6, truth[column], generator.integers(0, classes, ROWS))
    if inputs is Inputs.CLASS_PROBABILITIES:
        truth = {"t": generator.integers(0, 3, ROWS)}
        sent = {str(label): np.round(generator.random(ROWS) * 0.9 + 0.05, 3) for label in range(3)}
    if inputs is Inputs.RANKED_LABELS:
        words = np.array(list("abcdefg"))
        truth = {"t": [" ".join(generator.choice(words, 1 + row % 3, replace=False)) for row in range(ROWS)]}
        sent = {"t": [" ".join(generator.choice(words, 4, replace=False)) for _row in range(ROWS)]}
    weight = np.round(generator.random(ROWS) + 0.1, 3) if weighted else None
    solution = solution_of(name, truth, weight=weight)
    return solution, read_predictions(submission_of(sent), solution)


def plainly(solution, predictions: Predictions, resampling: Resampling, number: int) -> float:
    """Draw the rows of the resample one by one and ask the metric itself."""
    split, metric = solution.splits[resampling.name], solution.metric
    drawn = np.repeat(np.arange(resampling.rows), resampling.draw(number))
    scores = []
    columns = [split.of(one) for one in predictions.columns]
    for part in solution.parts(resampling.name):
        given = {name: value for name, value in keywords(solution, part).items() if name != "prepared"}
        truth, column = part.truth, part.of(columns, len(split.truth))
        rows = tuple(part[drawn] for part in truth) if isinstance(truth, tuple) else truth[drawn]
        weight = None if split.weight is None else split.weight[drawn]
        try:
            scores.append(metric.function(rows, column[drawn], weight, **given))
        except ZeroDivisionError:  # a class is missing
            scores.append(math.nan)
    return math.fsum(scores) / len(scores)


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_metric_scores_a_resample_as_it_scores_its_rows(name, weighted, seed):
    metric = registry.get(name)
    solution, predictions = case(name, seed, weighted=weighted and metric.supports_weights)
    resampling = Resampling(solution, "private", SEED)
    found = resampling.block(RESAMPLES).scores([predictions, predictions])
    expected = [plainly(solution, predictions, resampling, number) for number in RESAMPLES]
    assert_allclose(found, [expected, expected], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["rmse", "auc", "f1_micro", "spearman"])
def test_several_targets_are_averaged_as_the_score_is(name):
    solution, predictions = case(name, 5, targets=3)
    resampling = Resampling(solution, "public", SEED)
    expected = [plainly(solution, predictions, resampling, number) for number in RESAMPLES]
    assert_allclose(resampling.block(RESAMPLES).scores([predictions])[0], expected, rtol=1e-9)


def test_a_resample_that_holds_every_row_once_gives_the_score_itself():
    for name in NAMES:
        solution, predictions = case(name, 1)
        resampling = Resampling(solution, "private", SEED)
        block = resampling.block(range(1))
        block.counts[:] = 1
        block.total = block.counts.sum(axis=1, dtype=float)
        assert_allclose(block.scores([predictions])[0, 0], private_score(solution, predictions), rtol=1e-9)


def test_a_resample_is_told_by_its_seed_and_number_alone():
    solution, predictions = case("rmse", 2)
    whole = Resampling(solution, "private", SEED).block(range(20)).scores([predictions])
    parts = [
        Resampling(solution, "private", SEED).block(part).scores([predictions]) for part in (range(7), range(7, 20))
    ]
    assert_allclose(np.hstack(parts), whole, rtol=1e-12)
    other = Resampling(solution, "private", SEED + 1).block(range(20)).scores([predictions])
    assert (other != whole).any()


def test_what_a_resample_does_not_define_is_not_a_number():
    """All rows of a resample may be of one class: there is no AUC then."""
    solution = solution_of("auc", {"t": [0, 1, 0, 1]}, usage=["Public", "Public", "Private", "Private"])
    predictions = read_predictions(submission_of({"t": [0.1, 0.2, 0.3, 0.4]}), solution)
    scores = Resampling(solution, "private", SEED).block(range(40)).scores([predictions])
    assert np.isnan(scores).any()
    assert set(scores[~np.isnan(scores)]) == {1.0}


def test_every_form_belongs_to_a_metric():
    assert set(FORMS) <= set(NAMES)


def test_the_deviation_is_that_of_the_plain_bootstrap_and_near_the_textbook():
    generator = np.random.default_rng(3)
    truth = generator.normal(size=4000)
    solution = solution_of("mae", {"t": truth}, everything_public=True)
    predictions = read_predictions(submission_of({"t": np.zeros(4000)}), solution)
    resampling = Resampling(solution, "public", SEED)
    found = resampling.deviation(predictions, range(300))
    assert found == pytest.approx(np.std([plainly(solution, predictions, resampling, n) for n in range(300)], ddof=1))
    assert found == pytest.approx(np.std(np.abs(truth)) / math.sqrt(4000), rel=0.15)


# --- ranks ------------------------------------------------------------------------------------------------------------
def plain_ranks(scores, teams, times, direction):
    """The final ranking of one resample, spelt out: best submission, then its time, then the team."""
    sign = 1 if direction is Direction.SMALLER_IS_BETTER else -1
    best = {}
    for score, team, time in zip(scores, teams, times, strict=True):
        best[team] = min(best.get(team, (math.inf, math.inf)), (math.inf if math.isnan(score) else sign * score, time))
    order = sorted(best, key=lambda team: (*best[team], team))
    return {team: order.index(team) + 1 for team in best}, {team: best[team][0] for team in best}


@pytest.mark.parametrize("direction", Direction)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_ranks_follow_the_rules_of_the_final_ranking(direction, data):
    count = data.draw(st.integers(1, 5), "teams")
    extra = data.draw(st.lists(st.integers(0, count - 1), max_size=4), "further submissions")
    teams = data.draw(st.permutations([*range(count), *extra]))
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(teams), max_size=len(teams)))
    value = st.sampled_from([0.1, 0.2, 0.3, math.nan])
    resamples = data.draw(st.integers(1, 45))
    scores = np.array(data.draw(st.lists(value, min_size=len(teams) * resamples, max_size=len(teams) * resamples)))
    scores = scores.reshape(len(teams), resamples)
    ranking = data.draw(st.permutations(range(count)))
    counter = RankCounter(teams=teams, times=times, ranking=ranking, direction=direction)
    for part in np.array_split(scores, 2, axis=1):
        if part.shape[1]:
            counter.add(part)
    found = counter.result()

    each = [plain_ranks(scores[:, resample], teams, times, direction) for resample in range(resamples)]
    for place, team in enumerate(ranking):
        ranks = sorted(rank[team] for rank, _best in each)
        last = resamples - 1
        assert found[team].low == min(ranks[math.floor(0.025 * last)], place + 1)
        assert found[team].high == max(ranks[math.ceil(0.975 * last)], place + 1)
        if place + 1 == count:
            assert found[team].above_next is None
            continue
        below = ranking[place + 1]
        wins = [(best[team] < best[below]) + (best[team] == best[below]) / 2 for _rank, best in each]
        assert found[team].above_next == pytest.approx(sum(wins) / resamples)


def test_equal_files_can_not_be_told_apart_and_far_ones_can():
    generator = np.random.default_rng(1)
    truth = generator.normal(size=400)
    solution = solution_of("rmse", {"t": truth}, usage=["Public"] * 10 + ["Private"] * 390)
    files = [truth + generator.normal(scale=0.1, size=400), truth + generator.normal(scale=2, size=400)]
    sent = [read_predictions(submission_of({"t": files[which]}), solution) for which in (0, 0, 1)]
    counter = RankCounter(teams=[0, 1, 2], times=[5, 4, 3], ranking=[1, 0, 2], direction=Direction.SMALLER_IS_BETTER)
    counter.add(Resampling(solution, "private", SEED).block(range(100)).scores(sent))
    first, second, third = (counter.result()[team] for team in (1, 0, 2))
    assert first.above_next == 0.5 < TOLD_APART
    assert second.above_next == 1.0
    assert (first.low, first.high, second.low, second.high, third.low, third.high) == (1, 1, 2, 2, 3, 3)
