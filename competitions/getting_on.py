"""Whether a team may take part in a phase: every team may, or it is decided by a rule (`competitions.phases.entry`).

What is told here of a phase that is not decided yet rests on clocks, on the confirmation and on who sees the other
phase's leaderboard, and on no score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from competitions.boards import EVERYBODY, PARTICIPANTS, board_of
from competitions.exceptions import EntryNotDecided, NotInPhase
from competitions.models import Baseline, EntryBoard, EntryRule, Phase, Standing, TakesOver, Team
from foundation.refusals import Refusal


class State(StrEnum):
    """What a team is told of itself and a phase."""

    OPEN = "open"
    """Every team may take part."""
    WAITING = "waiting"
    """It is not decided yet."""
    IN = "in"
    OUT = "out"


class Awaited(StrEnum):
    """What has to happen before it can be decided who gets on."""

    END = "end"
    BOARD = "board"
    """The leaderboard of the other phase stands still, or is hidden from those who take part."""
    CONFIRMATION = "confirmation"
    START = "start"
    SCORING = "scoring"
    """Submissions of before the end of the other phase are still being scored."""
    BASELINE = "baseline"
    MOMENT = "moment"
    """Nothing: it is decided in a moment."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether a team may take part in a phase. `refusal`: why it may not, or not yet; `rank`: by which it was decided.

    `awaited`: while it waits, for what.
    """

    state: State
    refusal: Refusal | None = None
    rank: int | None = None
    awaited: Awaited | None = None


def why_not_in(team: Team, phase: Phase, at: datetime) -> Refusal | None:
    """Why the team may not take part in the phase, or not yet; None: it may. No query where every team may."""
    return None if is_for_everybody(phase) else entries_of(team, [phase], at)[phase.pk].refusal


def is_for_everybody(phase: Phase) -> bool:
    return bool(phase.entry_rule == EntryRule.EVERYBODY)


def entries_of(team: Team | None, phases: Iterable[Phase], at: datetime) -> dict[int, Entry]:
    """Whether the team may take part in each of these phases of one competition, by their ids. None: without a team.

    A number of queries that no number of phases changes, and none where every team may take part in all of them.
    """
    phases = list(phases)
    ruled = [one for one in phases if not is_for_everybody(one)]
    entries = {one.pk: Entry(State.OPEN) for one in phases}
    if not ruled:
        return entries
    formers = _formers(ruled, phases)
    decided = [one.pk for one in ruled if one.entry_decided_at is not None]
    standings = {}
    if team is not None and decided:
        standings = {one.phase_id: one for one in Standing.objects.filter(team=team, phase__in=decided)}
    waiting = [one for one in ruled if one.entry_decided_at is None]
    awaited = dict(zip([one.pk for one in waiting], _awaited(waiting, formers, at), strict=True))
    for phase in ruled:
        former = formers.get(phase.entry_phase_id)
        if phase.entry_decided_at is None:
            missing = awaited[phase.pk] or Awaited.MOMENT
            why: Refusal = EntryNotDecided(awaited=missing.value, phase=name_of(former), baseline=phase.entry_baseline)
            entries[phase.pk] = Entry(State.WAITING, why, awaited=missing)
            continue
        standing = standings.get(phase.pk)
        rank = standing.entry_rank if standing is not None else None
        if standing is not None and standing.gets_on:
            entries[phase.pk] = Entry(State.IN, rank=rank)
        else:
            entries[phase.pk] = Entry(State.OUT, _out(phase, former, rank), rank=rank)
    return entries


def what_is_awaited(phase: Phase, at: datetime) -> Awaited | None:
    """What has to happen before it can be decided who gets on; None: nothing."""
    [awaited] = _awaited([phase], _formers([phase], []), at)
    return awaited


def bound_of(phase: Phase) -> int | str | None:
    """How many, which share or which baseline the rule names; None: none."""
    bounds: dict[str, int | str | None] = {
        EntryRule.BEST: phase.entry_count,
        EntryRule.SHARE: phase.entry_percent,
        EntryRule.BASELINE: phase.entry_baseline,
    }
    return bounds.get(phase.entry_rule)


def name_of(phase: Phase | None) -> str:
    """What people call the phase, where there are several."""
    return "" if phase is None else phase.name or f"#{phase.number}"


def entry_facts(phase: Phase) -> dict[str, Any]:
    """What the log says of the rule; nothing of one that lets every team in and takes nothing over."""
    if is_for_everybody(phase) and phase.takes_over == TakesOver.NONE:
        return {}
    facts: dict[str, Any] = {"entryRule": str(phase.entry_rule)}
    if phase.entry_phase is not None:
        facts["entryPhase"] = phase.entry_phase.number
    if not is_for_everybody(phase) and phase.entry_rule != EntryRule.LIST:
        facts["entryBoard"] = str(phase.entry_board)
    names = {
        EntryRule.BEST: "entryCount",
        EntryRule.SHARE: "entryPercent",
        EntryRule.BASELINE: "entryBaseline",
    }
    if (name := names.get(EntryRule(phase.entry_rule))) is not None:
        facts[name] = bound_of(phase)
    if phase.takes_over != TakesOver.NONE:
        facts["takesOver"] = str(phase.takes_over)
    return facts


def is_told(phase: Phase, at: datetime) -> bool:
    """Whether those who take part see the whole public leaderboard of the phase, as it is at the moment."""
    board = board_of(phase)
    return board.audience in (EVERYBODY, PARTICIPANTS) and not board.is_frozen(at)


def _out(phase: Phase, former: Phase | None, rank: int | None) -> NotInPhase:
    return NotInPhase(rule=str(phase.entry_rule), phase=name_of(former), rank=rank, bound=bound_of(phase))


def _formers(ruled: Iterable[Phase], known: Iterable[Phase]) -> dict[int | None, Phase]:
    """The phases that these go by, by their ids."""
    found: dict[int | None, Phase] = {one.pk: one for one in known}
    unknown = {pk for one in ruled if (pk := one.entry_phase_id) is not None and pk not in found}
    if unknown:
        found |= {one.pk: one for one in Phase.objects.filter(pk__in=unknown)}
    return found


def _awaited(phases: Collection[Phase], formers: dict[int | None, Phase], at: datetime) -> list[Awaited | None]:
    """For each of these phases what is awaited first; None: nothing. Two queries at most."""
    first = [_by_clock(one, formers.get(one.entry_phase_id), at) for one in phases]
    open_ones = [one for one, missing in zip(phases, first, strict=True) if missing is None]
    asked = {pk for one in open_ones if (pk := one.entry_phase_id) is not None}
    if not asked:
        return first
    # The room of submissions is not ours to import; its rows are there through the relation it declares.
    being_scored = Q(submissions__is_late=False, submissions__status="pending")
    busy = set(Phase.objects.filter(being_scored, pk__in=asked).values_list("pk", flat=True))
    scored: dict[tuple[int | None, str], Baseline] = {}
    if any(one.entry_rule == EntryRule.BASELINE for one in phases):
        scored = {(one.phase_id, one.name): one for one in Baseline.objects.filter(phase__in=asked)}

    def then(phase: Phase) -> Awaited | None:
        if phase.entry_phase_id in busy:
            return Awaited.SCORING
        baseline = scored.get((phase.entry_phase_id, phase.entry_baseline))
        is_there = baseline is not None and key_of(baseline, phase) is not None
        return None if is_there or phase.entry_rule != EntryRule.BASELINE else Awaited.BASELINE

    return [then(one) if missing is None else missing for one, missing in zip(phases, first, strict=True)]


def _by_clock(phase: Phase, former: Phase | None, at: datetime) -> Awaited | None:
    """What is awaited by the clocks, the confirmation and the leaderboard of the other phase."""
    if phase.entry_rule != EntryRule.LIST:
        if former is None:  # refused when the rule was set
            return Awaited.END
        if phase.entry_board == EntryBoard.CONFIRMED:
            if not former.is_confirmed(at):
                return Awaited.CONFIRMATION
        elif not former.has_ended(at):
            return Awaited.END
        elif not is_told(former, at):
            return Awaited.BOARD
    return None if phase.has_started(at) else Awaited.START


def key_of(row: Any, phase: Phase) -> float | None:
    """By what the row of a standing or a baseline is ordered on the leaderboard that decides."""
    found: float | None = row.private_key if phase.entry_board == EntryBoard.CONFIRMED else row.public_key
    return found
