"""Rows told apart by more than one column: joined in the solution, in submissions and for organisers' own metrics."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from scoring import (
    InvalidSolution,
    InvalidSubmission,
    PreparedSolution,
    SolutionSpec,
    check_submission,
    expected_file,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
    reading,
    table_schema,
)
from scoring.own import frames
from scoring.own.program import call, read_bytes
from tests.scoring.builders import csv_file

STORES = ["MSFT", "MSFT", "AAPL", "AAPL", "7", "07"]
DAYS = ["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-02", "2024-01-01", "2024-01-01"]
SALES = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
USAGE = ["Public", "Private"] * 3
TABLE = {"store": STORES, "date": DAYS, "sales": SALES, "Usage": USAGE}


def solution(table=TABLE, *, metric="rmse", id_column="store,date", **fields) -> PreparedSolution:
    fields.setdefault("target_columns", ("sales",) if "sales" in table else ())
    return prepare_solution(csv_file(table), SolutionSpec(metric=metric, id_column=id_column, **fields))


def sent(**columns) -> bytes:
    return csv_file({"store": STORES, "date": DAYS, "sales": SALES, **columns})


def problems(refused) -> list[tuple]:
    return [(one.code, one.row, one.id, one.column) for one in refused.value.problems]


@pytest.mark.parametrize("name", ["store,date", " store , date ", "date,store"])
def test_rows_are_joined_by_all_of_them(name):
    prepared = solution(id_column=name)
    order = np.array([3, 1, 5, 0, 2, 4])
    shuffled = {name: np.array(values)[order] for name, values in {**TABLE, "sales": np.array(SALES) + 1}.items()}
    del shuffled["Usage"]
    found = read_predictions(csv_file(shuffled), prepared)
    assert found.columns[0].tolist() == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert (public_score(prepared, found), private_score(prepared, found)) == (1.0, 1.0)


def test_a_clean_file_goes_the_quick_way(monkeypatch):
    prepared = solution()
    monkeypatch.setattr(reading.refusals, "read_carefully", lambda *_: pytest.fail("read twice"))
    assert read_predictions(sent(), prepared).columns[0].tolist() == SALES


def test_columns_may_stand_in_any_order_and_as_parquet():
    prepared = solution()
    table = pa.table({"sales": SALES, "date": pa.array(DAYS).cast(pa.date32()), "store": STORES})
    buffer = BytesIO()
    pq.write_table(table, buffer)
    assert read_predictions(buffer.getvalue(), prepared).columns[0].tolist() == SALES


@pytest.mark.parametrize(
    "columns",
    [
        {"date": [f"{day} 00:00:00" for day in DAYS]},
        {"store": [f" {store}" for store in STORES]},
        {"date": [f"{day}T00:00:00Z" for day in DAYS], "store": [f"{store} " for store in STORES]},
    ],
    ids=["midnights", "blanks", "both"],
)
def test_other_spellings_of_a_value_are_the_same_one(columns):
    assert read_predictions(sent(**columns), solution()).columns[0].tolist() == SALES


def test_whole_numbers_that_pandas_made_floats_are_the_same_ones():
    table = {"user": [1, 1, 2], "item": [10, 11, 10], "t": [1, 2, 3], "Usage": ["Public", "Private", "Public"]}
    prepared = solution(table, id_column="user,item", target_columns=("t",))
    file = csv_file({"user": ["1.0", "1.0", "2.0"], "item": [10, 11, 10], "t": [3, 4, 5]})
    assert read_predictions(file, prepared).columns[0].tolist() == [3.0, 4.0, 5.0]
    # With zeros in front it is another text.
    with pytest.raises(InvalidSubmission):
        read_predictions(csv_file({"user": ["01", "1", "2"], "item": [10, 11, 10], "t": [3, 4, 5]}), prepared)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"date": [*DAYS[:5], "2024-01-09"]}, [("unknown_ids", 6, "07, 2024-01-09", "store,date")]),
        ({"store": ["MSFT", "MSFT", "AAPL", "AAPL", "7", "7"]}, [("duplicate_ids", 6, "7, 2024-01-01", "store,date")]),
        ({"store": ["", *STORES[1:]]}, [("missing_value", 1, None, "store,date")]),
        ({"sales": ["high", *SALES[1:]]}, [("not_a_number", 1, "MSFT, 2024-01-01", "sales")]),
    ],
    ids=["unknown", "repeated", "blank", "value"],
)
def test_faults_name_the_values_of_all_of_them(columns, expected):
    with pytest.raises(InvalidSubmission) as refused:
        read_predictions(sent(**columns), solution())
    assert [one for one in problems(refused) if one[0] != "missing_ids"] == expected
    for one in refused.value.problems:
        assert "\x1f" not in one.text() + str(one.as_dict())


def test_a_missing_row_is_named():
    with pytest.raises(InvalidSubmission) as refused:
        read_predictions(csv_file({"store": STORES[:5], "date": DAYS[:5], "sales": SALES[:5]}), solution())
    assert problems(refused) == [("missing_ids", None, "07, 2024-01-01", "store,date")]


@pytest.mark.parametrize("left_out", ["store", "date"])
def test_each_of_the_columns_must_be_there(left_out):
    columns = {"store": STORES, "date": DAYS, "sales": SALES}
    del columns[left_out]
    with pytest.raises(InvalidSubmission) as refused:
        read_predictions(csv_file(columns), solution())
    assert problems(refused) == [("missing_columns", None, None, left_out)]
    with pytest.raises(InvalidSolution) as refused:
        solution({name: values for name, values in TABLE.items() if name != left_out})
    assert problems(refused) == [("missing_columns", None, None, left_out)]


@pytest.mark.parametrize(
    ("table", "fields", "code"),
    [
        (TABLE, {"id_column": "store,store"}, "duplicate_columns"),
        (TABLE, {"target_columns": ("date",)}, "duplicate_columns"),
        ({**TABLE, "store": ["a"] * 6, "date": ["b"] * 6}, {}, "duplicate_ids"),
        ({**TABLE, "store": ["a\x1fb", *STORES[1:]]}, {}, "missing_value"),
        ({**TABLE, "date": ["", *DAYS[1:]]}, {}, "missing_value"),
        (
            {f"c{n}": range(6) for n in range(9)} | TABLE,
            {"id_column": ",".join(f"c{n}" for n in range(9))},
            "too_many_id_columns",
        ),
    ],
    ids=["twice", "target", "repeated", "separator", "blank", "many"],
)
def test_solutions_whose_ids_are_none_are_refused(table, fields, code):
    with pytest.raises(InvalidSolution) as refused:
        solution(table, **fields)
    assert {one.code for one in refused.value.problems} == {code}


def test_one_value_may_not_look_like_two():
    """The sign between values is refused in a solution; in a submission nothing with it is ever known."""
    table = {"a": ["x", "y"], "b": ["y", "z"], "t": [1, 2], "Usage": ["Public", "Private"]}
    prepared = solution(table, id_column="a,b", target_columns=("t",))
    with pytest.raises(InvalidSubmission):
        read_predictions(csv_file({"a": ["x\x1fy", "y"], "b": ["", "z"], "t": [1, 2]}), prepared)


def test_a_column_whose_name_has_a_comma_is_one_column():
    table = {"store,date": ["a", "b"], "sales": [1, 2], "Usage": ["Public", "Private"]}
    prepared = solution(table)
    assert prepared.layout.id_columns == ()
    assert read_predictions(csv_file({"store,date": ["b", "a"], "sales": [2, 1]}), prepared).columns[0].tolist() == [
        1,
        2,
    ]


def test_the_other_columns_are_targets_where_none_are_named():
    assert solution(target_columns=()).expected_columns == ("store,date", "sales")


def test_rows_may_be_grouped_by_one_of_them():
    prepared = solution({**TABLE, "Usage": ["Public"] * 5 + ["Private"]}, metric_params={"group_column": "store"})
    found = read_predictions(sent(sales=[2.0, 3.0, 3.0, 4.0, 5.0, 6.0]), prepared)
    assert_allclose(public_score(prepared, found), (1.0 + 0.0 + 0.0) / 3)


def test_what_is_stored_knows_them(tmp_path):
    prepared = solution()
    prepared.save(tmp_path)
    loaded = PreparedSolution.load(tmp_path)
    assert loaded.layout == prepared.layout
    assert read_predictions(sent(), loaded).columns[0].tolist() == SALES


def test_the_schema_names_them_all_and_checks_as_the_server_does():
    schema = table_schema(solution())
    assert schema["primaryKey"] == ["store", "date"]
    assert [one["name"] for one in schema["fields"]] == ["store", "date", "sales"]
    expected = expected_file(schema, sent())
    check_submission(sent(), expected)
    with pytest.raises(InvalidSubmission) as refused:
        check_submission(sent(date=[*DAYS[:5], "2024-01-09"]), expected)
    assert {one.code for one in refused.value.problems} == {"unknown_ids", "missing_ids"}


def test_a_solution_of_one_id_column_has_the_digest_it_had():
    """What is stored of competitions so far stays of use: nothing of several columns is in their layouts."""
    one = prepare_solution(
        csv_file({"id": [1, 2], "t": [1, 2], "Usage": ["Public", "Private"]}), SolutionSpec(metric="rmse")
    )
    assert "id_columns" not in one.layout.as_dict()


OWN = """
def score(solution, submission, row_id_column_name):
    both = solution.merge(submission, on=row_id_column_name, suffixes=("", "_pred"))
    assert len(both) == len(solution)
    assert {"store", "date"} <= set(solution.columns)
    del solution[row_id_column_name], submission[row_id_column_name]
    assert list(submission.columns) == ["sales"]
    return both.groupby("store").apply(lambda rows: (rows["sales"] - rows["sales_pred"]).abs().mean()).mean()
"""


@pytest.mark.parametrize("part", ["public", "private"])
def test_an_own_metric_gets_one_id_and_the_columns_it_is_made_of(part):
    prepared = solution(metric="own_smaller_is_better")
    read = read_predictions(sent(sales=[value + 1 for value in SALES]), prepared)
    truth = read_bytes(frames.solution_frame(prepared, part))
    given_ = read_bytes(frames.submission_frame(prepared, read.columns, part))
    row_id = prepared.layout.id_column
    given_.insert(0, row_id, truth[row_id])
    rows = [n for n in range(6) if USAGE[n].lower() == part]
    assert truth[row_id].tolist() == [f"{STORES[n]},{DAYS[n]}" for n in rows]
    answer = call(OWN, truth, given_, row_id=row_id, params={}, ranked="")
    assert answer.get("score") == 1.0, answer
    assert isinstance(truth, pd.DataFrame)


@given(data=st.data())
@settings(max_examples=30, deadline=None, database=None)
def test_any_order_of_any_ids_is_brought_into_that_of_the_solution(data):
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n\x1f"), min_size=1, max_size=4)
    words = text.filter(lambda one: one.strip() and one == one.strip())
    from scoring.spellings import as_read

    pairs = data.draw(st.lists(st.tuples(words, words), min_size=2, max_size=12, unique=True))
    spelt = {tuple(as_read(pa.chunked_array([list(pair)])).to_pylist()) for pair in pairs}
    if len(spelt) < len(pairs):
        return
    values = list(range(len(pairs)))
    usage = ["Public", *["Private"] * (len(pairs) - 1)]
    table = {"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "t": values, "Usage": usage}
    prepared = solution(table, id_column="a,b", target_columns=("t",))
    order = data.draw(st.permutations(values))
    file = csv_file({"b": [pairs[n][1] for n in order], "t": order, "a": [pairs[n][0] for n in order]})
    assert read_predictions(file, prepared).columns[0].tolist() == values
