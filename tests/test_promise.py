"""The promise, over the whole site: before the confirmation no private score is in any answer, and never the solution.

Every GET of the URL configuration and every page of the admin, while private scores lie in the database already. What
must not be shown is recognised by its digits. The kaggle command line is asked in tests/clients/test_promise.py.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.sites import site
from django.core.cache import cache
from django.urls import reverse
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.models import Standing
from competitions.solution.services import replace_solution
from submissions.models import ScoringRun, Submission
from tests.factories import STARTS, UserFactory
from tests.matrix.scenario import STAGES, Scenario, build
from tests.test_matrix import ROWS, fill, is_for_scripts

# Nowhere else do these digits occur, nor those that the competition shows of them.
PRIVATE_SCORE = 0.86753091
SHOWN = "0.86753"
ANSWERS = ("81723.25", "91827.75")
SOLUTION = f"id,target,Usage\n1,1,Public\n2,2,Public\n3,{ANSWERS[0]},Private\n4,{ANSWERS[1]},Private\n"
QUERIES = ("", "?bracket=student", "?ordering=-privateScore&pageSize=100&search=0.86")
ADMIN_QUERIES = ("", "?o=-1.-2.-3.-4.-5.-6&q=0.867")
CURIOUS = ("anonymous", "participant", "owner", "organiser", "staff")


@pytest.fixture(params=["running", "ended"], scope="module")
def stage(request):
    return request.param


@pytest.fixture
def scenario(scenes, stage, tmp_path):
    with scenes.set_up(f"secrets-{stage}", lambda: with_secrets(stage), tmp_path) as scenario:
        yield scenario


def with_secrets(stage):
    with freeze_time(STAGES["running"]):
        scenario = build(stage)
        team = scenario.things["team"]
        replace_solution(
            phase=team.competition.phase, file=BytesIO(SOLUTION.encode()), filename="s.csv", by=None, at=STARTS
        )
    Submission.objects.update(private_score=PRIVATE_SCORE, private_numbers={"mse": PRIVATE_SCORE})
    Standing.objects.update(
        best_private_score=PRIVATE_SCORE, private_key=PRIVATE_SCORE, private_submitted_at=STAGES["running"]
    )
    # So that the preview is complete: what the solution was replaced for has been scored again.
    ScoringRun.objects.update(solution=team.competition.solutions.get(is_active=True))
    return scenario


def shown(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + str(dict(answer.headers))


def client_of(scenario: Scenario, role: str, *, by_token: bool) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if scenario.people[role] is not None:
        if by_token:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {scenario.things['tokens'][role]}")
        else:
            client.force_login(scenario.people[role])
    return client


def require_silence(answer: Any, where: str) -> None:
    text = shown(answer)
    assert answer.status_code < 500, where
    assert SHOWN[2:] not in text, where
    for value in ANSWERS:
        assert value not in text, where


@pytest.mark.parametrize("role", CURIOUS)
def test_no_address_of_the_site_tells_it(scenario, stage, role):
    # What organisers look at before they confirm.
    told = "/preview/" if stage == "ended" and role in ("organiser", "staff") else "nowhere"
    routes = sorted({route for method, route, _stage, _statuses in ROWS if method == "GET" and told not in route})
    with freeze_time(STAGES[stage]):
        for route in routes:
            cache.clear()
            client = client_of(scenario, role, by_token=is_for_scripts(route))
            for query in QUERIES:
                require_silence(client.get(fill(route, scenario) + query), f"{role} {route}{query}")


def test_organisers_see_it_in_the_preview_alone(scenario, stage):
    """What the test above leaves out is there to be found: it looks in the right places."""
    path = reverse("leaderboard-private-preview", args=["cup"])
    with freeze_time(STAGES[stage]):
        preview = shown(client_of(scenario, "organiser", by_token=False).get(path))
    assert (SHOWN in preview) is (stage == "ended")
    assert str(PRIVATE_SCORE) not in preview


@pytest.mark.parametrize("role", ["organiser", "staff"])
def test_no_page_of_the_admin_tells_it(scenario, stage, role):
    person = scenario.people[role]
    person.is_staff = True
    person.save()
    client = client_of(scenario, role, by_token=False)
    for model in site._registry:
        meta = model._meta
        changelist = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        pages = [changelist + query for query in ADMIN_QUERIES]
        if (row := model._default_manager.first()) is not None:
            views = ("change", "history", "delete")
            pages += [reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=[row.pk]) for view in views]
        with freeze_time(STAGES[stage]):
            for page in pages:
                require_silence(client.get(page), page)


def test_the_admin_filters_by_nothing_private(rf):
    """Whatever column or relation is asked for in the address, down to three relations deep."""
    request = rf.get("/")
    request.user = UserFactory.build(is_staff=True, is_superuser=True)
    asked = [(admin, lookup) for model, admin in site._registry.items() for lookup in private_lookups(model)]
    assert len(asked) > len(site._registry)
    assert [one for one in asked if one[0].lookup_allowed(f"{one[1]}__gt", "0.1", request)] == []


def private_lookups(model: Any, *, prefix: str = "", depth: int = 3, seen: tuple[Any, ...] = ()) -> list[str]:
    """Lookups from `model` to columns of the private side."""
    found = [
        f"{prefix}{field.name}"
        for field in model._meta.get_fields()
        if field.concrete and not field.is_relation and "private" in field.name and model in PRIVATE_MODELS
    ]
    if depth:
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model and field.related_model not in (*seen, model):
                further = f"{prefix}{field.name}__"
                found += private_lookups(field.related_model, prefix=further, depth=depth - 1, seen=(*seen, model))
    return found


PRIVATE_MODELS = (apps.get_model("submissions.Submission"), apps.get_model("competitions.Standing"))
