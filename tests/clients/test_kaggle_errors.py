"""Whatever is sent, the kaggle command line gets a message it can show: an integer code and words."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from clients.kaggle.rpc import method_names
from clients.kaggle.urls import urlpatterns
from competitions.models import Membership
from discussions.services.posts import create_discussion
from tests.clients.conftest import credentials
from tests.factories import NOON, UserFactory, submits

assert urlpatterns  # importing it registers every method

METHODS = method_names()
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
FIELD_NAMES = st.sampled_from(
    [
        "competitionName",
        "fileName",
        "contentLength",
        "pageToken",
        "pageSize",
        "page",
        "sortBy",
        "group",
        "search",
        "token",
        "blobFileTokens",
        "topicId",
        "ref",
        "submissionId",
        "teamId",
        "settings",
        "updateMask",
        "files",
        "futureTime",
        "type",
        "name",
        "blobToken",
        "id",
        "forumSlug",
        "searchQuery",
        "sandbox",
        "overridePublic",
        "submissionDescription",
        "category",
        "title",
        "slug",
        "privacy",
        "pageName",
        "versionNotes",
        "lastModifiedEpochSeconds",
        "unknown",
    ]
)


def shows_a_message(response) -> None:
    body = response.json()
    assert isinstance(body["code"], int)
    assert body["code"] == response.status_code
    assert body["message"]


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("method", METHODS)
def test_no_request_object_is_a_server_error(method, team, host, api):
    """Sent by an organiser who takes part, mostly for a real competition, so that every method gets to its own work."""
    Membership.objects.create(team=team, user=host, competition=team.competition, joined_at=NOON)
    headers = credentials(host)
    topic = create_discussion(by=host, competition=team.competition, title="Hello", body="All.", at=NOON).pk
    submission = submits(team, 0.5).pk
    right = {
        "competitionName": "demo-cup",
        "topicId": topic,
        "id": topic,
        "ref": submission,
        "teamId": team.pk,
        "submissionId": submission,
        "type": "DATASET",
        "fileName": "a.csv",
        "name": "a.csv",
        "slug": "new",
        "settings": {"title": "x"},
        "updateMask": "title",
        "title": "New",
    }

    @settings(max_examples=15, deadline=None)
    @given(wrong=st.dictionaries(FIELD_NAMES, ANYTHING, max_size=4), left_out=st.sets(FIELD_NAMES, max_size=2))
    def send(wrong, left_out):
        fields = {key: value for key, value in {**right, **wrong}.items() if key not in left_out}
        with transaction.atomic():
            response = api.post(f"/api/v1/{method}", fields, format="json", **headers)
            transaction.set_rollback(True)
        # Only an archive that is still being made may say so.
        assert response.status_code < 500 or method.endswith("/DownloadDataFiles"), response.content
        if response.status_code >= 400:
            shows_a_message(response)

    send()


@pytest.mark.parametrize(
    "path", ["uploads/{}", "files/{}/a.csv", "{}/ListCompetitions", "competitions.CompetitionApiService/{}"]
)
def test_no_address_is_a_server_error(path, db, api):
    @settings(max_examples=25, deadline=None)
    @given(text=st.text(min_size=1, max_size=60), verb=st.sampled_from(["get", "put", "post"]))
    def send(text, verb):
        response = getattr(api, verb)("/api/v1/" + path.format(quote(text, safe="")))
        assert 400 <= response.status_code < 500
        shows_a_message(response)

    send()


@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer ", "JWT "])
def test_no_credentials_are_a_server_error(scheme, db, api, header):
    response = api.post(
        "/api/v1/competitions.CompetitionApiService/ListCompetitions", {}, HTTP_AUTHORIZATION=scheme + header
    )

    assert response.status_code in (400, 401)
    shows_a_message(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b'{"competitionName": "\\u0000"}', b"[" * 5000]
)
def test_a_body_that_is_no_object_is_told_so(body, api):
    user = UserFactory()
    api.force_authenticate(user)
    response = api.post(
        "/api/v1/competitions.CompetitionApiService/GetCompetition", body, content_type="application/json"
    )

    assert 400 <= response.status_code < 500
    shows_a_message(response)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
@pytest.mark.parametrize(
    "path",
    ["/api/v1/", "/api/v1/nothing", "/api/v1/a/b/c", "/api/v1/competitions.CompetitionApiService/ListCompetitions"],
)
def test_every_other_address_or_verb_is_told_so(method, path, api):
    response = getattr(api, method)(path)

    assert response.status_code in (404, 405)
    shows_a_message(response)


@pytest.mark.django_db
@pytest.mark.parametrize("method", [name for name in METHODS if "IntrospectToken" not in name])
def test_without_credentials_nothing_is_answered(method, call):
    response = call(method)

    assert response.status_code == 401
    shows_a_message(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "token",
    [
        "o-1",
        "o99999999999",
        "o5.",
        "o5.7",
        "o5.7.xyz",
        "o5.7.0123456789abcde",
        "o５",
        "5",
        "CAIQ",
        "oö",
        "o" * 500,
        7,
        ["o1"],
    ],
)
def test_a_page_token_of_somebody_else_is_refused(token, competitions_call):
    response = competitions_call("ListCompetitions", UserFactory(), pageToken=token)

    assert response.status_code == 400
    shows_a_message(response)


@pytest.mark.django_db
def test_a_bad_token_is_an_answer_when_the_client_asks_about_it(call):
    assert call("security.OAuthService/IntrospectToken", token="uzu_wrong").json() == {"active": False}


@pytest.mark.django_db
def test_kagglehub_learns_whose_token_it_holds(call):
    alice = UserFactory(username="alice")

    assert call("api.v1.DiagnosticsService/Hello", alice).json() == {"userName": "alice"}


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Bearer uzu_wrong", "Basic YWxpY2U6dXp1X3dyb25n"])
def test_kagglehub_is_told_of_a_bad_token_by_its_code(api, header):
    refused = api.post("/api/v1/api.v1.DiagnosticsService/Hello", {}, HTTP_AUTHORIZATION=header)

    assert (refused.status_code, refused.json()["code"]) == (401, 401)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", "competitions/list"),
        ("post", "competitions/submission-url"),
        ("get", "competitions/data/list/demo-cup"),
        ("post", "competitions/submissions/url/5/7"),
    ],
)
def test_the_protocol_before_1_8_is_told_what_would_help(api, verb, path):
    refused = getattr(api, verb)(f"/api/v1/{path}")

    assert refused.status_code == 404
    assert "from version 1.8 on" in refused.json()["message"]


@pytest.mark.django_db
def test_a_browser_session_counts_for_nothing(api):
    api.force_login(UserFactory())

    assert api.post("/api/v1/competitions.CompetitionApiService/ListCompetitions", {}).status_code == 401
