"""Further metrics score what they would score as the metric that ranks, and are refused where they could not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from scoring import (
    InvalidMetricParameters,
    InvalidSolution,
    SolutionSpec,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
)
from scoring.batches import StoredSubmission, score_batch
from scoring.further import further_scores, read_further, scored_by
from tests.scoring.builders import csv_file, score_of, solution_of, submission_of, usages
from tests.scoring.test_further_metrics import (
    binary,
    boxes,
    censored,
    levels,
    masks,
    normal,
    predicted,
    rankings,
    shares,
    survival,
    texts,
)

PAIRS = [
    ("auc", {}, "log_loss", {}, binary),
    ("auc", {}, "partial_auc", {"max_fpr": 0.3}, binary),
    ("rmse", {}, "mae", {}, normal),
    ("pinball", {"alpha": 0.5}, "pinball", {"alpha": 0.9}, normal),
    ("accuracy", {}, "f1", {"positive": "high"}, levels),
    ("f1_macro", {}, "cohen_kappa", {"weighting": "linear"}, levels),
    ("map_at_k", {"k": 5}, "recall_at_k", {"k": 3}, rankings),
    ("bleu", {}, "chrf", {"word_order": 0}, texts),
    ("rle_dice", {}, "rle_iou", {}, masks),
    ("detection_map", {}, "detection_f1", {"thresholds": [0.75]}, boxes),
    ("concordance", {}, "concordance_uno", {}, censored),
    ("crps_gaussian", {}, "gaussian_log_likelihood", {}, predicted("mean")),
    ("kl_divergence", {}, "soft_log_loss", {}, shares),
]
IDS = [f"{first}-{other}" for first, _, other, _, _ in PAIRS]


def further(metric: str, **params):
    (one,) = read_further([{"metric": metric, "params": params}])
    return one


@pytest.mark.parametrize("part", ["public", "private"])
@pytest.mark.parametrize(("first", "params", "other", "others", "make"), PAIRS, ids=IDS)
def test_it_scores_as_if_it_ranked(first, params, other, others, make, part):
    truth, guess = make(np.random.default_rng(3))
    usage = usages(len(next(iter(truth.values()))))
    solution = solution_of(first, truth, usage=usage, **params)
    alone = solution_of(other, truth, usage=usage, **others)
    wanted = further(other, **others)
    found = further_scores(solution, read_predictions(submission_of(guess), solution), part, [wanted])
    assert list(found) == [wanted.key]
    score = {"public": public_score, "private": private_score}[part]
    assert_allclose(found[wanted.key], score(alone, read_predictions(submission_of(guess), alone)))


def test_weights_groups_and_blanks_are_those_of_the_score():
    random = np.random.default_rng(4)
    values, guess = random.normal(size=(2, 40)).round(2)
    truth = {"t": np.where(np.arange(40) % 9 == 0, "", values.astype(str))}
    columns = {"id": range(40), **truth, "day": np.arange(40) % 3, "w": random.integers(1, 4, 40)}

    def solution(metric: str):
        spec = SolutionSpec(
            metric=metric,
            target_columns=("t",),
            usage_column=None,
            weight_column="w",
            metric_params={"group_column": "day", "skip_blank_targets": True},
        )
        return prepare_solution(csv_file(columns), spec)

    ranks = solution("rmse")
    found = further_scores(ranks, read_predictions(submission_of({"t": guess}), ranks), "public", [further("mae")])
    assert_allclose(found["mae"], score_of(solution("mae"), {"t": guess}))


def test_a_batch_tells_them_of_the_parts_asked_for(tmp_path):
    truth, guess = normal(np.random.default_rng(5))
    solution = solution_of("rmse", truth, usage=["Public", "Private"] * 12)
    solution.save(tmp_path)
    stored = StoredSubmission(1, original=submission_of(guess))
    wanted = [further("mae").as_dict()]
    (scores,) = score_batch(str(tmp_path), [stored], public=False, private=True, further=wanted)
    assert (scores.public_further, list(scores.private_further)) == ({}, ["mae"])
    (scores,) = score_batch(str(tmp_path), [stored], public=True, private=False, further=wanted)
    alone = solution_of("mae", truth, usage=["Public", "Private"] * 12)
    assert_allclose(scores.public_further["mae"], score_of(alone, guess))
    assert scores.private_further == {}


def test_what_it_takes_no_such_number_for_is_left_out():
    """AUC takes any number, the log loss shares: the file is scored all the same."""
    truth = {"t": [0, 1, 0, 1]}
    solution = solution_of("auc", truth, everything_public=True)
    read = read_predictions(submission_of({"t": [0.1, 7, 0.3, 0.9]}), solution)
    assert further_scores(solution, read, "public", [further("log_loss")]) == {"log_loss": None}


@pytest.mark.parametrize(
    ("first", "params", "other", "others", "make", "code"),
    [
        ("auc", {}, "rmse", {}, binary, "other_inputs"),
        ("rmse", {}, "rmsle", {}, normal, "truth_out_of_range"),
        ("recall_at_k", {"k": 3}, "map_at_k", {"k": 5}, rankings, "other_inputs"),
        ("bleu", {}, "ter", {}, texts, "other_inputs"),
        ("bleu", {}, "rle_iou", {}, texts, "other_inputs"),
        ("concordance", {}, "concordance_uno", {"meaning": "up"}, survival, "wrong_parameter"),
        ("rmse", {}, "concordance", {}, normal, "wrong_target_count"),
        ("f1_macro", {}, "cohen_kappa", {"classes": ["low", "middle", "high", "top"]}, levels, "other_inputs"),
        ("rmse", {}, "unheard_of", {}, normal, "unknown_metric"),
        ("rmse", {}, "mae", {"group_column": "day"}, normal, "unknown_parameter"),
        ("rmse", {}, "own_larger_is_better", {}, normal, "bad_further_metric"),
    ],
)
def test_what_cannot_be_shown_beside_it_is_refused(first, params, other, others, make, code):
    truth, _guess = make(np.random.default_rng(3))
    solution = solution_of(first, truth, everything_public=True, **params)
    with pytest.raises((InvalidSolution, InvalidMetricParameters)) as refused:
        scored_by(solution, further(other, **others))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert all(problem.text() for problem in refused.value.problems)


def test_it_must_be_defined_on_the_private_rows_too():
    truth = {"t": [0, 1, 1, 1]}
    solution = solution_of("log_loss", truth, usage=["Public", "Public", "Private", "Private"])
    with pytest.raises(InvalidSolution) as refused:
        scored_by(solution, further("auc"))
    assert [(one.code, one.params["split"]) for one in refused.value.problems] == [("single_class", "private")]


def test_weights_must_be_taken():
    solution = solution_of("rmse", {"t": [1, 2, 3]}, weight=[1, 2, 3], everything_public=True)
    with pytest.raises(InvalidSolution) as refused:
        scored_by(solution, further("spearman"))
    assert [one.code for one in refused.value.problems] == ["weights_not_supported"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("mae", "too_many_further_metrics"),
        ([{"metric": "mae"}] * 6, "too_many_further_metrics"),
        ([{"metric": "mae"}, {"metric": "mae", "params": {}}], "further_metric_twice"),
        ([{"metric": "rmse"}], "further_metric_twice"),
        ([{"metric": "mae", "more": 1}], "bad_further_metric"),
        (["mae"], "bad_further_metric"),
        ([{}], "bad_further_metric"),
        ([{"metric": 1}], "unknown_metric"),
        ([{"metric": "mae", "params": [1]}], "wrong_parameter"),
        ([{"metric": "pinball", "params": {"alpha": 7}}], "wrong_parameter"),
    ],
)
def test_lists_of_them_that_are_none(value, code):
    with pytest.raises(InvalidMetricParameters) as refused:
        read_further(value, beside="rmse", params={"group_column": "day"})
    assert [problem.code for problem in refused.value.problems] == [code]


def test_the_same_metric_with_other_parameters_is_another_column():
    low, high = read_further([{"metric": "pinball", "params": {"alpha": 0.1}}, {"metric": "pinball"}])
    assert (low.label, high.label) == ("Pinball loss (alpha=0.1)", "Pinball loss")
    assert low.key != high.key
