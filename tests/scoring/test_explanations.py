"""Every metric is explained in both languages, and its example scores what is said."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from scoring.explanations import EXPLANATIONS, INPUTS, PARAMETERS_JA
from scoring.metrics import registry
from tests.scoring.builders import score_of, solution_of

NAMES = sorted(one.name for one in registry.all_metrics())


def is_japanese(text: str) -> bool:
    return any("\u3040" <= letter <= "\u9fff" for letter in text)


def test_nothing_else_is_explained():
    assert sorted(EXPLANATIONS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_is_explained_in_both_languages(name):
    told, metric = EXPLANATIONS[name], registry.get(name)
    description = told.description(name)
    assert not is_japanese(description.en + told.limits.en)
    assert len(description.en) > 20
    assert len(told.limits.en) > 10
    assert is_japanese(description.ja)
    assert is_japanese(told.limits.ja)
    assert told.formula.count("{") == told.formula.count("}") > 0 or "{" not in told.formula
    assert all(is_japanese(INPUTS[one].ja) for one in metric.inputs)
    assert all(is_japanese(PARAMETERS_JA[one.description]) for one in (*metric.params, *registry.OPTIONS))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_scores_what_is_said(name):
    example = EXPLANATIONS[name].example
    solution = solution_of(name, example.truth, everything_public=True, **example.params)
    assert_allclose(score_of(solution, example.guess), example.score, rtol=1e-5, atol=1e-9)
