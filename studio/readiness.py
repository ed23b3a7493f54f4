"""The studio's checks of any draft that is about to be published, whoever made its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache

from competitions.models import Competition, DataFile, Phase, Solution
from competitions.organising.readiness import Finding, Weight
from competitions.solution.leaks import can_be_a_table
from competitions.solution.services import active_solution
from scoring import SolutionSpec
from scoring.errors import ScoringError
from studio.models import Workbench
from studio.problems import in_words
from studio.tables.checks import Finding as Found, Weight as Colour, check
from studio.tables.making import Pieces
from studio.tables.reading import read_table
from studio.tables.recognising import Setup, guess_task
from studio.tables.table import Table

KEPT_SECONDS = 3600
WEIGHTS = {Colour.RED: Weight.FORBIDS, Colour.AMBER: Weight.NOTES}


def findings_of(competition: Competition) -> list[Finding]:
    """What the checks found in the data files and the solution of every phase, but what is as it should be.

    Reads tables, and keeps what it found for as long as the files stay the same. Tables that are too large to be
    compared in a request are checked by the studio's job alone, where it made them.
    """
    return [finding for phase in competition.phases.all() for finding in _of_a_phase(competition, phase)]


def _of_a_phase(competition: Competition, phase: Phase) -> list[Finding]:
    solution = active_solution(phase)
    if solution is None or solution.own_metric_id is not None:
        return []
    files = [one for one in competition.data_files.all() if one.phase_id in (None, phase.pk)]
    found = _kept(competition, solution, files)
    return [_finding(one) for one in found if one["weight"] in WEIGHTS]


def fingerprint(solution: Solution, files: Iterable[DataFile]) -> str:
    """What the findings depend on."""
    parts = [solution.digest, *sorted(f"{one.name}:{one.sha256}:{one.is_sample_submission}" for one in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _kept(competition: Competition, solution: Solution, files: list[DataFile]) -> list[dict[str, Any]]:
    key = fingerprint(solution, files)
    workbench = Workbench.objects.filter(competition=competition).first()
    if workbench is not None and workbench.made is not None and workbench.made.get("fingerprint") == key:
        return workbench.made["findings"]
    name = f"studio-findings:{key}"
    known = cache.get(name)
    if known is None:
        known = [one.as_dict() for one in _check(solution, files)]
        cache.set(name, known, KEPT_SECONDS)
    return known


def _check(solution: Solution, files: list[DataFile]) -> list[Found]:
    answers = _table(solution.filename or "solution.csv", solution)
    if answers is None:
        return []
    pieces = Pieces(
        train=_named("train", files),
        test=_named("test", files),
        sample=next((_table(one.name, one) for one in files if one.is_sample_submission), None),
        solution=answers,
    )
    ids = tuple(name for name in solution.id_column.split(",") if name in answers.names)
    task = guess_task(answers, solution.target_columns).value
    if task is None:
        return []
    setup = Setup(id_columns=ids, target_columns=tuple(solution.target_columns), task=task)
    spec = SolutionSpec(
        id_column=solution.id_column,
        target_columns=tuple(solution.target_columns),
        weight_column=solution.weight_column or None,
        usage_column=solution.usage_column or None,
        metric=solution.metric,
        metric_params=solution.metric_params,
    )
    return check(pieces, setup, spec)


def _named(start: str, files: Iterable[DataFile]) -> Table | None:
    for one in files:
        if one.name.rsplit("/", 1)[-1].lower().startswith(start) and not one.is_sample_submission:
            return _table(one.name, one)
    return None


def _table(name: str, row: DataFile | Solution) -> Table | None:
    """The table in a stored file; None where there is none, or too large a one."""
    if not row.file.storage.exists(str(row.file.name)) or not can_be_a_table(name, row.file.size):
        return None
    try:
        with row.file.storage.open(str(row.file.name)) as file:
            return read_table(file, name=name)
    except ScoringError:
        return None


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(found["code"], WEIGHTS[Colour(found["weight"])], in_words(found).replace("%", "%%"), {})
