"""What an organiser's solution file must hold, and what is kept of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from scoring import (
    InvalidMetricParameters,
    InvalidSolution,
    PreparedSolution,
    ScoringError,
    SolutionSpec,
    prepare_solution,
    public_score,
    read_predictions,
)
from tests.scoring.builders import csv_file, score_of, solution_of, submission_of

SOLUTION = {"id": [1, 2, 3, 4], "target": [0, 1, 0, 1], "Usage": ["Public", "Public", "Private", "Private"]}
SPEC = SolutionSpec(metric="rmse", id_column="id", target_columns=("target",))


def prepare(spec: SolutionSpec = SPEC, **columns) -> PreparedSolution:
    return prepare_solution(csv_file({**SOLUTION, **columns}), spec)


def refusal(spec: SolutionSpec = SPEC, /, **columns):
    with pytest.raises(InvalidSolution) as caught:
        prepare(spec, **columns)
    assert all(problem.text() for problem in caught.value.problems)
    return caught.value.problems


def with_metric(metric: str, **params) -> SolutionSpec:
    return dataclasses.replace(SPEC, metric=metric, metric_params=params)


def test_facts_of_a_solution():
    solution = prepare(Usage=["Public", "Private", "Ignored", "Private"])
    assert (solution.rows, solution.public_rows, solution.private_rows, solution.ignored_rows) == (4, 1, 2, 1)
    assert solution.ids == ["1", "2", "3", "4"]
    assert solution.expected_columns == ("id", "target")


def test_columns_nobody_named_are_found():
    solution = prepare(SolutionSpec(metric="rmse"), other=[1, 2, 3, 4])
    assert solution.spec.id_column == "id"
    assert solution.spec.target_columns == ("target", "other")


def test_without_a_usage_column_every_row_counts_for_both_scores():
    solution = prepare(SolutionSpec(metric="rmse", target_columns=("target",), usage_column=None))
    assert (solution.public_rows, solution.private_rows) == (4, 4)


def test_usages_in_any_case():
    assert prepare(Usage=["public", "PRIVATE", " Private ", "ignored"]).private_rows == 2


def test_weights_count_per_row():
    solution = prepare(dataclasses.replace(SPEC, weight_column="w"), w=[3, 1, 1, 1])
    predictions = read_predictions(submission_of({"target": [1, 1, 0, 1]}, ids=[1, 2, 3, 4]), solution)
    assert public_score(solution, predictions) == pytest.approx(np.sqrt(3 / 4))


@pytest.mark.parametrize("weight", [0, 1e12])
def test_a_weight_may_be_as_large_as_is_said(weight):
    solution = prepare(dataclasses.replace(SPEC, weight_column="w"), w=[1, weight, 1, 1])
    assert solution.splits["public"].weight.tolist() == [1.0, weight]


@pytest.mark.parametrize("weight", ["-1e-9", "1.001e12", "inf", "nan", "x", ""])
def test_a_weight_beyond_its_bounds_is_told_them(weight):
    (problem,) = refusal(dataclasses.replace(SPEC, weight_column="w"), w=[1, weight, 1, 1])
    assert problem.text() == "Row 2: a weight must be a number from 0 to 1e+12."


@pytest.mark.parametrize(
    ("metric", "target", "said"),
    [
        ("rmsle", [1, -1, 2, 3], "0 to 1e+100"),
        ("quadratic_weighted_kappa", [1, 2e9, 2, 3], "-1e+09 to 1e+09"),
        ("rmse", [1, 1e101, 2, 3], "-1e+100 to 1e+100"),
    ],
)
def test_the_bound_that_is_said_is_the_one_applied(metric, target, said):
    (problem,) = refusal(with_metric(metric), target=target)
    assert (problem.code, problem.expected) == ("out_of_range", said)


def test_a_relevance_is_told_its_own_bounds():
    spec = dataclasses.replace(with_metric("ndcg_at_k"), target_columns=("target", "other"))
    (problem,) = refusal(spec, other=[1, -1, 2, 3])
    assert (problem.code, problem.expected) == ("out_of_range", "0 to 1e+100")
    (problem,) = refusal(with_metric("ndcg_at_k"), target=["a:1", "b:1e101", "c", "d"])
    assert problem.text().endswith("the number from 0 to 1e+100.")


REFUSED = {
    "no such column": (dataclasses.replace(SPEC, target_columns=("y",)), {}, "missing_columns"),
    "no usage": (dataclasses.replace(SPEC, usage_column="Split"), {}, "missing_columns"),
    "a column in two roles": (dataclasses.replace(SPEC, weight_column="target"), {}, "duplicate_columns"),
    "id twice": (SPEC, {"id": [1, 2, 2, 3]}, "duplicate_ids"),
    "text id twice": (SPEC, {"id": ["a", "b", "b", "c"]}, "duplicate_ids"),
    "no id": (SPEC, {"id": [1, 2, "", 3]}, "missing_value"),
    "no value": (SPEC, {"target": [1, 2, "", 3]}, "missing_value"),
    "no number": (SPEC, {"target": [1, 2, "x", 3]}, "not_a_number"),
    "infinite": (SPEC, {"target": [1, 2, "inf", 3]}, "not_finite"),
    "unknown usage": (SPEC, {"Usage": ["Public", "Private", "Test", "Public"]}, "unknown_usage"),
    "nothing public": (SPEC, {"Usage": ["Private"] * 4}, "no_public_rows"),
    "nothing private": (SPEC, {"Usage": ["Public", "Ignored"] * 2}, "no_private_rows"),
    "negative weight": (dataclasses.replace(SPEC, weight_column="w"), {"w": [1, 1, -1, 1]}, "negative_weight"),
    "weights of zero": (dataclasses.replace(SPEC, weight_column="w"), {"w": [0, 0, 1, 1]}, "zero_weights"),
    "weights for nothing": (
        dataclasses.replace(with_metric("spearman"), weight_column="w"),
        {"w": [1] * 4},
        "weights_not_supported",
    ),
    "negative for RMSLE": (with_metric("rmsle"), {"target": [1, -1, 2, 3]}, "out_of_range"),
    "not binary": (with_metric("auc"), {"target": [0, 1, 0, 2]}, "not_binary"),
    "a word for yes": (with_metric("auc"), {"target": [1, 0, "yes", 0]}, "not_binary"),
    "one class in public": (with_metric("auc"), {"target": [1, 1, 0, 1]}, "single_class"),
    "one class in private": (with_metric("average_precision"), {"target": [0, 1, 1, 1]}, "single_class"),
    "constant": (with_metric("pearson"), {"target": [1, 2, 3, 3]}, "constant_target"),
    "next to constant": (with_metric("r2"), {"target": [1, 2, 0, 1e-60]}, "constant_target"),
    "no rating": (with_metric("quadratic_weighted_kappa"), {"target": [1, 2, 3.5, 3]}, "not_an_integer"),
    "one label": (with_metric("accuracy"), {"target": ["a"] * 4}, "too_few_classes"),
    "label nobody named": (with_metric("accuracy", classes=["a", "b"]), {"target": list("abca")}, "unknown_label"),
    "class missing in a part": (with_metric("auc_ovr"), {"target": list("abab"), "Usage": ["Public", "Private", "Private", "Private"]}, "missing_class"),
    "no positive label": (with_metric("f1", positive="x"), {"target": list("abab")}, "no_positive_label"),
    "which label is positive": (with_metric("f1"), {"target": list("abca")}, "name_positive_label"),
    "no relevant label": (with_metric("map_at_k"), {"target": ["a", " ", "b", "c"]}, "no_relevant_labels"),
    "relevant label twice": (with_metric("map_at_k"), {"target": ["a a", "b", "b", "c"]}, "repeated_label"),
    "bad relevance": (with_metric("ndcg_at_k"), {"target": ["a:1", "b:x", "b:2", "c:1"]}, "bad_relevance"),
    "two targets": (
        dataclasses.replace(with_metric("map_at_k"), target_columns=("target", "other")),
        {"other": [1] * 4},
        "too_many_targets",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "columns", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fault_is_refused_by_its_code(spec, columns, code):
    assert [problem.code for problem in refusal(spec, **columns)] == [code]


def test_a_fault_names_its_place_and_not_the_value():
    (problem,) = refusal(target=[1, 2, "secret", 3])
    assert (problem.row, problem.id, problem.column) == (3, "3", "target")
    assert "secret" not in str(problem.as_dict()) + problem.text()


@pytest.mark.parametrize("ids", [[7, 8, 7, 9], [7, 10**9, 7, 9], list("abac"), ["x" * 60, "b", "x" * 60, "c"]])
def test_of_an_id_that_stands_twice_the_second_row_is_named(ids):
    (problem,) = refusal(id=ids)
    assert (problem.code, problem.row, problem.id) == ("duplicate_ids", 3, str(ids[2]))


def test_an_empty_usage_is_quoted_as_such():
    (problem,) = refusal(Usage=["Public", "Private", "", "Public"])
    assert problem.text() == "Row 3: the usage “” is none of Public, Private, Ignored."


def test_a_file_that_is_no_table_is_refused():
    for data in (b"", b"\x1f\x8b", b"PAR1", b"\xff\xfe\x00"):
        with pytest.raises(InvalidSolution):
            prepare_solution(data, SPEC)


def test_parameters_are_checked_first():
    with pytest.raises(InvalidMetricParameters):
        prepare(with_metric("rmse", k=1))


SHAPES = {
    "numbers": ("rmse", {"t": [1.5, 2.5, 3.5, 4.5]}, {"t": [1, 2, 3, 4]}, {}),
    "binary": ("auc", {"t": [0, 0, 1, 1]}, {"t": [0.5, 0.2, 0.9, 0.7]}, {}),
    "classes": ("log_loss", {"t": list("abca")}, {"a": [0.5] * 4, "b": [0.3] * 4, "c": [0.2] * 4}, {}),
    "labels": ("f1", {"t": list("abba")}, {"t": list("aabx")}, {"positive": "a"}),
    "ratings": ("quadratic_weighted_kappa", {"t": [1, 2, 3, 4]}, {"t": [1, 3, 3, 5]}, {}),
    "ranks": ("spearman", {"t": [1, 2, 3, 4]}, {"t": [1, 3, 2, 5]}, {}),
    "rankings": ("map_at_k", {"t": ["a", "b c", "c", "a d"]}, {"t": ["a b", "c", "a x c", "d"]}, {"k": 3}),
    "rankings with relevance": ("ndcg_at_k", {"t": ["a:2 b:1", "b", "c", "d:3 a"]}, {"t": ["b a", "c", "c", "a"]}, {}),
    "relevances": ("ndcg_at_k", {"d": [1, 0, 2, 0], "e": [0, 1, 1, 3]}, {"d": [0.1] * 4, "e": [0.2, 0.1, 0.1, 0.2]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("ids", [range(4), ["a", "b", "c", "d"], [10**15, 5, 77, -3], ["x" * 99, "y", "ü", "0"]])
@pytest.mark.parametrize(("metric", "truth", "guess", "params"), SHAPES.values(), ids=SHAPES.keys())
def test_a_saved_solution_scores_as_before(metric, truth, guess, params, ids, mmap, tmp_path):
    solution = solution_of(metric, truth, ids=ids, **params)
    solution.save(tmp_path / "prepared")
    again = PreparedSolution.load(tmp_path / "prepared", mmap=mmap)
    assert (again.digest, again.layout_digest, again.ids) == (solution.digest, solution.layout_digest, solution.ids)
    assert again.expected_columns == solution.expected_columns
    backwards = submission_of({name: list(values)[::-1] for name, values in guess.items()}, ids=list(ids)[::-1])
    for each in (solution, again):
        assert public_score(each, read_predictions(backwards, each)) == public_score(
            solution, read_predictions(submission_of(guess, ids=ids), solution)
        )


def test_an_unfinished_or_foreign_folder_is_an_error_of_ours(tmp_path):
    with pytest.raises(ScoringError):
        PreparedSolution.load(tmp_path)
    prepare().save(tmp_path)
    (tmp_path / "public.truth.0.npy").unlink()
    with pytest.raises(ScoringError):
        PreparedSolution.load(tmp_path)


def test_the_digest_tells_content_and_spec_apart():
    same = {prepare().digest, prepare().digest}
    others = {
        prepare(target=[0, 1, 0, 2]).digest,
        prepare(id=[1, 2, 3, 5]).digest,
        prepare(Usage=["Public", "Private", "Private", "Private"]).digest,
        prepare(with_metric("mae")).digest,
        prepare(with_metric("pinball", alpha=0.1)).digest,
        prepare(with_metric("pinball", alpha=0.2)).digest,
    }
    assert len(same) == 1
    assert len(same | others) == 7


def test_perfect_predictions_score_best_in_both_directions():
    for metric, best in (("rmse", 0.0), ("auc", 1.0), ("log_loss", 0.0), ("r2", 1.0), ("mcc", 1.0), ("brier", 0.0)):
        solution = solution_of(metric, {"target": [0, 0, 1, 1]})
        assert score_of(solution, {"target": [0, 0, 1, 1]}) == pytest.approx(best, abs=1e-12)
        assert not solution.metric.is_better(score_of(solution, {"target": [1, 1, 0, 0]}), best)
