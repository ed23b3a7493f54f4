"""Who gives extra submissions, and who reads of them."""

from __future__ import annotations

from typing import Any

from competitions import permissions as can
from competitions.models import Competition, Team
from foundation.verdict import YES, Verdict


def give(user: Any, competition: Competition) -> Verdict:
    """Give a team extra submissions: organisers."""
    return can.edit(user, competition)


def see(user: Any, team: Team) -> Verdict:
    """See what a team was given: its members, and organisers. The competition log tells it to everybody."""
    return YES if can.is_member(user, team) else can.edit(user, team.competition)
