"""The metrics there are, by name. A metric is added by writing one function under `@metric(...)`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.errors import InvalidMetricParameters, Problem, ScoringError, quoted

F64 = NDArray[np.float64]
Prepared = Mapping[str, NDArray[Any]]
# Texts to faults: the code of a problem and the rows that have it.
Check = Callable[[pa.ChunkedArray, bool, Mapping[str, Any]], list[tuple[str, NDArray[np.bool_]]]]

# Beyond this a square, let alone a sum of squares, is near the end of what a double holds.
LARGEST: Final = 1e100
LARGEST_WEIGHT: Final = 1e12
# Of a list of numbers, or of an object of them.
MOST_NUMBERS: Final = 1000
# Characters of a text that is scored.
LONGEST_TEXT: Final = 10_000


class Direction(StrEnum):
    SMALLER_IS_BETTER = "smaller_is_better"
    LARGER_IS_BETTER = "larger_is_better"


class Task(StrEnum):
    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    RANKING = "ranking"
    LABEL_SETS = "label_sets"
    TEXT = "text"
    IMAGES = "images"
    SURVIVAL = "survival"
    DISTRIBUTIONS = "distributions"
    CLUSTERING = "clustering"
    PLACES = "places"


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
    CLUSTERS = "clusters"
    """A label per target column, in both, that says only which rows belong together: its name does not matter."""
    TEXTS = "texts"
    """A text per target column, in both; it may be empty. How it is read is up to the metric."""
    FRAME = "frame"
    """Whatever an organiser's own metric takes: numbers, texts or booleans, blanks included, in both."""


class Requirement(StrEnum):
    """What a metric asks of the public rows, and of the private rows, to be defined. The values are problem codes."""

    TWO_CLASSES = "single_class"
    NOT_CONSTANT = "constant_target"
    EVERY_CLASS = "missing_class"
    NOT_ZERO = "zero_target"
    """The true values, without their signs, do not sum to zero."""
    NOT_EMPTY = "no_text"
    """Some text is not empty."""
    EVENTS = "no_comparable_rows"
    """Of two columns, time and event: some pair of rows of which it is known which event came first."""
    SUBGROUPS = "one_sided_subgroup"
    """Of the first column and each further one, which says who belongs to a subgroup: 0.5 and more, and less, among the
    rows of the subgroup and among the others."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a metric: its type, default and bounds.

    `kind` is int, float, bool, str, list (of labels), tuple (of numbers, ascending) or dict (numbers by column).
    `choices`: the texts there are, for a str; none if any will do.
    """

    name: str
    kind: type
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What a value must be, in English."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        names = {
            int: "a whole number",
            float: "a number",
            bool: "true or false",
            str: "a text or whole number",
            list: "a list of labels",
            tuple: "a list of ascending numbers, each",
            dict: "an object with a number for each target column, each",
        }
        bounds = [
            f"at least {self.minimum:g}" if self.minimum is not None else "",
            f"at most {self.maximum:g}" if self.maximum is not None else "",
        ]
        return " and ".join([names[self.kind], *filter(None, bounds)]).replace("each and", "each")

    def clean(self, value: Any) -> Any:
        """`value` in its type.

        Raises:
            ValueError: it is none this parameter takes.
        """
        if self.kind is list:
            return _clean_labels(value)
        if self.kind is str:
            return self._clean_text(value)
        if self.kind is bool:
            if not isinstance(value, bool):
                raise ValueError(self.name)
            return value
        if self.kind is tuple:
            return self._clean_numbers(value)
        if self.kind is dict:
            return self._clean_mapping(value)
        return self._clean_number(value)

    def _clean_text(self, value: Any) -> str:
        text = _clean_label(value)
        if self.choices and text not in self.choices:
            raise ValueError(self.name)
        return text

    def _clean_numbers(self, value: Any) -> list[float]:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_NUMBERS:
            raise ValueError(self.name)
        numbers = [float(self._clean_number(one, float)) for one in value]
        if any(after <= before for before, after in itertools.pairwise(numbers)):
            raise ValueError(self.name)
        return numbers

    def _clean_mapping(self, value: Any) -> dict[str, float]:
        # Pairs are what the competition's log makes of an object.
        if isinstance(value, list | tuple) and all(isinstance(one, list | tuple) and len(one) == 2 for one in value):
            value = {_clean_label(name): number for name, number in value}
        if not isinstance(value, Mapping) or not 1 <= len(value) <= MOST_NUMBERS:
            raise ValueError(self.name)
        return {_clean_label(name): float(self._clean_number(number, float)) for name, number in value.items()}

    def _clean_number(self, value: Any, kind: type | None = None) -> Any:
        kind = kind or self.kind
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or (kind is int and value != int(value)):
            raise ValueError(self.name)
        too_small = self.minimum is not None and value < self.minimum
        too_large = self.maximum is not None and value > self.maximum
        if too_small or too_large:
            raise ValueError(self.name)
        return kind(value)


GROUP_COLUMN = Parameter(
    "group_column",
    str,
    None,
    "A column of the solution that says which rows belong together: the score is the mean of the scores of the groups.",
)
GROUP_WEIGHTS = Parameter(
    "group_weights",
    str,
    "equal",
    "How much a group counts: all the same (equal), or by the sum of the weights of its rows (rows).",
    choices=("equal", "rows"),
)
COLUMN_WEIGHTS = Parameter(
    "column_weights",
    dict,
    None,
    "How much each target column counts in the mean of the columns, by its name. Without it: all the same.",
    minimum=0.0,
    maximum=LARGEST_WEIGHT,
)
GROUP_SPREAD = Parameter(
    "group_spread",
    float,
    0.0,
    "How many standard deviations of the scores of the groups make the score worse than their mean.",
    minimum=0.0,
    maximum=100.0,
)
SKIP_BLANK = Parameter(
    "skip_blank_targets",
    bool,
    False,
    "Targets may be blank in the solution: a column is scored on the rows where it is not.",
)
SKIP_UNDEFINED = Parameter(
    "skip_undefined",
    bool,
    False,
    "Columns and groups for which the metric is not defined, such as those of one class, are left out of the mean.",
)
OPTIONS: Final = (GROUP_COLUMN, GROUP_WEIGHTS, GROUP_SPREAD, COLUMN_WEIGHTS, SKIP_BLANK, SKIP_UNDEFINED)
"""What any metric takes besides its own parameters."""


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
        supports_multiple_targets: with several target columns the score is the plain mean over the columns,
        pools_columns: or that of a single call for all columns, whose arrays then have the shape (rows, columns).
        minimum, maximum: bounds of a submitted number, whatever the row's usage.
        true_minimum: the bound of a number of the solution, where it is another.
        fewest_targets, most_targets: how many target columns there must be.
        columns: the names of a submission's columns, by those of the target columns and the parameters; the same as
            the target columns if there is no such function. A call for one target column gets as many of them as fall
            to it, with the shape (rows, columns) if they are several.
        check: which texts are not written as the metric asks, by problem code; `(texts, is_truth, params)`, the latter
            being the parameters that `checked` names.
        longest_text: how many characters a text may have.
        rows_are_shares: the numbers of a row, over all columns, are shares of their sum, which must not be zero.
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
    pools_columns: bool = False
    params: tuple[Parameter, ...] = ()
    minimum: float = -LARGEST
    maximum: float = LARGEST
    true_minimum: float | None = None
    fewest_targets: int = 1
    most_targets: int | None = None
    columns: Callable[[Sequence[str], Mapping[str, Any]], Sequence[str]] | None = None
    check: Check | None = None
    checked: tuple[str, ...] = ("kind",)
    longest_text: int = LONGEST_TEXT
    rows_are_shares: bool = False
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
    pools_columns: bool = False,
    params: tuple[Parameter, ...] = (),
    minimum: float = -LARGEST,
    maximum: float = LARGEST,
    true_minimum: float | None = None,
    fewest_targets: int = 1,
    most_targets: int | None = None,
    columns: Callable[[Sequence[str], Mapping[str, Any]], Sequence[str]] | None = None,
    check: Check | None = None,
    checked: tuple[str, ...] = ("kind",),
    longest_text: int = LONGEST_TEXT,
    rows_are_shares: bool = False,
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
            pools_columns=pools_columns,
            params=params,
            minimum=minimum,
            maximum=maximum,
            true_minimum=true_minimum,
            fewest_targets=fewest_targets,
            most_targets=most_targets,
            columns=columns,
            check=check,
            checked=checked,
            longest_text=longest_text,
            rows_are_shares=rows_are_shares,
            requirements=frozenset(requires),
            prepare=prepare,
        )
        return function

    return register


# Stand for the metrics that organisers write: `scoring.own`. The name says the direction, so that nothing that ranks
# has to load anybody's code.
OWN: Final[dict[str, Direction]] = {f"own_{direction.value}": direction for direction in Direction}


def is_own(name: str) -> bool:
    """Whether `name` stands for a metric that the organiser wrote."""
    return name in OWN


def own_name(direction: Direction) -> str:
    """The name of an organiser's own metric of this direction."""
    return f"own_{Direction(direction).value}"


def _runs_in_a_sandbox(*_arguments: Any, **_keywords: Any) -> float:
    raise ScoringError("an organiser's own metric is never run in this process")


_OWN: Final[dict[str, Metric]] = {
    name: Metric(
        name=name,
        label="Own metric",
        direction=direction,
        task=Task.REGRESSION,
        inputs=(Inputs.FRAME,),
        description="A program of the organisers.",
        source="The organisers.",
        function=_runs_in_a_sandbox,
    )
    for name, direction in OWN.items()
}


def get(name: str) -> Metric:
    """The metric named `name`.

    Raises:
        KeyError: there is none.
    """
    return _OWN[name] if name in _OWN else _METRICS[name]


def all_metrics() -> list[Metric]:
    """Every built-in metric, by label."""
    return sorted(_METRICS.values(), key=lambda metric: metric.label.lower())


def validate_params(name: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """`params` in their types, defaults filled in; of the options only those that are given.

    Raises:
        InvalidMetricParameters: the metric is unknown, a parameter is, or a value is not one it takes.
    """
    try:
        own = get(name).params
    except (KeyError, TypeError):
        raise InvalidMetricParameters(Problem("unknown_metric", found=quoted(name))) from None
    known = {parameter.name: parameter for parameter in (*own, *OPTIONS)}
    options = {option.name for option in OPTIONS}
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
            if parameter.name not in options:
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
