"""What people did, as tables of an archive: who took part, where they stood, and what other rooms add to it.

Each room adds its own tables to `TABLES` when it is loaded. The archive is for organisers, and only once every result
is confirmed: it tells every private score.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.crypto import salted_hmac

from accounts.models import User
from competitions import permissions as can
from competitions.leaderboards.export import BYTE_ORDER_MARK, Echo, moment, number, safe_text
from competitions.leaderboards.queries import PRIVATE, Leaderboard
from competitions.models import Competition, Membership, Phase, Team

CHUNK = 1000
FOLDER = "results"
# Of a pseudonym: 48 bits, so that two of a million people hardly ever have one together.
DIGITS = 12
# A mention, or an email address.
SOMEBODY = re.compile(r"[\w.+-]*@[\w.-]*\w")


@dataclass(frozen=True, slots=True)
class Names:
    """What people and teams are called in an archive: as on the site, or by pseudonyms that are the same each time."""

    competition: int
    are_pseudonyms: bool

    def person(self, user: User | None) -> str:
        """The username; blank where the account is gone."""
        if user is None or user.is_deleted:
            return ""
        return self._pseudonym("person", user.pk) if self.are_pseudonyms else safe_text(user.username)

    def team(self, team: Team) -> str:
        return self._pseudonym("team", team.pk) if self.are_pseudonyms else safe_text(team.name)

    def key(self, kind: str, pk: int | None) -> str:
        """A row's number, by which other tables name it. A pseudonym too: the site shows these numbers."""
        if pk is None:
            return ""
        return self._pseudonym(kind, pk) if self.are_pseudonyms else str(pk)

    def text(self, text: str) -> str:
        """What somebody wrote. With pseudonyms, nobody is spoken to by name; what else it tells, it tells."""
        return safe_text(SOMEBODY.sub("@somebody", text) if self.are_pseudonyms else text)

    def free(self, text: str) -> str:
        """A short text in which people often write who they are: left out with pseudonyms."""
        return "" if self.are_pseudonyms else safe_text(text)

    def _pseudonym(self, kind: str, pk: int) -> str:
        digest = salted_hmac("competitions.bundles.results", f"{self.competition}:{kind}:{pk}", algorithm="sha256")
        return f"{kind}-{digest.hexdigest()[:DIGITS]}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the archive: `results/<name>.csv`. What its columns mean stands in `texts/results.*.md`."""

    name: str
    columns: tuple[str, ...]
    # Of a competition, a row at a time, in an order that is the same each time.
    rows: Callable[[Competition, Names], Iterator[Iterable[Any]]]

    def lines(self, competition: Competition, names: Names) -> Iterator[str]:
        """The table as CSV, some lines at a time, the header first."""
        writer = csv.writer(Echo())
        yield BYTE_ORDER_MARK + writer.writerow(self.columns)
        rows = (writer.writerow(row) for row in self.rows(competition, names))
        while some := "".join(islice(rows, CHUNK)):
            yield some


TABLES: list[Table] = []


def require_open(user: Any, competition: Competition, at: datetime) -> None:
    """Whether `user` may have the archive now.

    Raises:
        NotHost: they do not organise the competition.
        PrivateLeaderboardClosed: a phase is not confirmed.
    """
    can.edit(user, competition).require()
    for phase in competition.phases.order_by("number"):
        can.view_private_leaderboard(user, phase, at).require()


def unconfirmed(competition: Competition, at: datetime) -> list[Phase]:
    """The phases whose result nobody may know yet."""
    return [phase for phase in competition.phases.order_by("number") if not phase.is_confirmed(at)]


def flag(value: object) -> str:
    return "true" if value else "false"


# --- the tables of this room ------------------------------------------------------------------------------------------
def _teams(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    teams = competition.teams.select_related("merged_into").prefetch_related("bracket_entries__bracket")
    for team in teams.order_by("pk").iterator(chunk_size=CHUNK):
        yield (
            names.key("team", team.pk),
            names.team(team),
            moment(team.created_at),
            names.key("team", team.merged_into_id),
            moment(team.disbanded_at),
            flag(team.out_of_competition_at),
            flag(team.disqualified_at),
            " ".join(sorted(entry.bracket.slug for entry in team.bracket_entries.all())),
        )


def _members(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    memberships = Membership.objects.filter(competition=competition).select_related("user", "team")
    for one in memberships.order_by("pk").iterator(chunk_size=CHUNK):
        is_owner = one.team.owner_id == one.user_id
        yield names.key("team", one.team_id), names.person(one.user), flag(is_owner), moment(one.joined_at)


def _standings(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    for phase in competition.phases.order_by("number"):
        board = Leaderboard(phase, PRIVATE)
        best = dict(phase.standings.values_list("team", "best_public_score"))
        for row in board.all_rows():
            sure = row.interval
            yield (
                phase.number,
                names.key("team", row.team.pk),
                row.rank,
                number(row.score),
                row.public_rank,
                number(best.get(row.team.pk)),
                row.submissions,
                moment(row.last_submitted_at),
                None if sure is None else sure.low,
                None if sure is None else sure.high,
            )


TABLES += [
    Table(
        "teams",
        (
            *("team", "name", "created_at", "merged_into", "disbanded_at"),
            *("is_out_of_competition", "is_disqualified", "brackets"),
        ),
        _teams,
    ),
    Table("members", ("team", "person", "is_owner", "joined_at"), _members),
    Table(
        "standings",
        (
            *("phase", "team", "private_rank", "private_score", "public_rank", "public_score"),
            *("submissions", "last_submitted_at", "rank_low", "rank_high"),
        ),
        _standings,
    ),
]
