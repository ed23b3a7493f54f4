"""The careful way to read a submission: accept the unusual, and say what is wrong and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.bounds import most_rows
from scoring.errors import InvalidFile, Problem, listed, quoted
from scoring.ids import Alignment, IntegerIds, TextIds, alignment
from scoring.known import no_label_is_known
from scoring.labels import codes_of, normal_text
from scoring.layout import Layout
from scoring.metrics.registry import Inputs
from scoring.own.frames import typed_columns
from scoring.prepared import PreparedSolution
from scoring.rankings import ranked_columns
from scoring.spellings import lacking_zeros, spelt_otherwise
from scoring.tables import TableFile
from scoring.targets import text_problems
from scoring.texts import text_array
from scoring.values import Locator, parse_integers, parse_numbers

if TYPE_CHECKING:
    from scoring.expected import Expected

Columns = list[NDArray[Any]]
Column = tuple[NDArray[Any], list[Problem]]


def read_carefully(file: TableFile, solution: Expected) -> tuple[NDArray[Any], ...]:
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
    if layout.inputs is Inputs.FRAME:
        columns, faults = typed_columns(text, layout, locator)
        problems += faults
    for name in () if layout.inputs is Inputs.FRAME else layout.columns:
        if layout.holds_texts:
            problems += text_problems(text[name], name, layout, locator)
            columns.append(text_array(text[name]))
            continue
        if layout.inputs is Inputs.RANKED_LABELS:
            read = ranked_columns(text[name].fill_null(""), layout)
            columns = list(read.columns)
            problems += locator.problems("missing_value", read.blank, column=name, expected="labels")
            problems += locator.problems("labels_not_separated", read.joined, column=name, found=text[name])
            continue
        column, faults = (
            _label_column(text[name], name, layout, locator)
            if layout.holds_codes
            else _number_column(text[name], name, layout, locator)
        )
        columns.append(column)
        problems += faults
    if not problems and layout.needs_a_chance:
        problems += locator.problems("zero_probabilities", ~have_a_chance(columns))
    if problems:
        raise InvalidFile(problems)
    return tuple(column.take(found.sources) for column in columns)


def have_a_chance(columns: Sequence[NDArray[Any]]) -> NDArray[np.bool_]:
    """Rows in which some class has a probability above zero."""
    chance = columns[0] > 0
    for column in columns[1:]:
        chance |= column > 0
    return np.asarray(chance)


def _align(ids: pa.ChunkedArray, solution: Expected, locator: Locator) -> tuple[Alignment, list[Problem]]:
    missing_value = np.asarray(ids.is_null())
    if isinstance(solution.id_index, IntegerIds):
        values, unknown = parse_integers(ids)
        found = _without(solution.id_index.align(pa.chunked_array([pa.array(values)])), unknown)
    else:
        found = _without(solution.id_index.align(ids.fill_null("")), missing_value)
    without_zeros = None
    if not found.is_complete and isinstance(solution.id_index, TextIds):
        found = spelt_otherwise(found, ids, solution.id_index)
        without_zeros = lacking_zeros(found, ids, solution.id_index)
    if found.is_complete:
        return found, []
    positions, sources = found.positions, found.sources
    known = positions >= 0
    repeated = known & (_first_rows(positions, sources.size)[positions] != np.arange(positions.size))
    lacking = np.full(positions.size, -1) if without_zeros is None else without_zeros
    unknown = ~known & ~missing_value & (lacking < 0)
    name = solution.layout.id_column
    zeros = [
        replace(problem, expected=quoted(solution.id_index.text(int(lacking[(problem.row or 1) - 1]))))
        for problem in locator.problems("leading_zeros_missing", lacking >= 0, column=name, found=ids)
    ]
    problems = [
        *locator.problems("missing_value", missing_value, column=name, expected="an id"),
        *zeros,
        *locator.problems("unknown_ids", unknown, column=name, found=ids),
        *locator.problems("duplicate_ids", repeated, column=name),
    ]
    is_missing = sources < 0
    # Those are told of already.
    is_missing[lacking[lacking >= 0]] = False
    missing = np.flatnonzero(is_missing)
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
    normal = normal_text(text, layout.labels, integers=layout.labels_are_integers)
    codes, others = codes_of(normal, layout.labels)
    problems = locator.problems("missing_value", codes < 0, column=name, expected="a label")
    unknown = codes >= len(layout.labels)
    if others and layout.labels_are_closed:
        expected = ", ".join(quoted(label) for label in layout.labels[:20])
        problems += locator.problems("unknown_label", unknown, column=name, found=text, expected=expected)
    elif others and layout.labels_are_integers and layout.inputs is not Inputs.CLUSTERS:
        # A probability, a word: nothing that any label could be, whichever there are.
        broken = unknown & parse_integers(normal.fill_null(""))[1]
        problems += locator.problems("not_an_integer", broken, column=name, found=text, expected="a whole number")
    return codes, problems


def require_a_known_label(columns: Sequence[NDArray[Any]], file: TableFile, solution: PreparedSolution) -> None:
    """Some label of the file is one of a public row, or it scores 0 whatever the metric.

    Raises:
        InvalidFile: none is; the first label of the file is named.
    """
    if not no_label_is_known(columns, solution):
        return
    layout = solution.layout
    text = file.read_text((layout.id_column, layout.columns[0]), most_rows(solution))
    labels = text[layout.columns[0]]
    first = np.arange(len(labels)) == 0
    locator = Locator(text[layout.id_column])
    raise InvalidFile(locator.problems("no_known_label", first, column=layout.columns[0], found=labels))
