"""What can be wrong with a file, said so that a program and a person can both find the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.messages import MESSAGES

LONGEST_QUOTE = 60

# Problems shown of one kind; the last of them says how many more there are.
SHOWN = 3


# Between the values of an id that several columns make (`scoring.joined`): a sign that no text is written with.
SEPARATOR = "\x1f"


def quoted(value: object) -> str:
    """`value` as a short printable text: it may be anything a file holds, and goes into JSON, databases and logs."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = text[:400].replace(SEPARATOR, ", ")
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:200])
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


@dataclass(frozen=True)
class Problem:
    """One fault of a file.

    Attributes:
        code: a key of `scoring.messages.MESSAGES`.
        params: what the message needs besides the fields below.
        row: data row, counted from 1; the header line is not counted, nor are blank lines.
        id: the row's id. An id a participant lacks may be named: the sample submission has it.
        column: the column's name.
        expected, found: what should stand there and what does. Never a value of the solution.
        more: how many further faults of the same code were found and are not listed.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None
    id: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None
    more: int = 0

    def text(self) -> str:
        """The message in English."""
        return MESSAGES[self.code] % self.message_params()

    def message_params(self) -> dict[str, Any]:
        """Everything a (translated) template of `MESSAGES` may name."""
        located = {
            "row": self.row,
            "id": self.id,
            "column": self.column,
            "expected": self.expected,
            "found": self.found,
            "more": self.more,
        }
        return {**located, **self.params}

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "row": self.row,
            "id": self.id,
            "column": self.column,
            "expected": self.expected,
            "found": self.found,
            "more": self.more,
        }


class ScoringError(Exception):
    """Base of everything the scoring core raises on purpose."""


class StalePredictionsError(ScoringError):
    """Stored predictions belong to another solution layout: read the submitted file again."""


class ProblemsError(ScoringError):
    """Base of the errors that list problems."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(problem.text() for problem in self.problems))


class InvalidFile(ProblemsError):
    """A file that cannot be read as a table; readers raise it, callers turn it into one of the two below."""


class InvalidSubmission(ProblemsError):
    """A submitted file that cannot be scored."""


class InvalidSolution(ProblemsError):
    """A solution file that cannot score anything."""


class InvalidMetricParameters(ProblemsError):
    """Parameters that a metric does not know, or values it cannot take."""


def listed(problems: Sequence[Problem], total: int | None = None) -> list[Problem]:
    """The first few of `problems`, all of one code; the last one carries how many more of `total` there are."""
    total = len(problems) if total is None else total
    shown = list(problems[:SHOWN])
    if shown and total > len(shown):
        last = shown[-1]
        shown[-1] = Problem(
            last.code, last.params, last.row, last.id, last.column, last.expected, last.found, total - len(shown)
        )
    return shown
