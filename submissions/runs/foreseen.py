"""What a dry run has said that a rescoring would do, and whether that still holds (`submissions.analyses.dry_runs`)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from competitions.models import Phase, Standing
from competitions.solution.services import active_solution
from submissions.models import Analysis
from submissions.runs.selecting import rescorings


class Present:
    """The solution and the standings that a phase has at this moment, read once for any number of dry runs."""

    def __init__(self, phase: Phase) -> None:
        self.phase = Phase.objects.select_related("competition").get(pk=phase.pk)
        self.solution = active_solution(self.phase)
        self.version = self.phase.competition.leaderboard_version
        runs = rescorings(self.phase)
        self.is_rescored = runs.filter(finished_at__isnull=True).exists()
        newest = runs.filter(finished_at__isnull=False).order_by("-finished_at").first()
        self.rescored_at: datetime | None = None if newest is None else newest.finished_at

    @cached_property
    def standings(self) -> str:
        """A checksum of the standings: a dry run speaks of those it was made with."""
        columns = ("team_id", "is_ranked", "public_key", "best_submitted_at", "total_submissions")
        rows = Standing.objects.filter(phase=self.phase).order_by("team_id").values_list(*columns)
        return hashlib.sha256(json.dumps(list(rows), default=str).encode()).hexdigest()

    def outdates(self, analysis: Analysis) -> str:
        """What has changed since the dry run was made: `solution` (the metric too), `rescored` or `submissions`; empty:
        nothing has, and it says what a rescoring would do now.
        """
        if self.solution is None or self.solution.pk != analysis.solution_id:
            return "solution"
        since = analysis.started_at or analysis.created_at
        if self.is_rescored or (self.rescored_at is not None and self.rescored_at >= since):
            return "rescored"
        if self.version != analysis.board_version and self.standings != analysis.ranking:
            return "submissions"
        return ""


def rescored_since(analysis: Analysis) -> bool:
    """Whether a rescoring was under way at any time since the dry run was begun."""
    over = Q(finished_at__lt=analysis.started_at or analysis.created_at)
    return rescorings(analysis.phase).exclude(over).exists()


def known_refusals(phase: Phase) -> int:
    """How many scored submissions a rescoring would refuse, as far as a dry run that still holds has said so."""
    newest = phase.analyses.filter(kind=Analysis.Kind.DRY_RUN, status=Analysis.Status.COMPLETE).order_by("-pk").first()
    if newest is None or Present(phase).outdates(newest):
        return 0
    return int((newest.result or {}).get("refused", 0))
