"""What the leaderboards show.

A page costs the same at any size: its rows come in the order of an index, and as that order is total, the rank of a
row is its place. Counting teams and ranking one team by itself walk the index; large results of both are kept for as
long as the leaderboard's version stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import OuterRef, Q, Window
from django.db.models.functions import RowNumber

from competitions import permissions as can
from competitions.columns import Column, columns_of, in_order, shown_numbers
from competitions.exceptions import LeaderboardOwnRowOnly
from competitions.leaderboards.standings import private_rank, public_rank
from competitions.models import (
    Bracket,
    BracketEntry,
    Competition,
    Membership,
    Phase,
    RankInterval,
    SearchName,
    Standing,
    StandingChange,
    Team,
)
from competitions.querysets import StandingQuerySet, count_of

if TYPE_CHECKING:
    from accounts.models import User

# Walking fewer index entries than this costs less than asking the cache.
WORTH_KEEPING = 1000
# So many hits are looked for once and passed on as parameters; more are looked for by each query.
FEW_HITS = 500
KEPT_SECONDS = 24 * 3600
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A team on a leaderboard. `public_rank`, `change` (places won) and `interval` are filled on the private one."""

    rank: int | None
    team: Team
    members: list[User]
    score: float | None
    submissions: int
    last_submitted_at: datetime | None
    best_submitted_at: datetime | None
    is_mine: bool = False
    is_out_of_competition: bool = False
    is_disqualified: bool = False
    public_rank: int | None = None
    interval: RankInterval | None = None
    # Of the submission that decides, in the order of the board's columns.
    numbers: Sequence[float | None] = ()
    # Slugs, in the order of the competition; only where the board tells them.
    brackets: Sequence[str] = ()

    @property
    def change(self) -> int | None:
        """Places won (positive) or lost from the public to the private leaderboard."""
        if self.rank is None or self.public_rank is None:
            return None
        return self.public_rank - self.rank


@dataclass(frozen=True, slots=True)
class Line:
    """A baseline on a leaderboard. `after`: how many teams score better, the last of which it stands below."""

    name: str
    score: float
    after: int


@dataclass(frozen=True, slots=True)
class Side:
    """Which columns of a standing one of the two leaderboards reads."""

    name: str
    key: str
    score: str
    at: str
    # The column of submissions that is shown beside the score.
    numbers: str


PUBLIC = Side("public", "public_key", "best_public_score", "best_submitted_at", "public_numbers")
PRIVATE = Side("private", "private_key", "best_private_score", "private_submitted_at", "private_numbers")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many teams have a score, how many compete, and how many are shown without competing."""

    scored: int
    teams: int
    outside: int


@dataclass(frozen=True)
class Leaderboard:
    """One side of a phase's standings, as a sequence of rows that a paginator can slice.

    Whoever makes a private one has asked for permission; for a public one, `public_board` asks. `own_team`: whose row
    is marked. `only_own`: nobody else's row is shown. `fresh`: keep nothing, for values that are not open yet.

    `bracket`: only its teams, with ranks among them: their order is that of the whole, so that a place among them is
    their rank. `tells_brackets`: rows say which brackets their teams belong to.
    """

    phase: Phase
    side: Side = PUBLIC
    own_team: int | None = None
    fresh: bool = False
    search: str = ""
    only_own: bool = False
    bracket: Bracket | None = None
    tells_brackets: bool = False
    # Rows handed out, by team: the own row is often among them.
    _seen: dict[int, Row] = field(default_factory=dict, compare=False)

    # --- sizes --------------------------------------------------------------------------------------------------------
    @cached_property
    def sizes(self) -> Sizes:
        key = f"leaderboard:sizes:{self._kept_under}:{self.phase.pk}"
        if (kept := self._kept(key)) is not None:
            return Sizes(*kept)
        # Two counts of index entries, none of which is looked into: half of what counting a column takes.
        scored, unscored = (
            self._standings().filter(**{f"{self.side.key}__isnull": is_null}).count() for is_null in (False, True)
        )
        sizes = Sizes(scored, scored + unscored, self._outside().count())
        if sizes.teams >= WORTH_KEEPING:
            self._keep(key, (sizes.scored, sizes.teams, sizes.outside))
        return sizes

    def count(self) -> int:
        """How many rows there are, those of teams that do not compete included."""
        if self.only_own:
            return len(self._own_rows)
        return self._hits.count() if self.search else self.sizes.teams + self.sizes.outside

    def __len__(self) -> int:
        return self.count()

    # --- rows ---------------------------------------------------------------------------------------------------------
    def __getitem__(self, places: slice) -> list[Row]:
        if self.only_own:
            return self._own_rows[places]
        offset, limit = places.start or 0, (places.stop or 0) - (places.start or 0)
        return self._rows_of_hits(offset, limit) if self.search else self.rows(offset, limit)

    def rows(self, offset: int, limit: int) -> list[Row]:
        """Teams by rank, then those without a score, those out of competition, and those disqualified."""
        scored = self.sizes.scored
        standings = self._slice(self._scored(), offset, limit) if offset < scored else []
        if (missing := limit - len(standings)) > 0:
            unscored = self.sizes.teams - scored
            past = max(0, offset - scored)
            if past < unscored:
                standings += self._slice(self._unscored(), past, min(missing, unscored - past))
        if (missing := limit - len(standings)) > 0 and self.sizes.outside:
            standings += self._slice(self._complete(self._outside()), max(0, offset - self.sizes.teams), missing)
        return self._rows(standings, range(offset + 1, offset + 1 + len(standings)))

    def _slice(self, standings: StandingQuerySet, offset: int, limit: int) -> list[Standing]:
        """Some of `standings`. Far down, the rows before them are counted in the index, without joining their teams."""
        if offset < WORTH_KEEPING:
            return list(standings[offset : offset + limit])
        teams = list(standings.values_list("team_id", flat=True)[offset : offset + limit])
        return list(standings.filter(team__in=teams))

    def all_rows(self) -> Iterator[Row]:
        """Every row, read in chunks."""
        if self.only_own:
            yield from self._own_rows
            return
        place = 0
        for part in (self._scored(), self._unscored(), self._complete(self._outside())):
            standings = part.iterator(chunk_size=CHUNK)
            while chunk := list(islice(standings, CHUNK)):
                yield from self._rows(chunk, range(place + 1, place + 1 + len(chunk)))
                place += len(chunk)

    def own_row(self) -> Row | None:
        """The row of `own_team`, wherever it stands; None if there is no such team or it ranks no more."""
        if self.own_team is None:
            return None
        if (seen := self._seen.get(self.own_team)) is not None:
            return seen
        standing = self._complete(self._shown()).filter(team=self.own_team).first()
        return None if standing is None else self._rows([standing], [self._place_of(standing)])[0]

    @cached_property
    def _own_rows(self) -> list[Row]:
        """One's own row, if there is one; of a search, if it finds it."""
        own_row = self.own_row()
        found = own_row is not None and (not self.search or self._hits.filter(team=self.own_team).exists())
        return [own_row] if own_row is not None and found else []

    def _rows_of_hits(self, offset: int, limit: int) -> list[Row]:
        hits = self._hits.in_public_order() if self.side is PUBLIC else self._hits.in_private_order()
        found = list(self._complete(hits)[offset : offset + limit])
        return self._rows(found, self._ranks(found))

    @cached_property
    def _hits(self) -> StandingQuerySet:
        """Teams whose name, or a member's name, holds the words searched for."""
        found = (
            SearchName.objects.filter(competition=self.phase.competition_id)
            .holding(self.search)
            .values_list("team", flat=True)
        )
        few = list(found[: FEW_HITS + 1])
        return self._shown().filter(team__in=few if len(few) <= FEW_HITS else found)

    def _standings(self) -> StandingQuerySet:
        return Standing.objects.ranked().filter(phase=self.phase).in_bracket(self.bracket)

    def _shown(self) -> StandingQuerySet:
        return Standing.objects.shown().filter(phase=self.phase).in_bracket(self.bracket)

    def _outside(self) -> StandingQuerySet:
        """Teams out of competition, then those disqualified, each in the order of their scores."""
        outside = Standing.objects.outside().filter(phase=self.phase).in_bracket(self.bracket)
        ordered = outside.in_public_order() if self.side is PUBLIC else outside.in_private_order()
        return ordered.disqualified_last()

    def _scored(self) -> StandingQuerySet:
        is_large = self.bracket is not None and self.sizes.scored >= WORTH_KEEPING
        ranked = Standing.objects.ranked().filter(phase=self.phase)
        scored = ranked.in_bracket(self.bracket, in_order=is_large).filter(**{f"{self.side.key}__isnull": False})
        return self._complete(scored.order_by(self.side.key, self.side.at, "team_id"))

    def _unscored(self) -> StandingQuerySet:
        return self._complete(self._standings().filter(**{f"{self.side.key}__isnull": True}).order_by("team_id"))

    def _complete(self, standings: StandingQuerySet) -> StandingQuerySet:
        """`standings` with their teams, read without the columns of the side that is not shown."""
        columns = [
            *(self.side.key, self.side.score, self.side.at),
            *(["final_public_rank"] if self.side is PRIVATE else []),
        ]
        return standings.select_related("team").only(
            *("phase_id", "competition_id", "is_ranked", "total_submissions", "last_submitted_at"),
            *("team__name", "team__out_of_competition_at", "team__disqualified_at"),
            *columns,
        )

    def _rows(self, standings: Sequence[Standing], places: Sequence[int | None]) -> list[Row]:
        teams = [standing.team_id for standing in standings]
        members, intervals = members_of(teams), self._intervals_of(teams)
        numbers, public_ranks = self._numbers_of(standings), self._public_ranks_of(standings)
        brackets = brackets_of(teams) if self.tells_brackets else {}
        rows = [
            Row(
                rank=place if standing.is_ranked and getattr(standing, self.side.key) is not None else None,
                team=standing.team,
                members=members.get(standing.team_id, []),
                score=self._shown_score(getattr(standing, self.side.score)),
                submissions=standing.total_submissions,
                last_submitted_at=standing.last_submitted_at,
                best_submitted_at=getattr(standing, self.side.at),
                is_mine=standing.team_id == self.own_team,
                is_out_of_competition=standing.team.is_out_of_competition,
                is_disqualified=standing.team.is_disqualified,
                public_rank=public_ranks.get(standing.team_id),
                interval=intervals.get(standing.team_id) if standing.is_ranked else None,
                numbers=numbers.get(standing.team_id, self._no_numbers),
                brackets=brackets.get(standing.team_id, ()),
            )
            for standing, place in zip(standings, places, strict=True)
        ]
        self._seen.update((row.team.pk, row) for row in rows)
        return rows

    @cached_property
    def columns(self) -> list[Column]:
        """What is shown beside the score."""
        return columns_of(self.phase)

    @property
    def _no_numbers(self) -> list[float | None]:
        return [None] * len(self.columns)

    def _numbers_of(self, standings: Sequence[Standing]) -> dict[int, list[float | None]]:
        """The further numbers of this side, by team: those of the submission that decides, and no query without any."""
        if not self.columns:
            return {}
        deciding = {(one.team_id, at) for one in standings if (at := getattr(one, self.side.at)) is not None}
        # The room of submissions is not ours to import; what they hold is there through the relation it declares.
        rows = self.phase.submissions.counted().filter(
            team__in={team for team, _at in deciding}, created_at__in={at for _team, at in deciding}
        )
        found = rows.values_list("team_id", "created_at", self.side.numbers)
        shown = {
            team: numbers if self.phase.confirmed_at is not None else shown_numbers(self.phase, numbers)
            for team, at, numbers in found
            if (team, at) in deciding
        }
        return {team: in_order(self.columns, numbers) for team, numbers in shown.items()}

    def _public_ranks_of(self, standings: Sequence[Standing]) -> dict[int, int]:
        """The ranks on the public leaderboard when the result was made, by team: on the private side alone.

        In a bracket they are places among its teams, numbered by those on the whole.
        """
        if self.side is not PRIVATE:
            return {}
        if self.bracket is not None:
            return self._public_ranks_in_bracket
        return {one.team_id: rank for one in standings if (rank := one.final_public_rank) is not None}

    @cached_property
    def _public_ranks_in_bracket(self) -> dict[int, int]:
        numbered = self._standings().filter(final_public_rank__isnull=False).order_by("final_public_rank")
        return {team: place for place, team in enumerate(numbered.values_list("team_id", flat=True), start=1)}

    def _intervals_of(self, teams: Sequence[int]) -> dict[int, RankInterval]:
        """The intervals of final ranks, by team: on the private leaderboard alone, once it is open to everybody.

        They are of ranks on the whole: in a bracket there are none.
        """
        if self.side is not PRIVATE or self.fresh or self.bracket is not None or self.phase.confirmed_at is None:
            return {}
        found = RankInterval.objects.filter(phase=self.phase, team__in=teams)
        return {one.team_id: one for one in found}

    def _shown_score(self, score: float | None) -> float | None:
        """Until the confirmation nobody sees more digits than the competition shows, organisers included."""
        if score is None or self.phase.confirmed_at is not None:
            return score
        return self.phase.shown_score(score)

    # --- baselines ----------------------------------------------------------------------------------------------------
    @cached_property
    def baselines(self) -> list[Line]:
        """The organisers' lines, best first. Nothing else counts them."""
        kept_as = f"leaderboard:baselines:{self._kept_under}:{self.phase.pk}"
        if (kept := self._kept(kept_as)) is not None:
            return [Line(*line) for line in kept]
        key = self.side.key
        score = f"{self.side.name}_score"
        better = Standing.objects.ranked().in_bracket(self.bracket)
        better = better.filter(**{"phase": OuterRef("phase"), f"{key}__lt": OuterRef(key)})
        rows = self.phase.baselines.filter(**{f"{key}__isnull": False}).annotate(after=count_of(better, by="phase"))
        lines = [Line(*row) for row in rows.order_by(key, "name").values_list("name", score, "after")]
        if self.sizes.teams >= WORTH_KEEPING:
            self._keep(kept_as, [(line.name, line.score, line.after) for line in lines])
        return lines

    # --- ranks of single teams ----------------------------------------------------------------------------------------
    def _rank(self, standing: Standing) -> int | None:
        rank = public_rank if self.side is PUBLIC else private_rank
        return rank(standing, among=None if self.bracket is None else self._standings())

    def _ranks(self, found: Sequence[Standing]) -> list[int | None]:
        """The ranks of several teams, best first: the stretch of the index from the first to the last, numbered."""
        key, at = self.side.key, self.side.at
        scores = [score for standing in found if (score := getattr(standing, key)) is not None]
        if not scores:
            return [None] * len(found)
        better = self._standings().filter(**{f"{key}__lt": scores[0]}).count()
        stretch = self._standings().filter(**{f"{key}__gte": scores[0], f"{key}__lte": scores[-1]})
        numbered = stretch.annotate(place=Window(RowNumber(), order_by=[key, at, "team_id"]))
        # A condition that mentions the place is one on the numbered rows; without it, the hits alone were numbered.
        wanted = numbered.filter(Q(team__in=[standing.team_id for standing in found]) | Q(place__isnull=True))
        places = dict(wanted.values_list("team_id", "place"))
        return [better + places[one.team_id] if one.team_id in places else None for one in found]

    def _place_of(self, standing: Standing) -> int | None:
        key = f"leaderboard:rank:{self._kept_under}:{standing.pk}"
        if self.sizes.teams < WORTH_KEEPING:
            return self._rank(standing)
        if (kept := self._kept(key)) is not None:
            return kept[0]
        rank = self._rank(standing)
        if (rank or 0) >= WORTH_KEEPING:
            self._keep(key, (rank,))
        return rank

    # --- what is kept while the version stands ------------------------------------------------------------------------
    @property
    def _version(self) -> tuple[Any, ...]:
        return version_of(self.phase)

    @property
    def _kept_under(self) -> str:
        return self.side.name if self.bracket is None else f"{self.side.name}:{self.bracket.pk}"

    def _kept(self, key: str) -> Any:
        found = None if self.fresh else cache.get(key)
        return found[1] if found is not None and found[0] == self._version else None

    def _keep(self, key: str, value: Any) -> None:
        if not self.fresh:
            cache.set(key, (self._version, value), KEPT_SECONDS)


def members_of(teams: Sequence[int]) -> dict[int, list[User]]:
    """The members of each team, in the order they joined, by one query: a prefetch makes a query set for each team."""
    memberships = (
        Membership.objects.filter(team__in=teams)
        .select_related("user")
        .only("team_id", "user__username", "user__display_name", "user__avatar", "user__deleted_at")
    )
    members: dict[int, list[User]] = {}
    for membership in memberships.order_by("joined_at", "id"):
        members.setdefault(membership.team_id, []).append(membership.user)
    return members


def brackets_of(teams: Sequence[int]) -> dict[int, list[str]]:
    """The slugs of the brackets that each team belongs to, in their order, by one query."""
    entries = BracketEntry.objects.filter(team__in=teams).order_by("bracket__position", "bracket")
    found: dict[int, list[str]] = {}
    for team, slug in entries.values_list("team", "bracket__slug"):
        found.setdefault(team, []).append(slug)
    return found


def version_of(phase: Phase) -> tuple[Any, ...]:
    """What changes with everything that either leaderboard shows to those who may see it, and with nothing else."""
    return (phase.competition.leaderboard_version, phase.confirmed_at)


def public_board(
    phase: Phase,
    *,
    seen_by: Any,
    search: str = "",
    bracket: Bracket | None = None,
    tells_brackets: bool = False,
) -> Leaderboard:
    """The public leaderboard as `seen_by` may see it: whole, or their own row alone.

    Raises:
        LeaderboardForHosts, LeaderboardForParticipants, NotEntered, NotVisible: they may see none of it.
        LeaderboardOwnRowOnly: they may see no bracket.
    """
    only_own = sees_only_own(seen_by, phase)
    require_whole(bracket, only_own=only_own)
    return Leaderboard(
        phase,
        PUBLIC,
        own_team_id(seen_by, phase.competition),
        search=search,
        only_own=only_own,
        bracket=bracket,
        tells_brackets=tells_brackets,
    )


def require_whole(bracket: Bracket | None, *, only_own: bool) -> None:
    """Whether a leaderboard may be asked for by a bracket: not by who sees their own row alone.

    A team that goes from bracket to bracket would learn by its ranks there how each of the others stands.

    Raises:
        LeaderboardOwnRowOnly: they see their own row alone.
    """
    if bracket is not None and only_own:
        raise LeaderboardOwnRowOnly


def tells_brackets(competition: Competition) -> bool:
    """Whether the competition has brackets; no query for a row of `Competition.objects.with_has_brackets()`."""
    known: bool | None = getattr(competition, "has_brackets", None)
    return competition.brackets.exists() if known is None else known


def sees_only_own(user: Any, phase: Phase) -> bool:
    """Whether `user` sees no more of the public leaderboard than their own row. Raises as `public_board`."""
    if can.view_public_leaderboard(user, phase):
        return False
    can.view_own_row(user, phase).require()
    return True


def first_rows(board: Leaderboard, *, limit: int) -> list[Row]:
    """The best `limit` teams that compete."""
    if board.only_own:
        return [row for row in board[:1] if row.rank is not None]
    return board.rows(0, min(limit, board.sizes.teams))


def updated_at(phase: Phase) -> datetime | None:
    """When a public score last became better."""
    return StandingChange.objects.filter(phase=phase).order_by("-at").values_list("at", flat=True).first()


def own_team_id(user: Any, competition: Competition) -> int | None:
    if not user.is_authenticated:
        return None
    return Membership.objects.filter(competition=competition, user=user).values_list("team", flat=True).first()
