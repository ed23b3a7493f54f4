"""The rules of runs and of the confirmation: what they say, and that every door asks them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.urls import reverse
from freezegun import freeze_time
from rest_framework.test import APIClient

from foundation.refusals import Conflict
from foundation.verdict import Verdict
from submissions import runs
from submissions.models import ScoringRun
from submissions.runs import permissions as may
from tests.factories import AFTER, ENDS, NOON, TeamFactory, UserFactory
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution

pytestmark = pytest.mark.django_db
JUST_BEFORE = ENDS - timedelta(microseconds=1)
AFTER_THE_END = {
    "run_private_scoring": may.run_private_scoring,
    "confirm_private_leaderboard": may.confirm_private_leaderboard,
}


@pytest.fixture
def host(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def competition(host):
    return competition_with_solution("rmse", hosts=[host])


@pytest.fixture
def people(competition, host):
    editor = UserFactory(is_staff=True)
    editor.user_permissions.add(Permission.objects.get(codename="change_competition"))
    return {
        "host": host,
        "superuser": UserFactory(is_superuser=True),
        "editor": editor,
        "server": None,
        "staff": UserFactory(is_staff=True),
        "member": TeamFactory(competition=competition).owner,
        "host of another": competition_with_solution("rmse", hosts=[UserFactory()]).hosts.get(),
        "anybody": AnonymousUser(),
    }


def said(verdict: Verdict) -> str:
    return "yes" if verdict else verdict.refusal.code


# --- what they say ----------------------------------------------------------------------------------------------------
ORGANISERS = ("host", "superuser", "editor", "server")
OTHERS = ("staff", "member", "host of another", "anybody")


@pytest.mark.parametrize("rule", AFTER_THE_END)
@pytest.mark.parametrize(
    ("at", "expected"), [(NOON, "competition_running"), (JUST_BEFORE, "competition_running"), (ENDS, "yes")]
)
def test_the_private_side_is_for_organisers_after_the_end(competition, people, rule, at, expected):
    ask = AFTER_THE_END[rule]
    assert {name: said(ask(people[name], competition.phase, at)) for name in ORGANISERS} == dict.fromkeys(
        ORGANISERS, expected
    )
    assert {name: said(ask(people[name], competition.phase, at)) for name in OTHERS} == dict.fromkeys(
        OTHERS, "not_a_host"
    )


def test_organisers_rescore_at_any_time(competition, people):
    assert {name: said(may.rescore(people[name], competition)) for name in ORGANISERS} == dict.fromkeys(
        ORGANISERS, "yes"
    )
    assert {name: said(may.rescore(people[name], competition)) for name in OTHERS} == dict.fromkeys(
        OTHERS, "not_a_host"
    )


@pytest.mark.parametrize(("kind", "expected"), [("private", "competition_running"), ("rescore", "yes")])
def test_starting_a_run_follows_the_rule_of_its_kind(competition, host, kind, expected):
    assert said(may.start_run(host, competition.phase, kind, NOON)) == expected


# --- that they are asked ----------------------------------------------------------------------------------------------
class ByDecree(Conflict):
    """A refusal that no other rule gives: who meets it has asked the rule."""

    code = "by_decree"
    message = "By decree, no."


RULES = {
    # rule: (service, its arguments, address below the competition, body, name of the page in the admin, form)
    "run_private_scoring": (
        *(runs.start_run, {"kind": "private"}, "scoring-runs/", {"kind": "private"}),
        *("start", {"kind": "private"}),
    ),
    "rescore": (
        *(runs.start_run, {"kind": "rescore", "reason": "x"}, "scoring-runs/", {"kind": "rescore", "reason": "x"}),
        *("start", {"kind": "rescore", "reason": "x"}),
    ),
    "confirm_private_leaderboard": (
        *(runs.confirm_private_leaderboard, {}, "private-leaderboard/confirm/", {}),
        *("confirm", {"x": "x"}),
    ),
}


@pytest.fixture(params=RULES)
def decreed(request, monkeypatch):
    """A rule that says no to everybody, and what it is asked for."""
    monkeypatch.setattr(may, request.param, lambda *_args: Verdict(ByDecree()))
    return RULES[request.param]


@pytest.mark.parametrize("by", ["host", "server"])
def test_the_service_asks(competition, people, decreed, by):
    service, arguments, *_rest = decreed
    with pytest.raises(ByDecree):
        service(phase=competition.phase, by=people[by], at=AFTER, **arguments)
    assert not ours(ScoringRun).exists()


def test_the_api_asks(competition, host, decreed):
    _service, _arguments, address, body, *_rest = decreed
    client = APIClient()
    client.force_authenticate(host)
    with freeze_time(AFTER):
        answer = client.post(f"/api/competitions/{competition.slug}/{address}", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "by_decree")


def test_the_admin_asks(client, competition, host, decreed):
    *_rest, page, form = decreed
    with freeze_time(AFTER):
        client.force_login(host)
        address = reverse(f"admin:competitions_competition_scoring_{page}", args=[competition.pk])
        answer = client.post(address, form, follow=True)
    assert "By decree, no." in answer.content.decode()
    assert not ours(ScoringRun).exists()
