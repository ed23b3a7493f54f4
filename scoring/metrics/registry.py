"""The metrics there are, by name. A metric is added by writing one function under `@metric(...)`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidMetricParameters, Problem, quoted

F64 = NDArray[np.float64]
Prepared = Mapping[str, NDArray[Any]]

# Beyond this a square, let alone a sum of squares, is near the end of what a double holds.
LARGEST: Final = 1e100
LARGEST_WEIGHT: Final = 1e12


class Direction(StrEnum):
    SMALLER_IS_BETTER = "smaller_is_better"
    LARGER_IS_BETTER = "larger_is_better"


class Task(StrEnum):
    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    RANKING = "ranking"


class Inputs(StrEnum):
    """What the solution and the submission hold for a metric."""

    NUMBERS = "numbers"
    """A number per target column, in both."""
    BINARY_SCORES = "binary_scores"
    """0 or 1 per target column in the solution, a number in the submission."""
    LABELS = "labels"
    """A class label per target column, in both. Whole numbers or texts, as in the solution."""
    INTEGERS = "integers"
    """A whole number per target column, in both."""
    CLASS_PROBABILITIES = "class_probabilities"
    """One label in the solution; in the submission a column per class, named like the class."""
    RANKED_LABELS = "ranked_labels"
    """Relevant labels in the solution, labels in order of confidence in the submission, separated by spaces."""
    RELEVANCES = "relevances"
    """A column per document in both: its relevance in the solution, its score in the submission."""


class Requirement(StrEnum):
    """What a metric asks of the public rows, and of the private rows, to be defined. The values are problem codes."""

    TWO_CLASSES = "single_class"
    NOT_CONSTANT = "constant_target"
    EVERY_CLASS = "missing_class"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a metric: its type, default and bounds. `kind` is int, float, str or list (of labels)."""

    name: str
    kind: type
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None

    @property
    def expected(self) -> str:
        """What a value must be, in English."""
        names = {int: "a whole number", float: "a number", str: "a text or whole number", list: "a list of labels"}
        bounds = [
            f"at least {self.minimum:g}" if self.minimum is not None else "",
            f"at most {self.maximum:g}" if self.maximum is not None else "",
        ]
        return " and ".join([names[self.kind], *filter(None, bounds)])

    def clean(self, value: Any) -> Any:
        """`value` in its type.

        Raises:
            ValueError: it is none this parameter takes.
        """
        if self.kind is list:
            return _clean_labels(value)
        if self.kind is str:
            return _clean_label(value)
        return self._clean_number(value)

    def _clean_number(self, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or (self.kind is int and value != int(value)):
            raise ValueError(self.name)
        too_small = self.minimum is not None and value < self.minimum
        too_large = self.maximum is not None and value > self.maximum
        if too_small or too_large:
            raise ValueError(self.name)
        return self.kind(value)


def _clean_label(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or not 0 < len(str(value)) <= 200:
        raise ValueError(value)
    return str(value)


def _clean_labels(value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 10_000:
        raise ValueError(value)
    labels = [_clean_label(label) for label in value]
    if len(set(labels)) != len(labels):
        raise ValueError(value)
    return labels


@dataclass(frozen=True)
class Metric:
    """A metric and what one must know to use it.

    Attributes:
        name: its key, stored with competitions.
        label: its short name for people.
        inputs: what it can be given; the first that suits the solution is used.
        supports_weights: a weight per row may be given.
        supports_multiple_targets: with several target columns the score is the plain mean over the columns.
        minimum, maximum: bounds of a submitted number, whatever the row's usage.
        requirements: what the solution must hold in its public and in its private rows.
        function: `(y_true, y_pred, weight=None, **params) -> float`, on the rows of one split and one target.
        prepare: `(y_true, weight, **params) -> arrays`: work that does not depend on the predictions, given to
            `function` as the keyword `prepared`.
        source: where the definition comes from.
    """

    name: str
    label: str
    direction: Direction
    task: Task
    inputs: tuple[Inputs, ...]
    description: str
    source: str
    function: Callable[..., float]
    supports_weights: bool = False
    supports_multiple_targets: bool = True
    params: tuple[Parameter, ...] = ()
    minimum: float = -LARGEST
    maximum: float = LARGEST
    requirements: frozenset[Requirement] = field(default_factory=frozenset)
    prepare: Callable[..., dict[str, NDArray[Any]]] | None = None

    def is_better(self, score: float, than: float) -> bool:
        """Whether `score` beats the score `than`."""
        return score < than if self.direction is Direction.SMALLER_IS_BETTER else score > than


_METRICS: dict[str, Metric] = {}


def metric(
    name: str,
    *,
    label: str,
    direction: Direction,
    task: Task,
    inputs: Inputs | tuple[Inputs, ...],
    source: str,
    weights: bool = False,
    multiple_targets: bool = True,
    params: tuple[Parameter, ...] = (),
    minimum: float = -LARGEST,
    maximum: float = LARGEST,
    requires: frozenset[Requirement] | set[Requirement] = frozenset(),
    prepare: Callable[..., dict[str, NDArray[Any]]] | None = None,
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Register the function below under `name`. Its docstring is the description organisers read."""

    def register(function: Callable[..., float]) -> Callable[..., float]:
        if name in _METRICS:
            raise ValueError(f"two metrics named {name}")
        _METRICS[name] = Metric(
            name=name,
            label=label,
            direction=direction,
            task=task,
            inputs=inputs if isinstance(inputs, tuple) else (inputs,),
            description=" ".join((function.__doc__ or "").split()),
            source=source,
            function=function,
            supports_weights=weights,
            supports_multiple_targets=multiple_targets,
            params=params,
            minimum=minimum,
            maximum=maximum,
            requirements=frozenset(requires),
            prepare=prepare,
        )
        return function

    return register


def get(name: str) -> Metric:
    """The metric named `name`.

    Raises:
        KeyError: there is none.
    """
    return _METRICS[name]


def all_metrics() -> list[Metric]:
    """Every metric, by label."""
    return sorted(_METRICS.values(), key=lambda metric: metric.label.lower())


def validate_params(name: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """`params` in their types, defaults filled in.

    Raises:
        InvalidMetricParameters: the metric is unknown, a parameter is, or a value is not one it takes.
    """
    try:
        known = {parameter.name: parameter for parameter in get(name).params}
    except (KeyError, TypeError):
        raise InvalidMetricParameters(Problem("unknown_metric", found=quoted(name))) from None
    if params is None:
        params = {}
    if not isinstance(params, Mapping):
        raise InvalidMetricParameters(
            Problem("wrong_parameter", {"name": "metric_params"}, expected="an object", found=quoted(params))
        )
    problems = [
        Problem("unknown_parameter", {"name": quoted(given)}, found=quoted(given))
        for given in params
        if given not in known
    ]
    cleaned: dict[str, Any] = {}
    for parameter in known.values():
        if parameter.name not in params or params[parameter.name] is None:
            cleaned[parameter.name] = parameter.default
            continue
        try:
            cleaned[parameter.name] = parameter.clean(params[parameter.name])
        except (ValueError, OverflowError):
            problems.append(
                Problem(
                    "wrong_parameter",
                    {"name": parameter.name},
                    expected=parameter.expected,
                    found=quoted(params[parameter.name]),
                )
            )
    if problems:
        raise InvalidMetricParameters(problems)
    return cleaned
