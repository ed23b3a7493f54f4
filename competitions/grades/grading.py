"""The grades of everybody on the roster: for organisers, and only once the result is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions import permissions as can
from competitions.grades.rules import grade_of, lines_of
from competitions.models import GradeRule, Membership, Missing, Phase, RosterEntry, Standing, Team


class Why(models.TextChoices):
    """Where a grade comes from, or why there is no score."""

    GRADED = "graded", _("by the score of the team")
    NOT_JOINED = "not_joined", _("has not joined")
    NO_SCORE = "no_score", _("has no score")
    DISQUALIFIED = "disqualified", _("the team is disqualified")


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of somebody on the roster; None: blank."""

    entry: RosterEntry
    why: Why
    grade: Decimal | None
    score: float | None = None
    team: Team | None = None


def require_open(user: Any, phase: Phase, at: datetime) -> None:
    """Whether `user` may have the grades now: they tell private scores.

    Raises:
        NotHost: they do not organise the competition.
        PrivateLeaderboardClosed: the result is not confirmed.
    """
    can.edit(user, phase.competition).require()
    can.view_private_leaderboard(user, phase, at).require()


def grades_of(rule: GradeRule, *, by: Any, at: datetime) -> list[Grade]:
    """The grade of each on the roster, by section and name. Each member of a team gets the grade of the team.

    Raises:
        NotHost, PrivateLeaderboardClosed: `by` may not have them now.
    """
    phase = rule.phase
    require_open(by, phase, at)
    lines = lines_of(rule)
    without = Decimal(0) if rule.missing == Missing.ZERO else None
    entries = list(RosterEntry.objects.filter(competition=phase.competition_id))
    people = [entry.user_id for entry in entries if entry.user_id is not None]
    memberships = Membership.objects.filter(competition=phase.competition_id, user__in=people).select_related("team")
    teams = {membership.user_id: membership.team for membership in memberships}
    standings = Standing.objects.filter(phase=phase, team__in={team.pk for team in teams.values()})
    scores = dict(standings.values_list("team", "best_private_score"))
    found = []
    for entry in entries:
        team = teams.get(entry.user_id) if entry.user_id is not None else None
        score = None if team is None else scores.get(team.pk)
        if team is None:
            found.append(Grade(entry, Why.NOT_JOINED, without))
        elif team.is_disqualified:
            found.append(Grade(entry, Why.DISQUALIFIED, without, team=team))
        elif score is None:
            found.append(Grade(entry, Why.NO_SCORE, without, team=team))
        else:
            found.append(Grade(entry, Why.GRADED, grade_of(score, lines), score, team))
    return found
