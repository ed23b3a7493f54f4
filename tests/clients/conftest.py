"""A running competition with a scoring solution, and people who call by command line."""

from __future__ import annotations

import io
from base64 import b64encode

import httpx
import pytest
import uzu
from django.core.wsgi import get_wsgi_application
from freezegun import freeze_time

from accounts.tokens import create_token
from competitions.solution.services import replace_solution
from tests.factories import NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory

SOLUTION = b"id,target,Usage\n1,1.0,Public\n2,2.0,Public\n3,3.0,Private\n4,4.0,Private\n"
PERFECT = b"id,target\n1,1.0\n2,2.0\n3,3.0\n4,4.0\n"
OFF_BY_ONE = b"id,target\n1,2.0\n2,3.0\n3,4.0\n4,5.0\n"


@pytest.fixture
def now():
    with freeze_time(NOON) as clock:
        yield clock


@pytest.fixture
def host(db):
    return UserFactory(username="host")


@pytest.fixture
def competition(host):
    made = CompetitionFactory(slug="demo-cup", title="Demo Cup", hosts=[host], daily_submission_limit=3)
    replace_solution(phase=made.phase, file=io.BytesIO(SOLUTION), filename="solution.csv", by=host, at=STARTS)
    return made


@pytest.fixture
def team(competition):
    return TeamFactory(competition=competition, owner=UserFactory(username="alice"), name="alpha")


def credentials(user) -> dict[str, str]:
    """The header the kaggle command line sends for a user name and a key."""
    _token, plain = create_token(user=user, name="script", at=NOON)
    return {"HTTP_AUTHORIZATION": "Basic " + b64encode(f"{user.username}:{plain}".encode()).decode()}


@pytest.fixture
def uzu_client(connection_kept, monkeypatch, tmp_path):
    """`uzu_client(user)`: an account's client, which the commands use too."""
    monkeypatch.setenv("UZU_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("UZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")
    transport = httpx.WSGITransport(app=get_wsgi_application())
    init = uzu.Client.__init__
    monkeypatch.setattr(
        uzu.Client, "__init__", lambda self, url, token="", **_kwargs: init(self, url, token, transport=transport)
    )

    def sign_in(user):
        monkeypatch.setenv("UZU_URL", "http://localhost")
        monkeypatch.setenv("UZU_TOKEN", create_token(user=user, name="uzu", at=NOON)[1])
        return uzu.Client.configured()

    return sign_in


@pytest.fixture
def call(api):
    """`call("Service/Method", user, **fields)` as the client does; returns the response."""

    def post(method, user=None, **fields):
        headers = credentials(user) if user else {}
        return api.post(f"/api/v1/{method}", fields, format="json", **headers)

    return post


@pytest.fixture
def competitions_call(call):
    return lambda method, user=None, **fields: call(f"competitions.CompetitionApiService/{method}", user, **fields)


@pytest.fixture
def send(api, competitions_call):
    """Submit as the client does: announce, put the bytes, use them. Returns the last answer."""

    def submit(user, content=PERFECT, *, name="submission.csv", slug="demo-cup", message="first try"):
        fields = {"competitionName": slug, "fileName": name}
        if content:
            fields["contentLength"] = len(content)
        started = competitions_call("StartSubmissionUpload", user, **fields)
        if started.status_code != 200:
            return started
        put = api.put(started.json()["createUrl"], content, content_type="application/octet-stream")
        assert put.status_code == 200
        token = started.json()["token"]
        return competitions_call(
            "CreateSubmission", user, competitionName=slug, blobFileTokens=token, submissionDescription=message
        )

    return submit
