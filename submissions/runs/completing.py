"""The end of a run: standings rebuilt from what the submissions say, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction

from competitions.exceptions import CompetitionRunning
from competitions.leaderboards.standings import PrivateStanding, PublicStanding, lock_teams, rebuild_standings
from competitions.log.recording import record_in
from competitions.models import LogKind, Standing
from submissions import signals
from submissions.derivation import private_standings, public_standings
from submissions.models import ScoringRun
from submissions.runs.board import seal_board
from submissions.runs.selecting import has_private_result
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
        if run.scores_private and not run.phase.is_past_end(at):
            raise CompetitionRunning
        lock_teams(run.competition)
        before, again = _best_scores(run), has_private_result(run.phase)
        rebuild_standings(phase=run.phase, rows=_rows(run))
        _record(run, before, at, tell=again)
        run.status, run.finished_at, run.heartbeat_at = ScoringRun.Status.COMPLETE, at, at
        run.save(update_fields=["status", "finished_at", "heartbeat_at"])
        run.parts.all().delete()
        transaction.on_commit(lambda: signals.scoring_finished.send_robust(ScoringRun, scoring_run=run))
    return True


def _best_scores(run: ScoringRun) -> dict[int, float | None]:
    """By team, the best public score. A private run moves none."""
    if run.kind != ScoringRun.Kind.RESCORE:
        return {}
    rows = Standing.objects.filter(phase=run.phase_id)
    return dict(rows.values_list("team", "best_public_score"))


def _record(run: ScoringRun, before: dict[int, float | None], at: datetime, *, tell: bool) -> None:
    """Tell the log: by which version, how many submissions, and how many teams' public scores moved. No score.

    `tell`: it is not the first result, and participants are told. Of rescorings they are told anyway.
    """
    facts: dict[str, Any] = {
        "run": run.pk,
        "solution": run.solution.version if run.solution else None,
        "submissions": run.total,
        "failed": run.failed,
        "scoresPrivate": run.scores_private,
    }
    if run.scores_private:
        facts["boardHash"] = seal_board(run)
    kind, told = LogKind.PRIVATE_RUN, tell
    if run.kind == ScoringRun.Kind.RESCORE:
        kind, told = LogKind.RESCORED, False
        after = _best_scores(run)
        facts["teamsMoved"] = sum(before.get(team) != score for team, score in after.items())
    record_in(run.phase, kind, by=run.started_by, at=at, facts=facts, reason=run.reason, tell=told)


def _rows(run: ScoringRun) -> Iterator[PublicStanding | PrivateStanding]:
    public = public_standings(run.phase) if run.kind == ScoringRun.Kind.RESCORE else ()
    private = private_standings(run.phase) if run.scores_private else ()
    return chain(public, private)
