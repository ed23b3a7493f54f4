"""The combined leaderboard: which phases count, the order they make, and the rows of a page.

Nothing is read of a phase whose result is not open to everybody. The order of all teams is made once for each version
of the leaderboard and kept; a page costs the same number of queries whatever the number of teams and phases.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Q

from competitions.combined.rules import POINTS, PhaseResult, combine, points_at
from competitions.exceptions import NoCombinedLeaderboard
from competitions.leaderboards.queries import CHUNK, KEPT_SECONDS, WORTH_KEEPING, brackets_of, members_of
from competitions.models import Bracket, BracketEntry, Competition, Phase, SearchName, Standing, Team
from scoring.metrics.registry import Direction

if TYPE_CHECKING:
    from accounts.models import User

NO_RANK = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What a team has in one phase. `points`: where the rule is the sum of points."""

    rank: int | None
    score: float | None
    points: float | None = None


@dataclass(frozen=True, slots=True)
class CombinedRow:
    """A team on the combined leaderboard. `cells`: one for each phase; None for one whose result is not open."""

    rank: int | None
    team: Team
    members: list[User]
    value: float | None
    cells: Sequence[Cell | None]
    is_mine: bool
    brackets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """All rows in order, column by column: those with a rank, other teams that compete, then the rest.

    `ranks` (0: none) and `scores` (not a number: none): one column for each phase that counts. `sizes`: how many teams
    have a rank in it.
    """

    teams: array[int]
    ranked: int
    competing: int
    values: array[float]
    ranks: list[array[int]]
    scores: list[array[float]]
    sizes: list[int]


@dataclass(frozen=True)
class CombinedBoard:
    """The combined leaderboard as a sequence of rows that a paginator can slice.

    `own_team`: whose row is marked. `bracket`: only its teams, in the order of the whole, with ranks among them; what
    they have in the phases, and their values, are those of the whole. `tells_brackets`: rows say which brackets their
    teams belong to.
    """

    competition: Competition
    phases: Sequence[Phase]
    at: datetime
    own_team: int | None = None
    search: str = ""
    bracket: Bracket | None = None
    tells_brackets: bool = False
    _seen: dict[int, CombinedRow] = field(default_factory=dict, compare=False)

    # --- which phases count -------------------------------------------------------------------------------------------
    def counts(self, phase: Phase) -> bool:
        """Whether the phase's result is open to everybody who may look inside."""
        return phase.is_confirmed(self.at)

    @cached_property
    def counted(self) -> list[Phase]:
        """Those that count, in the order in which they ended."""
        return sorted((one for one in self.phases if self.counts(one)), key=lambda one: (one.ends_at, one.number))

    @property
    def is_final(self) -> bool:
        """Whether every phase counts by now."""
        return len(self.counted) == len(self.phases)

    @property
    def version(self) -> tuple[Any, ...]:
        """What changes with everything that is shown."""
        facts = [
            (one.pk, one.number, one.name, one.ends_at, one.combined_weight, self.counts(one), one.confirmed_at)
            for one in self.phases
        ]
        rule = (self.competition.combined_rule, self.competition.combined_points)
        return (self.competition.leaderboard_version, rule, facts)

    # --- the order ----------------------------------------------------------------------------------------------------
    @cached_property
    def order(self) -> Order:
        key = f"leaderboard:combined:{self.competition.pk}"
        kept = cache.get(key)
        if kept is not None and kept[0] == self.version:
            found: Order = kept[1]
            return found
        order = order_of(self.competition, self.counted)
        if len(order.teams) * len(order.ranks) >= WORTH_KEEPING:
            cache.set(key, (self.version, order), KEPT_SECONDS)
        return order

    @cached_property
    def _places(self) -> Sequence[int]:
        """Where in the order the rows of this board stand, whatever is searched for."""
        everywhere = range(len(self.order.teams)) if self.counted else range(0)
        if self.bracket is None:
            return everywhere
        inside = set(BracketEntry.objects.filter(bracket=self.bracket).values_list("team", flat=True))
        return [place for place in everywhere if self.order.teams[place] in inside]

    @cached_property
    def _shown(self) -> Sequence[int]:
        """Which of the places are shown: those found, or all."""
        if not self.search:
            return range(len(self._places))
        names = SearchName.objects.filter(competition=self.competition).holding(self.search)
        found = set(names.values_list("team", flat=True))
        return [index for index, place in enumerate(self._places) if self.order.teams[place] in found]

    @property
    def teams(self) -> int:
        """How many teams compete, on all pages."""
        if not self.counted:
            return 0
        competing = self.order.competing
        return competing if self.bracket is None else sum(place < competing for place in self._places)

    # --- rows ---------------------------------------------------------------------------------------------------------
    def count(self) -> int:
        return len(self._shown)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[CombinedRow]:
        return self._rows(self._shown[part])

    def all_rows(self) -> Iterator[CombinedRow]:
        """Every row, read in chunks."""
        for start in range(0, len(self._shown), CHUNK):
            yield from self._rows(self._shown[start : start + CHUNK])

    def own_row(self) -> CombinedRow | None:
        """The row of `own_team`, wherever it stands; None if there is none."""
        if self.own_team is None or not self.counted:
            return None
        if self.own_team not in self._seen:
            mine = (index for index, place in enumerate(self._places) if self.order.teams[place] == self.own_team)
            self._rows(list(mine))
        return self._seen.get(self.own_team)

    def _rows(self, indices: Sequence[int]) -> list[CombinedRow]:
        order = self.order
        places = [self._places[index] for index in indices]
        ids = [order.teams[place] for place in places]
        columns = ("name", "out_of_competition_at", "disqualified_at")
        teams = Team.objects.only(*columns).in_bulk(ids)
        members = members_of(ids)
        brackets = brackets_of(ids) if self.tells_brackets else {}
        rows = []
        for index, place, pk in zip(indices, places, ids, strict=True):
            if (team := teams.get(pk)) is None:
                continue  # deleted in this moment
            has_rank = place < order.ranked
            row = CombinedRow(
                rank=index + 1 if has_rank else None,
                team=team,
                members=members.get(pk, []),
                value=order.values[place] if has_rank else None,
                cells=self._cells(place),
                is_mine=pk == self.own_team,
                brackets=brackets.get(pk, ()),
            )
            rows.append(row)
            self._seen[pk] = row
        return rows

    def _cells(self, place: int) -> list[Cell | None]:
        counted = {phase.pk: column for column, phase in enumerate(self.counted)}
        return [self._cell(place, counted[phase.pk]) if phase.pk in counted else None for phase in self.phases]

    def _cell(self, place: int, column: int) -> Cell:
        rank, score = self.order.ranks[column][place] or None, self.order.scores[column][place]
        points = None
        if self.competition.combined_rule == POINTS and place < self.order.competing:
            size, worth = self.order.sizes[column], self.competition.combined_points
            points = 0.0 if rank is None else points_at(rank, ranked=size, points=worth)
        return Cell(rank, None if math.isnan(score) else score, points)


def order_of(competition: Competition, counted: Sequence[Phase]) -> Order:
    """All rows in order, by two queries."""
    competing, outside, disqualified = _teams(competition)
    results, scores = _results(counted)
    direction = counted[0].direction if counted else Direction.SMALLER_IS_BETTER
    places = combine(
        competition.combined_rule,
        results,
        teams=competing,
        points=competition.combined_points,
        larger_is_better=direction is Direction.LARGER_IS_BETTER,
    )
    teams = array("q", [*(place.team for place in places), *outside, *disqualified])
    return Order(
        teams=teams,
        ranked=sum(place.rank is not None for place in places),
        competing=len(places),
        values=array("d", [place.value for place in places if place.value is not None]),
        ranks=[array("q", [one.ranks.get(team, NO_RANK) for team in teams]) for one in results],
        scores=[array("d", [of_phase.get(team, math.nan) for team in teams]) for of_phase in scores],
        sizes=[len(one.ranks) for one in results],
    )


def _teams(competition: Competition) -> tuple[list[int], list[int], list[int]]:
    """The teams that compete, those out of competition and those disqualified, each in the order they entered."""
    rows = Team.objects.active().filter(competition=competition).order_by("pk")
    kinds: tuple[list[int], list[int], list[int]] = ([], [], [])
    for pk, out, disqualified in rows.values_list("pk", "out_of_competition_at", "disqualified_at"):
        kinds[2 if disqualified is not None else 1 if out is not None else 0].append(pk)
    return kinds


def _results(counted: Sequence[Phase]) -> tuple[list[PhaseResult], list[dict[int, float]]]:
    """The result of each phase, and the scores of all teams in it, those without a rank included."""
    ranks: dict[int, dict[int, int]] = {phase.pk: {} for phase in counted}
    scores: dict[int, dict[int, float]] = {phase.pk: {} for phase in counted}
    is_open = Q(pk__in=[])
    for phase in counted:
        # Asked of the stored row too: a confirmation that was taken back since is none.
        is_open |= Q(phase=phase.pk, phase__confirmed_at=phase.confirmed_at)
    rows = Standing.objects.filter(is_open, private_key__isnull=False)
    ordered = rows.order_by("phase", "private_key", "private_submitted_at", "team")
    for phase_id, team, is_ranked, score in ordered.values_list("phase", "team", "is_ranked", "best_private_score"):
        if score is None:
            continue  # a key without a score is none
        scores[phase_id][team] = score
        if is_ranked:
            ranks[phase_id][team] = len(ranks[phase_id]) + 1
    results = [PhaseResult(ranks[one.pk], scores[one.pk], one.combined_weight) for one in counted]
    return results, [scores[one.pk] for one in counted]


def phases_of(competition: Competition) -> list[Phase]:
    """The phases that the competition's combined leaderboard is of.

    Raises:
        NoCombinedLeaderboard: it has no rule for one, or a single phase.
    """
    phases = list(competition.phases.all()) if competition.combined_rule else []
    if len(phases) < 2:
        raise NoCombinedLeaderboard
    for phase in phases:
        phase.competition = competition
    return phases
