"""Simple models: better than the constant, within bounds, and never an error."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from scoring import public_score, read_predictions
from studio.tables import baselines
from studio.tables.baselines import Model, submission_of, train_baseline
from studio.tables.making import Pieces, make
from studio.tables.recognising import Setup, Task
from studio.tables.splitting import Cut, Way
from studio.tables.table import Table, table_of
from studio.tables.writing import csv_bytes

from .datasets import SETUPS, plan_of

NUMBERS = Setup(("id",), ("y",), Task.REGRESSION)


def scores(name: str, metric: str) -> dict[Model, float]:
    dataset, setup = SETUPS[name]
    way = Cut(Way.STRATIFIED, 0.4)
    made = make(Pieces(train=dataset()), plan_of(setup, metric, test=way, public=way))
    found = {}
    for model in Model:
        baseline = train_baseline(model, made.pieces.train, made.pieces.test, made.setup)
        submission = csv_bytes(submission_of(baseline.estimate, made))
        found[model] = public_score(made.prepared, read_predictions(submission, made.prepared))
    return found


@pytest.mark.parametrize(
    ("name", "metric", "sign"),
    [
        ("numbers", "rmse", -1),
        ("yes_or_no", "log_loss", -1),
        ("yes_or_no", "accuracy", 1),
        ("classes", "accuracy", 1),
        ("classes", "log_loss", -1),
        ("labels", "auc", 1),
    ],
)
def test_models_beat_the_constant(name, metric, sign):
    found = scores(name, metric)

    assert sign * found[Model.LINEAR] > sign * found[Model.CONSTANT]
    assert sign * found[Model.TREE] > sign * found[Model.CONSTANT]


def data(rows: int = 300) -> tuple[Table, Table]:
    generator = np.random.default_rng(0)
    x, kind = generator.normal(size=rows), generator.choice(["a", "b", None], rows)
    days = np.datetime64("2024-01-01") + generator.integers(0, 90, rows)
    y = 2 * x + (kind == "a") + generator.normal(size=rows) / 10
    gaps = np.where(generator.random(rows) < 0.1, np.nan, x)
    train = table_of("train", {"id": np.arange(rows), "x": gaps, "kind": kind, "day": days.astype(str), "y": y})
    return train, train.without(["y"])


@pytest.mark.parametrize("model", [Model.LINEAR, Model.TREE])
def test_gaps_categories_and_dates_are_features(model):
    train, test = data()
    baseline = train_baseline(model, train, test, NUMBERS)

    assert baseline.features == (4 if model is Model.LINEAR else 3)
    assert baseline.train_rows == 300
    assert np.corrcoef(baseline.estimate.columns[0], train.numbers("y"))[0, 1] > 0.9


def test_the_seed_decides():
    train, test = data()
    # With time enough: where that runs out, fewer trees are grown.
    first, again = (
        train_baseline(Model.TREE, train, test, NUMBERS, seed=1, seconds=600.0).estimate.columns[0] for _ in range(2)
    )

    assert (first == again).all()


def test_of_many_rows_a_sample_is_trained_on_and_all_are_estimated(monkeypatch):
    monkeypatch.setattr(baselines, "MOST_ROWS", 120)
    monkeypatch.setattr(baselines, "BLOCK", 70)
    train, test = data()
    baseline = train_baseline(Model.LINEAR, train, test, NUMBERS)

    assert baseline.train_rows == 120
    assert baseline.estimate.columns[0].shape == (300,)


def test_targets_for_which_there_is_no_time_get_the_constant():
    dataset, setup = SETUPS["labels"]
    estimate = train_baseline(Model.LINEAR, dataset(), dataset(), setup, seconds=-1.0).estimate

    assert [np.ptp(column[:, 0]) > 0 for column in estimate.columns] == [True, False, False]


@pytest.mark.parametrize(
    ("train", "setup", "reason"),
    [
        (data()[0].without(["y"]), NUMBERS, "no_answers_in_train"),
        (data()[0].only(["id", "y"]), NUMBERS, "no_features"),
        (data()[0].with_column("y", ["a b"] * 300), Setup(("id",), ("y",), Task.RANKING), "no_model_for_task"),
    ],
)
def test_without_a_model_there_is_a_reason(train, setup, reason):
    baseline = train_baseline(Model.TREE, train, data()[1], setup)

    assert (baseline.estimate, baseline.reason) == (None, reason)


@pytest.mark.parametrize("model", [*Model])
@pytest.mark.parametrize(
    "answers",
    [[1.0] * 300, [None] * 300, [1e300, -1e300] * 150, [None, 1.0] * 150],
    ids=["one value", "blank", "huge", "gaps"],
)
def test_strange_answers_are_no_errors(model, answers):
    train, test = data()
    baseline = train_baseline(model, train.with_column("y", pa.array(answers, pa.float64())), test, NUMBERS)

    assert baseline.estimate is not None or baseline.reason


@pytest.mark.parametrize("model", [Model.LINEAR, Model.TREE])
def test_one_class_is_no_error(model):
    train, test = data()
    baseline = train_baseline(model, train.with_column("y", ["a"] * 300), test, Setup(("id",), ("y",), Task.BINARY))

    assert baseline.estimate.classes == (("a",),)
