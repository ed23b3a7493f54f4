"""Whether a data file gives the solution away: the same bytes, or a table with the same answers.

An organiser's slip, and not an adversary, is what this finds: a file that was renamed, sorted anew, packed, or that has
more columns. Files that no solution could be (too large, or no tables) are not opened.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import IO, Any

import pandas as pd
from django.conf import settings

from competitions.models import DataFile, Phase, Solution
from scoring.containers import ReadLimits, Source
from scoring.errors import InvalidFile
from scoring.joined import id_columns_of, with_ids
from scoring.tables import composed, open_table

logger = logging.getLogger(__name__)

TABLES = (".csv", ".tsv", ".txt", ".gz", ".zip", ".parquet", ".pq")
ROLES = {"private", "public"}


def has_same_bytes(phase: Phase, sha256: str) -> bool:
    """Whether any version of the solution is this very file."""
    return sha256 in checksums(phase)


def checksums(phase: Phase) -> set[str]:
    """The SHA-256 of every version of the solution that is known."""
    return set(phase.solutions.exclude(sha256="").values_list("sha256", flat=True))


def can_be_a_table(name: str, size: int) -> bool:
    """Whether a file of this name and size is worth opening."""
    return size <= settings.MAX_UPLOAD_BYTES and name.lower().endswith(TABLES)


def files_with_the_answers(solution: Solution, files: Iterable[DataFile]) -> list[DataFile]:
    """Those of the data files that hold the answer of every row that counts."""
    candidates = [one for one in files if can_be_a_table(one.name, one.size)]
    answers = _answers(solution) if candidates else None
    if answers is None:
        return []
    return [one for one in candidates if _holds(answers, solution, one.file.storage, str(one.file.name))]


def has_the_answers(solution: Solution, file: IO[bytes]) -> bool:
    """Whether `file` holds the answer of every row that counts. It is at its start again afterwards."""
    answers = _answers(solution)
    try:
        return answers is not None and _agree(answers, _read(file, solution, [*answers.columns]))
    finally:
        file.seek(0)


def _answers(solution: Solution) -> pd.DataFrame | None:
    """The targets of the rows that count, by id; None where there is nothing to compare: lost, or all the same."""
    storage, name = solution.file.storage, str(solution.file.name)
    if not storage.exists(name):
        return None
    usage = [solution.usage_column] if solution.usage_column else []
    with storage.open(name) as file:
        table = _read(file, solution, [*solution.target_columns, *usage])
    if table is None:
        return None
    if usage:
        words = table.pop(usage[0]).str.lower()
        table = table[words.isin(ROLES)]
    # One value everywhere is no secret, and a sample submission has it too.
    return table if len(table) and any(table[name].nunique() > 1 for name in table.columns) else None


def _holds(answers: pd.DataFrame, solution: Solution, storage: Any, name: str) -> bool:
    if not storage.exists(name):
        return False
    with storage.open(name) as file:
        return _agree(answers, _read(file, solution, [*answers.columns]))


def _agree(answers: pd.DataFrame, table: pd.DataFrame | None) -> bool:
    if table is None:
        return False
    table = table[~table.index.duplicated()]
    places = table.index.get_indexer(answers.index)
    if (places < 0).any():
        return False
    found = table.iloc[places]
    return all(_are_same(answers[name], found[name]) for name in answers.columns)


def _are_same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns say the same: 1 and 1.0 do."""
    mine, theirs = one.to_numpy(), other.to_numpy()
    numbers = (pd.to_numeric(one, errors="coerce").to_numpy(), pd.to_numeric(other, errors="coerce").to_numpy())
    return bool(((mine == theirs) | (numbers[0] == numbers[1])).all())


def _read(file: Source, solution: Solution, columns: list[str]) -> pd.DataFrame | None:
    """These columns by the id; None where the file has no such columns, or can't be read as a table."""
    limits = ReadLimits(max_bytes=settings.MAX_UPLOAD_BYTES, max_decompressed_bytes=settings.MAX_DECOMPRESSED_BYTES)
    try:
        opened = open_table(file, limits)
        id_columns = id_columns_of(solution.id_column, opened.names)
        if not set(id_columns) <= set(opened.names):
            return None
        opened = with_ids(opened, id_columns, solution.id_column)
        wanted = {composed(name): name for name in (solution.id_column, *columns)}
        if not set(wanted) <= set(opened.names):
            return None
        text = opened.read_text(list(wanted))
    except InvalidFile:
        return None
    read = pd.DataFrame({name: _stripped(text[key]) for key, name in wanted.items()}, dtype=object)
    return read.set_index(_keys(read.pop(solution.id_column)))


def _stripped(text: Any) -> list[str]:
    return ["" if one is None else one.strip() for one in text.to_pylist()]


def _keys(ids: pd.Series) -> pd.Index:
    """Ids in one spelling: what pandas made floats of (1.0) are whole numbers again."""
    return pd.Index(ids.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True))
