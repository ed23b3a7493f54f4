"""Before the confirmation no score goes out with more digits than the competition shows, at whatever door.

One competition, played by the services and the command lines, whose scores have many digits, public and private ones.
What a score would begin with if it were cut or written in full is nowhere else in the scene, and in no answer, mail or
stored line. Scores are worked out here from the files, by the formula of the metric and not by the product.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from freezegun import freeze_time
from hypothesis import given, settings as hypothesis_settings, strategies as st
from rest_framework.test import APIClient

from clients.kaggle.told import score_text
from competitions.leaderboards.queries import PRIVATE, Leaderboard
from competitions.leaderboards.serializers import PrivateRowSerializer
from competitions.models import Competition, Standing
from notifications_api.mail import deliver_due
from notifications_api.models import Notification
from submissions import runs
from submissions.analyses import work as analyse
from submissions.models import Analysis, ScoringRun
from tests.factories import ENDS, NOON, CompetitionFactory, TeamFactory
from tests.matrix import kaggle, scenario as cast
from tests.walk import doors

DIGITS = 5
PUBLIC_ROWS, PRIVATE_ROWS = range(1, 5), range(5, 9)
LATER = ENDS + timedelta(hours=2)
WHEN = {"running": NOON, "ended": LATER}
SPECIAL = {"/{app}": "/competitions/cup/leaderboard"}


# --- files and their scores --------------------------------------------------------------------------------------------
def predictions(number: int) -> list[float]:
    return [one + (number * one % 7 + 1) / 8 + number / 16 for one in (*PUBLIC_ROWS, *PRIVATE_ROWS)]


def score(values: list[float], rows: range, shift: int) -> float:
    errors = [(values[one - 1] - one - shift) ** 2 for one in rows]
    return math.sqrt(sum(errors) / len(errors))


def beside(values: list[float], rows: range, shift: int) -> float:
    """The further number that is shown beside it: the root mean squared logarithmic error."""
    errors = [(math.log1p(values[one - 1]) - math.log1p(one + shift)) ** 2 for one in rows]
    return math.sqrt(sum(errors) / len(errors))


def csv(values: list[float]) -> bytes:
    return "\n".join(["id,target", *(f"{one},{value}" for one, value in enumerate(values, 1))]).encode() + b"\n"


def solution(shift: int) -> bytes:
    lines = [f"{one},{one + shift},{'Public' if one in PUBLIC_ROWS else 'Private'}" for one in range(1, 9)]
    return "\n".join(["id,target,Usage", *lines]).encode() + b"\n"


def tells(value: float) -> str:
    """How `value` begins, cut where the competition rounds: shown, it is another number."""
    cut = math.floor(value * 10**DIGITS) / 10**DIGITS
    return f"{cut:.{DIGITS}f}"


# Files whose scores are rounded upwards, on both sides and with both solutions.
FILES = [
    values
    for values in map(predictions, range(1, 4000))
    if all(
        tells(score(values, rows, shift)) != f"{score(values, rows, shift):.{DIGITS}f}"
        for rows in (PUBLIC_ROWS, PRIVATE_ROWS)
        for shift in (0, 1)
    )
][:8]
NUMBERS_BESIDE = [
    beside(values, rows, shift) for values in FILES for rows in (PUBLIC_ROWS, PRIVATE_ROWS) for shift in (0, 1)
]
SECRETS = {
    tells(score(values, rows, shift)) for values in FILES for rows in (PUBLIC_ROWS, PRIVATE_ROWS) for shift in (0, 1)
} | {tells(one) for one in NUMBERS_BESIDE if tells(one) != f"{one:.{DIGITS}f}"}
TOO_LONG = re.compile("|".join(map(re.escape, sorted(SECRETS))))


# --- the scene ------------------------------------------------------------------------------------------------------------
def play(monkeypatch: pytest.MonkeyPatch, stage: str) -> tuple[cast.Scenario, list[tuple[str, Any]]]:
    """The competition in `stage`, with scores from every way they come about, and what was answered meanwhile."""
    monkeypatch.setattr(cast, "SOLUTION", solution(0))
    monkeypatch.setattr(cast, "PREDICTIONS", csv(FILES[0]))
    monkeypatch.setattr(cast, "FURTHER", [{"metric": "rmsle", "params": {}}])
    told: list[tuple[str, Any]] = []
    with TestCase.captureOnCommitCallbacks(execute=True), freeze_time(NOON):
        scenario = cast.build("running")
        scenario.people["organiser"].is_staff = True
        scenario.people["organiser"].save()
        person = {role: Person(scenario, role, told) for role in doors.ROLES}
        host, owner, rival = person["organiser"], person["owner"], person["participant"]
        rivals = scenario.things["rivals"].pk
        ours = scenario.things["team"].pk
        owner.posts("/api/teams/submissions/", team=ours, file=upload(FILES[1]))
        rival.posts("/teams/submissions/", by_token=True, team=rivals, file=upload(FILES[2]))
        scenario.asking = "participant"
        token = kaggle.sent("submission", csv(FILES[3]), "submission.csv")(scenario)
        rival.posts(
            "/api/v1/competitions.CompetitionApiService/CreateSubmission",
            by_token=True, as_json=True, competitionName="cup", blobFileTokens=token,
        )  # fmt: skip
        host.posts("/api/competitions/cup/trials/", file=upload(FILES[4]))
        trial = told[-1][1].json()["id"]
        host.puts(f"/api/competitions/cup/trials/{trial}/baseline/", name="Mean of all")
        analyse(Analysis.objects.get(kind="wobble").pk, now=lambda: NOON)
        # All that was scored is scored anew: what it was before is shown too.
        host.puts("/api/competitions/cup/solution/", file=upload_of(solution(1)), reason="A mistake.")
        host.posts("/api/competitions/cup/scoring-runs/", kind="rescore", reason="A mistake.")
        work_out(NOON)
        owner.posts("/api/teams/submissions/", team=ours, file=upload(FILES[5]))
        host.posts("/api/competitions/cup/integrity/")
        for analysis in Analysis.objects.filter(status="queued"):
            analyse(analysis.pk, now=lambda: NOON)
    if stage == "ended":
        with TestCase.captureOnCommitCallbacks(execute=True), freeze_time(LATER):
            host.posts("/api/competitions/cup/scoring-runs/", kind="private")
            work_out(LATER)
            owner.posts("/api/teams/submissions/", team=ours, file=upload(FILES[6]))
    return scenario, told


class Person:
    def __init__(self, scenario: cast.Scenario, role: str, told: list[tuple[str, Any]]) -> None:
        self.scenario, self.role, self.told = scenario, role, told

    def client(self, *, by_token: bool = False) -> APIClient:
        client = APIClient(raise_request_exception=False)
        user = self.scenario.people[self.role]
        if user is not None and by_token:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.scenario.things['tokens'][self.role]}")
        elif user is not None:
            client.force_login(user)
        return client

    def sends(self, method: str, address: str, *, by_token: bool = False, as_json: bool = False, **body: Any) -> Any:
        cache.clear()
        files = any(hasattr(value, "read") for value in body.values())
        form = "json" if as_json or not files else "multipart"
        answer = getattr(self.client(by_token=by_token), method)(address, body, format=form)
        self.told.append((f"{self.role} {method} {address}", answer))
        assert answer.status_code < 300, (address, answer.content)
        return answer

    def posts(self, address: str, **body: Any) -> Any:
        return self.sends("post", address, **body)

    def puts(self, address: str, **body: Any) -> Any:
        return self.sends("put", address, **body)


def upload(values: list[float]) -> SimpleUploadedFile:
    return upload_of(csv(values))


def upload_of(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("file.csv", content)


def work_out(at: Any) -> None:
    for run in ScoringRun.objects.filter(status__in=["queued", "running"]):
        while runs.work(run.pk, now=lambda: at) is runs.Outcome.MORE:
            pass


def asked(scenario: cast.Scenario, stage: str) -> Iterator[tuple[str, Any]]:
    """Every door after the end, and before it those that show scores, by those to whom they show most."""
    every = doors.ALL_DOORS if stage == "ended" else doors.BOARDS
    clients: dict[tuple[str, bool], APIClient] = {}
    for door in [*every, *(doors.Door("site", route) for route in SPECIAL)]:
        address = SPECIAL.get(door.place) or doors.address(door, scenario)
        people = ("owner", "organiser") if door in doors.BOARDS else ("organiser",)
        for role in ("staff",) if door.kind in ("admin", "panel") else people:
            if address is None:
                continue
            by_token = doors.is_for_tokens(door)
            if (role, by_token) not in clients:
                clients[role, by_token] = Person(scenario, role, []).client(by_token=by_token)
            client = clients[role, by_token]
            cache.clear()
            if door.kind == "kaggle":
                answer = client.post(address, kaggle.body_of(door.place, scenario), format="json")
            else:
                answer = client.get(address)
            yield f"{role} {door.place}", answer


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + str(dict(answer.headers))


@pytest.mark.parametrize("stage", WHEN)
@pytest.mark.django_db
def test_no_door_and_no_mail_tells_more_of_a_score_than_is_shown(monkeypatch, settings, stage):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    scenario, told = play(monkeypatch, stage)
    with freeze_time(WHEN[stage]):
        told += list(asked(scenario, stage))
        with TestCase.captureOnCommitCallbacks(execute=True):
            deliver_due(WHEN[stage] + timedelta(days=2))
        lines = [(where, text_of(answer)) for where, answer in told]
        lines += [("mail", f"{one.subject} {one.body} {getattr(one, 'alternatives', '')}") for one in mail.outbox]
        lines += [("notification", str(vars(one))) for one in Notification.objects.all()]
    assert len(mail.outbox) > 3
    assert [(where, TOO_LONG.search(text)[0]) for where, text in lines if TOO_LONG.search(text)] == []
    # It would have been seen: as they are shown, the same scores are in many places.
    shown = [f"{score(FILES[0], PUBLIC_ROWS, 1):.{DIGITS}f}", *preview_of(stage)]
    numbers = [beside(FILES[n], PUBLIC_ROWS, 1) for n in (0, 1, 5)]
    assert any(f"{one:.{DIGITS}f}" in text for one in numbers for _where, text in lines)
    for value in shown:
        assert sum(value in text for _where, text in lines) > 2, value


def preview_of(stage: str) -> list[str]:
    return [f"{min(score(FILES[n], PRIVATE_ROWS, 1) for n in (0, 1, 5)):.{DIGITS}f}"] if stage == "ended" else []


# --- the one function, for any number of digits ---------------------------------------------------------------------------
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100)


@hypothesis_settings(max_examples=100, deadline=None)
@given(value=NUMBERS, digits=st.integers(0, 10))
def test_what_is_shown_has_no_more_digits_than_the_competition(value, digits):
    competition = CompetitionFactory.build(score_digits=digits)
    shown = competition.phase.shown_score(value)
    assert decimals(repr(shown)) <= max(digits, 1)  # 1.0 has one
    assert decimals(score_text(value, competition.phase)) <= digits
    assert competition.phase.shown_score(shown) == shown
    assert math.copysign(1.0, shown) == 1.0 or shown < 0
    if abs(value) < 1e5:
        assert abs(shown - value) <= 0.5 * 10.0**-digits + 1e-9


@pytest.mark.parametrize("digits", [0, 1, 5, 10])
@pytest.mark.django_db
def test_the_preview_shows_them_and_the_confirmed_ranking_everything(digits):
    cup = CompetitionFactory(score_digits=digits)
    team = TeamFactory(competition=cup)
    long = 1 / 3
    Standing.objects.filter(team=team).update(best_private_score=long, private_key=long, private_submitted_at=NOON)
    assert decimals(repr(private_row(cup)["score"])) <= max(digits, 1)
    cup.phase.confirmed_at = LATER
    assert private_row(cup)["score"] == long


def private_row(competition: Competition) -> dict[str, Any]:
    return PrivateRowSerializer(Leaderboard(competition.phase, PRIVATE, fresh=True).rows(0, 1)[0]).data


def decimals(text: str) -> int:
    return max(0, -int(Decimal(text).as_tuple().exponent))
