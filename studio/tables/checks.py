"""What can go wrong with a competition's files, looked for before they are published.

Each check looks at one thing, says what it found, and says that all is well where it looked and found nothing. Costly
ones look at a sample of the rows, and say so in `sampled_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring import (
    InvalidMetricParameters,
    InvalidSolution,
    InvalidSubmission,
    PreparedSolution,
    Problem,
    SolutionSpec,
    prepare_solution,
    public_score,
    read_predictions,
)
from scoring.errors import quoted
from scoring.values import as_mask
from studio.tables.making import Made, Pieces, Plan, ids_of
from studio.tables.moments import moments
from studio.tables.recognising import Setup, Task
from studio.tables.table import F64, Mask, Table, as_numbers, codes_of, sampled_rows, without_nothing
from studio.tables.writing import csv_bytes

SAMPLED: Final = 20_000
# Rows of train that are compared with test one by one.
COMPARED: Final = 400_000
# Values that a message names.
NAMED: Final = 5

COPIES: Final = 0.999
# Of rows in order and their targets: told, and worth a look. From 0 (nothing) to 1 (everything).
ORDER_TELLS: Final = 0.9
ORDER_HINTS: Final = 0.25
# Below so many rows a hint is chance.
FEWEST_IN_ORDER: Final = 30
FEW_ROWS: Final = 100
# Rows a value, from which one to one with the target is no chance.
ROWS_A_VALUE: Final = 5

# Problems of `scoring` that the check of ids tells already.
OF_IDS: Final = frozenset({"duplicate_ids", "unknown_ids", "missing_ids", "leading_zeros_missing"})


class Weight(StrEnum):
    RED = "red"
    """Must be mended before it is published."""
    AMBER = "amber"
    """Should be looked at."""
    GREEN = "green"


WORST_FIRST: Final = {Weight.RED: 0, Weight.AMBER: 1, Weight.GREEN: 2}


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        check: the check that found it: one of `studio.tables.messages.CHECKS`.
        code: a key of `studio.tables.messages.FINDINGS`, params for its text: JSON-ready, with `sampled_rows` where
            only so many rows were looked at. Of a green one `<check>_fine`.
    """

    check: str
    code: str
    weight: Weight
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"check": self.check, "code": self.code, "weight": self.weight.value, "params": dict(self.params)}


def check(pieces: Pieces, setup: Setup, spec: SolutionSpec) -> list[Finding]:
    """Everything that was found, the worst first; a green finding for each check that found nothing wrong.

    `pieces`: what will be published, and the solution. Checks with nothing to look at say nothing.
    """
    look = _Look(pieces, setup, spec)
    found = [finding for name, one in CHECKS.items() for finding in _findings(name, one, look)]
    return sorted(found, key=lambda finding: WORST_FIRST[finding.weight])


def check_made(made: Made, plan: Plan) -> list[Finding]:
    """The same, of files that were made."""
    del plan
    return check(made.pieces, made.setup, made.spec)


@dataclass(frozen=True)
class _Look:
    """What the checks look at, each part worked out once."""

    pieces: Pieces
    setup: Setup
    spec: SolutionSpec

    @cached_property
    def prepared(self) -> PreparedSolution | Problem | None:
        """The solution as scoring has it, or why it has none."""
        solution = self.pieces.solution
        if solution is None:
            return None
        try:
            return prepare_solution(csv_bytes(solution), self.spec)
        except (InvalidSolution, InvalidMetricParameters) as error:
            return error.problems[0]

    @cached_property
    def targets(self) -> tuple[str, ...]:
        solution = self.pieces.solution
        return tuple(name for name in self.setup.target_columns if solution is not None and name in solution.names)

    @cached_property
    def sides(self) -> dict[str, Mask]:
        """Which rows of the solution are public, and which private; empty where all are both."""
        solution, column = self.pieces.solution, self.spec.usage_column
        if solution is None or column is None or column not in solution.names:
            return {}
        words = pc.utf8_lower(pc.utf8_trim_whitespace(solution.text(column))).fill_null("")
        return {side: as_mask(pc.equal(words, side)) for side in ("public", "private")}

    @cached_property
    def has_ids(self) -> bool:
        """Whether every file has the id columns."""
        tables = [self.pieces.test, self.pieces.sample, self.pieces.solution]
        names = self.setup.id_columns
        return bool(names) and all(set(names) <= set(table.names) for table in tables if table is not None)

    @cached_property
    def answered(self) -> tuple[Table, Table] | None:
        """A sample of test rows, and their rows of the solution, both by the id."""
        test, solution = self.pieces.test, self.pieces.solution
        if test is None or solution is None or not self.has_ids or not self.targets:
            return None
        sample = test.sample(SAMPLED)
        places = pc.index_in(ids_of(sample, self.setup.id_columns), value_set=ids_of(solution, self.setup.id_columns))
        known = as_mask(pc.is_valid(places))
        if not known.any():
            return None
        rows = np.asarray(pc.drop_null(places).to_numpy(), dtype=np.intp)
        return sample.take(known), solution.take(rows)


Check = Callable[[_Look], Iterator[Finding | None]]


def _findings(name: str, look_for: Check, look: _Look) -> list[Finding]:
    """What a check found; green where it looked (gave None) and found nothing."""
    given = list(look_for(look))
    found = [one for one in given if one is not None]
    return found if found or not given else [Finding(name, f"{name}_fine", Weight.GREEN)]


def _red(check: str, code: str, **params: Any) -> Finding:
    return Finding(check, code, Weight.RED, params)


def _amber(check: str, code: str, **params: Any) -> Finding:
    return Finding(check, code, Weight.AMBER, params)


# --- ids and the sample -----------------------------------------------------------------------------------------------
def _ids(look: _Look) -> Iterator[Finding | None]:
    """Ids are there, different, and the same in test, sample and solution."""
    yield None
    setup = look.setup
    files = {role: getattr(look.pieces, role) for role in ("test", "sample", "solution")}
    tables = {role: table for role, table in files.items() if table is not None}
    if not setup.id_columns:
        yield _red("ids", "no_ids")
        return
    for role, table in tables.items():
        if missing := [name for name in setup.id_columns if name not in table.names]:
            yield _red("ids", "id_column_missing", file=role, column=missing[0])
    if not look.has_ids:
        return
    yield from _faults_of_ids({role: ids_of(table, setup.id_columns) for role, table in tables.items()})


def _faults_of_ids(ids: Mapping[str, pa.ChunkedArray]) -> Iterator[Finding]:
    """Blanks, ids that come again, and differences from those of the solution."""
    for role, column in ids.items():
        if column.null_count:
            yield _red("ids", "ids_blank", file=role, count=column.null_count)
        if repeated := len(column) - column.null_count - pc.count_distinct(column).as_py():
            yield _red("ids", "ids_repeated", file=role, count=repeated, example=_repeated(column))
    if "solution" not in ids:
        yield _red("ids", "no_solution")
        return
    for role in ("test", "sample"):
        if role in ids and not ids[role].null_count:
            yield from _differences(role, ids[role], ids["solution"])


def _repeated(ids: pa.ChunkedArray) -> str:
    codes, values = codes_of(ids)
    return quoted(values[int(np.argmax(np.bincount(codes[codes >= 0])))])


def _differences(role: str, ids: pa.ChunkedArray, known: pa.ChunkedArray) -> Iterator[Finding]:
    extra = pc.filter(ids, pc.invert(pc.is_in(ids, value_set=known)))
    lost = pc.filter(known, pc.invert(pc.is_in(known, value_set=ids)))
    if not len(extra) and not len(lost):
        return
    bare = pc.replace_substring_regex(pc.unique(extra), "^0+", "")
    if len(extra) and pc.all(pc.is_in(bare, value_set=pc.replace_substring_regex(lost, "^0+", ""))).as_py():
        yield _red("ids", "ids_lost_zeros", file=role, count=len(extra), example=quoted(extra[0].as_py()))
        return
    example = next(quoted(part[0].as_py()) for part in (extra, lost) if len(part))
    yield _red("ids", "ids_differ", file=role, unknown=len(extra), missing=len(lost), example=example)


def _sample(look: _Look) -> Iterator[Finding | None]:
    """The sample submission gets a score."""
    if look.pieces.sample is None:
        yield _amber("sample", "no_sample")
        return
    if not isinstance(look.prepared, PreparedSolution) or not look.has_ids:
        return
    yield None
    try:
        public_score(look.prepared, read_predictions(csv_bytes(look.pieces.sample), look.prepared))
    except InvalidSubmission as error:
        others = [one for one in error.problems if not _is_of_ids(one, look)]
        if others:
            yield _red("sample", "sample_refused", problem=others[0].as_dict())


def _is_of_ids(problem: Problem, look: _Look) -> bool:
    return problem.code in OF_IDS or problem.column in look.setup.id_columns


def _metric(look: _Look) -> Iterator[Finding | None]:
    """The metric is defined on the public and on the private rows."""
    problem = look.prepared
    if problem is None or (isinstance(problem, Problem) and _is_of_ids(problem, look)):
        return
    yield None
    if isinstance(problem, Problem):
        # Those of a split say that this metric can't be told of its rows; others what is wrong with the file.
        code = "metric_undefined" if "split" in problem.params else "solution_refused"
        yield _red("metric", code, metric=look.spec.metric, problem=problem.as_dict())


# --- answers given away -----------------------------------------------------------------------------------------------
def _target_in_test(look: _Look) -> Iterator[Finding | None]:
    """No column of test is the target, or tells it."""
    test, setup = look.pieces.test, look.setup
    if test is None:
        return
    yield None
    named = [name for name in test.names if name in setup.target_columns]
    if named:
        yield _red("target_in_test", "target_in_test", columns=named)
    if look.answered is None:
        return
    sample, answers = look.answered
    others = [name for name in sample.names if name not in (*setup.id_columns, *named)]
    for target in look.targets:
        text = without_nothing(answers.text(target))
        truth = as_numbers(text) if setup.task is not Task.TEXT else np.full(len(text), np.nan)
        for name in others:
            code = _tells(sample.text(name), text, truth, setup)
            if code is not None:
                finding = _amber if code == "determines_target" else _red
                yield finding("target_in_test", code, column=name, target=target, sampled_rows=sample.rows)


def _tells(column: pa.ChunkedArray, target: pa.ChunkedArray, truth: F64, setup: Setup) -> str | None:
    """How a column tells the target, if it does."""
    if pc.all(pc.equal(column, target)).as_py() and target.null_count < len(target):
        if pc.count_distinct(target).as_py() > 1:
            return "copy_of_target"
        return None
    if setup.task in (Task.REGRESSION, Task.BINARY, Task.MULTICLASS):
        numbers = _as_numbers_or_none(column)
        if numbers is not None and _correlation(numbers, truth) > COPIES:
            return "nearly_target"
    return _by_mapping(column, target)


def _as_numbers_or_none(column: pa.ChunkedArray) -> F64 | None:
    """A column as numbers; None where its first values are none."""
    head = as_numbers(column.slice(0, 200))
    return as_numbers(column) if np.isfinite(head).any() else None


def _correlation(one: F64, other: F64) -> float:
    """The larger of Pearson's and Spearman's, without its sign; 0 where it is not defined."""
    both = np.isfinite(one) & np.isfinite(other)
    if np.count_nonzero(both) < 10:
        return 0.0
    one, other = one[both], other[both]
    return max(_pearson(one, other), _pearson(_ranks(one), _ranks(other)))


def _pearson(one: F64, other: F64) -> float:
    if one.min() == one.max() or other.min() == other.max():
        return 0.0
    with np.errstate(all="ignore"):
        found = float(abs(np.corrcoef(one, other)[0, 1]))
    return found if np.isfinite(found) else 0.0


def _ranks(values: F64) -> F64:
    """Ranks, equal values having the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2.0)[np.ravel(inverse)]


def _by_mapping(column: pa.ChunkedArray, target: pa.ChunkedArray) -> str | None:
    """Whether each value of the column goes with one value of the target alone."""
    codes, values = codes_of(column)
    classes, labels = codes_of(target)
    present = (codes >= 0) & (classes >= 0)
    rows = int(np.count_nonzero(present))
    if min(len(values), len(labels)) < 2 or rows < ROWS_A_VALUE * max(len(values), len(labels)):
        return None
    pairs = np.unique(codes[present] * (len(labels) + 1) + classes[present]).size
    if pairs != np.unique(codes[present]).size:
        return None
    return "target_renamed" if np.unique(classes[present]).size == pairs else "determines_target"


def _answers_in_train(look: _Look) -> Iterator[Finding | None]:
    """Train does not hold test rows with their answers."""
    train, solution, names = look.pieces.train, look.pieces.solution, look.setup.id_columns
    if train is None or solution is None or not names or not look.targets:
        return
    if not set(names) <= set(train.names) or not set(names) <= set(solution.names):
        return
    yield None
    places = pc.index_in(ids_of(train, names), value_set=ids_of(solution, names))
    shared = as_mask(pc.is_valid(places))
    if not shared.any() or any(name not in train.names for name in look.targets):
        return
    kept = np.flatnonzero(shared)[sampled_rows(int(shared.sum()), SAMPLED)]
    mine, theirs = train.take(kept), solution.take(np.asarray(places.take(pa.array(kept)).to_numpy(), dtype=np.intp))
    same = np.ones(kept.size, dtype=np.bool_)
    varies = False
    for name in look.targets:
        one, other = without_nothing(mine.text(name)), without_nothing(theirs.text(name))
        varies |= pc.count_distinct(other).as_py() > 1
        same &= as_mask(pc.equal(one, other)) | (as_numbers(one) == as_numbers(other))
    # Numbers from 0 in both files are no shared rows: then answers agree by chance alone.
    if varies and same.mean() > 0.99:
        yield _red("answers_in_train", "answers_in_train", count=int(shared.sum()), sampled_rows=int(kept.size))


def _shared_rows(look: _Look) -> Iterator[Finding | None]:
    """No row of test, but for its id, is one of train."""
    train, test, setup = look.pieces.train, look.pieces.test, look.setup
    if train is None or test is None:
        return
    shared = [name for name in test.names if name in train.names and name not in setup.id_columns]
    if not shared:
        return
    yield None
    rows = test.only(shared).sample(SAMPLED)
    count, compared = _rows_in(rows, train.only(shared))
    if count:
        share = round(100.0 * count / rows.rows, 1)
        yield _amber(
            "shared_rows", "shared_rows", count=count, percent=share, sampled_rows=rows.rows, train_rows=compared
        )


def _rows_in(rows: Table, train: Table) -> tuple[int, int]:
    """How many of some rows are in train, and in how many rows of train they were looked for.

    Column by column fewer rows of train are left that could be any of them; the most telling columns come first.
    """
    telling = sorted(rows.names, key=lambda name: -pc.count_distinct(rows.text(name)).as_py())
    left: NDArray[np.intp] = np.arange(train.rows, dtype=np.intp)
    for name in telling[:8]:
        column = train.text(name)
        part = column if left.size == train.rows else column.take(pa.array(left))
        held = pc.is_in(part, value_set=pc.unique(rows.text(name)))
        left = left[as_mask(held)]
        if not left.size:
            return 0, train.rows
    compared = train.rows
    if left.size > COMPARED:
        left, compared = left[sampled_rows(left.size, COMPARED)], COMPARED
    candidates = train.take(left)
    # Two rows are the same if the codes of all their values are.
    mine: NDArray[np.int64] = np.zeros(rows.rows, dtype=np.int64)
    theirs: NDArray[np.int64] = np.zeros(candidates.rows, dtype=np.int64)
    for name in telling:
        both = pa.chunked_array([*rows.text(name).chunks, *candidates.text(name).chunks], pa.string())
        codes = codes_of(both)[0] + 1
        together = np.concatenate([mine, theirs]) * (int(codes.max()) + 1) + codes
        _, numbered = np.unique(together, return_inverse=True)
        mine, theirs = (
            np.ravel(numbered)[: rows.rows].astype(np.int64),
            np.ravel(numbered)[rows.rows :].astype(np.int64),
        )
    return int(np.isin(mine, theirs).sum()), compared


# --- order ------------------------------------------------------------------------------------------------------------
def _row_order(look: _Look) -> Iterator[Finding | None]:
    """The order of the rows of test does not tell the target."""
    if look.pieces.test is None or look.answered is None:
        return
    sample, answers = look.answered
    if answers.rows < FEWEST_IN_ORDER or look.setup.task in (Task.TEXT, Task.RANKING):
        return
    yield None
    yield from _by_order("row_order", np.arange(sample.rows, dtype=np.float64), answers, look)


def _id_order(look: _Look) -> Iterator[Finding | None]:
    """The numbers in the ids do not tell the target."""
    if look.answered is None or look.setup.task in (Task.TEXT, Task.RANKING):
        return
    sample, answers = look.answered
    if answers.rows < FEWEST_IN_ORDER or len(look.setup.id_columns) != 1:
        return
    digits = pc.replace_substring_regex(sample.text(look.setup.id_columns[0]), r"^.*?([0-9]{1,15})\D*$", r"\1")
    numbers = as_numbers(digits)
    if not np.isfinite(numbers).mean() > 0.9:
        return
    yield None
    yield from _by_order("id_order", numbers, answers, look)


def _by_order(name: str, order: F64, answers: Table, look: _Look) -> Iterator[Finding]:
    for target in look.targets:
        told = _told_by(order, without_nothing(answers.text(target)), look.setup)
        # What chance alone does in so few rows is no hint.
        if told < max(ORDER_HINTS, 4.0 / np.sqrt(answers.rows)):
            continue
        finding = _red if told >= ORDER_TELLS else _amber
        yield finding(name, f"{name}_tells", target=target, strength=round(told, 3), sampled_rows=answers.rows)


def _told_by(order: F64, text: pa.ChunkedArray, setup: Setup) -> float:
    """How much an order tells of a target, from 0 to 1: a rank correlation, or of classes 2 AUC - 1."""
    if setup.task is Task.REGRESSION:
        truth = as_numbers(text)
        both = np.isfinite(order) & np.isfinite(truth)
        return _pearson(_ranks(order[both]), _ranks(truth[both])) if both.sum() >= FEWEST_IN_ORDER else 0.0
    codes, labels = codes_of(text)
    both = np.isfinite(order) & (codes >= 0)
    ranks, classes = _ranks(order[both]), codes[both]
    if classes.size < FEWEST_IN_ORDER:
        return 0.0
    counts = np.bincount(classes, minlength=len(labels)).astype(np.float64)
    sums = np.bincount(classes, ranks, minlength=len(labels))
    others = classes.size - counts
    fair = (counts >= 10) & (others >= 10)
    if not fair.any():
        return 0.0
    area = (sums[fair] - counts[fair] * (counts[fair] + 1) / 2) / (counts[fair] * others[fair])
    return float(np.abs(2 * area - 1).max())


# --- splits -----------------------------------------------------------------------------------------------------------
def _groups(look: _Look) -> Iterator[Finding | None]:
    """No group has rows on both sides of a split."""
    column = look.setup.group_column
    train, test = look.pieces.train, look.pieces.test
    if column is None or test is None or column not in test.names:
        return
    yield None
    if train is not None and column in train.names:
        mine, theirs = pc.unique(train.text(column)), pc.unique(test.text(column))
        both = pc.filter(theirs, pc.is_in(theirs, value_set=mine.drop_null()))
        if len(both):
            yield _amber("groups", "groups_in_both", column=column, of=len(theirs), **_counted("examples", both))
    parts = _sides(look, test)
    if parts:
        public, private = (pc.unique(test.text(column).filter(pa.array(part))) for part in parts)
        both = pc.filter(public, pc.is_in(public, value_set=private.drop_null()))
        if len(both):
            yield _amber(
                "groups", "groups_public_and_private", column=column, of=len(public), **_counted("examples", both)
            )


def _counted(name: str, values: pa.Array) -> dict[str, Any]:
    """How many values there are, and the first of them by name."""
    return {"count": len(values), name: [quoted(one) for one in values.slice(0, NAMED).to_pylist()]}


def _sides(look: _Look, test: Table) -> list[Mask]:
    """Which rows of test are public, and which private; nothing where that can't be told apart."""
    if not look.sides or not look.has_ids or look.pieces.solution is None:
        return []
    names = look.setup.id_columns
    places = pc.index_in(ids_of(test, names), value_set=ids_of(look.pieces.solution, names))
    rows = np.asarray(pc.fill_null(places, -1).to_numpy(), dtype=np.intp)
    # The place -1 is the extra last one, of no side.
    return [np.append(part, values=False)[rows] for part in look.sides.values()]


def _dates(look: _Look) -> Iterator[Finding | None]:
    """Test begins when train has ended, and so do private rows with public ones: where rows are split by time."""
    column = look.setup.date_column
    train, test = look.pieces.train, look.pieces.test
    if column is None or test is None or column not in test.names:
        return
    when = moments(test, column)
    if not np.isfinite(when).any():
        return
    yield None
    if train is not None and column in train.names:
        before = moments(train, column)
        if np.isfinite(before).any():
            late = int(np.count_nonzero(before >= np.nanmin(when)))
            if late:
                yield _amber("dates", "train_reaches_into_test", column=column, count=late, of=train.rows)
    parts = _sides(look, test)
    if parts:
        public, private = (np.unique(when[part & np.isfinite(when)]) for part in parts)
        both = np.intersect1d(public, private).size
        if both:
            yield _amber("dates", "dates_public_and_private", column=column, count=int(both), of=int(public.size))


def _classes(look: _Look) -> Iterator[Finding | None]:
    """Every class is there in train, in public and in private rows."""
    if look.setup.task not in (Task.BINARY, Task.MULTICLASS, Task.MULTILABEL) or not look.targets:
        return
    solution, train = look.pieces.solution, look.pieces.train
    assert solution is not None
    yield None
    for target in look.targets:
        text = without_nothing(solution.text(target))
        present = _keys(text)
        if train is not None and target in train.names:
            known = _keys(without_nothing(train.text(target)))
            unknown = pc.filter(present, pc.invert(pc.is_in(present, value_set=known)))
            # Yes and no are written as 1 and 0 in the solution of some metrics.
            if len(unknown) and not set(present.to_pylist()) <= {"0", "1"}:
                yield _amber("classes", "classes_not_in_train", target=target, count=len(unknown))
        for side, part in look.sides.items():
            here = _keys(text.filter(pa.array(part)))
            lost = pc.filter(present, pc.invert(pc.is_in(present, value_set=here)))
            if len(lost):
                yield _amber("classes", f"classes_not_in_{side}", target=target, count=len(lost))


def _keys(text: pa.ChunkedArray) -> pa.Array:
    return pc.unique(pc.replace_substring_regex(text, r"^([+-]?[0-9]+)\.0+$", r"\1").drop_null())


def _public_rows(look: _Look) -> Iterator[Finding | None]:
    """There are public and private rows, and enough of both."""
    solution = look.pieces.solution
    if solution is None:
        return
    yield None
    if not look.sides:
        yield _amber("public_rows", "all_public", count=solution.rows)
    for side, part in look.sides.items():
        count = int(part.sum())
        if count < FEW_ROWS:
            yield _amber("public_rows", f"few_{side}_rows", count=count, wanted=FEW_ROWS)


def _columns(look: _Look) -> Iterator[Finding | None]:
    """Test has the columns of train but for the targets, and train has answers everywhere."""
    train, test, setup = look.pieces.train, look.pieces.test, look.setup
    if train is None:
        return
    yield None
    if test is not None:
        roled = (*setup.id_columns, *setup.target_columns)
        only_train = [name for name in train.names if name not in test.names and name not in roled]
        only_test = [name for name in test.names if name not in train.names and name not in roled]
        if only_train:
            yield _amber("columns", "columns_not_in_test", columns=only_train[:NAMED], count=len(only_train))
        if only_test:
            yield _amber("columns", "columns_not_in_train", columns=only_test[:NAMED], count=len(only_test))
    for name in setup.target_columns:
        if name not in train.names:
            yield _amber("columns", "no_target_in_train", column=name)
        elif train.text(name).null_count:
            yield _amber("columns", "blank_targets_in_train", column=name, count=train.text(name).null_count)


CHECKS: Final[Mapping[str, Check]] = {
    "ids": _ids,
    "sample": _sample,
    "metric": _metric,
    "target_in_test": _target_in_test,
    "answers_in_train": _answers_in_train,
    "shared_rows": _shared_rows,
    "row_order": _row_order,
    "id_order": _id_order,
    "groups": _groups,
    "dates": _dates,
    "classes": _classes,
    "public_rows": _public_rows,
    "columns": _columns,
}
