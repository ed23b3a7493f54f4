"""Which score gives which grade: lines, straight between two of them, level beyond the first and the last."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from competitions import permissions as can
from competitions.exceptions import GradesFall, NoGradeRule, SameScoreTwice
from competitions.models import GradeRule, Phase
from scoring.metrics.registry import Direction

if TYPE_CHECKING:
    from accounts.models import User

MOST_LINES = 20
HIGHEST_GRADE = 1_000_000
LINE_CHARACTERS = 80
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """A score and its grade. `name`: what the score is, such as that of a baseline."""

    score: float
    grade: float
    name: str = ""

    def stored(self) -> dict[str, Any]:
        return {"name": self.name, "score": self.score, "grade": self.grade}


def grade_of(score: float, lines: Sequence[Line]) -> Decimal:
    """The grade for a score, with two decimals, halves up. `lines`: at least one, ordered by score."""
    value = Decimal(repr(score))
    points = [(Decimal(repr(line.score)), Decimal(repr(line.grade))) for line in lines]
    if value <= points[0][0]:
        return _rounded(points[0][1])
    for (low, below), (high, above) in itertools.pairwise(points):
        if value <= high:
            return _rounded(below + (above - below) * (value - low) / (high - low))
    return _rounded(points[-1][1])


def _rounded(grade: Decimal) -> Decimal:
    return grade.quantize(HUNDREDTH, ROUND_HALF_UP)


def check_lines(lines: Sequence[Line], *, larger_is_better: bool) -> list[Line]:
    """The lines ordered by score.

    Raises:
        SameScoreTwice: one score would give two grades.
        GradesFall: a better score would give a lower grade.
    """
    ordered = sorted(lines, key=lambda line: line.score)
    for low, high in itertools.pairwise(ordered):
        if low.score == high.score:
            raise SameScoreTwice
        worse, better = (low, high) if larger_is_better else (high, low)
        if better.grade < worse.grade:
            raise GradesFall
    return ordered


def lines_of(rule: GradeRule) -> list[Line]:
    return [Line(score=line["score"], grade=line["grade"], name=line["name"]) for line in rule.lines]


def set_rule(
    *, phase: Phase, lines: Sequence[Mapping[str, Any]], assignment: str, missing: str, by: User, at: datetime
) -> GradeRule:
    """Say which score of the phase gives which grade. It can be said at any time: grades come with the confirmation.

    Raises:
        NotHost: `by` does not organise the competition.
        SameScoreTwice, GradesFall: the lines are none.
    """
    can.edit(by, phase.competition).require()
    given = [Line(score=float(line["score"]), grade=float(line["grade"]), name=line.get("name", "")) for line in lines]
    ordered = check_lines(given, larger_is_better=phase.direction == Direction.LARGER_IS_BETTER)
    rule, _is_new = GradeRule.objects.update_or_create(
        phase=phase,
        defaults={
            "lines": [line.stored() for line in ordered],
            "assignment": assignment,
            "missing": missing,
            "changed_at": at,
        },
    )
    return rule


def rule_of(phase: Phase) -> GradeRule:
    """The rule of the phase.

    Raises:
        NoGradeRule: there is none.
    """
    rule = GradeRule.objects.filter(phase=phase).first()
    if rule is None:
        raise NoGradeRule
    return rule
