"""How much a submission can need: more rows or bytes than this are refused, or looked at no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring.ids import IntegerIds
from scoring.metrics.registry import Inputs

if TYPE_CHECKING:
    from scoring.expected import Expected

# More bytes than a number takes, or a label usually does.
LONG_FIELD = 64
# Any packed file may come to this.
SLACK = 4 << 20
# Of a ranked list people send more labels than count; so many times more is no ranking any longer.
LONG_RANKING = 20


def most_rows(solution: Expected) -> int:
    """How many rows are looked at one by one: enough to show what is wrong, whoever sends a million times too many."""
    return 2 * solution.rows + 1000


def most_bytes(solution: Expected) -> int:
    """What a file comes to that has as many rows as are looked at, each of its fields as long as one can need."""
    layout = solution.layout
    longest = _longest_label(solution)
    if layout.holds_texts:
        field = 4 * layout.longest
    elif layout.inputs is Inputs.RANKED_LABELS:
        field = max(LONG_FIELD, LONG_RANKING * layout.depth * (longest + 2))
    else:
        field = max(LONG_FIELD, 2 * longest)
    values = field * len(layout.columns) * most_rows(solution)
    return values + _bytes_of_ids(solution) + sum(len(name.encode()) + 4 for name in layout.expected_columns)


def most_unpacked(solution: Expected) -> int:
    """How many bytes of a packed file are unpacked at most."""
    return most_bytes(solution) + SLACK


def _longest_label(solution: Expected) -> int:
    """In bytes; of probabilities the labels are names of columns."""
    if not solution.layout.holds_codes:
        return 0
    return max((len(label.encode()) for label in solution.layout.labels), default=0)


def _bytes_of_ids(solution: Expected) -> int:
    ids = solution.id_index
    if isinstance(ids, IntegerIds):
        return LONG_FIELD * most_rows(solution)
    # Of rows too many the ids may be of any length.
    return 4 * int(ids.values.nbytes) + LONG_FIELD * most_rows(solution)
