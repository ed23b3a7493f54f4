"""The files of a competition out of an organiser's: train, test without answers, sample submission, solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scoring import InvalidSolution, PreparedSolution, Problem, SolutionSpec, get, prepare_solution
from scoring.joined import joined
from scoring.metrics.registry import Inputs
from scoring.tables import is_index_name
from studio.tables.estimates import as_submission, constant
from studio.tables.recognising import POSITIVE, Recognised, Role, Setup, Task
from studio.tables.splitting import Cut, public_rows, test_rows
from studio.tables.table import Table, as_text, without_nothing
from studio.tables.writing import csv_bytes, write_csv

__all__ = ["CannotMake", "Made", "Pieces", "Plan", "make", "write_csv"]

USAGE: Final = "Usage"
NAMES: Final = {
    "train": "train.csv",
    "test": "test.csv",
    "sample": "sample_submission.csv",
    "solution": "solution.csv",
}


@dataclass(frozen=True)
class Pieces:
    """The tables of a data set by their role, as the organiser has them or as they were made."""

    train: Table | None = None
    test: Table | None = None
    sample: Table | None = None
    solution: Table | None = None

    @classmethod
    def of(cls, tables: Sequence[Table], recognised: Recognised) -> Pieces:
        """The tables by the roles that were guessed."""
        roles = {table.name: recognised.roles[table.name].value for table in tables}
        return cls(**{role.value: table for table in tables if (role := roles[table.name]) is not Role.OTHER})


class CannotMake(Exception):
    """The files can't be made. `code`: a key of `studio.tables.messages.MAKING`; `params`: for its text."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass(frozen=True)
class Plan:
    """Everything that decides what the files hold. JSON-ready.

    Attributes:
        metric, metric_params: the solution is written as the metric takes it, the sample as it asks for.
        test: how to take test out of train; None: there is a test with answers, or a solution.
        public: how to make `Usage`; None: the column `usage_column` of the solution says it. Neither: all rows count
            for both scores.
        shuffle: test rows in an order of chance: for when the order tells the answer.
        new_ids: ids are replaced by whole numbers in the order of the rows.
    """

    setup: Setup
    metric: str
    metric_params: Mapping[str, Any] = field(default_factory=dict)
    test: Cut | None = None
    public: Cut | None = field(default_factory=Cut)
    usage_column: str | None = None
    shuffle: bool = False
    new_ids: bool = False

    @property
    def seed(self) -> int:
        """Of what has no seed of its own."""
        cut = self.test or self.public
        return cut.seed if cut else 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        cuts = {name: cut.as_dict() if cut else None for name, cut in (("test", self.test), ("public", self.public))}
        return {**asdict(self), **cuts, "setup": self.setup.as_dict(), "metric_params": dict(self.metric_params)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """The inverse of `as_dict`."""
        cuts = {name: Cut.from_dict(values[name]) if values.get(name) else None for name in ("test", "public")}
        return cls(**{**values, **cuts, "setup": Setup.from_dict(values["setup"])})


@dataclass(frozen=True)
class Made:
    """What was made.

    Attributes:
        pieces: train (as it was, or what test has left of it), test without answers, sample, solution.
        spec: how `scoring` reads the solution: id, targets, Usage, metric with parameters.
        prepared: the solution ready to score; None where `problems` (of `scoring`) say why it can't be.
        labels: of a target that was written as 0 and 1: its value that became 1, by column.
        setup: the plan's, with the id columns that the files have now.
    """

    pieces: Pieces
    spec: SolutionSpec
    prepared: PreparedSolution | None
    setup: Setup
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


def make(pieces: Pieces, plan: Plan) -> Made:
    """The files of the competition. The sample is made of train alone: it tells nothing of the solution.

    Raises:
        CannotMake: there are no answers for the test rows, ids don't agree, or a column is missing.
        CannotSplit: see `studio.tables.splitting`.
        scoring.InvalidMetricParameters: the metric or its parameters.
    """
    train, full = _train_and_test(pieces, plan)
    if plan.shuffle:
        full = full.take(np.random.default_rng([plan.seed, 2]).permutation(full.rows))
    train, full, setup = _with_ids(train, full, plan)
    hidden = {*setup.target_columns, plan.usage_column or ""} - set(setup.id_columns)
    has_features = pieces.test is not None or plan.test is not None
    test = full.without(tuple(hidden)) if has_features else full.only(setup.id_columns)
    solution, labels, usage = _solution(full, setup, plan)
    spec = SolutionSpec(
        metric=plan.metric,
        id_column=",".join(setup.id_columns),
        target_columns=setup.target_columns,
        usage_column=usage,
        metric_params=dict(plan.metric_params),
    )
    prepared: PreparedSolution | None = None
    problems: tuple[Problem, ...] = ()
    try:
        prepared = prepare_solution(csv_bytes(solution), spec)
    except InvalidSolution as error:
        problems = error.problems
    sample = _sample(pieces, plan, prepared, setup, train=train, test=test)
    named = {"train": train, "test": test, "sample": sample, "solution": solution}
    made = Pieces(**{role: table.called(NAMES[role]) if table else None for role, table in named.items()})
    return Made(made, spec, prepared, setup, problems, labels)


# --- rows -------------------------------------------------------------------------------------------------------------
def _train_and_test(pieces: Pieces, plan: Plan) -> tuple[Table | None, Table]:
    """Train, and the test rows with their answers."""
    setup = plan.setup
    if plan.test is None:
        return pieces.train, _with_answers(pieces, plan)
    if pieces.train is None:
        raise CannotMake("no_train")
    _require(pieces.train, (*setup.id_columns, *setup.target_columns))
    chosen = test_rows(pieces.train, setup, plan.test)
    return pieces.train.take(~chosen), pieces.train.take(chosen)


def _with_answers(pieces: Pieces, plan: Plan) -> Table:
    setup, test, solution = plan.setup, pieces.test, pieces.solution
    if solution is None:
        if test is None or not set(setup.target_columns) <= set(test.names):
            raise CannotMake("no_answers")
        _require(test, setup.id_columns)
        return test
    _require(solution, (*setup.id_columns, *setup.target_columns))
    if test is None:
        return solution
    _require(test, setup.id_columns)
    rows = _places(test, solution, setup)
    wanted = [*setup.target_columns, plan.usage_column, plan.metric_params.get("group_column")]
    for name in dict.fromkeys(one for one in wanted if one):
        if name in solution.names:
            test = test.with_column(name, solution.text(name).take(rows))
    return test


def _places(test: Table, solution: Table, setup: Setup) -> pa.Array:
    """The row of the solution that each row of test has."""
    if not setup.id_columns:
        if test.rows != solution.rows:
            raise CannotMake("ids_needed")
        return pa.array(np.arange(test.rows))
    asked, known = ids_of(test, setup.id_columns), ids_of(solution, setup.id_columns)
    places = pc.index_in(asked, value_set=known)
    lost = pc.filter(asked, pc.is_null(places))
    extra = pc.filter(known, pc.invert(pc.is_in(known, value_set=asked)))
    if len(lost) or len(extra) or len(asked) != len(known):
        example = next((part[0].as_py() for part in (lost, extra) if len(part)), "")
        raise CannotMake("ids_differ", missing=len(lost), unknown=len(extra), example=example or "")
    return places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places


def ids_of(table: Table, id_columns: Sequence[str]) -> pa.ChunkedArray:
    """The ids of the rows as they are compared."""
    if len(id_columns) == 1:
        return pc.utf8_trim_whitespace(table.text(id_columns[0]))
    return joined([table.text(name) for name in id_columns])


def _require(table: Table, names: Sequence[str]) -> None:
    for name in names:
        if name not in table.names:
            raise CannotMake("missing_column", column=name, file=table.name)


# --- ids --------------------------------------------------------------------------------------------------------------
def _with_ids(train: Table | None, full: Table, plan: Plan) -> tuple[Table | None, Table, Setup]:
    """Train and test with ids that a submission can have, and the setup that names their columns."""
    setup = plan.setup
    given = setup.id_columns
    if given and not plan.new_ids:
        if len(given) == 1 and is_index_name(given[0]):
            # A submission with such a column would be refused.
            name = _free_name("id", train, full)
            renamed = {given[0]: name}
            return train.renamed(renamed) if train else None, full.renamed(renamed), replace(setup, id_columns=(name,))
        return train, full, setup
    name = given[0] if len(given) == 1 and not is_index_name(given[0]) else _free_name("id", train, full)
    # Rows of train come first: numbers are the same for all, and say nothing of where a test row came from.
    count = train.rows if train else 0
    old = [one for one in given if len(given) == 1 and one != name]
    if train:
        train = train.without(old).with_column(name, np.arange(count), first=True)
    full = full.without(old).with_column(name, np.arange(count, count + full.rows), first=True)
    return train, full, replace(setup, id_columns=(name,))


def _free_name(wanted: str, *tables: Table | None) -> str:
    taken = {name for table in tables if table for name in table.names}
    return next(
        name for name in (wanted, f"row_{wanted}", *(f"{wanted}_{n}" for n in range(len(taken)))) if name not in taken
    )


# --- solution and sample ----------------------------------------------------------------------------------------------
def _solution(full: Table, setup: Setup, plan: Plan) -> tuple[Table, dict[str, str], str | None]:
    """The solution, the labels that became 1, and the column that says which rows are public."""
    group = plan.metric_params.get("group_column")
    names = dict.fromkeys([*setup.id_columns, *setup.target_columns, *([group] if group in full.names else [])])
    solution = full.only(list(names))
    usage: str | None = None
    # It may be that an id or a target is called so.
    name = _free_name(USAGE, solution)
    if plan.public is not None:
        chosen = public_rows(full, solution, setup, plan.public)
        usage, values = name, pc.if_else(pa.array(chosen), "Public", "Private")
    elif plan.usage_column:
        _require(full, (plan.usage_column,))
        usage, values = name, full.text(plan.usage_column)
    answers, labels = _as_the_metric_takes(solution, setup, plan.metric)
    return answers.with_column(usage, values) if usage else answers, labels, usage


def _as_the_metric_takes(solution: Table, setup: Setup, metric: str) -> tuple[Table, dict[str, str]]:
    """Yes and no as 1 and 0, for metrics that ask for probabilities of yes."""
    inputs = get(metric).inputs
    if setup.task not in (Task.BINARY, Task.MULTILABEL) or Inputs.BINARY_SCORES not in inputs:
        return solution, {}
    labels: dict[str, str] = {}
    for name in setup.target_columns:
        text = without_nothing(solution.text(name))
        values = {str(one) for one in pc.unique(text).drop_null().to_pylist()}
        if values <= {"0", "1"}:
            continue
        positive = setup.positive if setup.positive in values else _positive(values)
        if positive is None:
            continue
        labels[name] = positive
        solution = solution.with_column(name, pc.if_else(pc.equal(text, positive), "1", "0"))
    return solution, labels


def _positive(values: set[str]) -> str | None:
    return next((one for one in sorted(values) if one.strip().lower() in POSITIVE), None)


def _sample(
    pieces: Pieces, plan: Plan, prepared: PreparedSolution | None, setup: Setup, *, train: Table | None, test: Table
) -> Table:
    """The organiser's own sample where it still fits, else one value everywhere."""
    ids = test.only(setup.id_columns)
    if prepared is None:
        blank = {name: as_text(pa.nulls(ids.rows, pa.string())) for name in setup.target_columns}
        return Table(NAMES["sample"], pa.table({**{name: ids.text(name) for name in ids.names}, **blank}))
    given = pieces.sample
    if given is not None and plan.test is None and not plan.new_ids and _fits(given, prepared, ids):
        return given
    return as_submission(constant(train, setup, ids.rows), prepared.layout, ids)


def _fits(sample: Table, prepared: PreparedSolution, ids: Table) -> bool:
    if set(sample.names) != set(prepared.layout.file_columns) or sample.rows != ids.rows:
        return False
    given = ids_of(sample, ids.names)
    return bool(pc.all(pc.is_in(given, value_set=ids_of(ids, ids.names))).as_py())
