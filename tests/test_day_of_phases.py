"""An event from its first phase to the combined result, over HTTP as organisers and participants have it.

Over one phase, over two after each other (a qualifier whose best two teams get on with their submissions) and over two side
by side. Nobody is told a private score before the phase that it belongs to is confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from freezegun import freeze_time
from rest_framework.test import APIClient

from foundation.duties import DUTIES
from tests.factories import ENDS, STARTS, CompetitionFactory, UserFactory
from tests.phases import DAY, FINAL_ENDS, phase_of

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

CUP = "/api/competitions/cup/"
IDS = range(1, 9)
HOUR = timedelta(hours=1)
# How far each team is off: on the public rows, and on the private ones. `ann` overfits.
TEAMS = {"ann": (0.125, 0.75), "ben": (0.25, 0.25), "cem": (0.5, 0.5)}


def table(public: float, private: float, *, usage: bool = False) -> SimpleUploadedFile:
    """Truths are the ids; odd rows are public."""
    lines = ["id,target" + (",Usage" if usage else "")]
    for one in IDS:
        off, side = (public, "Public") if one % 2 else (private, "Private")
        lines.append(f"{one},{one + off}" + (f",{side}" if usage else ""))
    return SimpleUploadedFile("table.csv", "\n".join(lines).encode())


class Event:
    """A competition, with whoever takes part, at a clock that only goes on."""

    def __init__(self, frozen: Any, django_settings: Any) -> None:
        django_settings.TASKS = {
            "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}
        }
        self.frozen = frozen
        self.host = UserFactory(username="host")
        self.competition = CompetitionFactory(
            slug="cup", metric="mae", hosts=[self.host], rules_required=False, daily_submission_limit=2
        )
        self.people = {name: UserFactory(username=name) for name in TEAMS}
        self.teams: dict[str, int] = {}

    def ask(self, who: Any, method: str, address: str, expected: int = 200, **body: Any) -> Any:
        cache.clear()
        client = APIClient()
        if who is not None:
            client.force_login(who)
        form = any(hasattr(value, "read") for value in body.values())
        options = {} if method == "get" else {"data": body, "format": "multipart" if form else "json"}
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = getattr(client, method)(address, **options)
            content = answer.json() if answer.content and answer.headers["Content-Type"].endswith("json") else None
        assert answer.status_code == expected, f"{method} {address}: {answer.status_code} {content}"
        return content

    def moves_to(self, at: datetime) -> None:
        self.frozen.move_to(at)
        self.work(at)

    def work(self, at: datetime) -> None:
        """What a worker sees to again and again."""
        for duty in DUTIES:
            with TestCase.captureOnCommitCallbacks(execute=True):
                duty.run(at)

    def puts_in_the_solution(self, number: int) -> None:
        self.ask(self.host, "put", f"{CUP}phases/{number}/solution/", 201, file=table(0, 0, usage=True))

    def adds(self, **fields: Any) -> None:
        moments = {name: f"{fields.pop(name):%Y-%m-%dT%H:%M:%SZ}" for name in ("startsAt", "endsAt")}
        self.ask(self.host, "post", f"{CUP}phases/", 201, **fields, **moments)

    def everybody_enters(self) -> None:
        for name, person in self.people.items():
            self.teams[name] = self.ask(person, "post", f"{CUP}enter/", 201)["id"]

    def submits(self, name: str, expected: int = 201, *, better: float = 0.0, **named: Any) -> Any:
        public, private = (max(0.0, off - better) for off in TEAMS[name])
        body = {"team": self.teams[name], "file": table(public, private), **named}
        return self.ask(self.people[name], "post", "/api/teams/submissions/", expected, **body)

    def order(self, board: str, who: Any = None) -> list[str]:
        rows = self.ask(who, "get", f"{CUP}{board}")["results"]
        names = {pk: name for name, pk in self.teams.items()}
        return [names[row["team"]["id"]] for row in rows if row["rank"] is not None]

    def mine(self, name: str, number: int) -> list[Any]:
        return self.ask(self.people[name], "get", f"/api/teams/{self.teams[name]}/submissions/?phase={number}")[
            "results"
        ]

    def closes(self, number: int, at: datetime) -> None:
        """The end has passed: it is scored privately, looked at, and confirmed."""
        self.moves_to(at)
        here = f"{CUP}phases/{number}/"
        self.require_closed(number)
        self.ask(self.host, "post", f"{here}scoring-runs/", 201, kind="private")
        self.work(at)
        self.require_closed(number)
        self.ask(self.host, "get", f"{here}leaderboard/private/preview/")
        self.ask(self.host, "post", f"{here}private-leaderboard/confirm/")
        self.work(at)

    def require_closed(self, number: int) -> None:
        for who in (None, *self.people.values(), self.host):
            self.ask(who, "get", f"{CUP}phases/{number}/leaderboard/private/", 403)
        told = [one["privateScore"] for name in self.teams for one in self.mine(name, number)]
        assert set(told) <= {None}


@pytest.fixture
def event(settings):
    with freeze_time(STARTS - DAY) as frozen:
        yield Event(frozen, settings)


def test_one_phase(event):
    event.puts_in_the_solution(1)
    event.moves_to(STARTS + HOUR)
    event.everybody_enters()
    for name in TEAMS:
        event.submits(name)
    assert event.order("leaderboard/public/") == ["ann", "ben", "cem"]
    event.closes(1, ENDS + HOUR)
    assert event.order("leaderboard/private/") == ["ben", "cem", "ann"]
    event.ask(None, "get", f"{CUP}leaderboard/combined/", 404)


def test_a_qualifier_and_a_final(event):
    """Two get on by the confirmed result, with what counted there; the last of the qualifier sees why not."""
    event.ask(event.host, "patch", f"{CUP}phases/1/", name="Qualifier")
    event.adds(
        name="Final",
        startsAt=ENDS,
        endsAt=FINAL_ENDS,
        dailySubmissionLimit=1,
        entryRule="best",
        entryPhase=1,
        entryCount=2,
        entryBoard="confirmed",
        takesOver="selected",
    )
    event.puts_in_the_solution(1)
    event.puts_in_the_solution(2)
    event.ask(event.host, "patch", CUP, combinedRule="mean_rank")
    event.moves_to(STARTS + HOUR)
    event.everybody_enters()
    for name in TEAMS:
        event.submits(name)
    assert event.order("leaderboard/combined/") == []

    # The final has begun, and waits for the result that decides.
    event.moves_to(ENDS + HOUR)
    assert event.submits("ben", 403, phase=2)["errors"][0]["code"] == "entry_not_decided"
    assert event.mine("ben", 2) == []
    event.closes(1, ENDS + 2 * HOUR)
    assert event.order("phases/1/leaderboard/private/") == ["ben", "cem", "ann"]
    assert event.order("leaderboard/combined/") == ["ben", "cem", "ann"]

    # Which two, and what they begin with; it cost nothing of the one submission a day.
    assert event.order("leaderboard/public/") == ["ben", "cem"]
    (taken_over,) = event.mine("ben", 2)
    assert taken_over["takenOverFrom"] == event.mine("ben", 1)[0]["id"]
    assert event.submits("ann", 403)["errors"][0]["code"] == "not_in_phase"
    event.submits("cem", better=0.375)
    event.submits("cem", 429, better=0.375)
    assert event.order("leaderboard/public/") == ["cem", "ben"]
    assert event.order("leaderboard/combined/") == ["ben", "cem", "ann"]

    event.closes(2, FINAL_ENDS + HOUR)
    assert event.order("leaderboard/private/") == ["cem", "ben"]
    # Ranks 2 and 1, 1 and 2, 3 and one after the last: of equal means the final decides.
    assert event.order("leaderboard/combined/") == ["cem", "ben", "ann"]


def test_two_tracks_side_by_side(event):
    """Each with its own clock, its own board and its own confirmation."""
    event.ask(event.host, "patch", f"{CUP}phases/1/", name="Japanese")
    event.adds(name="English", startsAt=STARTS, endsAt=ENDS + DAY)
    event.puts_in_the_solution(1)
    event.puts_in_the_solution(2)
    event.ask(event.host, "patch", CUP, combinedRule="points", combinedPoints=[3, 2, 1])
    event.moves_to(STARTS + HOUR)
    event.everybody_enters()
    for name in TEAMS:
        event.submits(name, phase=1)
    event.submits("cem", phase=2)
    assert event.order("phases/1/leaderboard/public/") == ["ann", "ben", "cem"]
    assert event.order("phases/2/leaderboard/public/") == ["cem"]

    event.closes(1, ENDS + HOUR)
    event.require_closed(2)
    event.submits("ann", phase=2)
    event.submits("ann", phase=1)  # a late one, which ranks nowhere
    assert event.order("phases/1/leaderboard/private/") == ["ben", "cem", "ann"]
    assert event.order("phases/2/leaderboard/public/") == ["ann", "cem"]

    event.closes(2, ENDS + DAY + HOUR)
    assert event.order("phases/2/leaderboard/private/") == ["cem", "ann"]
    # 2 + 3, 3 + 0, 1 + 2: of the two with three points the track that ended last decides.
    assert event.order("leaderboard/combined/") == ["cem", "ann", "ben"]
    assert phase_of(event.competition, 1).confirmed_at < phase_of(event.competition, 2).confirmed_at
