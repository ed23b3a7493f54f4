"""The lab book: what a team writes down of how a file was made. No score, ranking or limit ever looks at it.

An experiment is a JSON object of these, each of which may be left out:

    run      its number or name where it was run
    url      where one can look at it
    commit   of the code
    params   parameters by name; groups of parameters may be objects and lists
    metrics  numbers by name
    tags     a list of short texts
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from submissions.exceptions import (
    ExperimentTooDeep,
    ExperimentTooLarge,
    ExperimentTooMany,
    InvalidExperiment,
    UnknownInExperiment,
)
from submissions.services.incoming import is_harmful

# As JSON in UTF-8.
MOST_BYTES: Final = 32 * 1024
# Parameters, metrics and tags together, each member of a group counted.
MOST_VALUES: Final = 1000
# `params` itself is the first level.
MOST_LEVELS: Final = 5
LONGEST_NAME: Final = 250
LONGEST_LINE: Final = 200
LONGEST_URL: Final = 500
LONGEST_TAG: Final = 100
LARGEST_INTEGER: Final = 2**64

is_url = URLValidator(schemes=["http", "https"])


def clean_experiment(experiment: Any) -> dict[str, Any]:
    """`experiment` as it is kept: without what is empty, in the order above; {} for nothing.

    Raises:
        InvalidExperiment: a value is not what it must be; `where` says which.
        UnknownInExperiment: something has another name.
        ExperimentTooDeep, ExperimentTooMany, ExperimentTooLarge: more than is kept.
    """
    if experiment is None:
        return {}
    if not isinstance(experiment, Mapping):
        raise InvalidExperiment(where="experiment", expected="object")
    for name in experiment:
        if name not in PARTS:
            raise UnknownInExperiment(name=_quoted(name), known=", ".join(PARTS))
    cleaned = {}
    count = _Count()
    for name, clean in PARTS.items():
        value = experiment.get(name)
        if value is not None and (kept := clean(value, name, count)):
            cleaned[name] = kept
    size = len(json.dumps(cleaned, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        raise ExperimentTooLarge(size=size, limit=MOST_BYTES)
    return cleaned


class _Count:
    """How many values there were so far."""

    def __init__(self) -> None:
        self.values = 0

    def one_more(self) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            raise ExperimentTooMany(limit=MOST_VALUES)


def _line(value: Any, where: str, _count: _Count) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER:
        value = str(value)
    return _text(value, where, LONGEST_LINE).strip()


def _url(value: Any, where: str, _count: _Count) -> str:
    text = _text(value, where, LONGEST_URL).strip()
    if text:
        try:
            is_url(text)
        except (ValidationError, ValueError):
            raise InvalidExperiment(where=where, expected="url") from None
    return text


def _params(value: Any, where: str, count: _Count) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidExperiment(where=where, expected="object")
    kept: dict[str, Any] = _group(value, where, count, 1)
    return kept


def _group(value: Any, where: str, count: _Count, level: int) -> Any:
    """A parameter, or a group of them `level` levels down."""
    if isinstance(value, Mapping | list) and level > MOST_LEVELS:
        raise ExperimentTooDeep(where=where, limit=MOST_LEVELS)
    if isinstance(value, Mapping):
        return {
            _name(name, where): _group(one, f"{where}.{_quoted(name)}", count, level + 1) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_group(one, f"{where}.{place}", count, level + 1) for place, one in enumerate(value)]
    count.one_more()
    if value is None or isinstance(value, bool):
        return value
    return _number(value, where) if isinstance(value, int | float) else _text(value, where, MOST_BYTES)


def _metrics(value: Any, where: str, count: _Count) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise InvalidExperiment(where=where, expected="object")
    metrics = {}
    for name, one in value.items():
        count.one_more()
        metrics[_name(name, where)] = _number(one, f"{where}.{_quoted(name)}")
    return metrics


def _tags(value: Any, where: str, count: _Count) -> list[str]:
    if not isinstance(value, list):
        raise InvalidExperiment(where=where, expected="list")
    tags = []
    for place, one in enumerate(value):
        count.one_more()
        tags.append(_text(one, f"{where}.{place}", LONGEST_TAG).strip())
    return [tag for tag in dict.fromkeys(tags) if tag]


PARTS: Final[dict[str, Callable[[Any, str, _Count], Any]]] = {
    "run": _line,
    "url": _url,
    "commit": _line,
    "params": _params,
    "metrics": _metrics,
    "tags": _tags,
}


def _name(name: Any, where: str) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or any(map(is_harmful, name)):
        raise InvalidExperiment(where=where, expected="name", limit=LONGEST_NAME)
    return name


def _text(value: Any, where: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or any(map(is_harmful, value)):
        raise InvalidExperiment(where=where, expected="text", limit=longest)
    return value


def _number(value: Any, where: str) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not (abs(value) <= LARGEST_INTEGER if isinstance(value, int) else math.isfinite(value)):
        raise InvalidExperiment(where=where, expected="number")
    return value


def _quoted(name: Any) -> str:
    """Whatever the name is, short and printable: it stands in the answer."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(name)[:60]
    )
