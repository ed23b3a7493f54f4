"""Keeping written down which phase of a competition is meant where none is named.

`Competition.phase` goes by the clock by itself. Lists and filters read the row: the worker writes it soon after a phase
has started or ended, and whoever changes a clock writes it at once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from competitions.files.archives import prepare
from competitions.leaderboards.standings import leaderboard_changed
from competitions.models import Competition
from competitions.models.phase import meant, turns_at


def settle_current_phase(competition: Competition, at: datetime) -> Competition:
    """Write down which phase is meant at `at`, and until when that holds. Call it with the competition's row locked."""
    phases = list(competition.phases.all())
    phase = meant(phases, at)
    Competition.objects.filter(pk=competition.pk).update(current_phase=phase, phase_turns_at=turns_at(phases, at))
    return Competition.objects.get(pk=competition.pk)


def turn_phases(at: datetime) -> int:
    """Write it down wherever a phase has started or ended since; returns how many. A duty, safe to repeat."""
    due = list(Competition.objects.filter(phase_turns_at__lte=at).order_by("pk").values_list("pk", flat=True))
    for pk in due:
        with transaction.atomic():
            competition = settle_current_phase(Competition.objects.lock(pk), at)
            # The addresses that name no phase show another leaderboard now.
            leaderboard_changed(competition_id=pk)
        if competition.data_files.filter(phase__isnull=False).exists():
            prepare(competition)
    return len(due)
