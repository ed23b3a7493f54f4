"""Who may look for copies and measure noise, in the words of `competitions.permissions`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from competitions import permissions as can
from competitions.exceptions import PrivateLeaderboardClosed
from competitions.models import Competition, Phase
from foundation.verdict import YES, Verdict


def use_desk(user: Any, competition: Competition) -> Verdict:
    """Start, read and cancel comparisons of teams' files: organisers."""
    return can.edit(user, competition)


def try_rescoring(user: Any, competition: Competition) -> Verdict:
    """Ask what a rescoring would do, and read the answer: organisers. It knows public scores alone."""
    return can.edit(user, competition)


def measure_wobble(user: Any, competition: Competition) -> Verdict:
    """Measure how much the public score of a baseline wobbles: organisers."""
    return can.edit(user, competition)


def measure_ranks(user: Any, phase: Phase, at: datetime) -> Verdict:
    """Measure how sure the final ranks are: organisers, once the result is confirmed. `user` None: the server."""
    if user is not None and not (organises := can.edit(user, phase.competition)):
        return organises
    return YES if phase.is_confirmed(at) else Verdict(PrivateLeaderboardClosed())


def see_noise(user: Any, competition: Competition) -> Verdict:
    """See how much of the scores is noise: whoever sees something of the leaderboard."""
    return can.view_own_row(user, competition.phase)
