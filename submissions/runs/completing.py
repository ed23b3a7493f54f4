"""The end of a run: standings rebuilt from what the submissions say, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db import transaction

from competitions.exceptions import CompetitionRunning
from competitions.standings import PrivateStanding, PublicStanding, lock_teams, rebuild_standings
from submissions import signals
from submissions.derivation import private_standings, public_standings
from submissions.models import ScoringRun
from submissions.runs.writing import require_active_solution


def complete(run_id: int, at: datetime) -> bool:
    """Rebuild the standings and complete the run; False if other workers still hold parts of it.

    Raises:
        SolutionReplaced: the solution was replaced meanwhile; nothing was changed.
        CompetitionRunning: private scores although the competition has not ended; can't be, and must not be.
    """
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update().get(pk=run_id)
        if run.status != ScoringRun.Status.RUNNING:
            return True
        if run.parts.filter(finished_at__isnull=True).exists():
            return False
        require_active_solution(run)
        if run.scores_private and not run.competition.has_ended(at):
            raise CompetitionRunning
        lock_teams(run.competition)
        rebuild_standings(competition=run.competition, rows=_rows(run))
        run.status, run.finished_at, run.heartbeat_at = ScoringRun.Status.COMPLETE, at, at
        run.save(update_fields=["status", "finished_at", "heartbeat_at"])
        run.parts.all().delete()
        transaction.on_commit(lambda: signals.scoring_finished.send_robust(ScoringRun, scoring_run=run))
    return True


def _rows(run: ScoringRun) -> Iterator[PublicStanding | PrivateStanding]:
    public = public_standings(run.competition) if run.kind == ScoringRun.Kind.RESCORE else ()
    private = private_standings(run.competition) if run.scores_private else ()
    return chain(public, private)
