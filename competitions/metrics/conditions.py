"""What organisers are told before they change the metric of a competition.

That is what stands ready, what is fixed by now, and what a change would set going.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from competitions.metrics.sandbox_state import SandboxState, sandbox_state
from competitions.metrics.sandboxes import versions
from competitions.models import LogKind, LogRow, Phase
from competitions.solution.services import active_solution, has_scores, is_in_use
from scoring.metrics.registry import Direction, is_own
from scoring.own.signature import MOST_BYTES


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds before another metric scores.

    `direction`: the only one there may be by now. `scores`: of submissions that count, which stay as they are until a
    rescoring. `rescorings`: how many of those there may be before the end.
    """

    sandbox: SandboxState
    libraries: dict[str, str]
    seconds: float
    memory_bytes: int
    source_bytes: int
    has_solution: bool
    has_sample: bool
    solution_version: int | None
    columns: list[str]
    may_be_built_in: bool
    may_be_own: bool
    direction: Direction | None
    needs_reason: bool
    scores: int
    tells_participants: bool
    closes_result: bool
    opens_objections: bool
    rescorings: int | None


def conditions(phase: Phase, at: datetime, *, for_staff: bool) -> Conditions:
    """What holds for this phase now. `for_staff`: with the lines in which the examination put its findings."""
    sandbox = sandbox_state()
    solution = active_solution(phase)
    in_use = is_in_use(phase)
    relied_on = has_scores(phase)
    own = is_own(phase.metric)
    ended = phase.has_ended(at)
    return Conditions(
        sandbox=sandbox if for_staff else replace(sandbox, reasons=()),
        libraries=versions(),
        seconds=settings.METRIC_SECONDS,
        memory_bytes=settings.METRIC_SANDBOX_BYTES,
        source_bytes=MOST_BYTES,
        has_solution=solution is not None,
        has_sample=phase.competition.data_files.sample_submission_of(phase) is not None,
        solution_version=None if solution is None else solution.version,
        columns=[] if solution is None else list(solution.expected_columns),
        may_be_built_in=not in_use,
        may_be_own=own or not in_use,
        direction=Direction(phase.direction) if in_use else None,
        needs_reason=relied_on,
        # Through the relation that the room of submissions declares: it is not ours to import.
        scores=phase.submissions.counted().count(),
        tells_participants=in_use,
        closes_result=phase.confirmed_at is not None,
        opens_objections=ended and relied_on,
        rescorings=None if ended else settings.RESCORINGS_WHILE_RUNNING,
    )


def uses_of(phase: Phase) -> dict[int, list[LogRow]]:
    """The entries of the log by which each version of the own metric began to score, oldest first.

    A draft that was never published has none.
    """
    found: dict[int, list[LogRow]] = {}
    for row in phase.competition.log.filter(kind=LogKind.METRIC).select_related("actor").order_by("sequence"):
        if row.facts.get("phase", 1) != phase.number:
            continue
        own = row.facts.get("own")
        if isinstance(own, list) and own and isinstance(own[-1], dict) and isinstance(own[-1].get("version"), int):
            found.setdefault(own[-1]["version"], []).append(row)
    return found
