"""Further metrics of the same predictions: numbers that are shown beside the score and rank nothing.

What is submitted is read and checked for the metric that ranks; a further one takes the same values, weights, groups
and columns. It must be one that could be given them, and be defined on the public and on the private rows as the one
that ranks has to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from scoring import targets
from scoring.errors import InvalidMetricParameters, InvalidSolution, InvalidSubmission, Problem, quoted
from scoring.labels import normal_label
from scoring.metrics import registry
from scoring.metrics.registry import Direction, Inputs, Metric
from scoring.parts import OPTION_NAMES
from scoring.prepared import PreparedSolution, Split
from scoring.reading import Predictions
from scoring.score import private_score, public_score
from scoring.solution import ready

MOST: Final = 5
MEMBERS: Final = {"metric", "params"}


@dataclass(frozen=True)
class Further:
    """A metric that is shown beside the one that ranks. `params`: its own parameters, as they were given."""

    metric: Metric
    params: Mapping[str, Any]

    @property
    def _told(self) -> dict[str, Any]:
        """Its parameters that differ from their defaults."""
        cleaned = registry.validate_params(self.metric.name, self.params)
        return {one.name: cleaned[one.name] for one in self.metric.params if cleaned[one.name] != one.default}

    @property
    def key(self) -> str:
        """Under which name its scores are kept."""
        told = self._told
        return self.metric.name + (json.dumps(told, sort_keys=True, ensure_ascii=False) if told else "")

    @property
    def label(self) -> str:
        """Its name for people."""
        told = ", ".join(f"{name}={_short(value)}" for name, value in self._told.items())
        return f"{self.metric.label} ({told})" if told else self.metric.label

    @property
    def direction(self) -> Direction:
        return self.metric.direction

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; `read_further` reads it."""
        return {"metric": self.metric.name, "params": dict(self.params)}


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def read_further(value: Any, *, beside: str = "", params: Mapping[str, Any] | None = None) -> list[Further]:
    """The further metrics in a list of objects with `metric` and `params`. `beside`: the one that ranks, and its own.

    Raises:
        InvalidMetricParameters: it is no such list, there are too many, one is unknown, or there twice.
    """
    if not isinstance(value, list) or len(value) > MOST:
        raise InvalidMetricParameters(Problem("too_many_further_metrics", expected=str(MOST)))
    found: list[Further] = []
    keys: set[str] = set()
    if beside and not registry.is_own(beside):
        own = {name: one for name, one in (params or {}).items() if name not in OPTION_NAMES}
        keys.add(Further(registry.get(beside), own).key)
    for one in value:
        if not isinstance(one, Mapping) or not {"metric"} <= set(one) <= MEMBERS or registry.is_own(str(one["metric"])):
            raise InvalidMetricParameters(Problem("bad_further_metric"))
        given = one.get("params") or {}
        if isinstance(given, Mapping) and (options := sorted(OPTION_NAMES & set(given))):
            raise InvalidMetricParameters(Problem("unknown_parameter", {"name": options[0]}, found=options[0]))
        registry.validate_params(one["metric"], given)
        further = Further(registry.get(one["metric"]), dict(given))
        if further.key in keys:
            raise InvalidMetricParameters(Problem("further_metric_twice", found=quoted(further.label)))
        keys.add(further.key)
        found.append(further)
    return found


def further_scores(
    solution: PreparedSolution, predictions: Predictions, part: str, wanted: Sequence[Further]
) -> dict[str, float | None]:
    """What each of `wanted` says of the public or the private rows, by key; None where it is not defined.

    Who may ask for the private rows, and when, is for the caller.
    """
    return {one.key: _score(solution, predictions, part, one) for one in wanted}


def _score(solution: PreparedSolution, predictions: Predictions, part: str, further: Further) -> float | None:
    try:
        beside = scored_by(solution, further)
        if not _are_within(beside.splits[part], predictions, further.metric, solution):
            return None
        return public_score(beside, predictions) if part == "public" else private_score(beside, predictions)
    except (InvalidSolution, InvalidSubmission):
        return None


def _are_within(split: Split, predictions: Predictions, metric: Metric, solution: PreparedSolution) -> bool:
    """Whether the numbers of these rows are such as this metric takes, where the one that ranks takes more."""
    layout = solution.layout
    is_number = not layout.holds_codes and not layout.holds_texts
    if not is_number or (metric.minimum <= layout.minimum and metric.maximum >= layout.maximum):
        return True
    held = [split.of(column) for column in predictions.columns]
    return all(bool((column >= metric.minimum).all() and (column <= metric.maximum).all()) for column in held)


def scored_by(solution: PreparedSolution, further: Further) -> PreparedSolution:
    """`solution` as `further` scores by it: the same rows, weights, groups and submissions. Made once.

    Raises:
        InvalidSolution: this metric takes something else, or is not defined on some of the rows.
    """
    if further.key not in solution.beside:
        solution.beside[further.key] = _scored_by(solution, further)
    return solution.beside[further.key]


def _scored_by(solution: PreparedSolution, further: Further) -> PreparedSolution:
    metric, layout = further.metric, solution.layout
    options = {name: value for name, value in solution.params.items() if name in OPTION_NAMES}
    params = {**registry.validate_params(metric.name, further.params), **options}
    _require_same_inputs(solution, metric, params)
    targets.check_count(layout.inputs, metric, len(solution.spec.target_columns))
    targets.check_options(layout.inputs, metric, solution.options, solution.spec)
    params |= _resolved(solution, metric, params)
    splits = ready(
        solution.splits,
        layout,
        spec=solution.spec,
        metric=metric,
        params=params,
        groups=_groups(solution),
    )
    spec = replace(solution.spec, metric=metric.name, metric_params={**further.params, **options})
    return replace(solution, spec=spec, params=params, splits=splits)


def _require_same_inputs(solution: PreparedSolution, metric: Metric, params: Mapping[str, Any]) -> None:
    layout, first = solution.layout, solution.metric
    columns = solution.spec.target_columns
    named = tuple(metric.columns(columns, params)) if metric.columns is not None else columns
    takes_whole_table = layout.inputs is Inputs.CLASS_PROBABILITIES
    # Levels in another order, or others, would be other codes.
    classes = params.get("classes")
    labels = None if classes is None else tuple(dict.fromkeys(normal_label(label) for label in classes))
    same = (
        layout.inputs in metric.inputs
        and Inputs.FRAME not in metric.inputs
        and (takes_whole_table or named == layout.columns)
        and metric.rows_are_shares == layout.shares
        and (labels is None or labels == layout.labels)
        and (Inputs.RELEVANCES in metric.inputs) == (Inputs.RELEVANCES in first.inputs)
        and (layout.inputs is not Inputs.TEXTS or _reads_as(metric, params, layout.text_metric, layout.text_kind))
        and (layout.inputs is not Inputs.TEXTS or metric.longest_text >= layout.longest)
        and (layout.inputs is not Inputs.RANKED_LABELS or int(params["k"]) <= layout.depth)
    )
    if not same:
        raise InvalidSolution(Problem("other_inputs", {"metric": metric.label}))
    if solution.spec.weight_column and not metric.supports_weights:
        raise InvalidSolution(Problem("weights_not_supported", column=quoted(solution.spec.weight_column)))
    low = metric.true_minimum if metric.true_minimum is not None else metric.minimum
    numbers = [truth for split in solution.splits.values() for truth in split.truth if _is_number(truth)]
    if any(bool((truth < low).any() or (truth > metric.maximum).any()) for truth in numbers):
        raise InvalidSolution(Problem("truth_out_of_range", {"metric": metric.label}, expected=f"{low:g}"))


def _is_number(truth: Any) -> bool:
    return isinstance(truth, np.ndarray) and truth.dtype.kind == "f"


def _reads_as(metric: Metric, params: Mapping[str, Any], other: str, kind: str) -> bool:
    """Whether texts that are written as `other` asks for are written as this metric asks for."""
    if metric.check is None:
        return True
    same_check = metric.check is registry.get(other).check
    return same_check and " ".join(str(params.get(name) or "") for name in metric.checked) == kind


def _resolved(solution: PreparedSolution, metric: Metric, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that follow from the solution."""
    layout, found = solution.layout, {}
    if layout.inputs in (Inputs.LABELS, Inputs.CLUSTERS, Inputs.CLASS_PROBABILITIES):
        if metric.pools_columns and len(solution.spec.target_columns) > 1 and layout.labels in targets.INDICATORS:
            found["positive"] = 1
        if "positive" in params:
            found["positive"] = targets.positive_code(params["positive"], layout.labels)
    return found


def _groups(solution: PreparedSolution) -> list[str]:
    """Names for the groups, whose own ones are not kept."""
    groups = [split.group for split in solution.splits.values() if split.group is not None]
    last = max((int(codes.max(initial=-1)) for codes in groups), default=-1)
    return ["?"] * (last + 1)
