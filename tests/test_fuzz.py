"""Whatever a client sends, wherever, the answer is a clear one: never a server error.

Every endpoint of the API's description, with people who may do everything there, gets addresses, query parameters and
bodies that are partly right and partly anything. A larger hunt: `UZU_FUZZ_EXAMPLES=500 pytest tests/test_fuzz.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings, strategies as st
from rest_framework.test import APIClient

from main.openapi import METHODS
from tests.matrix.scenario import STAGES, Scenario
from tests.matrix.table import BODIES
from tests.test_matrix import fill

EXAMPLES = int(os.environ.get("UZU_FUZZ_EXAMPLES", "6"))
# Tested by itself, with the states a session has: tests/accounts/test_fuzz.py. The command lines: tests/clients.
ELSEWHERE = "/api/auth/"
# The parameters that lists of other endpoints know, and that some may forget to check.
ANYWHERE = ["page", "pageSize", "search", "ordering", "format", "lang", "nonsense"]

NUMBERS = [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.5, 1e308, float("inf"), float("nan"), True]
TEXTS = [
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff", "\U0001f469\u200d\U0001f692", "²", "٣", "Ａ", "ß", "\u202e"),
    *("0", "-1", "1" * 19, "1" * 400, "1e400", "nan", "Infinity", "true", "null", "None", "a" * 3000),
    *("' OR 1=1 --", "%", "%s", "{0}", "../../etc/passwd", "<script>", "\\", "=1+1", "1,2,x", ",", "-", "\r\nX: y"),
    *("2026-06-05T12:00:00Z", "0000-00-00", "9999-12-31T23:59:59+23:59", "0001-01-01T00:00:00+14:00", "private_score"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.sampled_from(TEXTS) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=3),
    max_leaves=6,
)
odd_text = st.sampled_from(TEXTS) | st.sampled_from(NUMBERS).map(str) | st.text(max_size=20)
broken_bodies = st.sampled_from(
    [b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"\x00", b'{"a": NaN}', b"[" * 100_000, b'{"a":' * 20_000]
)
content_types = st.sampled_from(
    [
        *("application/json", "application/json; charset=utf-16", "application/json; charset=nonsense", "text/plain"),
        *("multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", "a/b/c;="),
        "application/x-www-form-urlencoded; charset=klingon",
    ]
)


def operations() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(METHOD, path, what the description says of it, the components) of every endpoint."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if method in METHODS and not path.startswith(ELSEWHERE):
                yield method.upper(), path, operation, schema["components"]["schemas"]


OPERATIONS = list(operations())


def fields_of(operation: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """The names an endpoint's body may have."""
    names: set[str] = set()
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media.get("schema", {})
        schema = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
        names |= set(schema.get("properties", {}))
    return sorted(names)


def queries_of(operation: dict[str, Any]) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


def mixed(fields: list[str], good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The good values with some of the fields replaced, left out, or added."""
    odd = st.dictionaries(st.sampled_from(fields) if fields else st.sampled_from(TEXTS), anything, max_size=3)
    return odd.map(lambda replaced: {**good, **replaced})


def spoiled(path: str, scenario: Scenario, odd: str, data: st.DataObject) -> str:
    """The address with the scenario's values, sometimes an odd one in one of their places."""
    segments = path.split("/")
    places = [number for number, segment in enumerate(segments) if segment.startswith("{")]
    address = fill(path, scenario).split("/")
    if places and data.draw(st.integers(0, 2)) == 0:
        place = data.draw(st.sampled_from(places))
        address[place] = quote(odd.encode("utf-8", "surrogatepass"), safe="")
    return "/".join(address)


def sendable(text: str) -> str:
    """Without what a form can't carry."""
    return text.encode("utf-8", "replace").decode()


def sent(client: APIClient, method: str, address: str, body: dict[str, Any], data: st.DataObject) -> Any:
    """The answer to the body as JSON, as a form, or as something else."""
    if method == "GET":
        return client.get(address)
    way = data.draw(st.sampled_from(["json", "json", "form", "broken"]))
    files = {name: value for name, value in body.items() if isinstance(value, SimpleUploadedFile)}
    if way == "broken":
        return client.generic(method, address, data.draw(broken_bodies), content_type=data.draw(content_types))
    if way == "form" or files:
        texts = {sendable(name): sendable(str(value)) for name, value in body.items() if name not in files}
        return getattr(client, method.lower())(address, {**texts, **files}, format="multipart")
    return client.generic(method, address, json.dumps(body).encode(), content_type="application/json")


def fuzzed(test):
    """Run with the same examples each time, so that nobody's change fails by the luck of the draw."""
    return hypothesis_settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)


def require_clear(answer: Any, address: str) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, (address, answer.content[:2000])
    if answer.status_code >= 400 and answer.headers.get("Content-Type", "").startswith("application/json"):
        assert answer.json().get("errors"), address


@pytest.fixture
def cast(scene):
    """The scenario while the competition runs."""
    with scene("running") as scenario, freeze_time(STAGES["running"]):
        yield scenario


@pytest.mark.parametrize(
    ("method", "path", "operation", "schemas"), OPERATIONS, ids=[f"{o[0]} {o[1]}" for o in OPERATIONS]
)
def test_the_api(cast, method, path, operation, schemas):
    fields, queries = fields_of(operation, schemas), queries_of(operation)

    @fuzzed
    @given(st.data())
    def ask(data):
        cache.clear()
        body = BODIES.get((method, path), {})
        good = body(cast) if callable(body) else body
        address = spoiled(path, cast, data.draw(odd_text), data)
        query = data.draw(st.dictionaries(st.sampled_from(queries * 3 + ANYWHERE), odd_text, max_size=3))
        if query:
            address += "?" + urlencode(query, errors="surrogatepass")
        client = APIClient(raise_request_exception=False)
        if (
            person := cast.people[data.draw(st.sampled_from(["owner", "staff", "organiser", "anonymous"]))]
        ) is not None:
            client.force_login(person)
        client.credentials(HTTP_ACCEPT_LANGUAGE=data.draw(st.sampled_from(["en", "ja", "xx", "\xff", "a" * 5000])))
        with transaction.atomic():
            require_clear(sent(client, method, address, data.draw(mixed(fields, good)), data), address)
            transaction.set_rollback(True)

    ask()
