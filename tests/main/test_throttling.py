"""Whatever changes something is counted, unless it is named here with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import SAFE_METHODS
from rest_framework.settings import api_settings
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from foundation.throttling import WriteThrottle
from tests.factories import UserFactory

UNCOUNTED = {
    "competition-data-upload-part": "a file has thousands of parts; beginning an upload is counted",
    "competition-data-upload-targets": "asked again for every few parts",
    "workbench-upload-part": "a file has thousands of parts; beginning an upload is counted",
    "kaggle-upload": "one whole file, announced by a method that is counted",
    "kaggle-file": "a download: the client reads by POST too",
    "kaggle-rpc": "reads by POST too; what changes something is counted method by method, tested with the client",
}


def writing(resolver: Any = None) -> Iterator[tuple[str, type[APIView], dict[str, Any]]]:
    """Name, view and settings of every route of the API that takes more than safe methods."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from writing(pattern)
        elif isinstance(pattern, URLPattern) and issubclass(getattr(pattern.callback, "cls", object), APIView):
            view = pattern.callback.cls
            methods = getattr(pattern.callback, "actions", None) or [
                m for m in view.http_method_names if hasattr(view, m)
            ]
            if any(method.upper() not in (*SAFE_METHODS, "OPTIONS") for method in methods):
                yield pattern.name or "", view, pattern.callback.initkwargs


def test_every_writing_route_is_counted_or_named():
    found = list(writing())
    uncounted = {name for name, view, settings in found if not settings.get("throttle_classes", view.throttle_classes)}
    assert uncounted == set(UNCOUNTED)
    assert len(found) > 50


def counted(view: type[APIView], address: str, times: int, **headers: str) -> list[int]:
    make = APIRequestFactory()
    return [view.as_view()(make.post("/", REMOTE_ADDR=address, **headers)).status_code for _ in range(times)]


class Writing(APIView):
    permission_classes = []

    def post(self, request):
        from rest_framework.response import Response

        return Response()


@pytest.fixture
def _two_a_minute(monkeypatch):
    monkeypatch.setattr(WriteThrottle, "THROTTLE_RATES", {"writes": "2/min", "joining": "1/min"})


@pytest.mark.usefixtures("_two_a_minute")
def test_an_invented_address_makes_no_key_of_its_own():
    assert api_settings.NUM_PROXIES == 0
    answers = [counted(Writing, "10.0.0.1", 1, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")[0] for number in range(4)]
    assert answers == [200, 200, 429, 429]


@pytest.mark.usefixtures("_two_a_minute")
def test_a_scope_of_its_own_is_counted_apart():
    class Joining(Writing):
        throttle_scope = "joining"

    assert counted(Joining, "10.0.0.2", 2) == [200, 429]
    assert counted(Writing, "10.0.0.2", 3) == [200, 200, 429]


@pytest.mark.django_db
@pytest.mark.usefixtures("_two_a_minute")
def test_reading_is_free(api):
    api.force_authenticate(UserFactory())
    assert {api.get("/api/me/").status_code for _ in range(5)} == {200}
