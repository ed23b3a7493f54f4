"""Preparing a solution: check the organiser's file and lay it out for scoring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring import targets
from scoring.containers import ReadLimits, Source
from scoring.errors import InvalidFile, InvalidSolution, Problem, listed, quoted
from scoring.folders import CONTENT, FILE, SolutionFiles
from scoring.ids import IntegerIds, TextIds
from scoring.joined import COMMA, MOST_COLUMNS, id_columns_of, require_plain, with_ids
from scoring.layout import Layout
from scoring.metrics import registry
from scoring.metrics.registry import Inputs, Metric
from scoring.own import frames
from scoring.parts import MOST_PARTS, Options, lack, parts_of
from scoring.prepared import IGNORED, PRIVATE, PUBLIC, SPLITS, PreparedSolution, SolutionSpec, Split, digests
from scoring.tables import TableFile, composed, index_problems, open_table
from scoring.values import Locator, parse_integers, parse_numbers

__all__ = ["PreparedSolution", "SolutionSpec", "prepare_solution", "read_ids"]

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
    metric = registry.get(spec.metric)
    is_own = Inputs.FRAME in metric.inputs
    params = registry.validate_params(spec.metric, spec.metric_params)
    # An own metric's parameters are its own, whatever their names.
    params = params if is_own else _with_composed_columns(params)
    group_column = None if is_own else params.get("group_column")
    try:
        file: TableFile = SolutionFiles(source, limits) if spec.are_files else open_table(source, limits)
        if spec.are_files:
            spec = _of_files(spec, file)
        spec, id_columns = _resolved(spec, file, metric, group_column)
        # Several columns make one id, and stay columns of an own metric's table.
        parts = file.read_text(list(id_columns)) if len(id_columns) > 1 else {}
        file = with_ids(file, id_columns, spec.id_column)
        names = [spec.id_column, *spec.target_columns, spec.usage_column, spec.weight_column, group_column]
        text = file.read_text(list(dict.fromkeys(name for name in names if name is not None)))
    except InvalidFile as error:
        raise InvalidSolution(error.problems) from None
    if parts:
        require_plain(parts, text[spec.id_column])
    ids = read_ids(text[spec.id_column])
    locator = Locator(text[spec.id_column])
    usage = _read_usage(text[spec.usage_column], locator) if spec.usage_column else None
    weight = _read_weight(text[spec.weight_column], locator) if spec.weight_column else None
    columns = {name: text[name] for name in spec.target_columns}
    if is_own:
        layout, truth = frames.read_targets(columns, spec, usage)
        layout = replace(layout, labels=(CONTENT,), are_files=True) if spec.are_files else layout
        resolved: dict[str, Any] = {}
    else:
        layout, truth, resolved = targets.read_targets(columns, spec, metric, params, locator)
    if parts:
        layout = _with_id_columns(layout, id_columns)
    group, groups = targets.read_groups(text[group_column], group_column, locator) if group_column else (None, [])
    params = {**params, **resolved}
    whole = Split(rows=None, truth=truth, weight=weight, prepared=(), group=group)
    splits = {name: _split(name, part, usage, whole) for name, part in SPLITS.items()}
    if is_own:
        splits = frames.with_frames(splits, ids, {**parts, **columns}, spec.id_column)
    else:
        splits = ready(splits, layout, spec=spec, metric=metric, params=params, groups=groups)
    everything = [*truth]
    everything += [array for array in (usage, weight, group) if array is not None]
    if is_own:
        everything.append(frames.types_of(splits))
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


def _with_id_columns(layout: Layout, id_columns: tuple[str, ...]) -> Layout:
    """`layout` with ids that are made of several columns.

    Raises:
        InvalidSolution: one of them is a column of the predictions as well.
    """
    if twice := set(id_columns) & set(layout.columns):
        raise InvalidSolution(Problem("duplicate_columns", column=quoted(min(twice))))
    return replace(layout, id_columns=id_columns)


def _of_files(spec: SolutionSpec, file: TableFile) -> SolutionSpec:
    """`spec` with the columns that a manifest has: what else it says of a file, the metric gets too."""
    usage = composed(spec.usage_column or "") or None
    others = tuple(name for name in file.names if name not in (FILE, CONTENT, usage))
    return replace(
        spec,
        id_column=FILE,
        target_columns=(CONTENT, *others),
        usage_column=usage,
        weight_column=None,
        submission_columns=(CONTENT,),
    )


def _resolved(
    spec: SolutionSpec, file: TableFile, metric: Metric, group_column: str | None
) -> tuple[SolutionSpec, tuple[str, ...]]:
    """`spec` with every column named, each of which exists once; and the columns that make the ids."""
    spec = _with_composed_names(spec)
    id_columns = id_columns_of(spec.id_column, file.names)
    if len(id_columns) > 1:
        spec = replace(spec, id_column=COMMA.join(id_columns))
    # An index that pandas wrote along would become the ids, or one more target.
    chosen = {*id_columns, *spec.target_columns, spec.usage_column, spec.weight_column, group_column} - {"", None}
    found = index_problems(file.names, [name for name in chosen if name])
    if found and ("" in file.names or not (spec.id_column and spec.target_columns)):
        raise InvalidSolution(found)
    repeated = [name for name, count in Counter(file.names).items() if count > 1]
    if repeated:
        raise InvalidSolution(listed([Problem("duplicate_columns", column=quoted(name)) for name in repeated]))
    spec = replace(
        spec,
        id_column=spec.id_column or file.names[0],
    )
    id_columns = id_columns if len(id_columns) > 1 else (spec.id_column,)
    roles = (*id_columns, spec.usage_column, spec.weight_column)
    if not spec.target_columns:
        spec = replace(spec, target_columns=tuple(name for name in file.names if name not in (*roles, group_column)))
    _require_columns(file, [name for name in (*roles, *spec.target_columns) if name is not None], group_column)
    if group_column in ((spec.id_column,) if len(id_columns) == 1 else ()) + spec.target_columns:
        # Rows may well be grouped by their usage or weight, but by what is to be predicted or tells rows apart not.
        raise InvalidSolution(Problem("duplicate_columns", column=quoted(group_column)))
    if len(id_columns) > MOST_COLUMNS:
        raise InvalidSolution(Problem("too_many_id_columns", expected=str(MOST_COLUMNS)))
    if not spec.target_columns:
        raise InvalidSolution(Problem("no_target_columns"))
    if spec.weight_column and not metric.supports_weights:
        raise InvalidSolution(Problem("weights_not_supported", column=quoted(spec.weight_column)))
    return spec, id_columns


def _require_columns(file: TableFile, wanted: Sequence[str], group_column: str | None) -> None:
    """Raises InvalidSolution: a column is missing, or named for two things."""
    if group_column is not None and group_column not in file.names:
        raise InvalidSolution(Problem("missing_columns", column=quoted(group_column)))
    missing = [Problem("missing_columns", column=quoted(name)) for name in wanted if name not in file.names]
    if missing:
        raise InvalidSolution(listed(missing))
    twice = [name for name in wanted if wanted.count(name) > 1]
    if twice:
        raise InvalidSolution(Problem("duplicate_columns", column=quoted(twice[0])))


def _with_composed_columns(params: dict[str, Any]) -> dict[str, Any]:
    """`params` with the names of columns as they are read from files."""
    if params.get("group_column"):
        params["group_column"] = composed(params["group_column"])
    if params.get("column_weights"):
        params["column_weights"] = {composed(name): weight for name, weight in params["column_weights"].items()}
    return params


def _with_composed_names(spec: SolutionSpec) -> SolutionSpec:
    """`spec` with the names of columns as they are read from files."""
    return replace(
        spec,
        id_column=composed(spec.id_column),
        usage_column=composed(spec.usage_column or "") or None,
        weight_column=composed(spec.weight_column or "") or None,
        target_columns=tuple(composed(name) for name in spec.target_columns),
        submission_columns=tuple(composed(name) for name in spec.submission_columns),
    )


def read_ids(text: pa.ChunkedArray) -> IntegerIds | TextIds:
    """The ids in a column, all different.

    Raises:
        InvalidSolution: one is missing, or there twice.
    """
    if len(text) == 0:
        raise InvalidSolution(Problem("no_rows"))
    locator = Locator(text)
    missing = locator.problems("missing_value", np.asarray(text.is_null()), column="id", expected="an id")
    if missing:
        raise InvalidSolution(missing)
    ids: IntegerIds | TextIds
    values, bad = parse_integers(text)
    # 007 and 7 are different texts: ids are numbers only if numbers lose nothing. Whole numbers that pandas made floats
    # (1.0) lose nothing either, if there is no other id of the same number.
    if not bad.any() and pc.all(pc.equal(pa.array(values).cast(pa.string()), _without_decimals(text))).as_py():
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


def _without_decimals(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """`text`, or the whole numbers that pandas wrote as floats."""
    whole = pc.replace_substring_regex(text, r"\.0$", "")
    return whole if pc.all(pc.match_substring_regex(text, r"\.0$")).as_py() else text


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
        raise InvalidSolution(
            [replace(problem, params={"limit": f"{registry.LARGEST_WEIGHT:g}"}) for problem in problems]
        )
    return values


def _split(name: str, part: int, usage: NDArray[np.int8] | None, whole: Split) -> Split:
    """The rows of one usage out of `whole`, which has all rows."""
    split = replace(whole, rows=None if usage is None else np.flatnonzero(usage == part))
    split = replace(
        split,
        truth=tuple(split.of(column) for column in whole.truth),
        weight=None if whole.weight is None else split.of(whole.weight),
        group=None if whole.group is None else split.of(whole.group),
    )
    if split.weight is not None and not split.weight.sum() > 0:
        raise InvalidSolution(Problem("zero_weights", {"split": name}))
    return split


def ready(
    splits: Mapping[str, Split],
    layout: Layout,
    *,
    spec: SolutionSpec,
    metric: Metric,
    params: Mapping[str, Any],
    groups: Sequence[str],
) -> dict[str, Split]:
    """The splits, each checked, with what a built-in metric wants to have worked out once."""
    for name, split in splits.items():
        _check(split, name, layout, spec=spec, metric=metric, params=params, groups=groups)
    if not Options.of(params).are_plain:
        return dict(splits)
    return {name: targets.with_prepared(split, layout.inputs, metric, params) for name, split in splits.items()}


def _check(
    split: Split,
    name: str,
    layout: Layout,
    *,
    spec: SolutionSpec,
    metric: Metric,
    params: Mapping[str, Any],
    groups: Sequence[str],
) -> None:
    """Raises InvalidSolution: the metric is not defined on the rows of `split`, whatever is submitted.

    No score may fail on one split alone.
    """
    options = Options.of(params)
    if len(groups) * len(split.truth) > MOST_PARTS:
        raise InvalidSolution(Problem("too_many_groups", expected=str(MOST_PARTS // max(len(split.truth), 1))))
    defined = 0
    columns: set[int] = set()
    parts = parts_of(
        inputs=layout.inputs,
        metric=metric,
        params=params,
        names=spec.target_columns,
        truth=split.truth,
        weight=split.weight,
        group=split.group,
    )
    for part in parts:
        columns.add(part.column or 0)
        lacking = lack(metric, part.truth, part.weight, len(layout.labels))
        if lacking is None:
            defined += 1
        elif not options.skip_undefined:
            column = quoted(spec.target_columns[part.column or 0])
            if part.group is None:
                raise InvalidSolution(Problem(lacking.value, {"split": name}, column=column))
            where = {"split": name, "group": quoted(groups[part.group])}
            raise InvalidSolution(Problem("undefined_in_group", where, column=column))
    weighted = options.column_weights or {}
    blank = [
        column
        for number, column in enumerate(spec.target_columns)
        if options.skip_blank_targets and number not in columns and weighted.get(column, 1.0) > 0.0
    ]
    if blank and layout.inputs is not Inputs.CLASS_PROBABILITIES and not options.skip_undefined:
        raise InvalidSolution(listed([Problem("blank_column", {"split": name}, column=quoted(one)) for one in blank]))
    if not defined:
        raise InvalidSolution(Problem("nothing_defined", {"split": name}))
