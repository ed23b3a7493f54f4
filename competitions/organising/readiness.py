"""What speaks against publishing a competition: one list, for whoever shows it and for the service that publishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from competitions.exceptions import NotReadyToPublish
from competitions.metrics.sandbox_state import MISSING, sandbox_state
from competitions.metrics.services import has_passed
from competitions.models import Competition, Phase, Solution
from competitions.solution.leaks import checksums, files_with_the_answers
from competitions.solution.services import active_solution


class Weight(StrEnum):
    """Whether a finding forbids publishing, asks for a yes, or is worth a look."""

    FORBIDS = "forbids"
    ASKS = "asks"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against publishing. Names files, never what is in them."""

    code: str
    weight: Weight
    text: str | Promise
    params: dict[str, Any]

    @property
    def detail(self) -> str:
        return str(self.text) % self.params

    def as_problem(self) -> dict[str, Any]:
        """The finding as an entry of an API error."""
        return {"code": self.code, "detail": self.detail, "params": {"weight": self.weight.value, **self.params}}


# Rooms that look deeper add their own when they start, in their `apps.py`.
CHECKS: list[Callable[[Competition], list[Finding]]] = []

TEXTS = {
    "no_solution": _("There is no solution yet: nothing that participants send can be scored."),
    "rows_public_and_private": _(
        "Every row of the solution counts for both scores: the public leaderboard is the result already."
    ),
    "own_metrics_switched_off": _(
        "The competition is scored by an own metric, and no sandbox of this machine holds: what is submitted waits."
    ),
    "own_metric_not_tried": _("The own metric has not passed a trial with the solution that scores now."),
    "solution_is_data_file": _("The data file “%(name)s” is the solution itself: take it away first."),
    "solution_in_data_file": _("The data file “%(name)s” holds the answers of the solution."),
}


def readiness(competition: Competition) -> list[Finding]:
    """Everything that speaks against publishing `competition` as it is, what forbids it first.

    Reads data files that may be tables: call it with no lock held.
    """
    if not competition.pk:
        return _about_rows(None)
    phases = {phase: active_solution(phase) for phase in competition.phases.all()}
    files = [finding for phase, solution in phases.items() for finding in _about_files(phase, solution)]
    rows = [finding for solution in phases.values() for finding in _about_rows(solution)]
    further = [finding for look in CHECKS for finding in look(competition)]
    return sorted([*files, *rows, *further], key=lambda finding: list(Weight).index(finding.weight))


def check_ready(competition: Competition, *, anyway: bool) -> None:
    """Whether it may be published. `anyway`: the organiser has seen what is asked, and says yes.

    Raises:
        NotReadyToPublish: with every finding.
    """
    findings = readiness(competition)
    against = [one for one in findings if one.weight is Weight.FORBIDS or one.weight is Weight.ASKS]
    if any(one.weight is Weight.FORBIDS or not anyway for one in against):
        raise NotReadyToPublish([one.as_problem() for one in against])


def _about_rows(solution: Solution | None) -> list[Finding]:
    if solution is None:
        return [_finding("no_solution")]
    metric = solution.own_metric
    untried = metric is not None and not has_passed(metric, solution.pk)
    return [
        *([_finding("own_metric_not_tried")] if untried else []),
        *([_finding("own_metrics_switched_off")] if metric and sandbox_state().status == MISSING else []),
        # That both boards have rows is asked where the solution is uploaded.
        *([] if solution.usage_column else [_finding("rows_public_and_private")]),
    ]


def _about_files(phase: Phase, solution: Solution | None) -> list[Finding]:
    """Data files that give the solution away: the very file of any version, or the same answers as the present one."""
    files = list(phase.competition.data_files.all())
    known = checksums(phase)
    same = [one for one in files if one.sha256 in known]
    alike = files_with_the_answers(solution, [one for one in files if one not in same]) if solution else []
    return [
        *(_finding("solution_is_data_file", weight=Weight.FORBIDS, name=one.name) for one in same),
        *(_finding("solution_in_data_file", name=one.name) for one in alike),
    ]


def _finding(code: str, *, weight: Weight = Weight.ASKS, **params: Any) -> Finding:
    return Finding(code, weight, TEXTS[code], params)
