"""What the description says is what the server does: requests made from it, to a competition with everything in it.

Bounded: a few requests to each endpoint, the same ones every time, as the organiser and as the owner of a team. And its
examples, which somebody copies from /docs, are of things that are there in the demo.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.contrib.auth import get_user_model
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings as limits
from schemathesis.checks import CHECKS, load_all_checks

from accounts.tokens import create_token
from competitions.models import Team
from foundation.throttling import WriteThrottle
from main.openapi_examples import with_examples
from main.wsgi import application
from submissions.models import Submission
from tests.main.test_demo import NOW, demo  # noqa: F401 -- a fixture
from tests.matrix.scenario import STAGES, Scenario

load_all_checks()
REQUESTS = 2  # to each endpoint, as each of the people
WHAT_IS_CHECKED = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
ALIKE_EVERY_TIME = limits(
    max_examples=REQUESTS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Signing in and out is allauth's to describe; the description itself is a megabyte each time.
LEFT_OUT = re.compile(r"^/api/(auth|schema)/")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def scenario(scene, monkeypatch) -> Iterator[Scenario]:
    monkeypatch.setattr(WriteThrottle, "allow_request", lambda *_: True)
    with scene("running") as scenario, freeze_time(STAGES["running"]):
        yield scenario


def real(path: str, scenario: Scenario) -> dict[str, Any]:
    """The path's parameters, of things that are there."""
    words = re.findall(r"/([\w-]+)/\{(\w+)\}", path)
    return {name: scenario.ids[word] for word, name in words if word in scenario.ids}


def asked(description: Any, scenario: Scenario, role: str) -> tuple[list[str], Counter[int]]:
    """Ask every endpoint of the description; what was answered otherwise than it says, and how often 200s and so on."""
    # Compressed answers are not read by the tool when it speaks to the application itself.
    headers = {"Authorization": f"Bearer {scenario.things['tokens'][role]}", "Accept-Encoding": "identity"}
    faults: dict[str, None] = {}
    reached: Counter[int] = Counter()

    def ask(case: Any) -> None:
        case.path_parameters.update(real(case.operation.path, scenario))
        with transaction.atomic():
            response = case.call(app=application, base_url="http://testserver", headers=headers)
            transaction.set_rollback(True)
        reached[response.status_code // 100] += 1
        try:
            case.validate_response(response, checks=WHAT_IS_CHECKED)
        except BaseExceptionGroup as group:
            for fault in group.exceptions:
                faults[f"{case.method} {case.operation.path} {response.status_code}: {fault}"] = None

    for operation in (found.ok() for found in description.get_all_operations()):
        if not LEFT_OUT.match(operation.path):
            ALIKE_EVERY_TIME(given(case=operation.as_strategy())(ask))()
    return list(faults), reached


@pytest.mark.parametrize("role", ["organiser", "owner"])
def test_every_endpoint_answers_as_it_is_described(document, scenario, role):
    faults, reached = asked(schemathesis.openapi.from_dict(document), scenario, role)
    assert faults == []
    assert reached[2] > 80


def test_an_answer_that_is_not_as_described_is_noticed(document, scenario):
    wrong = deepcopy(document)
    wrong["paths"] = {"/api/me/": {"get": wrong["paths"]["/api/me/"]["get"]}}
    wrong["components"]["schemas"]["Me"]["properties"]["username"] = {"type": "integer"}
    (fault,), _reached = asked(schemathesis.openapi.from_dict(wrong), scenario, "owner")
    assert fault.startswith("GET /api/me/ 200")
    assert "integer" in fault


# What the demo has nothing of, what is closed while its competition runs, or whose competition stands in the query.
NOT_IN_THE_DEMO = re.compile(
    r"/legal/|/merge-requests/preview/|/receipt/path/|/leaderboard/(private|combined)/|/solution/file/|/own-metrics/|/integrity/\{id\}|/scoring-runs/\{id\}|/uploads/|/discussions/audience/|/grades/(csv/)?$|/archive/$"
)


def test_examples_of_what_is_read_are_there_in_the_demo(document, demo, monkeypatch):  # noqa: F811 -- the fixture
    monkeypatch.setattr(WriteThrottle, "allow_request", lambda *_: True)
    described = with_examples(deepcopy(document))
    with freeze_time(NOW):
        host = get_user_model().objects.get(username="host")
        people = {Team.objects.get(pk=1).owner, Submission.objects.get(pk=1).user, host}
        headers = [
            {
                "Authorization": f"Bearer {create_token(user=each, name='docs', at=NOW)[1]}",
                "Accept-Encoding": "identity",
            }
            for each in people
        ]
        missed = []
        for operation in (found.ok() for found in schemathesis.openapi.from_dict(described).get_all_operations()):
            if operation.method != "get" or LEFT_OUT.match(operation.path) or NOT_IN_THE_DEMO.search(operation.path):
                continue
            named = described["paths"][operation.path]["get"].get("parameters", [])
            case = operation.Case(
                path_parameters={each["name"]: each.get("example") for each in named if each["in"] == "path"},
                query={
                    each["name"]: each.get("example")
                    for each in named
                    if each["in"] == "query" and each.get("required")
                },
            )
            answers = [case.call(app=application, base_url="http://testserver", headers=each) for each in headers]
            for answer in answers:
                case.validate_response(answer, checks=WHAT_IS_CHECKED)
            if not any(answer.status_code < 300 for answer in answers):
                missed += [f"{operation.path} {answer.status_code} {answer.text}" for answer in answers]
    assert missed == []
