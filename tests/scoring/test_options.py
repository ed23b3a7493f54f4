"""What any metric takes: groups, weights of columns, blank targets, columns and groups that are left out."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import sklearn.metrics as reference
from numpy.testing import assert_allclose

from scoring import (
    InvalidMetricParameters,
    InvalidSolution,
    InvalidSubmission,
    Predictions,
    PreparedSolution,
    SolutionSpec,
    check_submission,
    expected_file,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
    table_schema,
)
from scoring.resampling import Resampling
from tests.scoring.builders import csv_file, score_of, solution_of, submission_of

RANDOM = np.random.default_rng(5)
ROWS = 40
TRUTH = {"a": RANDOM.integers(0, 2, ROWS), "b": RANDOM.integers(0, 2, ROWS)}
GUESS = {name: np.round(RANDOM.random(ROWS), 2) for name in TRUTH}
DAYS = np.array(["mon", "tue", "wed"])[np.arange(ROWS) % 3]


def prepared(metric, columns, targets, *, usage=None, weight=None, **params) -> PreparedSolution:
    """A solution with more columns than ids and targets."""
    rows = len(next(iter(columns.values())))
    whole = {"id": range(rows), **columns}
    if usage is not None:
        whole["Usage"] = usage
    spec = SolutionSpec(
        metric=metric,
        target_columns=targets,
        usage_column=None if usage is None else "Usage",
        weight_column=weight,
        metric_params=params,
    )
    return prepare_solution(csv_file(whole), spec)


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_score_is_the_mean_of_the_groups():
    solution = prepared("auc", {"a": TRUTH["a"], "day": DAYS}, ("a",), group_column="day")
    expected = np.mean([reference.roc_auc_score(TRUTH["a"][day == DAYS], GUESS["a"][day == DAYS]) for day in set(DAYS)])
    assert_allclose(score_of(solution, {"a": GUESS["a"]}), expected)


def test_the_group_column_is_no_target_and_not_in_a_submission():
    solution = prepared("auc", {"a": TRUTH["a"], "day": DAYS}, (), group_column="day")
    assert solution.expected_columns == ("id", "a")


def test_groups_may_count_by_the_weights_of_their_rows():
    """WRMSSE: of each series the root of its scaled mean square, series by their weights."""
    series, shares = np.arange(ROWS) % 4, np.array([0.5, 0.25, 0.2, 0.05])
    value, guess = RANDOM.normal(size=(2, ROWS)).round(3)
    scale = np.array([1.0, 2.0, 0.5, 4.0])[series]
    columns = {"y": value, "scale": scale, "series": series, "w": shares[series]}
    solution = prepared("rmsse", columns, ("y", "scale"), weight="w", group_column="series", group_weights="rows")
    errors = [math.sqrt(np.mean((value - guess)[series == s] ** 2) / scale[series == s][0]) for s in range(4)]
    assert_allclose(score_of(solution, {"y": guess}), np.dot(errors, shares))


@pytest.mark.parametrize(("metric", "sign"), [("concordance", -1), ("rmse", 1)])
def test_groups_that_differ_may_cost(metric, sign):
    """CIBMTR's stratified concordance: the mean of the groups without one standard deviation of them."""
    time = RANDOM.permutation(ROWS)
    truth = {"time": time, "event": np.ones(ROWS, dtype=int)} if metric == "concordance" else {"time": time}
    guess = {"time": RANDOM.permutation(ROWS)}
    groups = [
        score_of(
            solution_of(metric, {name: values[day == DAYS] for name, values in truth.items()}, everything_public=True),
            {"time": guess["time"][day == DAYS]},
        )
        for day in ("mon", "tue", "wed")
    ]
    solution = prepared(metric, {**truth, "day": DAYS}, tuple(truth), group_column="day", group_spread=1)
    assert_allclose(score_of(solution, guess), np.mean(groups) + sign * np.std(groups))


def test_the_columns_of_a_group_are_one_score():
    solution = prepared("mae", {**TRUTH, "day": DAYS}, ("a", "b"), group_column="day", group_spread=2)
    errors = np.mean([np.abs(TRUTH[name] - GUESS[name]) for name in "ab"], axis=0)
    groups = [errors[day == DAYS].mean() for day in ("mon", "tue", "wed")]
    assert_allclose(score_of(solution, GUESS), np.mean(groups) + 2 * np.std(groups))


def test_columns_count_by_their_weights():
    solution = solution_of("auc", TRUTH, everything_public=True, column_weights={"a": 3, "b": 1})
    one, other = (reference.roc_auc_score(TRUTH[name], GUESS[name]) for name in "ab")
    assert_allclose(score_of(solution, GUESS), (3 * one + other) / 4)


@pytest.mark.parametrize("weights", [{"a": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 0, "b": 0}])
def test_column_weights_name_every_target(weights):
    with pytest.raises(InvalidSolution) as refused:
        solution_of("auc", TRUTH, everything_public=True, column_weights=weights)
    assert codes(refused) == ["wrong_column_weights"]


@pytest.mark.parametrize("metric", ["rmse", "auc", "accuracy", "log_loss", "quadratic_weighted_kappa"])
def test_blank_targets_are_not_scored(metric):
    blank = np.arange(ROWS) % 5 == 0
    truth = {"a": TRUTH["a"], "b": np.where(blank, "", TRUTH["b"].astype(str))}
    guess = {name: (values > 0.5).astype(int) for name, values in GUESS.items()}
    solution = solution_of(metric, truth, everything_public=True, skip_blank_targets=True)
    single = solution_of(metric, {"a": TRUTH["a"]}, everything_public=True)
    rest = solution_of(metric, {"b": TRUTH["b"][~blank]}, everything_public=True)
    expected = (score_of(single, {"a": guess["a"]}) + score_of(rest, {"b": guess["b"][~blank]})) / 2
    assert_allclose(score_of(solution, guess), expected)


def test_without_the_option_a_blank_target_is_refused_with_its_place():
    with pytest.raises(InvalidSolution) as refused:
        solution_of("rmse", {"a": [1, "", 3]}, everything_public=True)
    assert [(one.code, one.row) for one in refused.value.problems] == [("missing_value", 2)]


def test_columns_of_one_class_are_left_out():
    truth = {**TRUTH, "c": np.zeros(ROWS, dtype=int)}
    with pytest.raises(InvalidSolution) as refused:
        solution_of("auc", truth, everything_public=True)
    assert codes(refused) == ["single_class"]
    solution = solution_of("auc", truth, everything_public=True, skip_undefined=True)
    expected = np.mean([reference.roc_auc_score(TRUTH[name], GUESS[name]) for name in "ab"])
    assert_allclose(score_of(solution, {**GUESS, "c": GUESS["a"]}), expected)


def test_a_group_of_one_class_is_named_or_left_out():
    columns = {"a": [0, 1, 0, 1, 1, 1], "day": list("xxxxyy")}
    with pytest.raises(InvalidSolution) as refused:
        prepared("auc", columns, ("a",), group_column="day")
    assert [(one.code, one.params["group"]) for one in refused.value.problems] == [("undefined_in_group", "y")]
    solution = prepared("auc", columns, ("a",), group_column="day", skip_undefined=True)
    assert score_of(solution, {"a": [0, 1, 0, 1, 0, 0]}) == 1.0


@pytest.mark.parametrize(
    ("metric", "columns", "params", "code"),
    [
        ("auc", {"a": [0, 0, 0, 0]}, {"skip_undefined": True}, "nothing_defined"),
        ("rmse", {"a": [1, 2, 3, 4], "day": ["x", "", "y", "y"]}, {"group_column": "day"}, "missing_value"),
        ("rmse", {"a": [1, 2, 3, 4]}, {"group_column": "day"}, "missing_columns"),
        ("rmse", {"a": [1, 2, 3, 4]}, {"group_column": "a"}, "duplicate_columns"),
        ("rmse", {"a": [1, 2, 3, 4], "b": ["", "", "", ""]}, {"skip_blank_targets": True}, "blank_column"),
        ("edit_distance", {"a": list("abcd")}, {"skip_blank_targets": True}, "option_without_effect"),
        (
            "haversine",
            {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]},
            {"column_weights": {"a": 1, "b": 1}},
            "option_without_effect",
        ),
        ("haversine", {"a": [1, 2, 3, 4]}, {}, "wrong_target_count"),
        ("wape", {"a": [0, 0, 0, 0]}, {}, "zero_target"),
        ("cer", {"a": ["", "", " ", ""]}, {}, "no_text"),
        ("concordance", {"time": [1, 2, 3, 4], "event": [0, 0, 0, 1]}, {}, "no_comparable_rows"),
        ("kl_divergence", {"a": [0, 1, 1, 1], "b": [0, 1, 1, 1]}, {}, "zero_probabilities"),
        ("rle_dice", {"a": ["1 2 2 1", "1 1", "1 1", "1 1"]}, {}, "bad_mask"),
        ("detection_map", {"a": ["cat 1 2 3", "", "", ""]}, {}, "bad_true_boxes"),
        ("detection_f1", {"a": ["cat 1 2 3", "", "", ""]}, {}, "bad_true_boxes"),
        ("rle_hausdorff", {"a": ["3 2", "", "", ""]}, {"height": 2, "width": 1}, "mask_outside"),
        ("rle_hausdorff", {"a": [""] * 5}, {"height": 4096, "width": 4096}, "too_many_for_metric"),
        ("concordance_uno", {"time": [1, 2, 3, 4], "event": [0, 0, 0, 1]}, {}, "no_comparable_rows"),
        # Of the subgroup only negative rows; and no row outside of it.
        ("bias_auc", {"a": [0, 0, 1, 0], "g": [1, 1, 0, 0]}, {}, "one_sided_subgroup"),
        ("bias_auc", {"a": [0, 0, 1, 1], "g": [1, 1, 1, 1]}, {}, "one_sided_subgroup"),
    ],
)
def test_solutions_that_cannot_score_are_refused(metric, columns, params, code):
    targets = tuple(name for name in columns if name != "day")
    with pytest.raises(InvalidSolution) as refused:
        prepared(metric, columns, targets, **params)
    assert set(codes(refused)) == {code}
    assert all(problem.text() for problem in refused.value.problems)


@pytest.mark.parametrize(
    "params",
    [
        {"group_weights": "some"},
        {"group_spread": -1},
        {"column_weights": {"a": -1}},
        {"column_weights": {}},
        {"column_weights": [1, 2]},
        {"skip_undefined": 1},
        {"skip_blank_targets": "yes"},
        {"group_column": ["a"]},
    ],
)
def test_options_of_another_kind_are_refused(params):
    with pytest.raises(InvalidMetricParameters) as refused:
        solution_of("rmse", {"a": [1, 2]}, everything_public=True, **params)
    assert codes(refused) == ["wrong_parameter"]


@pytest.mark.parametrize(
    ("metric", "truth", "guess", "code", "row"),
    [
        ("rle_dice", ["1 2", ""], ["1 2", "0 3"], "bad_mask", 2),
        ("rle_dice", ["1 2", ""], ["1 2 3", ""], "bad_mask", 1),
        ("rle_dice", ["1 2", ""], ["5 9 7 1", ""], "bad_mask", 1),
        ("detection_map", ["cat 1 2 3 4", ""], ["", "cat 1 2 3 4"], "bad_boxes", 2),
        ("detection_map", ["cat 1 2 3 4", ""], ["cat 0.5 1 2 -3 4", ""], "bad_boxes", 1),
        ("rle_hausdorff", ["1 2", ""], ["1 2", "65536 2"], "mask_outside", 2),
        ("rle_hausdorff", ["1 2", ""], ["1 2", "0 2"], "bad_mask", 2),
        ("ter", ["a", "b"], ["a", "a" * 1_001], "text_too_long", 2),
        ("span_f1", ["0:1:x", ""], ["", "one:two:x"], "bad_spans", 2),
        ("edit_distance", ["a", "b"], ["a" * 10_001, "b"], "text_too_long", 1),
    ],
)
def test_cells_that_cannot_be_read_are_named(metric, truth, guess, code, row):
    solution = solution_of(metric, {"t": truth}, everything_public=True)
    with pytest.raises(InvalidSubmission) as refused:
        read_predictions(submission_of({"t": guess}), solution)
    assert [(one.code, one.row, one.column) for one in refused.value.problems] == [(code, row, "t")]


@pytest.mark.parametrize(
    ("metric", "columns", "guess", "params"),
    [
        ("auc", {"a": TRUTH["a"], "day": DAYS}, {"a": GUESS["a"]}, {"group_column": "day", "skip_undefined": True}),
        ("spearman", {"a": GUESS["b"], "day": DAYS}, {"a": GUESS["a"]}, {"group_column": "day"}),
        ("chrf", {"a": [f"row {n} ‘x’ 猫" for n in range(ROWS)]}, {"a": [f"row {n % 7}" for n in range(ROWS)]}, {}),
        ("crps_gaussian", {"a": GUESS["a"]}, {"a_mean": GUESS["b"], "a_sd": GUESS["a"]}, {}),
        (
            "ndcg_at_k",
            {"a": ["x y", "y", "z", "x"] * 10, "day": DAYS},
            {"a": ["y x", "z", "z x", "y"] * 10},
            {"group_column": "day"},
        ),
    ],
)
def test_what_is_stored_scores_the_same(tmp_path, metric, columns, guess, params):
    """Prepared solutions and aligned predictions are written and read again, by another process or after the end."""
    usage = np.where(np.arange(ROWS) % 2, "Public", "Private")
    solution = prepared(metric, columns, ("a",), usage=usage, **params)
    predictions = read_predictions(submission_of(guess), solution)
    solution.save(tmp_path / "solution")
    predictions.save(tmp_path / "file")
    loaded = PreparedSolution.load(tmp_path / "solution")
    again = Predictions.load(tmp_path / "file", loaded)
    assert loaded.digest == solution.digest
    assert public_score(loaded, again) == public_score(solution, predictions)
    assert private_score(loaded, again) == private_score(solution, predictions)
    order = np.random.default_rng(1).permutation(ROWS)
    shuffled = submission_of({name: np.asarray(values)[order] for name, values in guess.items()}, ids=order)
    assert private_score(solution, read_predictions(shuffled, solution)) == private_score(solution, predictions)


def test_the_digest_tells_groups_apart():
    one, other = (
        prepared("rmse", {"a": [1, 2, 3, 4], "day": days}, ("a",), group_column="day") for days in ("xxyy", "xyxy")
    )
    assert one.digest != other.digest
    assert one.layout_digest == other.layout_digest


def test_resamples_know_the_groups():
    solution = prepared("auc", {"a": TRUTH["a"], "day": DAYS}, ("a",), group_column="day", skip_undefined=True)
    predictions = read_predictions(submission_of({"a": GUESS["a"]}), solution)
    resampling = Resampling(solution, "public", 7)
    scores = resampling.block(range(5)).scores([predictions])[0]
    for number, score in enumerate(scores):
        drawn = np.repeat(np.arange(ROWS), resampling.draw(number))
        days = [drawn[DAYS[drawn] == day] for day in ("mon", "tue", "wed")]
        expected = [
            reference.roc_auc_score(TRUTH["a"][rows], GUESS["a"][rows])
            for rows in days
            if len(set(TRUTH["a"][rows])) == 2
        ]
        assert_allclose(score, np.mean(expected))


@pytest.mark.parametrize(
    ("metric", "truth", "params", "guess", "code"),
    [
        ("rle_dice", {"t": ["1 2", ""]}, {}, {"t": ["1 2", "0 3"]}, "bad_mask"),
        ("span_f1", {"t": ["B-x", "O"]}, {"kind": "iob2"}, {"t": ["0:1:x", ""]}, "bad_tags"),
        ("edit_distance", {"t": ["a", "b"]}, {}, {"t": ["a" * 10_001, "b"]}, "text_too_long"),
        ("kl_divergence", {"a": [0, 1], "b": [1, 0]}, {}, {"a": [0, 1], "b": [0, 1]}, "zero_probabilities"),
    ],
)
def test_a_schema_refuses_what_the_server_would(metric, truth, params, guess, code):
    solution = solution_of(metric, truth, everything_public=True, **params)
    expected = expected_file(json.loads(json.dumps(table_schema(solution))), submission_of(truth))
    check_submission(submission_of(truth), expected)
    for given in (expected, solution):
        with pytest.raises(InvalidSubmission) as refused:
            check_submission(submission_of(guess), given)
        assert set(codes(refused)) == {code}
