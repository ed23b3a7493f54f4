"""Who may exclude, look at exclusions and answer, in the words of `competitions.permissions`."""

from __future__ import annotations

from typing import Any

from competitions import permissions as can
from competitions.models import Competition, Team
from foundation.verdict import YES, Verdict
from submissions.exclusion.exceptions import NotExcludedTeam
from submissions.models import Exclusion


def exclude(user: Any, competition: Competition) -> Verdict:
    """Disqualify teams, void submissions, and take that back: organisers, before and after the confirmation."""
    return can.edit(user, competition)


def see_all(user: Any, competition: Competition) -> Verdict:
    """See every exclusion of the competition with its reason and answer, and the submissions there are to void."""
    return can.edit(user, competition)


def see_of_team(user: Any, team: Team) -> Verdict:
    """See what concerns one team: its members, and organisers."""
    return YES if can.is_member(user, team) else can.edit(user, team.competition)


def answer(user: Any, exclusion: Exclusion) -> Verdict:
    """Say something against it, or for oneself: members of the team."""
    return YES if can.is_member(user, exclusion.team) else Verdict(NotExcludedTeam())
