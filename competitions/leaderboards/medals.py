"""Which ranks win which medal, and how many points a rank is worth: the one place where both are said.

The zones are those of Kaggle's progression table, by the number of ranked teams; below ten teams there are three
medals, one of each. The points are by Kaggle's published formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

GOLD, SILVER, BRONZE = "gold", "silver", "bronze"
MEDALS: Final = (GOLD, SILVER, BRONZE)

# Of the best team of one, on the day of the end, for each tenfold of teams.
MOST_POINTS: Final = 100_000
# After so many days points are worth a little more than a third.
DECAY_DAYS: Final = 500


@dataclass(frozen=True, slots=True)
class Zones:
    """The last rank of each medal."""

    gold: int
    silver: int
    bronze: int


# Within a bracket nobody wins medals for the profile: its first three are marked, as on a podium.
FIRST_THREE: Final = Zones(1, 2, 3)


def zones(teams: int) -> Zones:
    """Where medals end among `teams` ranked teams."""
    if teams < 10:
        return Zones(1, 2, 3)
    if teams < 100:
        return Zones(teams // 10, teams // 5, 2 * teams // 5)
    if teams < 250:
        return Zones(10, teams // 5, 2 * teams // 5)
    if teams < 1000:
        return Zones(10 + teams // 500, 50, 100)
    return Zones(10 + teams // 500, teams // 20, teams // 10)


def medal_of(rank: int | None, teams: int) -> str | None:
    """The medal of a final rank; None without one."""
    if rank is None:
        return None
    ends = zones(teams)
    return next((name for name in MEDALS if rank <= getattr(ends, name)), None)


def points_of(rank: int | None, *, teams: int, members: int, days: float) -> float:
    """What each of `members` gets for a final rank, `days` days after the end; 0 without a rank."""
    if rank is None or teams < 1 or members < 1:
        return 0.0
    worth = MOST_POINTS / math.sqrt(members) * rank**-0.75 * math.log10(1 + math.log10(teams))
    return worth * math.exp(-max(0.0, days) / DECAY_DAYS)
