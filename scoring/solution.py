"""Preparing a solution: check the organiser's file and lay it out for scoring."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring import targets
from scoring.containers import ReadLimits, Source
from scoring.errors import InvalidFile, InvalidSolution, Problem, listed, quoted
from scoring.ids import IntegerIds, TextIds
from scoring.layout import Layout
from scoring.metrics import registry
from scoring.metrics.registry import Metric, Requirement
from scoring.prepared import IGNORED, PRIVATE, PUBLIC, SPLITS, PreparedSolution, SolutionSpec, Split, digests
from scoring.tables import TableFile, open_table
from scoring.values import Locator, parse_integers, parse_numbers

__all__ = ["PreparedSolution", "SolutionSpec", "prepare_solution"]

USAGES = {"public": PUBLIC, "private": PRIVATE, "ignored": IGNORED, "ignore": IGNORED}


def prepare_solution(
    source: Source, spec: SolutionSpec, *, filename: str = "", limits: ReadLimits | None = None
) -> PreparedSolution:
    """The solution in `source`, checked and ready to score.

    `filename` is only for the caller's convenience: formats are told by content.

    Raises:
        InvalidSolution: what is wrong and where. Rows, columns and ids are named, values of targets are not.
        InvalidMetricParameters: `spec.metric` or its parameters.
    """
    params = registry.validate_params(spec.metric, spec.metric_params)
    metric = registry.get(spec.metric)
    try:
        file = open_table(source, limits)
        spec = _resolved(spec, file, metric)
        names = [spec.id_column, *spec.target_columns, spec.usage_column, spec.weight_column]
        text = file.read_text([name for name in names if name is not None])
    except InvalidFile as error:
        raise InvalidSolution(error.problems) from None
    ids = _read_ids(text[spec.id_column])
    locator = Locator(text[spec.id_column])
    usage = _read_usage(text[spec.usage_column], locator) if spec.usage_column else None
    weight = _read_weight(text[spec.weight_column], locator) if spec.weight_column else None
    columns = {name: text[name] for name in spec.target_columns}
    layout, truth, resolved = targets.read_targets(columns, spec, metric, params, locator)
    splits = {
        name: _checked(_split(name, part, usage, truth, weight), name, spec, layout, metric)
        for name, part in SPLITS.items()
    }
    params = {**params, **resolved}
    splits = {name: targets.with_prepared(split, layout.inputs, metric, params) for name, split in splits.items()}
    everything = [*truth]
    everything += [array for array in (usage, weight) if array is not None]
    digest, layout_digest = digests(spec, layout, ids, everything)
    return PreparedSolution(
        spec=spec,
        layout=layout,
        id_index=ids,
        splits=splits,
        ignored_rows=0 if usage is None else int((usage == IGNORED).sum()),
        params=params,
        digest=digest,
        layout_digest=layout_digest,
    )


def _resolved(spec: SolutionSpec, file: TableFile, metric: Metric) -> SolutionSpec:
    """`spec` with every column named, each of which exists once."""
    repeated = [name for name, count in Counter(file.names).items() if count > 1]
    if repeated:
        raise InvalidSolution(listed([Problem("duplicate_columns", column=quoted(name)) for name in repeated]))
    spec = replace(
        spec,
        id_column=spec.id_column or file.names[0],
        usage_column=spec.usage_column or None,
        weight_column=spec.weight_column or None,
        target_columns=tuple(spec.target_columns),
    )
    roles = (spec.id_column, spec.usage_column, spec.weight_column)
    if not spec.target_columns:
        spec = replace(spec, target_columns=tuple(name for name in file.names if name not in roles))
    wanted = [name for name in (*roles, *spec.target_columns) if name is not None]
    missing = [Problem("missing_columns", column=quoted(name)) for name in wanted if name not in file.names]
    if missing:
        raise InvalidSolution(listed(missing))
    twice = [name for name in wanted if wanted.count(name) > 1]
    if twice:
        raise InvalidSolution(Problem("duplicate_columns", column=quoted(twice[0])))
    if not spec.target_columns:
        raise InvalidSolution(Problem("no_target_columns"))
    if spec.weight_column and not metric.supports_weights:
        raise InvalidSolution(Problem("weights_not_supported", column=quoted(spec.weight_column)))
    return spec


def _read_ids(text: pa.ChunkedArray) -> IntegerIds | TextIds:
    if len(text) == 0:
        raise InvalidSolution(Problem("no_rows"))
    locator = Locator(text)
    missing = locator.problems("missing_value", np.asarray(text.is_null()), column="id", expected="an id")
    if missing:
        raise InvalidSolution(missing)
    ids: IntegerIds | TextIds
    values, bad = parse_integers(text)
    # 007 and 7 are different texts: ids are numbers only if numbers lose nothing.
    if not bad.any() and pc.all(pc.equal(pa.array(values).cast(pa.string()), text)).as_py():
        ids = IntegerIds(values)
        column = pa.chunked_array([pa.array(values)])
    else:
        ids = TextIds(text.combine_chunks())
        column = text
    if pc.count_distinct(column).as_py() != len(column):
        repeated = np.ones(len(column), dtype=np.bool_)
        _, first_rows = np.unique(ids.align(column).positions, return_index=True)
        repeated[first_rows] = False
        raise InvalidSolution(locator.problems("duplicate_ids", repeated))
    return ids


def _read_usage(text: pa.ChunkedArray, locator: Locator) -> NDArray[np.int8]:
    encoded = pc.utf8_lower(pc.utf8_trim_whitespace(text)).combine_chunks().dictionary_encode()
    table = np.array([USAGES.get(value, -1) for value in encoded.dictionary.to_pylist()] + [-1], dtype=np.int8)
    usage: NDArray[np.int8] = table[np.asarray(pc.fill_null(encoded.indices, -1))]
    problems = locator.problems(
        "unknown_usage", usage < 0, found=text.fill_null(""), expected="Public, Private or Ignored"
    )
    if problems:
        raise InvalidSolution(problems)
    for name, part in SPLITS.items():
        if not (usage == part).any():
            raise InvalidSolution(Problem(f"no_{name}_rows"))
    return usage


def _read_weight(text: pa.ChunkedArray, locator: Locator) -> NDArray[np.float64]:
    numbers = parse_numbers(text)
    values = numbers.values
    bad = numbers.bad | (values < 0) | (values > registry.LARGEST_WEIGHT)
    problems = locator.problems("negative_weight", bad)
    if problems:
        raise InvalidSolution(problems)
    return values


def _split(
    name: str,
    part: int,
    usage: NDArray[np.int8] | None,
    truth: tuple[NDArray[Any], ...],
    weight: NDArray[np.float64] | None,
) -> Split:
    rows = None if usage is None else np.flatnonzero(usage == part)
    whole = Split(rows=rows, truth=(), weight=None, prepared=())
    split = replace(
        whole,
        truth=tuple(whole.of(column) for column in truth),
        weight=None if weight is None else whole.of(weight),
    )
    if split.weight is not None and not split.weight.sum() > 0:
        raise InvalidSolution(Problem("zero_weights", {"split": name}))
    return split


def _checked(split: Split, name: str, spec: SolutionSpec, layout: Layout, metric: Metric) -> Split:
    """`split`, if the metric is defined on its rows whatever is submitted: no score may fail on one split alone."""
    for column, values in zip(spec.target_columns, split.truth, strict=False):
        seen = values if split.weight is None else values[split.weight > 0]
        for requirement in sorted(metric.requirements):
            if requirement is Requirement.EVERY_CLASS:
                holds = np.unique(seen).size == len(layout.labels)
            else:
                holds = bool((seen != seen[0]).any())
            if not holds:
                raise InvalidSolution(Problem(requirement.value, {"split": name}, column=quoted(column)))
    return split
