"""Deciding who gets on into a phase: by a rule that goes by another phase, or by a list of the organisers.

The decision is a fact, made once: at the first moment when the phase has started and what its rule goes by is there.
Nothing makes it again, whatever becomes of the other phase. Until then nobody is told, organisers included, what it
would come to: by a confirmed result nothing is counted before the confirmation, and by a public leaderboard nothing as
long as that stands still or is hidden from those who take part.
"""

from __future__ import annotations

import logging
from datetime import datetime
from math import ceil

from django.db import transaction

from competitions import signals
from competitions.ending import note_end
from competitions.getting_on import entry_facts, is_for_everybody, key_of, what_is_awaited
from competitions.leaderboards.standings import lock_teams
from competitions.log.recording import record_in
from competitions.models import EntryBoard, EntryRule, LogKind, Phase, Standing, Team

logger = logging.getLogger(__name__)

BATCH = 1000


def decide_entries(at: datetime) -> int:
    """Decide who gets on wherever that is due; returns in how many phases. A duty, safe to repeat."""
    due = Phase.objects.filter(entry_decided_at__isnull=True, starts_at__lte=at)
    rows = due.exclude(entry_rule=EntryRule.EVERYBODY).select_related("competition").order_by("pk")
    return sum(decide_soon(phase, at) for phase in rows)


def decide_after(former: Phase, at: datetime) -> None:
    """Decide who gets on into the phases that waited for this one, in the transaction of its confirmation."""
    for phase in former.next_phases.filter(entry_decided_at__isnull=True).order_by("pk"):
        phase.competition = former.competition
        decide_soon(phase, at)


def decide_soon(phase: Phase, at: datetime) -> bool:
    """Decide who gets on into the phase if that is due; whether it was decided by this call. Cheap where it is not.

    Never with the row of a team or a competition locked, but where those of all its teams are.
    """
    if is_for_everybody(phase) or phase.entry_decided_at is not None or what_is_awaited(phase, at) is not None:
        return False
    return _decide(phase, at)


def _decide(phase: Phase, at: datetime) -> bool:
    with transaction.atomic():
        # No submission, merge or exclusion moves a place meanwhile.
        lock_teams(phase.competition)
        phase = Phase.objects.lock(phase)
        # What was seen without a lock may have been changed, or decided by somebody else.
        if is_for_everybody(phase) or phase.entry_decided_at is not None or what_is_awaited(phase, at) is not None:
            return False
        if phase.entry_rule != EntryRule.LIST and phase.entry_phase is not None:
            phase.entry_phase.competition = phase.competition
            note_end(phase.entry_phase, at)
        _make_standings(phase)
        ranks, chosen = _chosen(phase)
        standings = list(Standing.objects.filter(phase=phase).order_by("pk"))
        for standing in standings:
            standing.gets_on = standing.team_id in chosen
            standing.entry_rank = ranks.get(standing.team_id)
        Standing.objects.bulk_update(standings, ["gets_on", "entry_rank"], batch_size=BATCH)
        phase.entry_decided_at = at
        phase.save(update_fields=["entry_decided_at"])
        teams = Team.objects.competing().filter(competition=phase.competition_id).count()
        facts = {**entry_facts(phase), "gotOn": len(chosen), "teams": max(teams, len(chosen))}
        record_in(phase, LogKind.GOT_ON, by=None, at=at, facts=facts)
        transaction.on_commit(lambda: signals.entry_decided.send_robust(Phase, phase=phase, at=at))
    logger.info("phase.entry_decided", extra={"phase": phase.pk, "teams": len(chosen)})
    return True


def _make_standings(phase: Phase) -> None:
    without = Team.objects.filter(competition=phase.competition_id).exclude(standings__phase=phase)
    Standing.objects.bulk_create(
        (Standing(competition=phase.competition, phase=phase, team=one, is_ranked=one.is_ranking) for one in without),
        batch_size=BATCH,
    )


def _chosen(phase: Phase) -> tuple[dict[int, int], set[int]]:
    """The rank of each team in the phase that decides, and the teams that get on. Only teams that rank count."""
    former = phase.entry_phase
    if phase.entry_rule == EntryRule.LIST or former is None:
        listed = Standing.objects.filter(phase=phase, gets_on=True, team__in=Team.objects.active().values("pk"))
        return {}, set(listed.values_list("team", flat=True))
    rows = Standing.objects.filter(phase=former).ranked()
    if phase.entry_board == EntryBoard.CONFIRMED:
        rows = rows.filter(private_key__isnull=False).in_private_order()
    else:
        rows = rows.filter(public_key__isnull=False).in_public_order()
    ranked = list(rows)
    ranks = {row.team_id: place for place, row in enumerate(ranked, start=1)}
    if phase.entry_rule == EntryRule.TEAMS:
        counted = former.submissions.counted().filter(voided_at__isnull=True)
        took_part = Team.objects.competing().filter(pk__in=counted.values("team"))
        return ranks, set(took_part.values_list("pk", flat=True))
    if phase.entry_rule == EntryRule.BASELINE:
        baseline = former.baselines.get(name=phase.entry_baseline)
        bar = key_of(baseline, phase)
        return ranks, {row.team_id for row in ranked if _is_better(key_of(row, phase), bar)}
    if phase.entry_rule == EntryRule.SHARE:
        most = ceil(len(ranked) * (phase.entry_percent or 0) / 100)
    else:
        most = phase.entry_count or 0
    return ranks, {row.team_id for row in ranked[:most]}


def _is_better(key: float | None, bar: float | None) -> bool:
    return key is not None and bar is not None and key < bar
