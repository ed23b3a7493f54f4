"""The target columns of a solution: what they hold decides what a submission looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.errors import InvalidSolution, Problem, quoted
from scoring.labels import codes_of, normal_text, sorted_labels, without_fractions
from scoring.layout import Layout
from scoring.metrics.registry import Inputs, Metric
from scoring.prepared import SolutionSpec, Split
from scoring.rankings import read_relevant_labels
from scoring.values import Locator, parse_numbers

Columns = Mapping[str, pa.ChunkedArray]
Truth = tuple[NDArray[Any], ...]

# Kinds whose metric sees all columns at once, instead of one target after the other.
WHOLE = (Inputs.CLASS_PROBABILITIES, Inputs.RANKED_LABELS, Inputs.RELEVANCES)


def read_targets(
    columns: Columns, spec: SolutionSpec, metric: Metric, params: Mapping[str, Any], locator: Locator
) -> tuple[Layout, Truth, dict[str, Any]]:
    """The layout of submissions, the true values in the form the metric takes, and parameters that follow from them.

    Raises:
        InvalidSolution: the columns do not hold what the metric needs.
    """
    inputs = _choose(columns, metric, params)
    if len(columns) > 1 and not _takes_many(inputs, metric):
        raise InvalidSolution(Problem("too_many_targets", found=str(len(columns))))
    layout = Layout(inputs, spec.id_column, spec.target_columns, minimum=metric.minimum, maximum=metric.maximum)
    if inputs in (Inputs.LABELS, Inputs.CLASS_PROBABILITIES):
        return _read_labels(columns, layout, params, locator)
    if inputs is Inputs.RANKED_LABELS:
        ((name, text),) = columns.items()
        with_relevance = Inputs.RELEVANCES in metric.inputs
        labels, truth = read_relevant_labels(text, name, locator, with_relevance=with_relevance)
        return replace(layout, labels=labels, depth=params["k"]), truth, {}
    numbers = tuple(_read_numbers(text, name, layout, locator) for name, text in columns.items())
    if inputs is Inputs.RELEVANCES:
        return layout, (np.column_stack(numbers),), {}
    return layout, numbers, {}


def with_prepared(split: Split, inputs: Inputs, metric: Metric, params: Mapping[str, Any]) -> Split:
    """`split` with what the metric can work out before any submission."""
    if metric.prepare is None:
        return split
    truths = (split.truth,) if inputs is Inputs.RANKED_LABELS else split.truth
    return replace(split, prepared=tuple(metric.prepare(truth, split.weight, **params) for truth in truths))


def _takes_many(inputs: Inputs, metric: Metric) -> bool:
    if inputs in (Inputs.CLASS_PROBABILITIES, Inputs.RANKED_LABELS):
        return False
    return metric.supports_multiple_targets or inputs is Inputs.RELEVANCES


def _choose(columns: Columns, metric: Metric, params: Mapping[str, Any]) -> Inputs:
    """The first of the metric's inputs that suits the solution."""
    if metric.inputs == (Inputs.BINARY_SCORES, Inputs.CLASS_PROBABILITIES):
        binary = all(_is_binary(text) for text in columns.values())
        many = params.get("classes") is not None or (len(columns) == 1 and not binary)
        return Inputs.CLASS_PROBABILITIES if many else Inputs.BINARY_SCORES
    if metric.inputs == (Inputs.RANKED_LABELS, Inputs.RELEVANCES):
        return Inputs.RANKED_LABELS if len(columns) == 1 else Inputs.RELEVANCES
    return metric.inputs[0]


def _is_binary(text: pa.ChunkedArray) -> bool:
    values = parse_numbers(text).values
    return bool(((values == 0) | (values == 1)).all())


def _read_numbers(text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator) -> NDArray[np.float64]:
    numbers = parse_numbers(text)
    # A located fault, but never the value: this is the solution.
    problems = [_without_value(problem, layout) for problem in locator.number_problems(numbers, text, name)]
    if problems:
        raise InvalidSolution(problems)
    values = numbers.values
    faults: tuple[tuple[str, NDArray[np.bool_], str], ...] = ()
    if layout.inputs is Inputs.BINARY_SCORES:
        faults = (("not_binary", (values != 0) & (values != 1), "0 or 1"),)
    elif layout.inputs is Inputs.INTEGERS:
        faults = (("not_an_integer", values != np.floor(values), "a whole number"),)
    minimum = 0.0 if layout.inputs is Inputs.RELEVANCES else layout.minimum
    outside = (values < minimum) | (values > layout.maximum)
    for code, mask, expected in (*faults, ("out_of_range", outside, layout.range_text)):
        found = locator.problems(code, mask, column=name, found=lambda _row: "?", expected=expected)
        if found:
            raise InvalidSolution(found)
    return values


def _without_value(problem: Problem, layout: Layout) -> Problem:
    """`problem` without what was found, and of a yes / no question what there should be."""
    if problem.code == "missing_value":
        return problem
    if layout.inputs is Inputs.BINARY_SCORES:
        return replace(problem, code="not_binary", found="?", expected="0 or 1")
    return replace(problem, found="?")


def _read_labels(
    columns: Columns, layout: Layout, params: Mapping[str, Any], locator: Locator
) -> tuple[Layout, Truth, dict[str, Any]]:
    named: list[str] | None = params.get("classes")
    plain = {name: normal_text(text, integers=False) for name, text in columns.items()}
    for name, text in plain.items():
        missing = locator.problems("missing_value", np.asarray(text.is_null()), column=name, expected="a label")
        if missing:
            raise InvalidSolution(missing)
    labels, integers = _named_labels(named) if named is not None else _labels_found(plain, layout)
    if len(labels) < 2:
        raise InvalidSolution(Problem("too_few_classes"))
    truth = []
    for name, text in plain.items():
        codes, others = codes_of(normal_text(text, integers=integers), labels)
        if others:
            mask = codes >= len(labels)
            raise InvalidSolution(locator.problems("unknown_label", mask, column=name, found=lambda _row: "?"))
        truth.append(codes)
    layout = replace(layout, labels=labels, labels_are_integers=integers, labels_are_closed=named is not None)
    resolved: dict[str, Any] = {}
    if "positive" in params:
        resolved["positive"] = _positive_code(params["positive"], labels)
    if layout.inputs is Inputs.CLASS_PROBABILITIES:
        layout = replace(layout, columns=labels)
        if layout.id_column in labels:
            raise InvalidSolution(Problem("duplicate_columns", column=quoted(layout.id_column)))
    return layout, tuple(truth), resolved


def _named_labels(named: list[str]) -> tuple[tuple[str, ...], bool]:
    return tuple(named), sorted_labels(set(named))[1]


def _labels_found(columns: Columns, layout: Layout) -> tuple[tuple[str, ...], bool]:
    texts = {value for text in columns.values() for value in text.unique().to_pylist()}
    # Classes are names of columns, which are taken as they are.
    return sorted_labels(without_fractions(texts) if layout.inputs is Inputs.LABELS else texts)


def _positive_code(named: str | None, labels: tuple[str, ...]) -> int:
    """The code of the label that counts as positive."""
    if named is not None and named not in labels:
        # As the solution may have written it: see `without_fractions`.
        named = named.removesuffix(".0")
    if named is not None and named not in labels:
        raise InvalidSolution(Problem("no_positive_label", found=quoted(named)))
    if named is None and "1" not in labels and len(labels) > 2:
        raise InvalidSolution(Problem("name_positive_label"))
    return labels.index(named or ("1" if "1" in labels else labels[-1]))
