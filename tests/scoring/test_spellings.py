"""Ids and labels in the spellings that people's programs give them: read where they can be nothing else, or told."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from scoring import (
    InvalidSolution,
    InvalidSubmission,
    SolutionSpec,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
)
from tests.scoring.builders import csv_file, score_of, solution_of, submission_of, usages

GUESS = [1.0, 2.0, 3.0, 4.0]


def parquet(**columns) -> bytes:
    out = io.BytesIO()
    pa_parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def refusal(data, solution):
    with pytest.raises(InvalidSubmission) as caught:
        read_predictions(data, solution)
    assert all(problem.text() for problem in caught.value.problems)
    return caught.value.problems


def apart(text: str) -> str:
    return unicodedata.normalize("NFD", text)


# --- ids --------------------------------------------------------------------------------------------------------------

KANA = ["がぎ", "ぱん", "é", "z"]
DAYS = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]
HOURS = [f"2024-01-01 0{hour}:30:00" for hour in range(4)]

SAME_IDS = {
    "accents apart": (KANA, [apart(text) for text in KANA]),
    "accents apart in the solution": ([apart(text) for text in KANA], KANA),
    "blanks around": (["a", "b", "c", "d"], [" a", "b ", " c ", "d"]),
    "midnight": (DAYS, [f"{day} 00:00:00" for day in DAYS]),
    "midnight in ISO 8601": (DAYS, [f"{day}T00:00:00.000Z" for day in DAYS]),
    "days": ([f"{day} 00:00:00" for day in DAYS], DAYS),
    "moments": (HOURS, [hour.replace(" ", "T") + ".000000" for hour in HOURS]),
    "floats of the solution": (["1.0", "2.0", "3.0", "40.0"], ["1", "2", "3", "40"]),
    "floats of the submission": (["1", "2", "3", "40"], ["1.0", "2.0", "3.0", "40.0"]),
    "floats of both": (["1.0", "2.0", "3.0", "40.0"], ["1.0", "2.0", "3.0", "40.0"]),
    "R": (["100000", "5", "2000000", "7"], ["1e+05", "5", "2e+06", "7"]),
}


@pytest.mark.parametrize(("ids", "given"), SAME_IDS.values(), ids=SAME_IDS.keys())
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 0, 3, 1]])
def test_ids_that_read_the_same_are_the_same(ids, given, order):
    solution = solution_of("rmse", {"target": GUESS}, ids=ids)
    data = submission_of({"target": np.array(GUESS)[order]}, ids=[given[place] for place in order])
    assert read_predictions(data, solution).columns[0].tolist() == GUESS


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.timestamp("us"), pa.date32()])
def test_days_in_parquet_are_days(kind):
    solution = solution_of("rmse", {"target": GUESS}, ids=DAYS)
    days = pa.array([dt.date.fromisoformat(day) for day in DAYS]).cast(kind)
    assert read_predictions(parquet(id=days, target=GUESS), solution).columns[0].tolist() == GUESS


def test_ids_of_the_solution_that_differ_in_nothing_but_spelling_stay_apart():
    ids = ["é", apart("é"), "2024-01-01", "2024-01-01 00:00:00"]
    solution = solution_of("rmse", {"target": GUESS}, ids=ids)
    assert read_predictions(submission_of({"target": GUESS}, ids=ids), solution).columns[0].tolist() == GUESS
    problems = refusal(submission_of({"target": GUESS}, ids=[*ids[:3], "2024-01-01T00:00:00"]), solution)
    assert [problem.code for problem in problems] == ["unknown_ids", "missing_ids"]


def test_one_id_in_two_spellings_is_a_repeated_id():
    solution = solution_of("rmse", {"target": GUESS}, ids=KANA)
    problems = refusal(submission_of({"target": [*GUESS, 5]}, ids=[*KANA, apart("がぎ")]), solution)
    assert [(problem.code, problem.row) for problem in problems] == [("duplicate_ids", 5)]


@pytest.mark.parametrize("given", [["514", "7", "x", "80"], ["514.0", "7.0", "x", "80.0"]])
def test_leading_zeros_that_were_lost_are_told_as_that(given):
    solution = solution_of("rmse", {"target": GUESS}, ids=["00514", "007", "x", "80"])
    problems = refusal(submission_of({"target": GUESS}, ids=given), solution)
    zeros = [problem for problem in problems if problem.code == "leading_zeros_missing"]
    assert [(problem.row, problem.id, problem.expected) for problem in zeros][:2] == [
        (1, given[0], "00514"),
        (2, given[1], "007"),
    ]
    assert "unknown_ids" not in {problem.code for problem in problems}
    assert "missing_ids" not in {problem.code for problem in problems}


def test_zeros_are_not_guessed_where_they_tell_ids_apart():
    solution = solution_of("rmse", {"target": GUESS}, ids=["01", "001", "5", "x"])
    problems = refusal(submission_of({"target": GUESS}, ids=["01", "1", "5", "x"]), solution)
    assert [problem.code for problem in problems] == ["unknown_ids", "missing_ids"]


def test_names_of_columns_are_compared_composed():
    solution = solution_of("rmse", {"がく": GUESS})
    assert read_predictions(submission_of({apart("がく"): GUESS}), solution).columns[0].tolist() == GUESS
    data = parquet(id=range(4), **{apart("がく"): GUESS})
    assert read_predictions(data, solution).columns[0].tolist() == GUESS


# --- labels -----------------------------------------------------------------------------------------------------------

YES_NO = [
    (["True", "False", "False", "True"], [1, 0, 0, 1]),
    (["True", "False", "False", "True"], ["1.0", "0.0", "0.0", "1.0"]),
    (["True", "False", "False", "True"], ["true", "false", "FALSE", "TRUE"]),
    (["TRUE", "FALSE", "FALSE", "TRUE"], [True, False, False, True]),
    (["true", "false", "false", "true"], [1, 0, 0, 1]),
    (["True", "False", "FALSE", "true"], [1, 0, 0, 1]),
    (["True", "0", "False", "1"], [True, False, False, True]),
    (["1", "0", "0", "1"], ["TRUE", "false", "False", "true"]),
]


@pytest.mark.parametrize("metric", ["accuracy", "f1", "f1_macro"])
@pytest.mark.parametrize(("truth", "guess"), YES_NO)
def test_a_boolean_is_one_label_in_any_spelling_and_both_directions(metric, truth, guess):
    assert score_of(solution_of(metric, {"t": truth}, everything_public=True), {"t": guess}) == 1.0


@pytest.mark.parametrize("classes", [["True", "False"], ["False", "True"]])
def test_named_booleans_are_booleans_too(classes):
    solution = solution_of("f1", {"t": [1, 0, 0, 1]}, everything_public=True, classes=classes, positive="1")
    assert score_of(solution, {"t": ["true", 0, "0.0", 1]}) == 1.0


def test_a_word_for_true_is_no_other_label():
    solution = solution_of("accuracy", {"t": ["True", "False", "maybe", "1"]}, everything_public=True)
    assert score_of(solution, {"t": ["TRUE", 0, "maybe", "1"]}) == 1.0
    assert score_of(solution, {"t": ["1", 0, "maybe", "1"]}) == 0.75


@pytest.mark.parametrize("metric", ["accuracy", "map_at_k"])
def test_labels_are_compared_composed(metric):
    solution = solution_of(metric, {"t": ["がぎ", apart("ぱん"), "é", "z"]}, everything_public=True)
    for guess in (["がぎ", "ぱん", "é", "z"], [apart(text) for text in ("がぎ", "ぱん", "é", "z")]):
        assert score_of(solution, {"t": guess}) == 1.0


@pytest.mark.parametrize(
    "metric", ["accuracy", "balanced_accuracy", "f1", "f1_micro", "f1_macro", "f1_weighted", "mcc"]
)
@pytest.mark.parametrize("value", ["0.9", "1e-3", "-0.5", "cat", "nan"])
def test_where_labels_are_whole_numbers_nothing_else_is_a_label(metric, value):
    solution = solution_of(metric, {"t": [0, 1, 1, 0]})
    (problem,) = refusal(submission_of({"t": [0, 1, value, 0]}), solution)
    assert (problem.code, problem.row, problem.column, problem.found) == ("not_an_integer", 3, "t", value)


def test_a_whole_number_that_no_row_has_is_wrong_and_not_refused():
    solution = solution_of("accuracy", {"t": [0, 1, 1, 0]}, everything_public=True)
    assert score_of(solution, {"t": [0, 1, 7, 0]}) == 0.75


@pytest.mark.parametrize("metric", ["accuracy", "f1", "mcc", "map_at_k"])
def test_a_file_without_a_single_known_label_is_told_so(metric):
    solution = solution_of(metric, {"t": ["cat", "dog", "cat", "dog"]}, everything_public=True)
    (problem,) = refusal(submission_of({"t": ["Cat", "Dog", "Cat", "Dog"]}), solution)
    assert (problem.code, problem.row, problem.found) == ("no_known_label", 1, "Cat")
    assert np.isfinite(score_of(solution, {"t": ["Cat", "Dog", "Cat", "dog"]}))


@pytest.mark.parametrize("metric", ["accuracy", "map_at_k"])
def test_whether_a_label_is_known_does_not_tell_what_private_rows_hold(metric):
    """The same answer for a label that only private rows have and for one that nobody has."""
    usage = ["Public", "Public", "Private", "Ignored"]
    answers = []
    for private in ("eel", "fox"):
        solution = solution_of(metric, {"t": ["cat", "dog", private, private]}, usage=usage)
        answers.append([problem.as_dict() for problem in refusal(submission_of({"t": ["eel"] * 4}), solution)])
        mixed = read_predictions(submission_of({"t": ["cat", "eel", "eel", "eel"]}), solution)
        answers[-1].append(public_score(solution, mixed))
    assert answers[0] == answers[1]


def test_named_labels_are_all_known():
    solution = solution_of("accuracy", {"t": ["a", "b", "a", "b"]}, everything_public=True, classes=["a", "b", "c"])
    assert score_of(solution, {"t": ["c"] * 4}) == 0.0


LISTS = {
    "commas": (["a,b", "b,a", "a", "b"], [1, 2]),
    "commas and blanks": (["a, b", "b", "a", "b, a"], [1, 4]),
    "a list of Python": (["a b", "['a', 'b']", "a", "b"], [2]),
    "a list of JSON": (["a b", '["a"]', "a", "b"], [2]),
    "one after another": (["a b", "b a", "a", "a,a"], [4]),
}


@pytest.mark.parametrize("metric", ["map_at_k", "ndcg_at_k"])
@pytest.mark.parametrize(("guess", "rows"), LISTS.values(), ids=LISTS.keys())
def test_a_list_in_another_language_is_told_its_cure(metric, guess, rows):
    solution = solution_of(metric, {"t": ["a", "b", "a", "b"]}, everything_public=True)
    problems = refusal(submission_of({"t": guess}), solution)
    assert [(problem.code, problem.row) for problem in problems] == [("labels_not_separated", row) for row in rows]


def test_commas_are_part_of_labels_where_the_solution_has_them():
    solution = solution_of("map_at_k", {"t": ["a,b", "b", "[c]", "d"]}, everything_public=True)
    assert score_of(solution, {"t": ["a,b", "b,x", "[c]", "d"]}) == 0.75


def test_lists_are_judged_by_their_spelling_alone():
    """Unknown labels between the commas are refused like known ones: which are known is not told."""
    solution = solution_of("map_at_k", {"t": ["a", "b", "c", "d"]})
    said = []
    for guess in ("c,d", "x,y"):
        problems = refusal(submission_of({"t": ["a", "b", guess, "a"]}), solution)
        said.append([(problem.code, problem.row) for problem in problems])
    assert said[0] == said[1] == [("labels_not_separated", 3)]


# --- booleans where numbers are asked for -----------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["auc", "brier", "rmse", "quadratic_weighted_kappa"])
@pytest.mark.parametrize("pack", [csv_file, lambda columns: parquet(**columns)], ids=["csv", "parquet"])
@pytest.mark.parametrize("ids", [[0, 1, 2, 3], [" 0", "1", "2", "3"]], ids=["quick", "careful"])
def test_a_column_of_booleans_is_ones_and_zeros(metric, pack, ids):
    solution = solution_of(metric, {"t": [1, 0, 0, 1]})
    data = pack({"id": ids, "t": [True, False, False, True]})
    assert read_predictions(data, solution).columns[0].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_a_solution_may_hold_booleans():
    truth = [True, False, False, True]
    file = csv_file({"id": range(4), "t": truth, "Usage": usages(4, ["Public", "Public", "Private", "Private"])})
    for metric in ("auc", "log_loss"):
        solution = prepare_solution(file, SolutionSpec(metric=metric))
        assert solution.expected_columns == ("id", "t")
        predictions = read_predictions(submission_of({"t": [0.75, 0.25, 0.25, 0.75]}), solution)
        assert public_score(solution, predictions) == private_score(solution, predictions)


def test_a_word_among_numbers_is_no_number():
    solution = solution_of("rmse", {"t": GUESS})
    (problem,) = refusal(submission_of({"t": [1, True, 3, 4]}), solution)
    assert (problem.code, problem.row, problem.found) == ("not_a_number", 2, "True")


def test_a_missing_boolean_is_missing():
    solution = solution_of("rmse", {"t": GUESS})
    for data in (submission_of({"t": [True, "", False, True]}), parquet(id=range(4), t=[True, None, False, True])):
        assert [(problem.code, problem.row) for problem in refusal(data, solution)] == [("missing_value", 2)]


# --- the solution -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "spec", "code"),
    [
        (",id,price,Usage", SolutionSpec(metric="rmse"), "nameless_column"),
        (",id,price,Usage", SolutionSpec(metric="rmse", id_column="id", target_columns=("price",)), "nameless_column"),
        ("id,price,Usage,", SolutionSpec(metric="rmse"), "nameless_column"),
        ("Unnamed: 0,id,price,Usage", SolutionSpec(metric="rmse"), "index_column"),
        ("id,price,Usage,__index_level_0__", SolutionSpec(metric="rmse", id_column="id"), "index_column"),
    ],
)
def test_an_index_that_was_written_along_is_no_part_of_a_solution(header, spec, code):
    usage = header.split(",").index("Usage")
    rows = [["0", "1", "2", "3"], ["1", "2", "3", "4"]]
    for row, part in zip(rows, ("Public", "Private"), strict=True):
        row[usage:] = [part, *row[usage + 1 :]]
    data = "\n".join([header, *(",".join(row) for row in rows)]).encode()
    with pytest.raises(InvalidSolution) as caught:
        prepare_solution(data, spec)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "index=False" in caught.value.problems[0].text()
