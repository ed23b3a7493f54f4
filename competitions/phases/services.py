"""Adding phases to a competition, and taking away those that nothing happened in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from competitions import permissions as can
from competitions.combined.checks import require_fit, require_weight
from competitions.exceptions import (
    EndInThePast,
    NoOwnMetric,
    OnlyPhase,
    PhaseDecidesEntry,
    PhaseHasFiles,
    PhaseInUse,
    TooManyPhases,
)
from competitions.getting_on import name_of
from competitions.leaderboards.standings import lock_teams
from competitions.log.recording import clean_reason, has_begun, record_in
from competitions.models import ENTRY_FIELDS, PHASE_FIELDS, Competition, DataUpload, LogKind, Phase, Standing, Team
from competitions.organising.creating import METRIC
from competitions.organising.editing import check_further, check_metric, facts_of_phase
from competitions.solution.services import is_in_use
from competitions.turning import settle_current_phase
from foundation import uploads
from scoring.metrics.registry import is_own

if TYPE_CHECKING:
    from accounts.models import User

MOST_PHASES = 50
# What a new phase does not take over from the newest one: its own clock, and what would hide or open its board.
OF_ITS_OWN = {"starts_at", "ends_at", "board_freezes_at", "board_freeze_minutes", "further_metrics"}


def add_phase(
    *, competition: Competition, fields: Mapping[str, Any], by: User, at: datetime, reason: str = ""
) -> Phase:
    """Add a phase. What `fields` does not say of limits, metric and the like is as in the newest phase.

    It has no solution yet, and every team that goes on may take part in it.

    Raises:
        NotHost: `by` does not organise the competition.
        EndInThePast: it would be over before anybody saw it.
        NoOwnMetric: an own metric is let score where it is kept, once the phase is there.
        TooManyPhases
        DirectionsDiffer, CombinedWeightsMissing, InvalidCombinedWeight: the rule of the combined leaderboard does not
            fit it.
        ReasonMissing, InvalidReason: every phase has ended, and its results may be known by whoever adds another.
        ValidationError: the values do not fit each other, such as an end before the start.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        lock_teams(competition)  # before the competition, as everybody does
        locked = Competition.objects.lock(competition.pk)
        present = list(locked.phases.order_by("number"))
        newest = present[-1]
        begun = has_begun(locked)
        reason = clean_reason(reason, required=begun and all(one.has_ended(at) for one in present))
        if len(present) >= MOST_PHASES:
            raise TooManyPhases(limit=MOST_PHASES)
        phase = _made(newest, {**fields})
        phase.competition = locked
        phase.number = locked.last_phase_number + 1
        if is_own(phase.metric):
            raise NoOwnMetric
        phase.full_clean(exclude={"competition"})
        check_metric(phase)
        check_further(phase)
        require_weight(phase.combined_weight)
        require_fit(locked.combined_rule, [*present, phase])
        if phase.has_ended(at):
            raise EndInThePast
        phase.save(force_insert=True)
        teams = Team.objects.filter(competition=locked).order_by("pk")
        Standing.objects.bulk_create(
            (Standing(competition=locked, phase=phase, team=team, is_ranked=team.is_ranking) for team in teams),
            batch_size=1000,
        )
        Competition.objects.filter(pk=locked.pk).update(last_phase_number=phase.number)
        if begun:
            facts = {"added": True, **facts_of_phase(phase)}
            record_in(phase, LogKind.PHASE, by=by, at=at, facts=facts, reason=reason, tell=True)
        phase.competition = settle_current_phase(locked, at)
    return phase


def remove_phase(*, phase: Phase, by: User, at: datetime, reason: str = "") -> None:
    """Take away a phase that has not started and that nothing was sent to, with its solution and metrics.

    Raises:
        NotHost: `by` does not organise the competition.
        OnlyPhase: a competition has one at least.
        PhaseDecidesEntry: another phase goes by it.
        PhaseInUse: it has started, or submissions were received for it.
        PhaseHasFiles: data files wait for it, or one is on its way in.
        CombinedWeightsMissing: the others have no weight in the combined leaderboard.
        ReasonMissing, InvalidReason: once the competition was published, it needs a public reason.
    """
    can.edit(by, phase.competition).require()
    with transaction.atomic():
        phase = Phase.objects.lock(phase)
        competition = phase.competition
        if competition.phases.count() == 1:
            raise OnlyPhase
        # The rooms of teams' work are not ours to import; what they keep is there through the relations they declare.
        if phase.has_started(at) or phase.ended_at is not None or is_in_use(phase) or phase.submissions.exists():
            raise PhaseInUse
        coming = phase.data_uploads.filter(state__in=[DataUpload.State.OPEN, DataUpload.State.FINISHING])
        if phase.data_files.exists() or coming.exists():
            raise PhaseHasFiles
        if (other := phase.next_phases.order_by("number").first()) is not None:
            raise PhaseDecidesEntry(phase=name_of(other))
        require_fit(competition.combined_rule, competition.phases.exclude(pk=phase.pk))
        begun = has_begun(competition)
        reason = clean_reason(reason, required=begun)
        if begun:
            facts = {"added": False, "name": phase.name}
            record_in(phase, LogKind.PHASE, by=by, at=at, facts=facts, reason=reason, tell=True)
        files = [*(one.file for one in phase.solutions.all()), *(one.file for one in phase.trials.all())]
        stored = [(file.storage, str(file.name)) for file in files if file]
        Competition.objects.filter(pk=competition.pk).update(
            current_phase=competition.phases.exclude(pk=phase.pk).order_by("number").first()
        )
        uploads.forget(phase.data_uploads.all())
        phase.delete()
        settle_current_phase(competition, at)
        for storage, name in set(stored):
            transaction.on_commit(partial(storage.delete, name), robust=True)


def _made(newest: Phase, fields: dict[str, Any]) -> Phase:
    """The new phase, not stored yet."""
    unknown = fields.keys() - PHASE_FIELDS - ENTRY_FIELDS - {"name"}
    if unknown:
        raise ValueError(f"no fields of a phase: {sorted(unknown)}")
    if not fields.get("name", "").strip():
        raise ValidationError({"name": ValidationError(_("Several phases need names."), code="required")})
    taken_over = {name: getattr(newest, name) for name in PHASE_FIELDS - OF_ITS_OWN}
    if is_own(taken_over["metric"]):
        taken_over |= {"metric": METRIC, "metric_params": {}}
    if "metric" in fields and "metric_params" not in fields:
        taken_over["metric_params"] = {}
    return Phase(**{**taken_over, **fields})
