"""The metrics that fit, and what they say of simple submissions."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Direction, get
from studio.tables.baselines import Model, train_baseline
from studio.tables.making import Pieces, make
from studio.tables.previewing import MOST_ROWS, preview, preview_metrics
from studio.tables.proposing import propose_metrics
from studio.tables.recognising import Setup, Task
from studio.tables.splitting import Cut, Way
from studio.tables.table import table_of

from .datasets import SETUPS, plan_of

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(50, 5, 400)


def proposed(values, task: Task, **setup):
    columns = values if isinstance(values, dict) else {"y": values}
    return propose_metrics(table_of("train", columns), Setup(("id",), tuple(columns), task, **setup))


@pytest.mark.parametrize(
    ("values", "task", "first", "reason"),
    [
        (NORMAL, Task.REGRESSION, "rmse", "usual_for_numbers"),
        (np.exp(NORMAL / 5), Task.REGRESSION, "rmsle", "positive_and_skewed"),
        (RNG.standard_t(1.2, 2000), Task.REGRESSION, "mae", "not_by_large_errors"),
        ({"a": NORMAL, "b": NORMAL * 1000}, Task.REGRESSION, "r2", "columns_of_other_sizes"),
        ({"lat": NORMAL, "lon": NORMAL}, Task.REGRESSION, "haversine", "latitude_and_longitude"),
        ([0, 1] * 50, Task.BINARY, "auc", "order_of_probabilities"),
        (["a", "b", "c"] * 30, Task.MULTICLASS, "accuracy", "share_of_right_answers"),
        (["a"] * 100 + ["b"] * 90 + ["c"] * 3, Task.MULTICLASS, "f1_macro", "rare_classes"),
        ([1, 2, 3, 4, 5] * 20, Task.MULTICLASS, "quadratic_weighted_kappa", "levels_in_order"),
        ({"a": [0, 1] * 30, "b": [1, 0] * 30}, Task.MULTILABEL, "auc", "order_in_each_column"),
        (["1 2", "2 3", "3 1"] * 20, Task.RANKING, "map_at_k", "hits_by_place"),
        (["1:2 2:1", "2:1 3:3"] * 20, Task.RANKING, "ndcg_at_k", "relevances_given"),
        (["a long text about one", "another text about two"] * 9, Task.TEXT, "chrf", "texts_by_characters"),
        (["short", "brief"] * 9, Task.TEXT, "edit_similarity", "characters_to_change"),
    ],
)
def test_the_first_metric_fits_best(values, task, first, reason):
    found = proposed(values, task)

    assert (found[0].metric, found[0].reason) == (first, reason)
    assert len({one.metric for one in found}) == len(found)
    assert all(one.direction is get(one.metric).direction for one in found)


def names(found) -> list[str]:
    return [one.metric for one in found]


def test_a_rare_yes_is_looked_for():
    assert names(proposed([1] * 5 + [0] * 195, Task.BINARY))[:2] == ["auc", "average_precision"]
    assert "accuracy" not in names(proposed([1] * 5 + [0] * 195, Task.BINARY))


def test_the_positive_label_is_named_where_it_is_not_1():
    words = {one.metric: one.metric_params for one in proposed(["yes", "no"] * 20, Task.BINARY, positive="yes")}
    numbers = {one.metric: one.metric_params for one in proposed([0, 1] * 20, Task.BINARY, positive="1")}

    assert (words["f1"], numbers["f1"]) == ({"positive": "yes"}, {})


def test_percentages_are_not_proposed_where_numbers_come_near_zero():
    assert "mape" in names(proposed(NORMAL, Task.REGRESSION))
    assert "mape" not in names(proposed(NORMAL - NORMAL.min(), Task.REGRESSION))
    assert "rmsle" not in names(proposed(NORMAL - 50, Task.REGRESSION))


def test_classes_are_named_so_that_the_sample_does_not_tell_which_there_are():
    params = {one.metric: one.metric_params for one in proposed([3, 1, 2] * 20, Task.MULTICLASS)}

    assert params["log_loss"] == {"classes": ["1", "2", "3"]}


def test_without_answers_nothing_is_proposed():
    assert propose_metrics(table_of("test", {"id": [1]}), SETUPS["numbers"][1]) == []


# --- previews ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*SETUPS])
def test_every_proposal_scores_the_perfect_answer_best(name):
    dataset, setup = SETUPS[name]
    table = dataset()
    way = Way.STRATIFIED
    for proposal in propose_metrics(table, setup):
        plan = plan_of(
            setup, proposal.metric, metric_params=proposal.metric_params, test=Cut(way, 0.5), public=Cut(way, 0.5)
        )
        shown = preview(make(Pieces(train=table), plan), plan)

        assert shown.problems == (), proposal.metric
        values = {key: score.value for key, score in shown.scores.items() if score.value is not None}
        assert {"sample", "perfect"} <= set(values), proposal.metric
        sign = 1 if shown.direction is Direction.LARGER_IS_BETTER else -1
        assert all(sign * values["perfect"] >= sign * one for one in values.values()), proposal.metric
        assert sign * values["perfect"] > sign * values["noise"], proposal.metric


def test_a_submission_without_a_score_says_why():
    dataset, setup = SETUPS["yes_or_no"]
    test = dataset()
    sample = test.only(["id"]).with_column("diagnosis", ["perhaps"] * test.rows)
    plan = plan_of(setup, "auc", test=None)
    scores = preview(make(Pieces(test=test, sample=sample), plan), plan).scores

    assert scores["sample"].value is None
    assert scores["sample"].problem.code == "not_a_number"
    assert scores["perfect"].value == 1.0


def test_a_metric_that_takes_no_such_solution_says_why():
    dataset, setup = SETUPS["yes_or_no"]
    plans = [plan_of(setup, "rmse"), plan_of(setup, "auc", metric_params={"alfa": 1}), plan_of(setup, "auc")]
    shown = preview_metrics(Pieces(train=dataset()), plans)

    assert [one.problems[0].code if one.problems else None for one in shown] == [
        "not_a_number",
        "unknown_parameter",
        None,
    ]
    assert shown[0].scores == {}


def test_the_wobble_is_that_of_other_public_rows():
    dataset, setup = SETUPS["numbers"]
    plan = plan_of(setup, "mae")
    made = make(Pieces(train=dataset()), plan)
    baseline = train_baseline(Model.CONSTANT, made.pieces.train, made.pieces.test, made.setup)
    wobble = preview(made, plan, [baseline]).wobble

    answers = made.pieces.solution.numbers("target")
    errors = np.abs(answers - baseline.estimate.columns[0])[
        np.array(made.pieces.solution.text("Usage").to_pylist()) == "Public"
    ]
    assert wobble.rows == wobble.sampled == errors.size
    assert wobble.deviation == pytest.approx(errors.std() / np.sqrt(errors.size), rel=0.2)
    assert wobble.digits == 1
    assert wobble.at(errors.size * 4).deviation == pytest.approx(wobble.deviation / 2)


@pytest.mark.parametrize(("metric", "column"), [("mae", "n"), ("auc", "y")])
def test_of_many_rows_a_sample_is_resampled_and_scaled(metric, column):
    rows = MOST_ROWS * 3
    generator = np.random.default_rng(1)
    table = table_of(
        "t", {"id": np.arange(rows), "n": generator.normal(size=rows), "y": generator.integers(0, 2, rows)}
    )
    setup = Setup(("id",), (column,), Task.REGRESSION if column == "n" else Task.BINARY)
    plan = plan_of(setup, metric, test=None, public=Cut(share=0.8))
    made = make(Pieces(test=table), plan)
    shown = preview(made, plan).wobble

    assert (shown.sampled, shown.rows) == (MOST_ROWS, round(rows * 0.8))
    if metric == "mae":
        assert shown.deviation == pytest.approx(
            np.abs(generator.normal(size=10_000)).std() / np.sqrt(rows * 0.8), rel=0.2
        )


def test_digits_follow_from_the_wobble():
    dataset, setup = SETUPS["yes_or_no"]
    plan = plan_of(setup, "auc")
    made = make(Pieces(train=dataset()), plan)
    baseline = train_baseline(Model.LINEAR, made.pieces.train, made.pieces.test, made.setup)
    shown = preview(made, plan, [baseline])

    assert shown.scores["linear"].value > 0.9
    assert 0.001 < shown.wobble.deviation < 0.05
    assert shown.wobble.digits in (3, 4)
    assert shown.wobble.model == "linear"
