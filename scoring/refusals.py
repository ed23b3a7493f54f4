"""The careful way to read a submission: accept the unusual, and say what is wrong and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.errors import InvalidFile, Problem, listed, quoted
from scoring.ids import Alignment, IntegerIds, alignment
from scoring.labels import codes_of, normal_text
from scoring.layout import Layout
from scoring.metrics.registry import Inputs
from scoring.prepared import PreparedSolution
from scoring.rankings import ranked_columns
from scoring.tables import TableFile
from scoring.values import Locator, parse_integers, parse_numbers

Columns = list[NDArray[Any]]
Column = tuple[NDArray[Any], list[Problem]]


def read_carefully(file: TableFile, solution: PreparedSolution) -> tuple[NDArray[Any], ...]:
    """The aligned columns of a file.

    Raises:
        InvalidFile: everything that is wrong with ids and values.
    """
    layout = solution.layout
    text = file.read_text(layout.expected_columns, most_rows(solution))
    ids = text[layout.id_column]
    if len(ids) == 0:
        raise InvalidFile(Problem("no_rows"))
    locator = Locator(ids)
    found, problems = _align(ids, solution, locator)
    columns: Columns = []
    for name in layout.columns:
        if layout.inputs is Inputs.RANKED_LABELS:
            columns, blank = ranked_columns(text[name].fill_null(""), layout)
            problems += locator.problems("missing_value", blank, column=name, expected="labels")
            continue
        if layout.holds_codes:
            read: Column = _label_column(text[name], name, layout, locator)
        else:
            read = _number_column(text[name], name, layout, locator)
        column, faults = read
        columns.append(column)
        problems += faults
    if not problems and layout.inputs is Inputs.CLASS_PROBABILITIES:
        problems += locator.problems("zero_probabilities", ~have_a_chance(columns))
    if problems:
        raise InvalidFile(problems)
    return tuple(column.take(found.sources) for column in columns)


def most_rows(solution: PreparedSolution) -> int:
    """How many rows are looked at one by one: enough to show what is wrong, whoever sends a million times too many."""
    return 2 * solution.rows + 1000


def have_a_chance(columns: Sequence[NDArray[Any]]) -> NDArray[np.bool_]:
    """Rows in which some class has a probability above zero."""
    chance = columns[0] > 0
    for column in columns[1:]:
        chance |= column > 0
    return np.asarray(chance)


def _align(ids: pa.ChunkedArray, solution: PreparedSolution, locator: Locator) -> tuple[Alignment, list[Problem]]:
    missing_value = np.asarray(ids.is_null())
    if isinstance(solution.id_index, IntegerIds):
        values, unknown = parse_integers(ids)
        found = _without(solution.id_index.align(pa.chunked_array([pa.array(values)])), unknown)
    else:
        found = _without(solution.id_index.align(ids.fill_null("")), missing_value)
    if found.is_complete:
        return found, []
    positions, sources = found.positions, found.sources
    known = positions >= 0
    repeated = known & (_first_rows(positions, sources.size)[positions] != np.arange(positions.size))
    name = solution.layout.id_column
    problems = [
        *locator.problems("missing_value", missing_value, column=name, expected="an id"),
        *locator.problems("unknown_ids", ~known & ~missing_value, column=name, found=ids),
        *locator.problems("duplicate_ids", repeated, column=name),
    ]
    missing = np.flatnonzero(sources < 0)
    named = [
        Problem(
            "missing_ids",
            {"rows": len(ids), "expected_rows": solution.rows},
            id=quoted(solution.id_index.text(row)),
            column=quoted(name),
        )
        for row in missing[:5].tolist()
    ]
    problems += listed(named, total=len(missing))
    return found, problems


def _without(found: Alignment, unknown: NDArray[np.bool_]) -> Alignment:
    """`found` with some submitted rows made unknown."""
    if not unknown.any():
        return found
    return alignment(np.where(unknown, -1, found.positions), found.sources.size)


def _first_rows(positions: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """The first submitted row of each solution row; the last place is for unknown ids."""
    first = np.full(rows + 1, -1, dtype=np.int64)
    first[positions[::-1]] = np.arange(positions.size)[::-1]
    return first


def _number_column(text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator) -> Column:
    numbers = parse_numbers(text)
    problems = locator.number_problems(numbers, text, name)
    values = numbers.values
    if layout.inputs is Inputs.INTEGERS:
        broken = ~numbers.bad & (values != np.floor(values))
        problems += locator.problems("not_an_integer", broken, column=name, found=text, expected="a whole number")
    outside = ~numbers.bad & ((values < layout.minimum) | (values > layout.maximum))
    problems += locator.problems("out_of_range", outside, column=name, found=text, expected=layout.range_text)
    return values, problems


def _label_column(text: pa.ChunkedArray, name: str, layout: Layout, locator: Locator) -> Column:
    codes, others = codes_of(normal_text(text, integers=layout.labels_are_integers), layout.labels)
    problems = locator.problems("missing_value", codes < 0, column=name, expected="a label")
    if others and layout.labels_are_closed:
        expected = ", ".join(quoted(label) for label in layout.labels[:20])
        mask = codes >= len(layout.labels)
        problems += locator.problems("unknown_label", mask, column=name, found=text, expected=expected)
    return codes, problems
