"""People in their roles, and their clients."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from discussions.services import posts
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory


@pytest.fixture(autouse=True)
def _no_throttle():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", title="Cup", hosts=[host])


@pytest.fixture
def alice(cup):
    return TeamFactory(competition=cup, owner=UserFactory(username="alice")).owner


@pytest.fixture
def bob(cup):
    return TeamFactory(competition=cup, owner=UserFactory(username="bob")).owner


@pytest.fixture
def visitor(db):
    return UserFactory(username="visitor")


@pytest.fixture
def staff(db):
    return UserFactory(username="staffer", is_staff=True)


@pytest.fixture
def as_():
    """A client signed in as somebody; None: nobody."""

    def client(user=None):
        api = APIClient(raise_request_exception=False)
        if user is not None:
            api.force_authenticate(user)
        return api

    return client


@pytest.fixture
def post():
    """Starts a discussion in the domain's words."""

    def start(by, competition=None, *, title="A question", body="Is it?", at=NOON, **fields):
        return posts.create_discussion(by=by, competition=competition, title=title, body=body, at=at, **fields)

    return start


@pytest.fixture
def answer():
    def add(discussion, by, body="Yes.", *, to=None, at=NOON):
        return posts.add_comment(discussion=discussion, by=by, body=body, parent_id=to.pk if to else None, at=at)

    return add


def code(response) -> str:
    return response.json()["errors"][0]["code"]


@pytest.fixture
def topic(post, alice, cup):
    return post(alice, cup, title="Topic")
