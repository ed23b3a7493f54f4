"""Who may start runs and open the private leaderboard, in the words of `competitions.permissions`.

The services ask these, so that every door does: the API, the admin and whatever else calls them. `user` None is the
server itself, which only the clock binds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from competitions import permissions as can
from competitions.exceptions import CompetitionRunning
from competitions.models import Competition, Phase
from foundation.verdict import YES, Verdict
from submissions.models import ScoringRun


def see_runs(user: Any, competition: Competition) -> Verdict:
    """See the scoring runs of a competition: organisers."""
    return can.edit(user, competition)


def start_run(user: Any, phase: Phase, kind: str, at: datetime) -> Verdict:
    """Start a run of this kind."""
    if kind == ScoringRun.Kind.PRIVATE:
        return run_private_scoring(user, phase, at)
    return rescore(user, phase.competition)


def run_private_scoring(user: Any, phase: Phase, at: datetime) -> Verdict:
    """Compute private scores: organisers, after the end."""
    return _organise_after_the_end(user, phase, at)


def rescore(user: Any, competition: Competition) -> Verdict:
    """Score everything anew: organisers. The private side is included after the end only; the run sees to that."""
    return YES if user is None else can.edit(user, competition)


def confirm_private_leaderboard(user: Any, phase: Phase, at: datetime) -> Verdict:
    """Open the private leaderboard to everybody, or close it again: organisers, after the end."""
    return _organise_after_the_end(user, phase, at)


def _organise_after_the_end(user: Any, phase: Phase, at: datetime) -> Verdict:
    if user is not None and not (organises := can.edit(user, phase.competition)):
        return organises
    return YES if phase.is_past_end(at) else Verdict(CompetitionRunning())
