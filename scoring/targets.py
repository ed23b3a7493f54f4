"""The target columns of a solution: what they hold decides what a submission looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.errors import InvalidSolution, Problem, quoted
from scoring.labels import codes_of, normal_label, normal_text, sorted_labels, without_fractions
from scoring.layout import Layout
from scoring.metrics.registry import Inputs, Metric
from scoring.parts import Options, own_parameters, sees_all_columns
from scoring.prepared import SolutionSpec, Split
from scoring.rankings import read_relevant_labels
from scoring.texts import text_array, text_faults
from scoring.values import Locator, parse_numbers

Columns = Mapping[str, pa.ChunkedArray]
Truth = tuple[NDArray[Any], ...]

# What the columns of an indicator hold: whether a row has a label. The second means that it has.
INDICATORS = (("0", "1"), ("False", "True"), ("FALSE", "TRUE"), ("false", "true"))


def read_targets(
    columns: Columns, spec: SolutionSpec, metric: Metric, params: Mapping[str, Any], locator: Locator
) -> tuple[Layout, Truth, dict[str, Any]]:
    """The layout of submissions, the true values in the form the metric takes, and parameters that follow from them.

    Raises:
        InvalidSolution: the columns do not hold what the metric needs.
    """
    inputs = _choose(columns, metric, params)
    check_count(inputs, metric, len(columns))
    options = Options.of(params)
    check_options(inputs, metric, options, spec)
    layout = _layout(inputs, spec, metric, params)
    if inputs is Inputs.TEXTS:
        return layout, tuple(_read_texts(text, name, layout, locator) for name, text in columns.items()), {}
    if inputs in (Inputs.LABELS, Inputs.CLUSTERS, Inputs.CLASS_PROBABILITIES):
        layout, truth, resolved = _read_labels(columns, layout, params, locator)
        if metric.pools_columns and len(columns) > 1 and layout.labels in INDICATORS:
            resolved["positive"] = 1
        return layout, truth, resolved
    if inputs is Inputs.RANKED_LABELS:
        ((name, text),) = columns.items()
        with_relevance = Inputs.RELEVANCES in metric.inputs
        labels, truth = read_relevant_labels(text, name, locator, with_relevance=with_relevance)
        return replace(layout, labels=labels, depth=params["k"]), truth, {}
    low = metric.true_minimum if metric.true_minimum is not None else metric.minimum
    bounds = replace(layout, minimum=0.0 if inputs is Inputs.RELEVANCES else low)
    numbers = tuple(
        _read_numbers(text, name, bounds, locator, blanks=options.skip_blank_targets) for name, text in columns.items()
    )
    if metric.rows_are_shares:
        problems = locator.problems("zero_probabilities", ~(np.sum(numbers, axis=0) > 0.0))
        if problems:
            raise InvalidSolution(problems)
    if inputs is Inputs.RELEVANCES:
        return layout, (np.column_stack(numbers),), {}
    return layout, numbers, {}


def with_prepared(split: Split, inputs: Inputs, metric: Metric, params: Mapping[str, Any]) -> Split:
    """`split` with what the metric can work out before any submission."""
    if metric.prepare is None:
        return split
    truths = (split.truth,) if inputs is Inputs.RANKED_LABELS else split.truth
    own = own_parameters(params)
    return replace(split, prepared=tuple(metric.prepare(truth, split.weight, **own) for truth in truths))


def read_groups(text: pa.ChunkedArray, name: str, locator: Locator) -> tuple[NDArray[np.int32], list[str]]:
    """The code of each row's group, and the names of the groups by code.

    Raises:
        InvalidSolution: a row has none, or there are too many.
    """
    normal = normal_text(text)
    missing = locator.problems("missing_value", np.asarray(normal.is_null()), column=name, expected="a group")
    if missing:
        raise InvalidSolution(missing)
    codes, groups = codes_of(normal, ())
    return codes, groups


def _layout(inputs: Inputs, spec: SolutionSpec, metric: Metric, params: Mapping[str, Any]) -> Layout:
    columns = spec.target_columns
    if metric.columns is not None:
        columns = tuple(metric.columns(columns, params))
        if len({*columns, spec.id_column}) != len(columns) + 1:
            raise InvalidSolution(Problem("duplicate_columns", column=quoted(columns[0])))
    return Layout(
        inputs,
        spec.id_column,
        columns,
        minimum=metric.minimum,
        maximum=metric.maximum,
        longest=metric.longest_text if inputs is Inputs.TEXTS else 0,
        text_metric=metric.name if inputs is Inputs.TEXTS else "",
        text_kind=" ".join(str(params.get(name) or "") for name in metric.checked) if inputs is Inputs.TEXTS else "",
        shares=metric.rows_are_shares,
    )


def check_count(inputs: Inputs, metric: Metric, count: int) -> None:
    """Raises InvalidSolution: the metric takes another number of target columns."""
    if count > 1 and not _takes_many(inputs, metric):
        raise InvalidSolution(Problem("too_many_targets", found=str(count)))
    most = metric.most_targets
    if count < metric.fewest_targets or (most is not None and count > most):
        wanted = str(metric.fewest_targets) if metric.fewest_targets == most else f"{metric.fewest_targets}+"
        raise InvalidSolution(Problem("wrong_target_count", expected=wanted, found=str(count)))


def check_options(inputs: Inputs, metric: Metric, options: Options, spec: SolutionSpec) -> None:
    """Raises InvalidSolution: an option says nothing here, or names other columns."""
    weights = options.column_weights
    together = sees_all_columns(inputs, metric, len(spec.target_columns))
    if weights is not None:
        if together:
            raise InvalidSolution(Problem("option_without_effect", {"name": "column_weights"}))
        if set(weights) != set(spec.target_columns) or not sum(weights.values()) > 0.0:
            raise InvalidSolution(
                Problem("wrong_column_weights", expected=", ".join(quoted(name) for name in spec.target_columns[:20]))
            )
    is_table = inputs in (Inputs.RANKED_LABELS, Inputs.RELEVANCES, Inputs.TEXTS)
    if options.skip_blank_targets and (is_table or (together and inputs is not Inputs.CLASS_PROBABILITIES)):
        raise InvalidSolution(Problem("option_without_effect", {"name": "skip_blank_targets"}))


def _read_texts(text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator) -> NDArray[Any]:
    problems = text_problems(text, name, layout, locator, is_truth=True)
    if problems:
        raise InvalidSolution([replace(problem, found="?") for problem in problems])
    return text_array(text)


def text_problems(
    text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator, *, is_truth: bool = False
) -> list[Problem]:
    """What is wrong with a column of texts."""
    found = text_faults(text.fill_null(""), layout, is_truth=is_truth)
    longest = str(layout.longest)
    return [
        problem
        for code, mask in found
        for problem in locator.problems(
            code, mask, column=name, found=text, expected=longest if code == "text_too_long" else None
        )
    ]


def _takes_many(inputs: Inputs, metric: Metric) -> bool:
    if inputs in (Inputs.CLASS_PROBABILITIES, Inputs.RANKED_LABELS):
        return False
    return metric.supports_multiple_targets or inputs is Inputs.RELEVANCES


def _choose(columns: Columns, metric: Metric, params: Mapping[str, Any]) -> Inputs:
    """The first of the metric's inputs that suits the solution."""
    if metric.inputs == (Inputs.BINARY_SCORES, Inputs.CLASS_PROBABILITIES):
        blanks = Options.of(params).skip_blank_targets
        binary = all(_is_binary(text, blanks=blanks) for text in columns.values())
        many = params.get("classes") is not None or (len(columns) == 1 and not binary)
        return Inputs.CLASS_PROBABILITIES if many else Inputs.BINARY_SCORES
    if metric.inputs == (Inputs.RANKED_LABELS, Inputs.RELEVANCES):
        return Inputs.RANKED_LABELS if len(columns) == 1 else Inputs.RELEVANCES
    return metric.inputs[0]


def _is_binary(text: pa.ChunkedArray, *, blanks: bool) -> bool:
    values = parse_numbers(text).values
    blank = parse_numbers(text).missing if blanks else np.zeros(len(values), dtype=np.bool_)
    return bool(((values == 0) | (values == 1) | blank).all())


def _read_numbers(
    text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator, *, blanks: bool = False
) -> NDArray[np.float64]:
    """The numbers of a column; NaN where it is blank, if `blanks` are allowed."""
    numbers = parse_numbers(text)
    if blanks:
        numbers = replace(numbers, missing=np.zeros_like(numbers.missing))
    # A located fault, but never the value: this is the solution.
    problems = [_without_value(problem, layout) for problem in locator.number_problems(numbers, text, name)]
    if problems:
        raise InvalidSolution(problems)
    values = numbers.values
    given = ~np.isnan(values)
    faults: tuple[tuple[str, NDArray[np.bool_], str], ...] = ()
    if layout.inputs is Inputs.BINARY_SCORES:
        faults = (("not_binary", given & (values != 0) & (values != 1), "0 or 1"),)
    elif layout.inputs is Inputs.INTEGERS:
        faults = (("not_an_integer", given & (values != np.floor(values)), "a whole number"),)
    outside = (values < layout.minimum) | (values > layout.maximum)
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
    blanks = Options.of(params).skip_blank_targets
    plain = {name: normal_text(text) for name, text in columns.items()}
    for name, text in plain.items():
        missing = locator.problems("missing_value", np.asarray(text.is_null()), column=name, expected="a label")
        if missing and not blanks:
            raise InvalidSolution(missing)
    labels, integers = _named_labels(named) if named is not None else _labels_found(plain, layout)
    if len(labels) < (1 if layout.inputs is Inputs.CLUSTERS else 2):
        raise InvalidSolution(Problem("too_few_classes"))
    truth: list[NDArray[np.int32]] = []
    for name, text in plain.items():
        codes, others = codes_of(normal_text(text, labels, integers=integers), labels)
        if others:
            mask = codes >= len(labels)
            raise InvalidSolution(locator.problems("unknown_label", mask, column=name, found=lambda _row: "?"))
        truth.append(codes)
    layout = replace(layout, labels=labels, labels_are_integers=integers, labels_are_closed=named is not None)
    resolved: dict[str, Any] = {}
    if "positive" in params:
        resolved["positive"] = positive_code(params["positive"], labels)
    if layout.inputs is Inputs.CLASS_PROBABILITIES:
        layout = replace(layout, columns=labels)
        if layout.id_column in labels:
            raise InvalidSolution(Problem("duplicate_columns", column=quoted(layout.id_column)))
    return layout, tuple(truth), resolved


def _named_labels(named: list[str]) -> tuple[tuple[str, ...], bool]:
    labels = tuple(dict.fromkeys(normal_label(label) for label in named))
    return labels, sorted_labels(set(labels))[1]


def _labels_found(columns: Columns, layout: Layout) -> tuple[tuple[str, ...], bool]:
    texts = {value for text in columns.values() for value in text.unique().to_pylist() if value is not None}
    # Classes are names of columns, which are taken as they are.
    return sorted_labels(without_fractions(texts) if layout.inputs is not Inputs.CLASS_PROBABILITIES else texts)


def _as_label(named: str, labels: tuple[str, ...]) -> str:
    """The one of `labels` that `named` is another spelling of, or `named` itself."""
    normal = normal_text(pa.chunked_array([[named]], pa.string()), labels, integers=sorted_labels(set(labels))[1])
    return str(normal[0].as_py() or named)


def positive_code(named: str | None, labels: tuple[str, ...]) -> int:
    """The code of the label that counts as positive."""
    if named is not None and named not in labels:
        # As the solution may have written it: see `without_fractions`.
        named = _as_label(named, labels)
    if named is not None and named not in labels:
        raise InvalidSolution(Problem("no_positive_label", found=quoted(named)))
    if named is None and "1" not in labels and len(labels) > 2:
        raise InvalidSolution(Problem("name_positive_label"))
    return labels.index(named or ("1" if "1" in labels else labels[-1]))
