"""Competitions of two phases, as organisers make them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from competitions.models import Competition, Phase
from competitions.phases.services import add_phase
from submissions import runs
from tests.factories import AFTER, ENDS, STARTS

DAY = timedelta(days=1)
FINAL_ENDS = ENDS + 10 * DAY
# In the final, when the development is over.
FINAL = AFTER + DAY


def phase_of(competition: Competition, number: int) -> Phase:
    """The phase as it is stored now."""
    return Phase.objects.select_related("competition").get(competition=competition, number=number)


def add(competition: Competition, *, at: datetime = STARTS, **fields: Any) -> Phase:
    """Another phase by the first organiser: by default a final after the one there is."""
    fields = {"name": "Final", "starts_at": ENDS, "ends_at": FINAL_ENDS, **fields}
    host = competition.hosts.first()
    assert host is not None
    return add_phase(competition=competition, fields=fields, by=host, at=at)


def confirm(phase: Phase, at: datetime = AFTER) -> Phase:
    """Scored privately, and opened."""
    run = runs.start_run(phase=phase, kind="private", by=None, at=at)
    assert runs.work(run.pk, now=lambda: at) is runs.Outcome.DONE
    return runs.confirm_private_leaderboard(phase=phase, by=None, at=at)
