"""The files of a competition out of those of the organiser."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from scoring import InvalidMetricParameters, read_predictions
from studio.tables.making import CannotMake, Pieces, Plan, make, write_csv
from studio.tables.reading import read_table
from studio.tables.recognising import Setup, Task
from studio.tables.splitting import Cut, Way
from studio.tables.table import table_of
from studio.tables.writing import csv_bytes

from .datasets import SETUPS, pieces_of, plan_of

N = 40
IDS = [f"{number:03d}" for number in range(N)]
SETUP = Setup(("id",), ("y",), Task.BINARY, positive="yes")
FULL = table_of("full.csv", {"id": IDS, "x": np.arange(N) / 3, "y": ["yes", "no", "no", "no"] * 10})
TRAIN, TEST_FULL = FULL.take(np.arange(20)).called("train.csv"), FULL.take(np.arange(20, N)).called("test.csv")
TEST = TEST_FULL.without(["y"])
ANSWERS = TEST_FULL.only(["id", "y"]).called("solution.csv")


@pytest.mark.parametrize(
    ("name", "metric"),
    [("numbers", "rmse"), ("yes_or_no", "auc"), ("classes", "log_loss"), ("labels", "auc"), ("rankings", "map_at_k")],
)
def test_a_full_table_becomes_four_files_that_score(name, metric):
    dataset, setup = SETUPS[name]
    table = dataset()
    made = make(Pieces(train=table), plan_of(setup, metric))
    pieces = made.pieces

    assert pieces.train.rows + pieces.test.rows == table.rows
    assert not set(setup.target_columns) & set(pieces.test.names)
    assert pieces.solution.names == (*setup.id_columns, *setup.target_columns, "Usage")
    assert pieces.test.text(setup.id_columns[0]).equals(pieces.solution.text(setup.id_columns[0]))
    assert made.problems == ()
    read_predictions(csv_bytes(pieces.sample), made.prepared)


def test_ids_keep_their_zeros_in_every_file():
    made = make(Pieces(train=FULL), plan_of(SETUP, "auc"))

    for table in (made.pieces.train, made.pieces.test, made.pieces.sample, made.pieces.solution):
        assert set(table.text("id").to_pylist()) <= set(IDS)


def test_files_of_the_same_plan_are_the_same():
    first, again = (make(Pieces(train=FULL), plan_of(SETUP, "auc", shuffle=True)) for _ in range(2))

    assert all(
        csv_bytes(getattr(first.pieces, role)) == csv_bytes(getattr(again.pieces, role))
        for role in ("train", "test", "sample", "solution")
    )


def test_the_sample_is_made_of_train_alone():
    train = TRAIN.with_column("y", ["yes"] * 5 + ["no"] * 15)
    every_answer_yes = ANSWERS.with_column("y", ["yes"] * 19 + ["no"])
    made = make(Pieces(train=train, test=TEST, solution=every_answer_yes), plan_of(SETUP, "log_loss", test=None))

    assert set(made.pieces.sample.text("y").to_pylist()) == {"0.25"}


def test_without_train_the_sample_tells_nothing():
    made = make(Pieces(test=TEST, solution=ANSWERS), plan_of(SETUP, "auc", test=None, public=Cut(Way.STRATIFIED)))

    assert set(made.pieces.sample.text("y").to_pylist()) == {"0.5"}


@pytest.mark.parametrize(
    ("metric", "answers", "labels"),
    [("auc", {"0", "1"}, {"y": "yes"}), ("accuracy", {"yes", "no"}, {}), ("f1", {"yes", "no"}, {})],
)
def test_yes_and_no_are_written_as_the_metric_takes_them(metric, answers, labels):
    params = {"positive": "yes"} if metric == "f1" else {}
    made = make(Pieces(train=FULL), plan_of(SETUP, metric, metric_params=params))

    assert set(made.pieces.solution.text("y").to_pylist()) == answers
    assert made.labels == labels


def test_a_test_with_answers_loses_them():
    made = make(Pieces(train=TRAIN, test=TEST_FULL), plan_of(SETUP, "auc", test=None))

    assert made.pieces.test.names == ("id", "x")
    assert made.pieces.solution.rows == 20


def test_a_solution_in_another_order_is_brought_into_that_of_test():
    made = make(
        Pieces(train=TRAIN, test=TEST, solution=ANSWERS.take(np.arange(20)[::-1])), plan_of(SETUP, "auc", test=None)
    )

    assert made.pieces.solution.text("id").equals(TEST.text("id"))
    assert made.pieces.solution.text("y").to_pylist() == ["1", "0", "0", "0"] * 5


def test_a_usage_of_the_organisers_is_kept():
    usage = ["Public"] * 8 + ["Private"] * 12
    solution = ANSWERS.with_column("split", usage)
    plan = plan_of(SETUP, "auc", test=None, public=None, usage_column="split")
    made = make(Pieces(train=TRAIN, test=TEST, solution=solution), plan)

    assert made.pieces.solution.text("Usage").to_pylist() == usage
    assert (made.prepared.public_rows, made.prepared.private_rows) == (8, 12)


def test_without_a_split_every_row_counts_for_both():
    made = make(Pieces(train=TRAIN, test=TEST_FULL), plan_of(SETUP, "auc", test=None, public=None))

    assert made.pieces.solution.names == ("id", "y")
    assert made.prepared.public_rows == made.prepared.private_rows == 20


def test_a_solution_alone_makes_a_test_of_ids():
    made = make(Pieces(solution=ANSWERS.with_column("secret", IDS[:20])), plan_of(SETUP, "auc", test=None))

    assert made.pieces.test.names == ("id",)


@pytest.mark.parametrize("given", [(), ("id",)], ids=["made", "replaced"])
def test_new_ids_say_nothing_of_where_a_row_came_from(given):
    setup = Setup(given, ("y",), Task.BINARY, positive="yes")
    table = FULL if given else FULL.without(["id"])
    made = make(Pieces(train=table), plan_of(setup, "auc", new_ids=True))

    assert made.setup.id_columns == ("id",)
    assert made.pieces.test.names[0] == "id"
    assert made.pieces.train.text("id").to_pylist() == [str(number) for number in range(24)]
    assert made.pieces.test.text("id").to_pylist() == [str(number) for number in range(24, 40)]


def test_an_index_that_was_written_along_gets_a_name_that_a_submission_may_have():
    table = FULL.renamed({"id": "Unnamed: 0"})
    made = make(Pieces(train=table), plan_of(Setup(("Unnamed: 0",), ("y",), Task.BINARY, positive="yes"), "accuracy"))

    assert made.spec.id_column == "id"
    assert made.problems == ()


def test_rows_are_shuffled_on_demand():
    plain = make(Pieces(train=FULL), plan_of(SETUP, "auc"))
    mixed = make(Pieces(train=FULL), plan_of(SETUP, "auc", shuffle=True))

    assert plain.pieces.test.text("id").to_pylist() == sorted(mixed.pieces.test.text("id").to_pylist())
    assert plain.pieces.test.text("id") != mixed.pieces.test.text("id")


def test_ids_of_two_columns():
    table = table_of(
        "sales.csv",
        {"date": ["2024-01-01", "2024-01-02"] * 20, "shop": [n // 2 for n in range(N)], "y": np.arange(N) * 1.5},
    )
    made = make(Pieces(train=table), plan_of(Setup(("date", "shop"), ("y",), Task.REGRESSION), "rmse"))

    assert made.spec.id_column == "date,shop"
    assert made.pieces.sample.names == ("date", "shop", "y")
    read_predictions(csv_bytes(made.pieces.sample), made.prepared)


def test_a_sample_that_fits_stays():
    sample = TEST.only(["id"]).with_column("y", ["0.123"] * 20)
    made = make(Pieces(TRAIN, TEST, sample, ANSWERS), plan_of(SETUP, "auc", test=None))
    other = make(Pieces(TRAIN, TEST, sample.renamed({"y": "z"}), ANSWERS), plan_of(SETUP, "auc", test=None))

    assert set(made.pieces.sample.text("y").to_pylist()) == {"0.123"}
    assert other.pieces.sample.names == ("id", "y")


def test_classes_that_are_named_are_columns_even_if_test_has_none():
    table = table_of("a", {"id": IDS, "y": ["a"] * 10 + ["b", "c"] * 15})
    setup = Setup(("id",), ("y",), Task.MULTICLASS)
    params = {"classes": ["a", "b", "c"]}
    made = make(
        Pieces(train=table), plan_of(setup, "log_loss", metric_params=params, test=Cut(Way.TIME, 0.3, column="id"))
    )

    assert made.pieces.sample.names == ("id", "a", "b", "c")


@pytest.mark.parametrize(
    ("pieces", "plan", "code"),
    [
        (Pieces(test=TEST), plan_of(SETUP, "auc"), "no_train"),
        (Pieces(train=TRAIN, test=TEST), plan_of(SETUP, "auc", test=None), "no_answers"),
        (Pieces(train=TRAIN.without(["y"])), plan_of(SETUP, "auc"), "missing_column"),
        (Pieces(test=TEST, solution=ANSWERS.take(np.arange(19))), plan_of(SETUP, "auc", test=None), "ids_differ"),
        (
            Pieces(test=TEST, solution=ANSWERS.take(np.arange(19))),
            plan_of(Setup((), ("y",), Task.BINARY), "auc", test=None),
            "ids_needed",
        ),
    ],
)
def test_what_cannot_be_made_says_why(pieces, plan, code):
    with pytest.raises(CannotMake) as refused:
        make(pieces, plan)

    assert refused.value.code == code


def test_a_solution_that_the_metric_does_not_take_comes_with_the_problem():
    made = make(Pieces(train=FULL), plan_of(SETUP, "rmse"))

    assert made.prepared is None
    assert made.problems[0].code == "not_a_number"
    assert made.pieces.sample.rows == made.pieces.test.rows


def test_wrong_parameters_are_refused():
    with pytest.raises(InvalidMetricParameters):
        make(Pieces(train=FULL), plan_of(SETUP, "auc", metric_params={"alfa": 1}))


def test_a_plan_goes_through_json():
    plan = plan_of(SETUP, "f1", metric_params={"positive": "yes"}, public=None)

    assert Plan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan


def test_roles_become_pieces():
    pieces, _found = pieces_of(TRAIN, TEST, ANSWERS)

    assert (pieces.train, pieces.test, pieces.sample, pieces.solution) == (TRAIN, TEST, None, ANSWERS)


# --- writing ----------------------------------------------------------------------------------------------------------
def test_what_is_written_reads_back():
    table = table_of(
        "x",
        {
            "id": ["007", "8", "9"],
            "a, b": ["plain", 'say "hi"', "two\nlines"],
            "n": [1.5, None, 2.0],
            "ü": [None, "é", ","],
        },
    )
    out = io.BytesIO()
    size = write_csv(table, out)

    assert size == len(out.getvalue())
    assert out.getvalue().startswith(b'id,"a, b",n,\xc3\xbc\n007,plain,1.5,\n')
    assert read_table(out.getvalue(), name="x").columns.to_pydict() == table.columns.to_pydict()


def test_many_rows_are_written_in_blocks():
    rows = 100_000
    table = table_of("x", {"id": np.arange(rows), "y": np.arange(rows) * 2}).take(np.arange(rows)[::-1])

    lines = csv_bytes(table).split(b"\n")
    assert (lines[1], lines[-2], len(lines)) == (b"99999,199998", b"0,0", rows + 2)


def test_a_single_column_keeps_its_blanks():
    table = table_of("x", {"y": ["a", None, "b"]})

    assert read_table(csv_bytes(table), name="x").text("y").to_pylist() == ["a", None, "b"]
