"""Which file is which, which column does what, and why."""

from __future__ import annotations

import json

import numpy as np
import pytest

from studio.tables.recognising import Role, Setup, Task, guess_positive, guess_task, recognise
from studio.tables.table import table_of

from .datasets import SETUPS

N = 60
IDS = [f"{number:04d}" for number in range(N)]
Y = [number % 2 for number in range(N)]
X = [number / 7 for number in range(N)]

TRAIN = table_of("train.csv", {"id": IDS, "x": X, "z": X[::-1], "y": Y})
TEST = TRAIN.without(["y"]).called("test.csv")
SAMPLE = table_of("sample_submission.csv", {"id": IDS, "y": [0] * N})
SOLUTION = table_of("solution.csv", {"id": IDS, "y": Y, "Usage": ["Public", "Private"] * (N // 2)})


@pytest.mark.parametrize("name", [*SETUPS])
def test_one_full_table_is_understood(name):
    make, setup = SETUPS[name]

    found = recognise([make()])

    assert found.roles[make().name].value is Role.TRAIN
    assert found.setup() == setup


@pytest.mark.parametrize(
    ("tables", "roles"),
    [
        ([TRAIN], ["only_file"]),
        ([TRAIN, TEST, SAMPLE], ["file_name", "file_name", "file_name"]),
        ([TRAIN, TEST, SOLUTION], ["file_name", "file_name", "has_usage"]),
        (
            [TRAIN.called("a"), TEST.called("b"), SAMPLE.called("c")],
            ["most_columns", "train_without_some", "one_value_everywhere"],
        ),
        (
            [TEST.called("a"), TRAIN.called("b"), SOLUTION.without(["Usage"]).called("c")],
            ["train_without_some", "most_columns", "answers_by_id"],
        ),
        ([TRAIN.called("a"), TRAIN.take(np.arange(20)).called("b")], ["most_columns", "same_columns_as_train"]),
    ],
)
def test_files_are_told_by_name_and_by_columns(tables, roles):
    found = recognise(tables)

    assert [found.roles[table.name].reason for table in tables] == roles
    assert found.ids.value == ("id",)
    assert found.targets.value == ("y",)


def test_a_file_that_fits_nothing_is_another():
    found = recognise([TRAIN, TEST, table_of("shops.csv", {"shop": ["a", "b"], "town": ["x", "y"]})])

    assert found.roles["shops.csv"].value is Role.OTHER


def test_without_any_table_nothing_is_found():
    assert recognise([]).setup() is None


@pytest.mark.parametrize(
    ("columns", "ids", "reason"),
    [
        ({"x": X, "id": IDS, "y": Y}, ("id",), "named_like_an_id"),
        ({"PassengerId": IDS, "x": X, "y": Y}, ("PassengerId",), "named_like_an_id"),
        ({"humid": IDS, "x": X, "y": Y}, ("humid",), "unique_in_front"),
        ({"Unnamed: 0": list(range(N)), "x": X, "y": Y}, ("Unnamed: 0",), "written_along_index"),
        ({"x": X, "n": Y, "y": Y}, (), "no_id"),
        (
            {"date": ["2024-01-01", "2024-01-02"] * (N // 2), "shop_id": [n // 2 for n in range(N)], "y": X},
            ("date", "shop_id"),
            "unique_together",
        ),
        ({"id": ["a"] * N, "x": X, "y": Y}, (), "no_id"),
    ],
)
def test_ids_tell_rows_apart(columns, ids, reason):
    found = recognise([table_of("data.csv", columns)])

    assert (found.ids.value, found.ids.reason) == (ids, reason)


@pytest.mark.parametrize(
    ("tables", "targets", "reason"),
    [
        ([TRAIN, TEST], ("y",), "missing_in_test"),
        ([TRAIN, SAMPLE], ("y",), "asked_by_sample"),
        ([TEST, SOLUTION], ("y",), "in_solution"),
        ([table_of("a", {"id": IDS, "target": Y, "x": X})], ("target",), "named_like_a_target"),
        ([table_of("a", {"id": IDS, "x": X, "price": X})], ("price",), "last_column"),
        (
            [
                table_of("train", {"id": IDS, "k": ["a", "b", "c"] * 20, "x": X}),
                table_of("sample", {"id": IDS, "a": Y, "b": Y, "c": Y}),
            ],
            ("k",),
            "classes_in_sample",
        ),
    ],
)
def test_targets(tables, targets, reason):
    found = recognise(tables)

    assert (found.targets.value, found.targets.reason) == (targets, reason)


@pytest.mark.parametrize(
    ("columns", "task", "reason"),
    [
        ({"y": Y}, Task.BINARY, "two_values"),
        ({"y": ["yes", "no", None] * 20}, Task.BINARY, "two_values"),
        ({"y": X}, Task.REGRESSION, "decimals"),
        ({"y": list(range(N))}, Task.REGRESSION, "many_numbers"),
        ({"y": [1.0, 2.0, 3.0] * 20}, Task.MULTICLASS, "few_whole_numbers"),
        ({"y": ["a", "b", "c"] * 20}, Task.MULTICLASS, "few_texts"),
        ({"y": [f"a sentence about {n}, and more." for n in range(N)]}, Task.TEXT, "many_texts"),
        ({"y": ["a b", "b c", "c a d"] * 20}, Task.RANKING, "lists_of_labels"),
        ({"a": Y, "b": Y[::-1]}, Task.MULTILABEL, "columns_of_yes_and_no"),
        ({"a": X, "b": Y}, Task.REGRESSION, "columns_of_numbers"),
        ({"y": [None] * N}, None, "nothing_found"),
    ],
)
def test_tasks(columns, task, reason):
    guess = guess_task(table_of("train", columns), list(columns))

    assert (guess.value, guess.reason) == (task, reason)


@pytest.mark.parametrize(
    ("values", "positive"),
    [([0, 1, 1], "1"), (["no", "yes", "yes"], "yes"), (["N", "Y"], "Y"), (["x", "x", "o"], "o"), (["x", "x"], None)],
)
def test_which_value_means_yes(values, positive):
    assert guess_positive(table_of("train", {"y": values}), "y").value == positive


def test_dates_and_groups_are_those_that_test_rows_have_too():
    days = [f"2024-01-{1 + number % 28:02d}" for number in range(N)]
    shop = [f"s{number % 6}" for number in range(N)]
    train = table_of("train.csv", {"id": IDS, "day": days, "shop": shop, "x": X, "late_id": shop, "y": Y})
    test = train.without(["y", "late_id"]).called("test.csv")
    sample = SAMPLE

    found = recognise([train, test, sample])

    assert found.dates.value == ("day",)
    assert found.groups.value == ("shop",)


def test_years_are_moments():
    found = recognise([table_of("a", {"id": IDS, "year": [1990 + number % 30 for number in range(N)], "y": X})])

    assert (found.dates.value, found.dates.reason) == (("year",), "looks_like_years")


@pytest.mark.parametrize("name", [*SETUPS])
def test_a_setup_goes_through_json(name):
    setup = SETUPS[name][1]

    assert Setup.from_dict(json.loads(json.dumps(setup.as_dict()))) == setup
