"""The teams that organisers name for a phase whose rule is their list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from competitions import permissions as can, signals
from competitions.exceptions import EntryNotByList, NoSuchTeam, UnlistedTooLate
from competitions.leaderboards.standings import lock_teams
from competitions.log.recording import clean_reason, has_begun, record_in
from competitions.models import EntryRule, LogKind, Phase, Standing, Team

if TYPE_CHECKING:
    from accounts.models import User

Change = Callable[[set[int]], set[int]]


def name_teams(*, phase: Phase, teams: Collection[int], by: User, at: datetime, reason: str = "") -> None:
    """Let these teams take part in the phase and no others. Raises as `change_named`."""
    _write(phase, lambda _named: set(teams), by=by, at=at, reason=reason)


def change_named(
    *, phase: Phase, add: Collection[int] = (), remove: Collection[int] = (), by: User, at: datetime, reason: str = ""
) -> None:
    """Let these teams take part in the phase too, and those not any more. What is so already stays.

    Raises:
        NotHost: `by` does not organise the competition.
        EntryNotByList: the phase has another rule.
        NoSuchTeam: not of this competition, or merged or disbanded.
        UnlistedTooLate: the phase has begun for those who were named.
        ReasonMissing, InvalidReason: once the competition was published, it needs a public reason.
    """
    _write(phase, lambda named: (named | set(add)) - set(remove), by=by, at=at, reason=reason)


def _write(phase: Phase, change: Change, *, by: User, at: datetime, reason: str) -> None:
    can.edit(by, phase.competition).require()
    with transaction.atomic():
        lock_teams(phase.competition)
        phase = Phase.objects.lock(phase)
        if phase.entry_rule != EntryRule.LIST:
            raise EntryNotByList
        here = Standing.objects.filter(phase=phase)
        named = set(here.filter(gets_on=True).values_list("team", flat=True))
        wanted = change(named)
        added, removed = wanted - named, named - wanted
        if not added and not removed:
            return
        if removed and phase.entry_decided_at is not None:
            raise UnlistedTooLate
        teams = Team.objects.active().filter(competition=phase.competition_id, pk__in=added)
        if teams.count() != len(added):
            raise NoSuchTeam
        begun = has_begun(phase.competition)
        reason = clean_reason(reason, required=begun)
        here.filter(team__in=removed).update(gets_on=None)
        here.filter(team__in=added).update(gets_on=True)
        Standing.objects.bulk_create(
            Standing(competition=phase.competition, phase=phase, team=team, is_ranked=team.is_ranking, gets_on=True)
            for team in teams.exclude(standings__phase=phase)
        )
        # By their numbers: who is called after somebody must be able to forget it.
        facts = {"named": len(wanted), "teamsAdded": _numbers(added), "teamsRemoved": _numbers(removed)}
        tell = phase.has_started(at)
        record_in(phase, LogKind.ENTRY, by=by, at=at, facts=facts, reason=reason, tell=tell)
        if phase.entry_decided_at is not None:
            signals.entry_widened.send(Phase, phase=phase, at=at)


def _numbers(teams: Collection[int]) -> str:
    return ", ".join(str(team) for team in sorted(teams))
