"""Every endpoint of the URL configuration, for every role, has the status that `tests/matrix/table.py` says.

An endpoint without a row there fails: who adds one decides for each role, where a reviewer sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from freezegun import freeze_time
from rest_framework.test import APIClient

from clients.kaggle.rpc import method_names
from tests.matrix import kaggle
from tests.matrix.scenario import ROLES, STAGES, Scenario
from tests.matrix.table import BODIES, TABLE

# Django's admin has a test of its own below; allauth's flows answer by the state of a session, and are tested there.
ELSEWHERE = ("/admin/", "/api/auth/")
METHODS = ("get", "post", "put", "patch", "delete")


# --- the table ------------------------------------------------------------------------------------------------------------
def rows() -> Iterator[tuple[str, str, str, list[int]]]:
    """(method, route, stage, status by role) of each line."""
    for line in TABLE.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, route, *statuses = line.split()
        route, _, stage = route.partition("@")
        assert len(statuses) == len(ROLES), line
        yield method, route, stage or "running", [int(status) for status in statuses]


# Stage by stage: the competition is built once for each (`scene`).
ROWS = sorted(rows(), key=lambda row: list(STAGES).index(row[2]))


# --- the URL configuration ------------------------------------------------------------------------------------------------
def endpoints(resolver: Any = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """(METHOD, route) of everything that is served, routes written like `/api/teams/{pk}/`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        address = prefix + re.sub(r"^\^", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern, address)
            continue
        route = re.sub(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)", lambda m: "{%s}" % (m.group(1) or m.group(2)), address)
        route = "/{app}" if "(?!" in route else route.removesuffix("$").removesuffix(r"\Z").replace("\\", "")
        for method in methods(pattern):
            yield method.upper(), route


def methods(pattern: URLPattern) -> list[str]:
    view = pattern.callback
    if actions := getattr(view, "actions", None):
        return [method for method in actions if method in METHODS]
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if cls is None:
        return ["get"]
    return [method for method in METHODS if hasattr(cls, method) and method in cls.http_method_names]


def test_every_endpoint_has_its_row():
    served = {endpoint for endpoint in endpoints() if not endpoint[1].startswith(ELSEWHERE)}
    known = {(method, route) for method, route, _stage, _statuses in ROWS}
    assert sorted(served - known) == [], "decide who may, in tests/matrix/table.py"
    assert sorted(known - served) == [], "no such endpoint any more"


# --- asking ----------------------------------------------------------------------------------------------------------------
def fill(route: str, scenario: Scenario) -> str:
    """The address of a route: each `{value}` is that of the word before it, a second one that of `word{value}`."""
    segments = route.replace("{app}", "").split("/")
    filled, word = [], ""
    for segment in segments:
        if segment.startswith("{"):
            filled.append(str(scenario.ids.get(word, "1")))
            word += segment
        else:
            filled.append(segment)
            word = segment
    return "/".join(filled)


def is_for_scripts(route: str) -> bool:
    """The routes of command lines take no session, only tokens."""
    return route.startswith(("/api/v1/", "/auth/", "/teams/", "/competitions/"))


def ask(method: str, route: str, scenario: Scenario, role: str) -> int:
    client = APIClient(raise_request_exception=False)
    if scenario.people[role] is not None:
        if is_for_scripts(route):
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {scenario.things['tokens'][role]}")
        else:
            client.force_login(scenario.people[role])
    body = BODIES.get((method, route), {})
    body = body(scenario) if callable(body) else body
    files = any(hasattr(value, "read") for value in body.values())
    options = {} if method == "GET" else {"data": body, "format": "multipart" if files else "json"}
    return getattr(client, method.lower())(fill(route, scenario), **options).status_code


@pytest.mark.parametrize(("method", "route", "stage", "expected"), ROWS, ids=[f"{r[0]} {r[1]} {r[2]}" for r in ROWS])
def test_who_may(scene, method, route, stage, expected):
    found = []
    with scene(stage) as scenario, freeze_time(STAGES[stage]):
        for role in ROLES:
            cache.clear()
            with transaction.atomic():
                found.append(ask(method, route, scenario, role))
                transaction.set_rollback(True)
    assert dict(zip(ROLES, found, strict=True)) == dict(zip(ROLES, expected, strict=True)), (
        f"{method:6} {route} " + " ".join(map(str, found))
    )


# --- the kaggle command line: many methods behind one route -------------------------------------------------------------
KAGGLE = list(kaggle.rows())


def test_every_method_of_the_kaggle_command_line_has_its_row():
    known = {name for name, stage, _statuses in KAGGLE if stage == "running"}
    assert get_resolver().url_patterns, "methods are registered when the routes are read"
    assert sorted(set(method_names()) - known) == [], "decide who may, in tests/matrix/kaggle.py"
    assert sorted(known - set(method_names())) == [], "no such method any more"


def call(name: str, scenario: Scenario, role: str) -> int:
    """The status `role` gets, who signs in as the client does: by a token, or not at all."""
    client = APIClient(raise_request_exception=False)
    if scenario.people[role] is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {scenario.things['tokens'][role]}")
    scenario.asking = role
    return client.post(f"/api/v1/{name}", kaggle.body_of(name, scenario), format="json").status_code


@pytest.mark.parametrize("stage", STAGES)
def test_who_may_call_by_the_kaggle_command_line(scene, stage):
    wrong = []
    with scene(stage) as scenario, freeze_time(STAGES[stage]):
        for name, _stage, expected in (row for row in KAGGLE if row[1] == stage):
            found = []
            for role in ROLES:
                cache.clear()
                with transaction.atomic():
                    found.append(call(name, scenario, role))
                    transaction.set_rollback(True)
            if found != expected:
                wrong.append(f"{name}: " + " ".join(map(str, found)))
    assert wrong == []


# --- the admin -------------------------------------------------------------------------------------------------------------
def test_the_admin_is_for_staff_alone(scene):
    """Whatever the page, whoever is not staff is sent to sign in."""
    pages = [route for method, route in endpoints() if route.startswith("/admin/") and method == "GET"]
    public = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")
    with scene("running") as scenario:
        for role in set(ROLES) - {"staff"}:
            client = APIClient()
            if (person := scenario.people[role]) is not None:
                client.force_login(person)
            for page in pages:
                if page.startswith(public):
                    continue
                answer = client.get(re.sub(r"\{\w+\}|\(.*?\)", "1", page))
                assert answer.status_code in (302, 404), f"{role} {page}"
                if answer.status_code == 302:
                    assert answer.headers["Location"].startswith("/admin/login/"), f"{role} {page}"
