"""The links by which people of the roster come in, and joining by one.

A link belongs to an entry of the roster and not to an account. Whoever opens it either makes a new account, which has
no email address and so claims nobody's, or joins with the account that they are signed in with. So it never signs
anybody in to an account that exists, and neither making nor opening it tells whether an address has one. It carries 192
bits of chance; its SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.locking import lock_account
from accounts.services import create_account_without_address
from competitions import permissions as can
from competitions.exceptions import (
    AlreadyOnRoster,
    NotOnRoster,
    RosterAccountsClosed,
    RosterJoined,
    RosterLinkExpired,
    RosterLinkUnknown,
    RosterLinkUsed,
    RosterNotOpen,
)
from competitions.models import Competition, Membership, RosterEntry, Team
from competitions.roster.importing import CHUNK, settle
from competitions.teams.entries import enter
from foundation.refusals import NotVisible

if TYPE_CHECKING:
    from accounts.models import User

TOKEN_BYTES = 24
LONGEST_TOKEN = 64
DAYS, MOST_DAYS = 30, 180


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody chose who has no account."""

    username: str
    password: str
    display_name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What somebody answers to the rules of the competition; `version`: that they read, None for who does not say."""

    accepted: bool = False
    version: int | None = None


# --- organisers -------------------------------------------------------------------------------------------------------
def make_links(
    *, competition: Competition, entries: Collection[int] | None, days: int = DAYS, by: User, at: datetime
) -> list[tuple[RosterEntry, str]]:
    """Make a link for each of these entries; for all who have neither joined nor a link that works, where None.

    Older links of theirs work no more. The addresses are told this once.

    Raises:
        NotHost: `by` does not organise the competition.
        NotVisible: an entry is none of this roster.
        RosterJoined: somebody joined already.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        rows = competition.roster.select_for_update().order_by("pk")
        if entries is None:
            wanted = [entry for entry in rows if not entry.has_joined and not entry.has_link(at)]
        else:
            wanted = list(rows.filter(pk__in=entries))
            if len(wanted) != len(set(entries)):
                raise NotVisible
        made = []
        for entry in sorted(wanted, key=lambda one: (one.section, one.name, one.pk)):
            if entry.has_joined:
                raise RosterJoined
            token = secrets.token_urlsafe(TOKEN_BYTES)
            entry.link_digest, entry.link_made_at = digest_of(token), at
            entry.link_expires_at = at + timedelta(days=days)
            made.append((entry, address_of(token)))
        RosterEntry.objects.bulk_update(wanted, ["link_digest", "link_made_at", "link_expires_at"], batch_size=CHUNK)
    return made


def take_link_back(*, competition: Competition, entry: int, by: User) -> RosterEntry:
    """Take a link back: it works no more. Who joined by it is no longer taken for this person; account and team stay.

    Raises:
        NotHost: `by` does not organise the competition.
        NotVisible: it is none of this roster.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        found = competition.roster.select_for_update().filter(pk=entry).first()
        if found is None:
            raise NotVisible
        found.link_digest = found.link_made_at = found.link_expires_at = found.joined_at = found.user = None
        found.save(update_fields=["link_digest", "link_made_at", "link_expires_at", "joined_at", "user"])
    return found


def remove_entry(*, competition: Competition, entry: int, by: User) -> None:
    """Take somebody off the roster, with all that it holds of them. Their account and team stay.

    Raises:
        NotHost: `by` does not organise the competition.
        NotVisible: it is none of this roster.
    """
    can.edit(by, competition).require()
    deleted, _by_model = competition.roster.filter(pk=entry).delete()
    if not deleted:
        raise NotVisible


# --- whoever holds a link ---------------------------------------------------------------------------------------------
def find_by_link(token: str, at: datetime, *, lock: bool = False) -> RosterEntry:
    """The entry that a link which works belongs to.

    Raises:
        RosterLinkUnknown, RosterLinkUsed, RosterLinkExpired: it does not work.
        RosterNotOpen: the competition is not published.
    """
    rows = RosterEntry.objects.select_for_update(of=("self",)) if lock else RosterEntry.objects.all()
    digest = digest_of(token)
    found = rows.select_related("competition__current_phase").filter(link_digest=digest).first()
    if found is None:
        raise RosterLinkUnknown
    if found.has_joined:
        raise RosterLinkUsed
    if not found.has_link(at):
        raise RosterLinkExpired
    if not found.competition.is_published:
        raise RosterNotOpen
    return found


def join_by_link(
    *, token: str, user: User | None, account: NewAccount | None, rules: Rules, at: datetime
) -> tuple[RosterEntry, User]:
    """Join as the person of the entry: with the account of `user`, or with a new one. It works once.

    Raises:
        RosterLinkUnknown, RosterLinkUsed, RosterLinkExpired, RosterNotOpen: as `find_by_link`.
        RosterAccountsClosed: links make no accounts here, and nobody is signed in.
        UsernameTaken: of the new account.
        AlreadyOnRoster: this account joined as somebody else.
        EntryClosed, RulesNotAccepted, RulesChanged, LeftWithSubmissions, AccountGone: as entering.
    """
    if user is None and (account is None or not settings.ROSTER_ACCOUNTS):
        raise RosterAccountsClosed
    with transaction.atomic():
        if user is not None:
            user = lock_account(user)
        entry = find_by_link(token, at, lock=True)
        if user is None:
            assert account is not None
            user = create_account_without_address(
                username=account.username,
                password=account.password,
                display_name=account.display_name,
                language=account.language,
            )
        _join(entry, user, rules, at)
    return entry, user


# --- whoever is signed in with the address ----------------------------------------------------------------------------
def invitation_for(user: User, competition: Competition) -> RosterEntry | None:
    """The entry with a confirmed address of `user` that nobody joined as. Only they are told of it."""
    if competition.roster.filter(user=user).exists():
        return None
    return _waiting_for(user, competition)


def accept_invitation_of_roster(*, competition: Competition, user: User, rules: Rules, at: datetime) -> RosterEntry:
    """Join as the person of the entry with a confirmed address of `user`: from then on organisers know who they are.

    Raises:
        NotOnRoster: there is none.
        AlreadyOnRoster: this account joined as somebody else.
        EntryClosed, RulesNotAccepted, RulesChanged, LeftWithSubmissions, AccountGone: as entering.
    """
    with transaction.atomic():
        user = lock_account(user)
        entry = _waiting_for(user, competition, lock=True)
        if entry is None:
            raise NotOnRoster
        _join(entry, user, rules, at)
    return entry


def _waiting_for(user: User, competition: Competition, *, lock: bool = False) -> RosterEntry | None:
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    rows = competition.roster.select_for_update(of=("self",)) if lock else competition.roster.all()
    addresses = [email.lower() for email in confirmed]
    return rows.filter(email__in=addresses, joined_at__isnull=True).order_by("pk").first()


def _join(entry: RosterEntry, user: User, rules: Rules, at: datetime) -> None:
    competition = Competition.objects.get(pk=entry.competition_id)
    team = Membership.objects.filter(competition=competition, user=user).values_list("team", flat=True).first()
    if team is None:
        team = enter(
            competition=competition,
            user=user,
            accept_rules=rules.accepted,
            rules_version=rules.version,
            is_invited=True,
            at=at,
        ).pk
    entry.user, entry.joined_at = user, at
    try:
        with transaction.atomic():
            entry.save(update_fields=["user", "joined_at"])
    except IntegrityError as error:
        raise AlreadyOnRoster from error
    locked = Team.objects.lock(team)
    # After a phase that the team took part in, organisers move it by hand, and say why.
    if can.brackets_still_open(locked, at):
        settle(locked, by=entry.imported_by, at=at)


# --- tokens -----------------------------------------------------------------------------------------------------------
def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def address_of(token: str) -> str:
    """Where the link leads. Browsers keep what follows the # to themselves: no log of a server holds the token."""
    return f"{settings.SITE_URL.rstrip('/')}/join#{token}"
