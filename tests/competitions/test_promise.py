"""The promise: before the end and the confirmation nobody reads a private score, and never the solution.

Every GET of the room, by every role, at every stage; what must not be there is recognised by its digits.
"""

from __future__ import annotations

import io

import pytest
from django.urls import URLPattern, URLResolver
from freezegun import freeze_time

from competitions import urls
from competitions.models import Bracket, Page, Phase, RosterEntry, Standing
from competitions.solution.services import replace_solution
from competitions.teams.invitations import invite
from competitions.teams.merges import request_merge
from submissions.models import Submission
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, submits

# The solution's private rows, and the private scores made from them.
SECRET_TARGETS = ("81723.25", "91827.75")
SECRET_SCORES = ("0.31415926", "0.27182818")
CSV = f"id,target,Usage\n1,5,Public\n2,{SECRET_TARGETS[0]},Private\n3,{SECRET_TARGETS[1]},Private\n"


def templates(patterns, prefix=""):
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from templates(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield "/api/" + here


@pytest.fixture
def cast(scenes, tmp_path):
    with scenes.set_up("secrets", two_teams_with_secrets, tmp_path) as cast:
        yield cast


def two_teams_with_secrets():
    host = UserFactory(username="host", is_staff=True)
    cup = CompetitionFactory(slug="cup", hosts=[host], max_team_size=5)
    Page.objects.create(competition=cup, slug="overview", title="Overview")
    replace_solution(phase=cup.phase, file=io.BytesIO(CSV.encode()), filename="s.csv", by=host, at=NOON)
    whales = TeamFactory(competition=cup, owner__username="owner", members=[UserFactory(username="member")])
    ants = TeamFactory(competition=cup, owner__username="rival")
    for team, score, secret in zip((whales, ants), (0.4, 0.3), SECRET_SCORES, strict=True):
        submission = submits(team, score)
        Submission.objects.filter(pk=submission.pk).update(private_score=float(secret))
        Standing.objects.filter(team=team).update(
            best_private_score=float(secret), private_key=float(secret), private_submitted_at=NOON
        )
    Bracket.objects.create(competition=cup, slug="student", name="Students").entries.create(team=whales)
    invite(team=whales, username=UserFactory(username="invited").username, by=whales.owner, at=NOON)
    request_merge(from_team=ants, to_team_id=whales.pk, by=ants.owner, at=NOON)
    entry = RosterEntry.objects.create(competition=cup, name="Somebody", number="7", created_at=NOON)
    return {"cup": cup, "team": whales, "entry": entry}


def answers(client, cast):
    """Every GET of the room, filled in, with the parameters people would try."""
    values = {
        "<slug:competition>": "cup",
        "<slug:page>": "overview",
        "<str:username>": "owner",
        "<int:pk>": str(cast["team"].pk),
        "<uuid:pk>": "00000000-0000-4000-8000-000000000000",
        "<uuid:upload>": "00000000-0000-4000-8000-000000000000",
        "<int:number>": "1",
        "<str:name>": "rmse",
        "<int:version>": "1",
        "<int:phase>": "1",
        "<slug:bracket>": "student",
        "<int:entry>": str(cast["entry"].pk),
    }
    for template in templates(urls.urlpatterns):
        path = template
        for name, value in values.items():
            path = path.replace(name, value)
        assert "<" not in path, f"say what to fill into {path}"
        for query in ("", "?ordering=-bestPrivateScore", "?search=0.3&pageSize=200", "?bracket=student"):
            yield path + query, client.get(path + query)


def text_of(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + str(dict(answer.headers))


ROLES = [None, "outsider", "invited", "member", "owner", "rival", "host", "boss"]


@pytest.mark.parametrize("role", ROLES, ids=str)
@pytest.mark.parametrize("at", [NOON, ENDS], ids=["running", "not confirmed"])
def test_before_the_confirmation(client_of, cast, role, at):
    with freeze_time(at):
        for path, answer in answers(client_of(person(role)), cast):
            assert answer.status_code < 500, path
            shown = text_of(answer)
            # Organisers look before they confirm: the preview, once the end has passed, and nothing else.
            preview = "preview" in path and role in ("host", "boss") and at >= ENDS
            for secret in SECRET_SCORES if not preview else ():
                assert secret not in shown, path
            for secret in SECRET_TARGETS:
                assert secret not in shown, path


@pytest.mark.parametrize("role", [None, "owner", "host", "boss"], ids=str)
def test_the_solution_never(client_of, cast, role):
    Phase.objects.update(confirmed_at=ENDS)
    with freeze_time(AFTER):
        for path, answer in answers(client_of(person(role)), cast):
            for secret in SECRET_TARGETS:
                assert secret not in text_of(answer), path


@pytest.mark.parametrize("value", [0.1, None])
def test_private_values_change_nothing_that_can_be_seen(client_of, cast, value):
    """No order, count, rank or validator follows from them."""

    def everything():
        return {
            path: (answer.status_code, text_of(answer).replace(str(answer.headers.get("Date")), ""))
            for path, answer in answers(client_of(person("rival")), cast)
        }

    before = everything()
    Submission.objects.update(private_score=value)
    Standing.objects.update(best_private_score=value, private_key=value, private_submitted_at=NOON if value else None)
    assert everything() == before


def person(role):
    if role is None:
        return None
    if role == "outsider":
        return UserFactory(username="outsider")
    if role == "boss":
        return UserFactory(username="boss", is_staff=True, is_superuser=True)
    return UserFactory._meta.model.objects.get(username=role)
