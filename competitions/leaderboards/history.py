"""How the public leaderboard came about: for a bar-chart race and for rank lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from competitions.leaderboards.medals import FIRST_THREE, Zones, zones
from competitions.models import Bracket, Phase, Standing, StandingChange

DEFAULT_TOP = 20
MAX_TEAMS = 100


@dataclass(frozen=True, slots=True)
class History:
    """`points`: by team id, (time, best public score from then on), oldest first."""

    teams: list[dict[str, Any]]
    start: datetime
    end: datetime
    zones: Zones
    points: dict[int, list[tuple[datetime, float]]]


def history(
    phase: Phase,
    *,
    top: int = DEFAULT_TOP,
    teams: Sequence[int] = (),
    own_team: int | None = None,
    only_own: bool = False,
    bracket: Bracket | None = None,
) -> History:
    """The best `top` teams, those asked for and one's own, by rank; teams without a score are left out.

    `only_own`: nobody but one's own, whoever is asked for. `bracket`: nobody but its teams.

    Reads the points at which scores became better, which standings keep, and no submission.
    """
    ranked = Standing.objects.ranked().filter(phase=phase).in_bracket(bracket)
    scored = ranked.filter(public_key__isnull=False)
    ordered = scored.order_by("public_key", "best_submitted_at", "team_id").values_list("team_id", "team__name")
    if only_own:
        top, teams = 0, ()
    chosen = list(ordered[:top])
    known = {pk for pk, _name in chosen}
    wanted = {*teams, *([own_team] if own_team is not None else [])} - known
    if wanted:
        chosen += ordered.filter(team__in=wanted)
    points: dict[int, list[tuple[datetime, float]]] = {pk: [] for pk, _name in chosen}
    changes = StandingChange.objects.filter(phase=phase, team__in=points).order_by("at", "id")
    for team, at, score in changes.values_list("team_id", "at", "score"):
        points[team].append((at, score))
    return History(
        teams=[{"id": pk, "name": name, "is_mine": pk == own_team} for pk, name in chosen],
        start=phase.starts_at,
        end=phase.ends_at,
        zones=zones(scored.count()) if bracket is None else FIRST_THREE,
        points=points,
    )
