"""Every metric equals its reference on random, tied, weighted and degenerate inputs.

A new metric is a row in `NUMBER_METRICS` .. `RANKING_METRICS`, or in `CASES` of `test_further_metrics.py`;
`test_every_metric_has_a_reference` asks for it.
"""

from __future__ import annotations

import math
from unittest import TestCase

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics as reference
from hypothesis import assume, given, settings, strategies as st
from numpy.testing import assert_allclose
from parameterized import parameterized

from scoring.metrics import registry
from scoring.metrics.registry import Direction
from tests.scoring.builders import score_of, solution_of
from tests.scoring.test_further_metrics import CASES

pytestmark = pytest.mark.filterwarnings("ignore")

SMALLER, LARGER = Direction.SMALLER_IS_BETTER, Direction.LARGER_IS_BETTER
TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}
FURTHER = {case.name for case in CASES}


# --- what stands in no library: the published definitions, spelt out row by row ---------------------------------------


def smape(y_true, y_pred, sample_weight=None):
    terms = [0.0 if t == p == 0 else 200 * abs(t - p) / (abs(t) + abs(p)) for t, p in zip(y_true, y_pred, strict=True)]
    return np.average(terms, weights=sample_weight)


def pearson(y_true, y_pred, sample_weight=None):
    if len(set(y_pred)) == 1:
        return 0.0
    covariance = np.cov(np.vstack([y_true, y_pred]), aweights=sample_weight)
    return covariance[0, 1] / math.sqrt(covariance[0, 0] * covariance[1, 1])


def spearman(y_true, y_pred, sample_weight=None):
    return 0.0 if len(set(y_pred)) == 1 else scipy.stats.spearmanr(y_true, y_pred).statistic


def kappa(y_true, y_pred, sample_weight=None):
    labels = np.arange(min(y_true.min(), y_pred.min()), max(y_true.max(), y_pred.max()) + 1)
    return reference.cohen_kappa_score(y_true, y_pred, labels=labels, weights="quadratic", sample_weight=sample_weight)


def average_precision_of(actual, predicted, k):
    """Hamner's ml_metrics.apk."""
    hits = score = 0.0
    for place, label in enumerate(predicted[:k]):
        if label in actual and label not in predicted[:place]:
            hits += 1
            score += hits / (place + 1)
    return score / min(len(actual), k)


def ndcg_of(relevance, predicted, k):
    places = [
        0.0 if label in predicted[:place] else relevance.get(label, 0.0) / math.log2(place + 2)
        for place, label in enumerate(predicted[:k])
    ]
    best = sorted(relevance.values(), reverse=True)[:k]
    ideal = sum(value / math.log2(place + 2) for place, value in enumerate(best))
    return sum(places) / ideal if ideal else 0.0


# --- the tables -------------------------------------------------------------------------------------------------------

# name: reference, direction, lowest truth and prediction, parameters, whether the truth must differ
NUMBER_METRICS = {
    "rmse": (reference.root_mean_squared_error, SMALLER, -1e6, {}),
    "mse": (reference.mean_squared_error, SMALLER, -1e6, {}),
    "mae": (reference.mean_absolute_error, SMALLER, -1e6, {}),
    "rmsle": (reference.root_mean_squared_log_error, SMALLER, 0.0, {}),
    "mape": (reference.mean_absolute_percentage_error, SMALLER, -1e6, {}),
    "smape": (smape, SMALLER, -1e6, {}),
    "r2": (reference.r2_score, LARGER, -1e6, {}),
    "pearson": (pearson, LARGER, -1e6, {}),
    "spearman": (spearman, LARGER, -1e6, {}),
    "pinball": (reference.mean_pinball_loss, SMALLER, -1e6, {"alpha": 0.9}),
}
BINARY_METRICS = {
    "auc": (reference.roc_auc_score, LARGER),
    "average_precision": (reference.average_precision_score, LARGER),
    "log_loss": (
        lambda t, p, sample_weight=None: reference.log_loss(t, p, labels=[0, 1], sample_weight=sample_weight),
        SMALLER,
    ),
    "brier": (reference.brier_score_loss, SMALLER),
}
CLASS_METRICS = {
    "log_loss": (
        lambda t, p, sample_weight=None: reference.log_loss(
            t, p, labels=range(p.shape[1]), sample_weight=sample_weight
        ),
        SMALLER,
    ),
    "auc_ovr": (
        lambda t, p, sample_weight=None: reference.roc_auc_score(t, p, multi_class="ovr", sample_weight=sample_weight),
        LARGER,
    ),
    "auc_ovo": (lambda t, p, sample_weight=None: reference.roc_auc_score(t, p, multi_class="ovo"), LARGER),
}
LABEL_METRICS = {
    "accuracy": (reference.accuracy_score, {}),
    "balanced_accuracy": (reference.balanced_accuracy_score, {}),
    "f1_micro": (reference.f1_score, {"average": "micro"}),
    "f1_macro": (reference.f1_score, {"average": "macro", "zero_division": 0.0}),
    "f1_weighted": (reference.f1_score, {"average": "weighted", "zero_division": 0.0}),
    "mcc": (reference.matthews_corrcoef, {}),
}
INTEGER_METRICS = {"quadratic_weighted_kappa": (kappa, LARGER)}
RANKING_METRICS = ("map_at_k", "ndcg_at_k")


def test_every_metric_has_a_reference():
    tables = (NUMBER_METRICS, BINARY_METRICS, CLASS_METRICS, LABEL_METRICS, INTEGER_METRICS, RANKING_METRICS, ("f1",))
    assert {name for table in tables for name in table} | FURTHER == {metric.name for metric in registry.all_metrics()}


def by_name(function, _number, case):
    """The name of a test of a table: that of its row, not of its number."""
    return f"{function.__name__}_{case.args[0]}"


def table(rows):
    """A test for each row of a table, named after the first field of the row."""
    return parameterized.expand(rows, name_func=by_name)


# Whether smaller is better decides who wins: written down once more, apart from the metrics.
DIRECTIONS = {
    **{name: direction for name, (_, direction, _, _) in NUMBER_METRICS.items()},
    **{name: direction for name, (_, direction) in {**BINARY_METRICS, **CLASS_METRICS, **INTEGER_METRICS}.items()},
    **dict.fromkeys((*LABEL_METRICS, *RANKING_METRICS, "f1"), LARGER),
}


class EveryMetric(TestCase):
    @table(metric.name for metric in registry.all_metrics())
    def test_tells_organisers_what_it_is(self, name):
        metric = registry.get(name)
        assert metric.name == name
        assert metric.label
        assert metric.source
        assert len(metric.description) > 20
        assert registry.validate_params(name, {}).keys() == {parameter.name for parameter in metric.params}

    @table(DIRECTIONS.items())
    def test_knows_which_score_is_better(self, name, direction):
        metric = registry.get(name)
        assert metric.direction is direction
        assert metric.is_better(0.1, 0.2) is (direction is SMALLER)
        assert metric.is_better(0.2, 0.1) is (direction is LARGER)
        assert not metric.is_better(0.2, 0.2)


# --- inputs -----------------------------------------------------------------------------------------------------------


def numbers(low: float, high: float = 1e6):
    """Random, often tied, sometimes extreme."""
    anything = st.floats(low, high, allow_subnormal=False)
    few = st.sampled_from([max(low, -1.5), max(low, 0.0), max(low, -0.0), 1.0, min(1.0, high), min(2.5, high)])
    return st.one_of(few, st.one_of(anything, few))


def weights(rows: int):
    positive = st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.25, 100.0]), min_size=rows, max_size=rows)
    return st.one_of(st.none(), positive)


@st.composite
def columns(draw, true, pred, *, weighted=True, smallest=2):
    rows = draw(st.integers(smallest, 40))
    y_true = np.array(draw(st.lists(true, min_size=rows, max_size=rows)))
    constant = draw(st.integers(0, 9)) == 0
    y_pred = np.array([draw(pred)] * rows if constant else draw(st.lists(pred, min_size=rows, max_size=rows)))
    return y_true, y_pred, np.array(w) if weighted and (w := draw(weights(rows))) is not None else None


def call(name, y_true, y_pred, weight, **params):
    metric = registry.get(name)
    if metric.prepare:
        params["prepared"] = metric.prepare(y_true, weight, **params)
    return metric.function(y_true, y_pred, weight, **params)


# --- the properties ---------------------------------------------------------------------------------------------------


class MetricsOfNumbers(TestCase):
    @table(NUMBER_METRICS)
    @given(data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_equals_its_reference(self, name, data):
        expected, direction, low, params = NUMBER_METRICS[name]
        metric = registry.get(name)
        y_true, y_pred, weight = data.draw(columns(numbers(low), numbers(low), weighted=metric.supports_weights))
        if metric.requirements:
            assume(np.ptp(y_true) > 1e-3)
            assume(np.ptp(y_pred) == 0 or np.ptp(y_pred) > 1e-3 * (1 + np.abs(y_pred).max()))
        assert metric.direction is direction
        ours = call(name, y_true, y_pred, weight, **params)
        theirs = expected(y_true, y_pred, sample_weight=weight, **params)
        # Correlations cancel: how well both are known depends on how far values stand apart.
        assert_allclose(ours, theirs, rtol=1e-12, atol=1e-9 if name in ("pearson", "r2") else 1e-12)


class BinaryMetrics(TestCase):
    @table(BINARY_METRICS)
    @given(data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_equals_its_reference(self, name, data):
        expected, direction = BINARY_METRICS[name]
        metric = registry.get(name)
        low, high = (
            (0.0, 1.0) if metric.maximum == 1.0 else data.draw(st.sampled_from([(0.0, 1.0), (-1.9, 1.9), (-1e9, 1e9)]))
        )
        y_true, y_pred, weight = data.draw(columns(st.sampled_from([0.0, 1.0]), numbers(low, high)))
        if metric.requirements:
            assume(np.ptp(y_true) > 0)
        assert metric.direction is direction
        assert_allclose(call(name, y_true, y_pred, weight), expected(y_true, y_pred, sample_weight=weight), **TOLERANCE)


class MetricsOfClassProbabilities(TestCase):
    @table(CLASS_METRICS)
    @given(data=st.data())
    @settings(max_examples=50, deadline=None)
    def test_equals_its_reference(self, name, data):
        expected, direction = CLASS_METRICS[name]
        classes = data.draw(st.integers(3, 5))
        rows = data.draw(st.integers(classes, 30))
        seed = data.draw(st.integers(0, 2**32 - 1))
        random = np.random.default_rng(seed)
        y_true = np.concatenate([np.arange(classes), random.integers(0, classes, rows - classes)]).astype(np.int32)
        # Sixteenths: many ties, and rows that sum to exactly one.
        y_pred = random.multinomial(16, np.full(classes, 1 / classes), rows) / 16
        weight = random.choice([0.5, 1.0, 3.0], rows) if registry.get(name).supports_weights and seed % 2 else None
        assert registry.get(name).direction is direction
        assert_allclose(call(name, y_true, y_pred, weight), expected(y_true, y_pred, sample_weight=weight), **TOLERANCE)


class MetricsOfLabels(TestCase):
    @table(LABEL_METRICS)
    @given(inputs=columns(st.integers(0, 4), st.integers(0, 6)))
    @settings(max_examples=60, deadline=None)
    def test_equals_its_reference(self, name, inputs):
        y_true, y_pred, weight = inputs
        expected, keywords = LABEL_METRICS[name]
        assert registry.get(name).direction is LARGER
        theirs = expected(y_true, y_pred, sample_weight=weight, **keywords)
        assert_allclose(call(name, y_true, y_pred, weight), theirs, **TOLERANCE)


@given(columns(st.integers(0, 1), st.integers(0, 1)))
@settings(max_examples=60, deadline=None)
def test_f1_of_the_positive_label_equals_its_reference(inputs):
    y_true, y_pred, weight = inputs
    theirs = reference.f1_score(y_true, y_pred, sample_weight=weight, zero_division=0.0)
    assert_allclose(call("f1", y_true, y_pred, weight, positive=1), theirs, **TOLERANCE)


@given(columns(st.integers(-3, 9), st.integers(-5, 12)))
@settings(max_examples=60, deadline=None)
def test_quadratic_weighted_kappa_equals_its_reference(inputs):
    y_true, y_pred, weight = inputs
    assume(np.ptp(y_true) > 0)
    ours = call("quadratic_weighted_kappa", y_true.astype(float), y_pred.astype(float), weight)
    assert_allclose(ours, kappa(y_true, y_pred, sample_weight=weight), **TOLERANCE)


@st.composite
def rankings(draw):
    labels = st.sampled_from(list("abcdefgh"))
    rows = draw(st.integers(1, 12))
    actual = [draw(st.lists(labels, min_size=1, max_size=6, unique=True)) for _ in range(rows)]
    predicted = [draw(st.lists(st.sampled_from(list("abcdefghxyz")), min_size=1, max_size=9)) for _ in range(rows)]
    k = draw(st.integers(1, 8))
    # A file of which no label is known is refused.
    assume({label for row in predicted for label in row[:k]} & {label for row in actual for label in row})
    return actual, predicted, k, draw(weights(rows))


@given(rankings())
@settings(max_examples=50, deadline=None)
def test_map_at_k_equals_its_definition(inputs):
    actual, predicted, k, weight = inputs
    truth = {"labels": [" ".join(row) for row in actual]}
    solution = solution_of("map_at_k", truth, weight=weight, everything_public=True, k=k)
    ours = score_of(solution, {"labels": [" ".join(row) for row in predicted]})
    terms = [average_precision_of(a, p, k) for a, p in zip(actual, predicted, strict=True)]
    assert_allclose(ours, np.average(terms, weights=weight), **TOLERANCE)


@given(rankings(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_ndcg_at_k_of_label_lists_equals_its_definition(inputs, seed):
    actual, predicted, k, weight = inputs
    random = np.random.default_rng(seed)
    relevances = [{label: float(random.choice([0, 1, 2, 2.5])) for label in row} for row in actual]
    truth = {"labels": [" ".join(f"{label}:{value}" for label, value in row.items()) for row in relevances]}
    solution = solution_of("ndcg_at_k", truth, weight=weight, everything_public=True, k=k)
    ours = score_of(solution, {"labels": [" ".join(row) for row in predicted]})
    terms = [ndcg_of(r, p, k) for r, p in zip(relevances, predicted, strict=True)]
    assert_allclose(ours, np.average(terms, weights=weight), **TOLERANCE)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_ndcg_at_k_of_scores_equals_its_reference(data):
    rows, documents, k = data.draw(st.integers(1, 12)), data.draw(st.integers(2, 8)), data.draw(st.integers(1, 9))
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    relevance = random.choice([0.0, 0.0, 1.0, 2.5], (rows, documents))
    scores = random.choice([-1.0, 0.0, 0.25, 3.0], (rows, documents))
    weight = data.draw(weights(rows))
    ours = call("ndcg_at_k", relevance, scores, None if weight is None else np.array(weight), k=k)
    assert_allclose(ours, reference.ndcg_score(relevance, scores, k=k, sample_weight=weight), **TOLERANCE)


class PreparedMetrics(TestCase):
    @table(
        [
            ("spearman", np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.1, 0.1]), {}),
            ("ndcg_at_k", np.array([[1.0, 0.0, 2.0]]), np.array([[0.2, 0.3, 0.1]]), {"k": 2}),
        ]
    )
    def test_score_the_same_with_nothing_prepared(self, name, truth, guess, params):
        assert call(name, truth, guess, None, **params) == registry.get(name).function(truth, guess, **params)

    def test_are_all_in_the_table_above(self):
        assert {metric.name for metric in registry.all_metrics() if metric.prepare} == {"spearman", "ndcg_at_k"}


class WeightedMetrics(TestCase):
    # Those of CASES are asked the same in `test_further_metrics.py`, where their inputs are made.
    @table(
        sorted(
            metric.name for metric in registry.all_metrics() if metric.supports_weights and metric.name not in FURTHER
        )
    )
    def test_a_row_of_weight_zero_does_not_count(self, name):
        random = np.random.default_rng(7)
        inputs = registry.get(name).inputs[0]
        rows, spoilt = 12, 3
        if inputs in ("numbers", "binary_scores"):
            truth = np.tile([0.0, 1.0], rows // 2)
            guess = random.random(rows)
        elif inputs in ("labels", "integers"):
            truth, guess = np.tile([0, 1, 2], rows // 3), random.integers(0, 3, rows)
        elif inputs == "class_probabilities":
            truth, guess = np.tile([0, 1, 2], rows // 3), random.multinomial(16, [0.3, 0.3, 0.4], rows) / 16
        else:
            codes = np.arange(rows, dtype=np.int32)[:, None]
            truth = (codes,) if name == "map_at_k" else (codes, np.ones((rows, 1)))
            guess = random.integers(0, rows, (rows, 5))
        if inputs == "integers":
            truth, guess = truth.astype(float), guess.astype(float)
        part = tuple(array[spoilt:] for array in truth) if isinstance(truth, tuple) else truth[spoilt:]
        weight = np.array([0.0] * spoilt + [1.0, 2.0, 0.5] * 3)
        assert_allclose(
            call(name, truth, guess, weight), call(name, part, guess[spoilt:], weight[spoilt:]), **TOLERANCE
        )


# --- whole files ------------------------------------------------------------------------------------------------------


class SeveralTargets(TestCase):
    @table(
        ["rmse", "mae", "r2", "spearman", "pinball", "auc", "log_loss", "quadratic_weighted_kappa", "f1_macro", "mcc"]
    )
    def test_score_the_mean_of_their_columns(self, name):
        random = np.random.default_rng(1)
        kind = registry.get(name).inputs[0]
        if kind in ("labels", "integers"):
            truth, guess = ({column: random.integers(0, 2, 40) for column in names} for names in ("ab", "ba"))
        elif kind == "binary_scores":
            truth = {column: random.integers(0, 2, 40) for column in "ab"}
            guess = {column: random.random(40) for column in "ba"}
        else:
            truth, guess = ({column: random.normal(size=40) for column in names} for names in ("ab", "ba"))
        whole = score_of(solution_of(name, truth, everything_public=True), guess)
        alone = [
            score_of(solution_of(name, {column: truth[column]}, everything_public=True), {column: guess[column]})
            for column in "ab"
        ]
        assert_allclose(whole, np.mean(alone), **TOLERANCE)

    @given(st.integers(2, 30), st.integers(2, 5), st.integers(0, 2**32 - 1), st.booleans())
    @settings(max_examples=40, deadline=None)
    def test_of_zeros_and_ones_are_an_indicator_for_micro_f1(self, rows, labels, seed, weighted):
        random = np.random.default_rng(seed)
        truth, guess = (random.integers(0, 2, (rows, labels)) for _ in range(2))
        truth[:2, 0], guess[0, 0] = (0, 1), truth[0, 0]
        weight = random.choice([0.0, 0.5, 1.0, 3.0], rows) + 0.25 if weighted else None
        names = "abcde"[:labels]
        solution = solution_of(
            "f1_micro", dict(zip(names, truth.T, strict=True)), weight=weight, everything_public=True
        )
        ours = score_of(solution, dict(zip(names, guess.T, strict=True)))
        theirs = reference.f1_score(truth, guess, average="micro", sample_weight=weight, zero_division=0.0)
        assert_allclose(ours, theirs, **TOLERANCE)

    def test_of_booleans_are_an_indicator_too(self):
        truth = {"a": [True, False, False, True], "b": [False, False, True, False]}
        solution = solution_of("f1_micro", truth, everything_public=True)
        guess = {"a": [1, 0, 1, 0], "b": ["false", "true", "TRUE", 0]}
        assert_allclose(score_of(solution, guess), 2 * 2 / (3 + 4), **TOLERANCE)

    @parameterized.expand([(None, 5 / 8), ([1, 2, 3, 0], 4 / 12)])
    def test_of_several_classes_count_all_hits_together_for_micro_f1(self, weight, expected):
        solution = solution_of(
            "f1_micro", {"a": list("xyzx"), "b": list("xxyy")}, everything_public=True, weight=weight
        )
        assert_allclose(score_of(solution, {"a": list("xyxx"), "b": list("xzzy")}), expected, **TOLERANCE)


def test_log_loss_of_classes_divides_each_row_by_its_sum():
    truth = {"kind": ["cat", "dog", "eel", "cat"]}
    solution = solution_of("log_loss", truth, everything_public=True)
    assert solution.expected_columns == ("id", "cat", "dog", "eel")
    guess = {"dog": [1, 2, 0, 0], "cat": [1, 1, 0, 1], "eel": [0, 1, 1, 0]}
    shares = np.array([0.5, 0.5, 1.0, 1.0])
    halved = {name: np.array(values) / 2 for name, values in guess.items()}
    assert_allclose(score_of(solution, halved), -np.log(np.clip(shares, 0, 1 - 2.2e-16)).mean(), **TOLERANCE)


def test_log_loss_is_binary_for_a_target_of_zeros_and_ones():
    solution = solution_of("log_loss", {"target": [0, 1, 1, 0]}, everything_public=True)
    assert solution.expected_columns == ("id", "target")
    assert_allclose(score_of(solution, {"target": [0.5, 0.5, 0.5, 0.5]}), math.log(2), **TOLERANCE)


def test_named_classes_are_the_columns_even_of_classes_the_solution_lacks():
    solution = solution_of("log_loss", {"target": [0, 1, 1, 0]}, everything_public=True, classes=["0", "1", "2"])
    assert solution.expected_columns == ("id", "0", "1", "2")


class SpellingsOfLabels(TestCase):
    @table(
        [
            ("one", ["0", "1", "1", "0"], {}, "1"),
            ("the_last_of_two", ["no", "yes", "yes", "no"], {}, "yes"),
            ("the_named_one", ["no", "yes", "yes", "no"], {"positive": "no"}, "no"),
            ("one_of_three", ["a", "b", "c", "b"], {"positive": "b"}, "b"),
        ]
    )
    def test_f1_knows_its_positive_label(self, name, labels, params, positive):
        solution = solution_of("f1", {"kind": labels}, everything_public=True, **params)
        expected = reference.f1_score([label == positive for label in labels], [True] * 4)
        assert_allclose(score_of(solution, {"kind": [positive] * 4}), expected, **TOLERANCE)

    @parameterized.expand(["3", "3.0", " 3", "+3", "03", "3e0", "0.3e1"])
    def test_whole_number_labels_are_compared_as_numbers(self, spelling):
        solution = solution_of("accuracy", {"kind": ["3", "1"]}, everything_public=True)
        assert score_of(solution, {"kind": [spelling, "1"]}) == 1.0


def test_a_label_the_solution_lacks_is_wrong_and_not_refused():
    solution = solution_of("accuracy", {"kind": ["cat", "dog"]}, everything_public=True)
    assert score_of(solution, {"kind": ["cat", "cow"]}) == 0.5


def test_a_label_too_many_in_a_ranking_is_not_read():
    solution = solution_of("map_at_k", {"labels": ["c", "a"]}, everything_public=True, k=2)
    assert score_of(solution, {"labels": ["a b c", "a"]}) == 0.5


class ConstantPredictions(TestCase):
    @table(["pearson", "spearman", "quadratic_weighted_kappa", "mcc"])
    def test_agree_with_nothing(self, name):
        solution = solution_of(name, {"target": [1, 2, 3, 5, 4, 4, 1]}, everything_public=True)
        for value in (1, 2, 3, 4, 5):
            # Exactly: rounding must not decide a rank.
            assert score_of(solution, {"target": [value] * 7}) == 0.0

    def test_agree_with_nothing_by_whatever_weights(self):
        """Sums of weights round differently in another order; the score is 0 exactly, whoever is constant."""
        random = np.random.default_rng(5)
        for rows in range(3, 20):
            weight, varying, constant = random.random(rows), random.integers(0, 3, rows), np.ones(rows, dtype=np.int32)
            varying[:2] = 0, 2
            assert call("mcc", varying, constant, weight) == 0.0
            assert call("mcc", constant, varying, weight) == 0.0

    def test_but_for_a_row_of_hardly_any_weight_agree_with_nothing(self):
        """Its class has a share that is lost beside the others': there is nothing left to divide by."""
        nearly_constant, varying, weight = np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1.0, 2.0, 1e-30])
        assert call("mcc", nearly_constant, varying, weight) == 0.0
        assert call("mcc", varying, nearly_constant, weight) == 0.0

    def test_of_the_rows_that_count_agree_with_nothing(self):
        ratings, weight = np.array([1.0, 2.0, 3.0, 5.0]), np.array([0.1, 0.0, 0.3, 0.7])
        assert call("quadratic_weighted_kappa", ratings, np.array([3.0, 9.0, 3.0, 3.0]), weight) == 0.0


class Correlations(TestCase):
    @parameterized.expand([(1e-120,), (1e-160,), (1e-200,), (1e-300,)])
    def test_of_small_spreads_are_those_of_large_ones(self, size):
        random = np.random.default_rng(3)
        truth, guess = random.normal(size=30), random.normal(size=30)
        weight = np.array([0.0, 2.0, 1.0] * 10)
        for given_weight in (None, weight):
            expected = call("pearson", truth, guess, given_weight)
            assert_allclose(call("pearson", truth, guess * size, given_weight), expected, rtol=1e-9)
            assert_allclose(call("pearson", truth * size, guess * size, given_weight), expected, rtol=1e-9)
        # A row that does not count may be as far away as it likes.
        assert_allclose(
            call("pearson", truth, np.where(weight > 0.0, guess * size, 1e99), weight),
            call("pearson", truth, guess, weight),
            rtol=1e-9,
        )


class Rankings(TestCase):
    @table(
        [
            ("the_first_place", ["a x x x", "b"], [1.0, 1.0]),
            ("the_second_place", ["x a x", "x b"], [1 / 2, 1 / 2]),
            ("the_last_place_that_counts", ["x y z a", "b"], [1 / 4, 1.0]),
            ("the_place_behind_it", ["w x y z a", "b"], [0.0, 1.0]),
            ("no_place", ["x y", "x b"], [0.0, 1 / 2]),
            ("two_places", ["x a a", "b b"], [1 / 2, 1.0]),
            ("a_place_in_rows_of_other_lengths", ["x y a", "b"], [1 / 3, 1.0]),
        ]
    )
    def test_map_at_k_of_one_relevant_label_at(self, name, guess, expected):
        """With one relevant label in each row the score of a row is 1 / place, and 0 behind the K-th."""
        solution = solution_of("map_at_k", {"t": ["a", "b"]}, everything_public=True, k=4)
        assert_allclose(score_of(solution, {"t": guess}), np.mean(expected), **TOLERANCE)
        weighted = solution_of("map_at_k", {"t": ["a", "b"]}, everything_public=True, weight=[3, 1], k=4)
        assert_allclose(score_of(weighted, {"t": guess}), np.average(expected, weights=[3, 1]), **TOLERANCE)

    @parameterized.expand([(1,), (2,), (5,), (12,)])
    def test_map_at_k_of_one_relevant_label_equals_its_definition(self, k):
        random = np.random.default_rng(k)
        labels = np.array(list("abcdefghijkl"))
        actual = random.choice(labels, 60)
        predicted = [random.permutation(labels)[: random.integers(1, 13)] for _ in actual]
        predicted[0] = actual[:1]
        solution = solution_of("map_at_k", {"t": actual}, everything_public=True, k=k)
        terms = [average_precision_of([a], list(p), k) for a, p in zip(actual, predicted, strict=True)]
        assert_allclose(score_of(solution, {"t": [" ".join(row) for row in predicted]}), np.mean(terms), **TOLERANCE)


class Parameters(TestCase):
    @parameterized.expand(
        [
            ("nothing", {}, ["unknown_metric"]),
            (None, {}, ["unknown_metric"]),
            (["rmse"], {}, ["unknown_metric"]),
            ("rmse", {"k": 3}, ["unknown_parameter"]),
            ("rmse", [1], ["wrong_parameter"]),
            ("map_at_k", {"k": 0}, ["wrong_parameter"]),
            ("map_at_k", {"k": 2.5}, ["wrong_parameter"]),
            ("map_at_k", {"k": True}, ["wrong_parameter"]),
            ("map_at_k", {"k": 10**400}, ["wrong_parameter"]),
            ("pinball", {"alpha": "0.5"}, ["wrong_parameter"]),
            ("pinball", {"alpha": float("nan")}, ["wrong_parameter"]),
            ("log_loss", {"classes": ["a", "a"]}, ["wrong_parameter"]),
            ("log_loss", {"classes": "ab"}, ["wrong_parameter"]),
            ("f1", {"positive": {}}, ["wrong_parameter"]),
        ]
    )
    def test_a_metric_does_not_take_are_refused(self, name, params, codes):
        with pytest.raises(registry.InvalidMetricParameters) as caught:
            registry.validate_params(name, params)
        assert [problem.code for problem in caught.value.problems] == codes
        assert all(problem.text() for problem in caught.value.problems)


def test_parameters_come_back_in_their_types_with_defaults():
    assert registry.validate_params("map_at_k", {"k": 3.0}) == {"k": 3}
    assert registry.validate_params("map_at_k", None) == {"k": 5}
    assert registry.validate_params("log_loss", {"classes": [1, "b"]}) == {"classes": ["1", "b"]}
