"""What the pages of the app are about, in so far as everybody may know it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.dateformat import format as date_text
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, ngettext, pgettext

from accounts.models import User
from competitions import permissions as competition_can
from competitions.leaderboards.queries import PRIVATE, PUBLIC, Leaderboard, Row, Side
from competitions.models import Competition, Page
from discussions import permissions as discussion_can
from discussions.excerpts import EXCERPT_OF, excerpt
from discussions.models import Discussion
from foundation.languages import translations_of

ANYBODY = AnonymousUser()
ROWS_ON_CARD = 5
MOST_DESCRIPTION = 200
# Of the databases' own keys.
MOST_PK = 2**63 - 1
DATES = {"ja": "Y年n月j日 H:i"}
DATE = "j M Y, H:i"

# What rests on private scores.
PRIVATE_KINDS = ("result", "team")
CardKind = Literal["competition", "board", "result", "team", "discussion"]


class NoSuchPage(Exception):
    """There is no page of this address for whoever asks."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture shows: a small line, the title, a text or rows of a table, and a line at the lower edge."""

    kind: CardKind
    pk: int
    overline: str
    title: str
    text: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()
    footer: str = ""

    @property
    def version(self) -> str:
        """Changes with all that is drawn: who keeps pictures fetches the new one."""
        drawn = (self.kind, self.pk, self.overline, self.title, self.text, self.rows, self.footer, settings.SITE_NAME)
        return hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]

    @property
    def address(self) -> str:
        return f"/cards/{get_language()}/{self.kind}/{self.pk}/{self.version}/card.png"


@dataclass(frozen=True, slots=True)
class Subject:
    """A page that exists. Without a title the site itself stands for it: nothing else may be told."""

    title: str = ""
    description: str = ""
    card: Card | None = None
    is_article: bool = False
    # Whether search engines may list it.
    is_listed: bool = False
    # Title and path of each feed that a reader finds by the page.
    feeds: tuple[tuple[str, str], ...] = field(default=())


NEUTRAL = Subject()


# --- competitions -----------------------------------------------------------------------------------------------------
def is_open(competition: Competition) -> bool:
    """Whether its name, leaderboard and talk may be told to everybody: published, and no closed room."""
    return bool(competition_can.look_inside(ANYBODY, competition))


def shows_board(competition: Competition) -> bool:
    """Whether its public leaderboard may be told to everybody."""
    return bool(competition_can.view_public_leaderboard(ANYBODY, competition.phase))


def find_competition(key: str, user: Any) -> Competition:
    """The competition with this slug or id.

    Raises:
        NoSuchPage: unknown to `user`, who is asked for only where it is not published.
    """
    found = Competition.objects.by_slug_or_id(key).first()
    if found is None or not competition_can.view(user, found):
        raise NoSuchPage
    return found


def competition_page(competition: Competition, section: str, at: datetime) -> Subject:
    """A page of a competition. `section`: its name in the reader's language, empty for the first one."""
    if not is_open(competition):
        return NEUTRAL
    return Subject(
        title=f"{section} – {competition.local_title}" if section else competition.local_title,
        description=competition.local_summary,
        card=competition_card(competition, at),
        is_listed=competition.visibility == Competition.Visibility.PUBLIC,
        feeds=feeds_of(competition),
    )


def organisers_page(competition: Competition, slug: str, at: datetime) -> Subject:
    """One of the pages that organisers wrote.

    Raises:
        NoSuchPage: they wrote none of this name.
    """
    page = Page.objects.filter(competition=competition, slug=slug).defer("body", *translations_of("body")).first()
    if page is None:
        raise NoSuchPage
    return competition_page(competition, page.local_title, at)


def leaderboard(competition: Competition, *, board: str, team: str, at: datetime) -> Subject:
    """A leaderboard, or the place of one team in the end. Private scores are told once they are confirmed."""
    if not is_open(competition):
        return NEUTRAL
    is_confirmed = competition.phase.is_confirmed(at)
    if board == "private" and not is_confirmed:
        return NEUTRAL
    is_final = is_confirmed and board != "public"
    section = gettext("Final result") if is_final else gettext("Leaderboard")
    if not is_final and not shows_board(competition):
        return competition_page(competition, section, at)
    card = (
        team_card(competition, int(team), at)
        if is_final and team.isascii() and team.isdigit() and len(team) <= 18
        else None
    )
    card = card or board_card(competition, at, private=is_final)
    told = (
        f"{card.title}: {card.text}"
        if card.kind == "team"
        else ", ".join(f"{rank} {name}" for rank, name, _score in card.rows[:3])
    )
    return Subject(
        title=f"{section} – {competition.local_title}",
        description=told or competition.local_summary,
        card=card,
        is_listed=competition.visibility == Competition.Visibility.PUBLIC,
        feeds=feeds_of(competition),
    )


def feeds_of(competition: Competition) -> tuple[tuple[str, str], ...]:
    place = f"/api/discussions/feed/?competition={competition.slug}"
    return (
        (gettext("Announcements of %(title)s") % {"title": competition.local_title}, f"{place}&announcements=true"),
        (gettext("Discussions of %(title)s") % {"title": competition.local_title}, place),
    )


def competition_card(competition: Competition, at: datetime) -> Card:
    return Card(
        "competition",
        competition.pk,
        settings.SITE_NAME,
        competition.local_title,
        competition.local_summary,
        (),
        when(competition, at),
    )


def board_card(competition: Competition, at: datetime, *, private: bool) -> Card:
    """The top of a leaderboard. `private`: only where the caller knows that it is confirmed."""
    side: Side = PRIVATE if private else PUBLIC
    board = Leaderboard(competition.phase, side)
    rows = board.rows(0, ROWS_ON_CARD)
    return Card(
        "result" if private else "board",
        competition.pk,
        gettext("Final result") if private else gettext("Leaderboard"),
        competition.local_title,
        "" if any(row.rank for row in rows) else competition.local_summary,
        tuple(_line(row, competition) for row in rows if row.rank is not None),
        _joined(_teams(board.sizes.teams), when(competition, at)),
    )


def team_card(competition: Competition, team: int, at: datetime) -> Card | None:
    """The place of a team in the confirmed result; None where it has none."""
    board = Leaderboard(competition.phase, PRIVATE, own_team=team)
    row = board.own_row()
    if row is None or row.rank is None:
        return None
    place = pgettext("place in the final result", "Rank %(rank)d of %(teams)d") % {
        "rank": row.rank,
        "teams": board.sizes.teams,
    }
    if row.change:
        moved = gettext("up %(places)d") if row.change > 0 else gettext("down %(places)d")
        place = f"{place} ({moved % {'places': abs(row.change)}})"
    members = ", ".join(user.name for user in row.members[:5] if not user.is_deleted)
    return Card(
        "team", team, competition.local_title, row.team.name, place, (), _joined(members, when(competition, at))
    )


def when(competition: Competition, at: datetime) -> str:
    """Where a competition stands on its clock, in words."""
    if competition.phase.has_ended(at):
        return gettext("ended %(when)s") % {"when": _moment(competition.phase.ends_at, competition)}
    if competition.phase.has_started(at):
        return gettext("ends %(when)s") % {"when": _moment(competition.phase.ends_at, competition)}
    return gettext("starts %(when)s") % {"when": _moment(competition.phase.starts_at, competition)}


def _moment(moment: datetime, competition: Competition) -> str:
    local = moment.astimezone(ZoneInfo(competition.time_zone))
    return f"{date_text(local, DATES.get(get_language() or '', DATE))} {local:%Z}"


def _line(row: Row, competition: Competition) -> tuple[str, str, str]:
    score = (
        "" if row.score is None else f"{competition.phase.shown_score(row.score):.{competition.phase.score_digits}f}"
    )
    return str(row.rank), row.team.name, score


def _teams(count: int) -> str:
    return ngettext("%(count)d team", "%(count)d teams", count) % {"count": count} if count else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


# --- talk and people --------------------------------------------------------------------------------------------------
def discussion(pk: int, user: Any, *, within: Competition | None = None) -> Subject:
    """A discussion. `within`: the competition that its address names.

    Raises:
        NoSuchPage: there is none for `user`, who is asked for only where not everybody may read it.
    """
    rows = Discussion.objects.select_related("competition", "author")
    found = rows.filter(pk=pk).first() if pk <= MOST_PK else None
    if found is None or (within is not None and found.competition_id != within.pk):
        raise NoSuchPage
    if discussion_can.see(ANYBODY, found) and not found.is_removed:
        return _told(found)
    if not discussion_can.see(user, found):
        raise NoSuchPage
    return NEUTRAL


def _told(found: Discussion) -> Subject:
    place = found.competition
    return Subject(
        title=f"{found.local_title} – {place.local_title}" if place else found.local_title,
        description=excerpt(found.local_body[:EXCERPT_OF]),
        card=discussion_card(found),
        is_article=True,
        is_listed=place is None or place.visibility == Competition.Visibility.PUBLIC,
        feeds=feeds_of(place) if place else (),
    )


def discussion_card(found: Discussion) -> Card:
    author = found.author.name if found.author is not None and not found.author.is_deleted else ""
    place = found.competition.local_title if found.competition else settings.SITE_NAME
    return Card("discussion", found.pk, place, found.local_title, excerpt(found.local_body[:EXCERPT_OF]), (), author)


def profile(username: str) -> Subject:
    """Raises NoSuchPage where nobody of this name has an account."""
    person = None if "\x00" in username else User.objects.living().filter(username__iexact=username).first()
    if person is None:
        raise NoSuchPage
    return Subject(title=person.name, description=f"@{person.username}")


# --- pictures ---------------------------------------------------------------------------------------------------------
def public_card(kind: str, pk: int, at: datetime) -> Card | None:
    """What the picture of this address shows to everybody at this moment; None where nothing may be shown."""
    if pk > MOST_PK:
        return None
    return _discussion_card(pk) if kind == "discussion" else _competition_card(kind, pk, at)


def _discussion_card(pk: int) -> Card | None:
    found = Discussion.objects.select_related("competition", "author").filter(pk=pk).first()
    if found is None or not discussion_can.see(ANYBODY, found) or found.is_removed:
        return None
    return discussion_card(found)


def _competition_card(kind: str, pk: int, at: datetime) -> Card | None:
    rows = Competition.objects.filter(teams=pk) if kind == "team" else Competition.objects.filter(pk=pk)
    found = rows.first()
    if found is None or not is_open(found) or (kind in PRIVATE_KINDS and not found.phase.is_confirmed(at)):
        return None
    if kind == "team":
        return team_card(found, pk, at)
    if kind == "competition":
        return competition_card(found, at)
    if kind == "board" and not shows_board(found):
        return None
    return board_card(found, at, private=kind == "result")


def shortened(text: str) -> str:
    """A description as pages that show links have room for."""
    return Truncator(" ".join(text.split())).chars(MOST_DESCRIPTION, truncate="…")
