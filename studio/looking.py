"""Looking at the files: which is what, and a proposal for everything that there is to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from scoring.errors import InvalidFile
from scoring.metrics.registry import get
from studio.jobs import Job, NoResult
from studio.models import SourceFile, SourceUpload, Workbench
from studio.problems import kept
from studio.tables.baselines import Model
from studio.tables.describing import overview
from studio.tables.making import Pieces
from studio.tables.proposing import Proposal, propose_metrics
from studio.tables.reading import read_table
from studio.tables.recognising import (
    Guess,
    Recognised,
    Role,
    Setup,
    Task,
    guess_positive,
    guess_task,
    recognise,
)
from studio.tables.splitting import CannotSplit, Cut, Way, propose_way, public_rows, test_rows
from studio.tables.table import Table
from studio.uploads import take_in

# Test out of a table that has all answers, and public out of the test rows.
TEST_SHARE, PUBLIC_SHARE = 0.25, 0.3
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".csv.gz", ".csv.zip", ".tsv.gz")


def look(job: Job) -> None:
    """Take in what has arrived, read every table, and keep what was found."""
    for upload in job.each(_arrived(job.workbench), step="assembling", begin=0, end=0.2):
        take_in(upload, at=job.now())
    tables, unread = read_sources(job, begin=0.2, end=0.8)
    if not tables:
        raise NoResult(unread or [{"code": "no_table"}])
    job.tell("recognising", 0.8)
    choices = job.workbench.choices
    recognised = _as_decided(recognise(tables), choices, tables)
    job.tell("proposing", 0.9)
    found = {
        "tables": [_of_table(table, recognised) for table in tables],
        "others": [name for name in _names(job.workbench) if name not in {table.name for table in tables}],
        "unread": unread,
        **_proposals(tables, recognised, choices),
    }
    job.end(found=found, made=None, problems=[])


def _arrived(workbench: Workbench) -> list[SourceUpload]:
    return list(workbench.uploads.filter(state=SourceUpload.State.FINISHING).order_by("created_at"))


def _names(workbench: Workbench) -> list[str]:
    return list(workbench.sources.values_list("name", flat=True))


def read_sources(job: Job, *, begin: float, end: float) -> tuple[list[Table], list[dict[str, Any]]]:
    """The tables among the files, and what is wrong with files that should be tables."""
    tables: list[Table] = []
    problems: list[dict[str, Any]] = []
    for source in job.each(job.workbench.sources.all(), step="reading", begin=begin, end=end):
        if not source.name.lower().endswith(TABLE_ENDINGS):
            continue
        try:
            with opened(source) as file:
                tables.append(read_table(file, name=source.name))
        except InvalidFile as invalid:
            problems += [{**one, "file": source.name} for one in kept(invalid.problems)]
    return tables, problems


@contextmanager
def opened(source: SourceFile) -> Iterator[Any]:
    """The content of a source file."""
    with source.file.storage.open(str(source.file.name)) as file:
        yield file


def recognised_again(tables: Sequence[Table], choices: Mapping[str, Any]) -> Recognised:
    """What the files are, with the organiser's decisions."""
    return _as_decided(recognise(tables), choices, tables)


def _as_decided(guessed: Recognised, choices: Mapping[str, Any], tables: Sequence[Table]) -> Recognised:
    roles = {name: _decided(choices.get("roles", {}).get(name), guess, Role) for name, guess in guessed.roles.items()}
    chosen = replace(guessed, roles=_each_once(roles, choices.get("roles", {})))
    answers = answers_table(tables, chosen)
    if "id_columns" in choices:
        chosen = replace(chosen, ids=_said(tuple(choices["id_columns"])))
    if "target_columns" in choices:
        targets = tuple(choices["target_columns"])
        chosen = replace(chosen, targets=_said(targets))
        if answers is not None and set(targets) <= set(answers.names):
            positive = guess_positive(answers, targets[0]) if len(targets) == 1 else _said(None)
            chosen = replace(chosen, task=guess_task(answers, targets), positive=positive)
    if "task" in choices:
        chosen = replace(chosen, task=_said(Task(choices["task"])))
    return chosen


def _each_once(roles: dict[str, Guess[Role]], decided: Mapping[str, str]) -> dict[str, Guess[Role]]:
    """A role that was given to one file is taken from the one it was guessed for."""
    taken = {Role(role) for role in decided.values()}
    other = Guess(Role.OTHER, "role_given_away", 1.0)
    return {
        name: other if name not in decided and guess.value in taken - {Role.OTHER} else guess
        for name, guess in roles.items()
    }


def _decided(value: Any, guess: Guess[Role], kind: type[Role]) -> Guess[Role]:
    return guess if value is None else _said(kind(value))


def _said(value: Any) -> Guess[Any]:
    return Guess(value, "decided", 1.0)


def answers_table(tables: Sequence[Table], recognised: Recognised) -> Table | None:
    """The table that shows what is to be predicted: train, else the solution, else the only one."""
    pieces = Pieces.of(tables, recognised)
    return pieces.train or pieces.solution or pieces.test


def _of_table(table: Table, recognised: Recognised) -> dict[str, Any]:
    role = recognised.roles[table.name]
    return {
        "name": table.name,
        "role": role.value,
        "because": {"code": role.reason, "params": dict(role.params), "sure": role.confidence},
        "columns": list(table.names),
        "overview": overview(table),
    }


def _proposals(tables: Sequence[Table], recognised: Recognised, choices: Mapping[str, Any]) -> dict[str, Any]:
    """What is proposed for each choice, why, and the metrics that fit."""
    pieces = Pieces.of(tables, recognised)
    setup = recognised.setup()
    guesses: dict[str, Guess[Any]] = {
        "id_columns": recognised.ids,
        "target_columns": recognised.targets,
        "task": recognised.task,
        "positive": recognised.positive,
        "usage_column": recognised.usage,
    }
    proposed: dict[str, Any] = {
        "roles": {name: guess.value for name, guess in recognised.roles.items()},
        "id_columns": list(recognised.ids.value),
        "target_columns": list(recognised.targets.value),
        "task": recognised.task.value,
        "positive": recognised.positive.value,
        "date_column": next(iter(recognised.dates.value), None),
        "group_column": next(iter(recognised.groups.value), None),
        "usage_column": recognised.usage.value,
        "shuffle": False,
        "new_ids": False,
        "other_files": True,
        "baselines": [Model.CONSTANT, Model.LINEAR, Model.TREE],
    }
    metrics: list[Proposal] = []
    answers = answers_table(tables, recognised)
    if setup is not None and answers is not None:
        way = _way_that_works(propose_way(recognised, _with(setup, choices)), pieces, _with(setup, choices))
        guesses["way"] = way
        proposed["public"] = Cut(Way(way.value), PUBLIC_SHARE).as_dict()
        if not _has_answers_for_test(pieces, setup):
            proposed["test"] = Cut(Way(way.value), TEST_SHARE).as_dict()
        metrics = propose_metrics(answers, _with(setup, choices))
    if metrics:
        proposed["metric"], proposed["metric_params"] = metrics[0].metric, dict(metrics[0].metric_params)
    return {
        "proposed": proposed,
        "because": {
            name: {"code": guess.reason, "params": dict(guess.params), "sure": guess.confidence}
            for name, guess in guesses.items()
        },
        "dates": list(recognised.dates.value),
        "groups": list(recognised.groups.value),
        "metrics": [_of_metric(one) for one in metrics],
    }


def _way_that_works(proposed: Guess[Way], pieces: Pieces, setup: Setup) -> Guess[Way]:
    """The way proposed, or the next that leaves rows on both sides: of five shops none are left for the public rows."""
    plain = Way.RANDOM if setup.task in (Task.REGRESSION, Task.RANKING, Task.TEXT) else Way.STRATIFIED
    for way in (proposed.value, *([Way.TIME] if setup.date_column else []), plain):
        try:
            _try_split(Way(way), pieces, setup)
        except CannotSplit:
            continue
        return proposed if way == proposed.value else Guess(way, "other_ways_leave_nothing", 0.7)
    return Guess(Way.RANDOM, "other_ways_leave_nothing", 0.5)


def _try_split(way: Way, pieces: Pieces, setup: Setup) -> None:
    """Raises CannotSplit where nothing is left on one side. What the organiser split by hand is not looked at."""
    held = pieces.test
    if not _has_answers_for_test(pieces, setup) and pieces.train is not None:
        held = pieces.train.take(test_rows(pieces.train, setup, Cut(way, TEST_SHARE)))
    if held is not None and set(setup.target_columns) <= set(held.names):
        public_rows(held, held, setup, Cut(way, PUBLIC_SHARE))


def _has_answers_for_test(pieces: Pieces, setup: Setup) -> bool:
    if pieces.solution is not None:
        return True
    return pieces.test is not None and set(setup.target_columns) <= set(pieces.test.names)


def _with(setup: Setup, choices: Mapping[str, Any]) -> Setup:
    named = {name: choices[name] for name in ("positive", "date_column", "group_column") if name in choices}
    return replace(setup, **named)


def _of_metric(proposal: Proposal) -> dict[str, Any]:
    return {
        "metric": proposal.metric,
        "metric_params": dict(proposal.metric_params),
        "direction": proposal.direction,
        "because": {"code": proposal.reason, "params": dict(proposal.params), "sure": 1.0},
        "label": get(proposal.metric).label,
    }
