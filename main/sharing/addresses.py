"""Every page of the app by its address: which exist, and what each is about.

`frontend/src/pages/` has a file for each of them; a test says which side lacks one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _

from foundation.faults import passing_fault
from main.sharing import subjects
from main.sharing.subjects import NEUTRAL, NoSuchPage, Subject


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a page, what stands behind its question mark, and when."""

    request: HttpRequest
    at: datetime

    @property
    def user(self) -> Any:
        """Who is signed in. Read from the database only when first asked for."""
        return self.request.user

    @property
    def query(self) -> QueryDict:
        return self.request.GET


Teller = Callable[..., Subject]


# --- what each kind of page tells -------------------------------------------------------------------------------------
def _titled(title: Any, *, listed: bool = True) -> Teller:
    """A page of the site that is the same for everybody."""
    return lambda _asked, **_named: Subject(title=str(title), is_listed=listed)


def _bare(_asked: Asked, **_named: Any) -> Subject:
    return NEUTRAL


def _home(_asked: Asked) -> Subject:
    return Subject(is_listed=True)


def _legal(_asked: Asked, name: str) -> Subject:
    titles = {"terms": gettext("Terms of use"), "privacy": gettext("Privacy")}
    if name not in titles:
        raise NoSuchPage
    return Subject(title=titles[name], is_listed=True)


def _section(name: Any = "") -> Teller:
    """A page of a competition."""

    def tell(asked: Asked, slug: str) -> Subject:
        found = subjects.find_competition(slug, asked.user)
        return subjects.competition_page(found, str(name), asked.at)

    return tell


def _untold(asked: Asked, slug: str, **_named: Any) -> Subject:
    """A page of a competition that is for its own people."""
    subjects.find_competition(slug, asked.user)
    return NEUTRAL


def _organisers_page(asked: Asked, slug: str, page: str) -> Subject:
    return subjects.organisers_page(subjects.find_competition(slug, asked.user), page, asked.at)


def _leaderboard(asked: Asked, slug: str) -> Subject:
    found = subjects.find_competition(slug, asked.user)
    board, team = asked.query.get("board", ""), asked.query.get("team", "")
    return subjects.leaderboard(found, board=board, team=team, at=asked.at)


def _discussion(asked: Asked, pk: int, slug: str | None = None) -> Subject:
    place = None if slug is None else subjects.find_competition(slug, asked.user)
    return subjects.discussion(pk, asked.user, within=place)


def _profile(_asked: Asked, username: str) -> Subject:
    return subjects.profile(username)


PAGES: tuple[URLPattern, ...] = tuple(
    path(address, cast("Any", teller))  # Django's resolver, though what it finds is no view
    for address, teller in {
        "": _home,
        "ranking": _titled(_("Ranking")),
        "fairness": _titled(_("How we keep it fair")),
        "legal/<str:name>": _legal,
        # competitions
        "competitions/new": _bare,  # before a competition could be of that name
        "competitions/<slug:slug>": _section(),
        "competitions/<slug:slug>/pages/<slug:page>": _organisers_page,
        "competitions/<slug:slug>/data": _section(_("Data")),
        "competitions/<slug:slug>/leaderboard": _leaderboard,
        "competitions/<slug:slug>/race": _section(_("Leaderboard race")),
        "competitions/<slug:slug>/screen": _section(),
        "competitions/<slug:slug>/log": _section(_("Log")),
        "competitions/<slug:slug>/submit": _section(_("Submit")),
        "competitions/<slug:slug>/submissions": _untold,
        "competitions/<slug:slug>/team": _untold,
        "competitions/<slug:slug>/experiments/<int:pk>": _untold,
        "competitions/<slug:slug>/metric": _untold,
        "competitions/<slug:slug>/integrity": _untold,
        "competitions/<slug:slug>/manage": _untold,
        "competitions/<slug:slug>/class": _untold,
        "competitions/<slug:slug>/phases": _untold,
        "competitions/<slug:slug>/studio": _untold,
        "competitions/<slug:slug>/baselines": _untold,
        "competitions/<slug:slug>/exclusions": _untold,
        "competitions/<slug:slug>/discussions": _section(_("Discussions")),
        "competitions/<slug:slug>/discussions/new": _untold,
        "competitions/<slug:slug>/discussions/import": _untold,
        "competitions/<slug:slug>/discussions/reports": _untold,
        "competitions/<slug:slug>/discussions/<int:pk>": _discussion,
        # talk
        "discussions": _titled(_("Discussions")),
        "discussions/new": _bare,
        "discussions/import": _bare,
        "discussions/reports": _bare,
        "discussions/<int:pk>": _discussion,
        # people
        "users/<str:username>": _profile,
        "notifications": _bare,
        "invitations": _bare,
        "settings": _bare,
        "settings/security": _bare,
        "settings/tokens": _bare,
        "settings/notifications": _bare,
        "settings/appearance": _bare,
        "settings/command-lines": _bare,
        # the way in
        "sign-in": _titled(_("Sign in"), listed=False),
        "sign-up": _titled(_("Create an account"), listed=False),
        "institution": _bare,
        "forgot-password": _bare,
        "join": _bare,
        "reset-password/<str:key>": _bare,
        "confirm-email": _bare,
        "confirm-email/<str:key>": _bare,
    }.items()
)


def subject_of(request: HttpRequest, at: datetime) -> Subject | None:
    """What the page at the request's address is about; None where there is none for whoever asks.

    While the database is away every page exists and tells nothing: the app itself says what is wrong.
    """
    address = request.path_info.strip("/")
    for page in PAGES:
        found = page.resolve(address)
        if found is None:
            continue
        try:
            return found.func(Asked(request, at), **found.kwargs)
        except NoSuchPage:
            return None
        except Exception as error:
            if passing_fault(error) is None:
                raise
            return NEUTRAL
    return None
