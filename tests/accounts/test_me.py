"""One's own account over the API."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from freezegun import freeze_time

from accounts.models import User
from accounts.services import create_account
from accounts.tokens import create_token
from tests.accounts.conftest import PASSWORD
from tests.factories import NOON, CompetitionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(api, alice):
    api.force_authenticate(alice)
    return alice


def errors(answer) -> list[tuple[str, str | None]]:
    return [(error["code"], error["attr"]) for error in answer.json()["errors"]]


# --- the session ------------------------------------------------------------------------------------------------------
def test_a_visitor_gets_a_csrf_token_and_the_facts_of_the_site(app, settings, db):
    answer = app.http.get("/api/session/")
    assert answer.status_code == 200
    assert answer.json() == {
        "user": None,
        "csrfToken": answer.json()["csrfToken"],
        "site": {
            "name": settings.SITE_NAME,
            "language": "en",
            "languages": ["en", "ja"],
            "signUpOpen": True,
            "version": settings.VERSION,
        },
    }
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_the_session_says_who_is_signed_in(alice, app):
    app.sign_in()
    assert app.user == {
        "username": "alice",
        "email": "alice@example.org",
        "displayName": "",
        "name": "alice",
        "avatar": None,
        "bio": "",
        "links": [],
        "language": "",
        "timeZone": "",
        "isStaff": False,
        "isSuperuser": False,
        "hostedCompetitions": [],
        "mayCreateCompetitions": False,
        "emailVerified": True,
        "dateJoined": app.user["dateJoined"],
    }


@pytest.mark.parametrize(("creators", "expected"), [("staff", False), ("group", True), ("everybody", True)])
def test_the_session_says_who_may_create_competitions(alice, app, settings, creators, expected):
    settings.COMPETITION_CREATORS = creators
    alice.groups.add(Group.objects.create(name=settings.CREATORS_GROUP))
    app.sign_in()
    assert app.user["mayCreateCompetitions"] is expected


def test_the_language_of_the_page_beats_that_of_the_account(alice, app):
    app.sign_in()
    app.call("patch", "/api/me/", {"language": "ja"})
    for shown, answered in [("en", "en"), ("ja", "ja"), ("xx", "ja")]:
        app.headers["X-Page-Language"] = shown
        assert app.call("get", "/api/session/").json()["site"]["language"] == answered


def test_the_language_of_the_account_beats_that_of_the_browser(alice, app):
    app.sign_in()
    app.headers["Accept-Language"] = "ja"
    assert app.call("get", "/api/session/").json()["site"]["language"] == "ja"
    app.call("patch", "/api/me/", {"language": "en"})
    assert app.call("get", "/api/session/").json()["site"]["language"] == "en"
    app.auth("delete", "auth/session")
    assert app.call("get", "/api/session/").json()["site"]["language"] == "ja"


def test_times_stay_utc_whatever_the_time_zone_of_the_account(alice, app):
    app.sign_in()
    app.call("patch", "/api/me/", {"timeZone": "Asia/Tokyo"})
    assert app.user["dateJoined"].endswith("Z")


def test_the_session_takes_few_queries(alice, app, django_assert_max_num_queries):
    app.sign_in()
    with django_assert_max_num_queries(4):
        app.http.get("/api/session/")


def test_me_is_for_those_signed_in(api, db):
    answer = api.get("/api/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_hosts_see_which_competitions_are_theirs(api, me):
    CompetitionFactory(slug="mine", hosts=[me])
    CompetitionFactory(slug="not-mine")
    assert api.get("/api/me/").json()["hostedCompetitions"] == ["mine"]


# --- the profile ------------------------------------------------------------------------------------------------------
def test_the_profile_can_be_changed_field_by_field(api, me):
    answer = api.patch(
        "/api/me/",
        {
            "displayName": "山田  Alice 👩‍🔬",
            "bio": "Trees.\nMostly boosted.",
            "links": [{"label": "Home", "url": "https://alice.example.org/a?b=c"}],
            "language": "ja",
            "timeZone": "Asia/Tokyo",
        },
    )
    assert answer.status_code == 200
    assert answer.json()["name"] == "山田 Alice 👩‍🔬"
    answer = api.patch("/api/me/", {"bio": ""})
    assert answer.json()["bio"] == ""
    assert answer.json()["links"] == [{"label": "Home", "url": "https://alice.example.org/a?b=c"}]
    assert answer.json()["language"] == "ja"


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "bob"},
        {"email": "bob@example.org"},
        {"isStaff": True},
        {"isSuperuser": True},
        {"emailVerified": True},
        {"dateJoined": "2000-01-01T00:00:00Z"},
        {"password": "x"},
        {"isActive": False},
        {"deletedAt": "2000-01-01T00:00:00Z"},
        {"avatar": "avatars/other.webp"},
        {"hostedCompetitions": ["cup"]},
    ],
)
def test_nothing_else_can_be_changed_here(api, me, fields):
    before = User.objects.values().get(pk=me.pk)
    assert api.patch("/api/me/", fields).status_code == 200
    assert User.objects.values().get(pk=me.pk) == before


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"displayName": "x" * 81}, "displayName"),
        ({"displayName": "\u200b\u202e"}, "displayName"),
        ({"displayName": "a\x00b"}, "displayName"),
        ({"displayName": None}, "displayName"),
        ({"displayName": {"a": 1}}, "displayName"),
        ({"bio": "x" * 2001}, "bio"),
        ({"bio": ["x"]}, "bio"),
        ({"links": "https://x.org"}, "links"),
        ({"links": [1]}, "links"),
        ({"links": [{"label": "x"}]}, "links.0.url"),
        ({"links": [{"label": "x", "url": "javascript:alert(1)"}]}, "links.0.url"),
        ({"links": [{"label": "x", "url": "ftp://x.org"}]}, "links.0.url"),
        ({"links": [{"label": "", "url": "https://x.org"}]}, "links.0.label"),
        ({"links": [{"label": "x", "url": "https://x.org"}] * 7}, "links"),
        ({"language": "fr"}, "language"),
        ({"language": ["ja"]}, "language"),
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"timeZone": 9}, "timeZone"),
    ],
)
def test_bad_values_are_refused_with_their_field(api, me, fields, attr):
    before = User.objects.values().get(pk=me.pk)
    answer = api.patch("/api/me/", fields)
    assert answer.status_code == 400
    assert all(error["attr"].startswith(attr) for error in answer.json()["errors"])
    assert User.objects.values().get(pk=me.pk) == before


@pytest.mark.parametrize(
    "body", ["[]", "1", '"x"', "null", "{", "\x00", "[" * 100_000, '{"bio": "\\ud800"}', '{"displayName": "\\u0000"}']
)
def test_bodies_that_can_not_be_read(api, me, body):
    answer = api.generic("PATCH", "/api/me/", body, content_type="application/json")
    assert answer.status_code == 400


def test_changes_come_at_a_human_pace_and_reading_is_free(api, me, monkeypatch):
    monkeypatch.setattr("foundation.throttling.WriteThrottle.THROTTLE_RATES", {"writes": "2/min"})
    with freeze_time(NOON) as clock:
        assert [api.patch("/api/me/", {"bio": "x"}).status_code for _ in range(3)] == [200, 200, 429]
        assert api.get("/api/me/").status_code == 200
        assert api.post("/api/me/tokens/", {"name": "x"})["Retry-After"] == "60"
        clock.tick(61)
        assert api.patch("/api/me/", {"bio": "x"}).status_code == 200


# --- tokens -----------------------------------------------------------------------------------------------------------
def test_a_token_is_made_shown_once_used_and_deleted(api, me):
    with freeze_time(NOON) as clock:
        answer = api.post("/api/me/tokens/", {"name": "laptop", "expiresAt": None})
        assert answer.status_code == 201
        made = answer.json()
        assert answer["Cache-Control"] == "no-store"
        assert made["token"].startswith(made["prefix"])
        api.force_authenticate(None)
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")
        assert api.get("/api/me/").json()["username"] == "alice"
        listed = api.get("/api/me/tokens/").json()
        assert "token" not in listed[0]
        assert listed == [{**listed[0], "id": made["id"], "name": "laptop", "lastUsedAt": "2026-06-05T12:00:00Z"}]
        assert api.delete(f"/api/me/tokens/{made['id']}/").status_code == 204
        clock.tick(1)
        answer = api.get("/api/me/")
        assert answer.status_code == 401
        assert errors(answer) == [("invalid_token", None)]


def test_a_token_makes_no_tokens_and_deletes_no_account(api, alice):
    _, secret = create_token(user=alice, name="found in a log", at=NOON)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    for path, body in (("tokens/", {"name": "more"}), ("delete/", {"password": PASSWORD})):
        answer = api.post(f"/api/me/{path}", body)
        assert answer.status_code == 403
        assert errors(answer) == [("session_required", None)]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, ("required", "name")),
        ({"name": ""}, ("blank", "name")),
        ({"name": "x" * 81}, ("max_length", "name")),
        ({"name": "x", "expiresAt": "soon"}, ("invalid", "expiresAt")),
        ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, ("expires_in_the_past", "expiresAt")),
        ({"name": "x", "expiresAt": "0001-01-01T00:00:00+14:00"}, None),
        ({"name": "x", "expiresAt": "9999-12-31T23:59:59-14:00"}, None),
        ({"name": "x", "expiresAt": 1e300}, ("invalid", "expiresAt")),
    ],
)
def test_bad_tokens_are_not_made(api, me, fields, problem):
    answer = api.post("/api/me/tokens/", fields)
    assert answer.status_code == 400
    assert problem is None or errors(answer) == [problem]
    assert not me.api_tokens.exists()


def test_tokens_of_others_are_not_there(api, me):
    token, _ = create_token(user=UserFactory(), name="x", at=NOON)
    assert api.get("/api/me/tokens/").json() == []
    assert api.delete(f"/api/me/tokens/{token.pk}/").status_code == 404
    assert api.delete(f"/api/me/tokens/{10**30}/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


# --- other people -----------------------------------------------------------------------------------------------------
def test_a_public_profile_shows_what_is_public(api, alice):
    answer = api.get("/api/users/ALICE/")
    assert answer.status_code == 200
    assert answer.json().keys() == {"username", "name", "avatar", "bio", "links", "dateJoined"}
    assert "example.org" not in answer.content.decode()


@pytest.mark.parametrize("name", ["nobody", "%00", "a" * 5000, "alice%0a", "%ff"])
def test_nobody_of_that_name(api, alice, name):
    assert api.get(f"/api/users/{name}/").status_code == 404


def test_disabled_accounts_have_no_profile(api, alice):
    alice.is_active = False
    alice.save()
    assert api.get("/api/users/alice/").status_code == 404


def test_names_are_completed_the_closest_first(api, me):
    for username, display_name in (("ali", ""), ("alicia", ""), ("zed", "Ali Baba"), ("bob", "Mr Ali"), ("carol", "")):
        create_account(username=username, email=f"{username}@ali.org", password=None, display_name=display_name)
    found = api.get("/api/users/?search=ALI").json()
    assert [user["username"] for user in found] == ["ali", "alice", "alicia", "zed", "bob"]
    assert found[3] == {"username": "zed", "name": "Ali Baba", "avatar": None}


def test_at_most_twenty_are_found_in_few_queries(api, me, django_assert_max_num_queries):
    for number in range(30):
        UserFactory(username=f"many{number}")
    with django_assert_max_num_queries(2):
        assert len(api.get("/api/users/?search=many").json()) == 20


@pytest.mark.parametrize("query", ["", "?search=", "?search=%25", "?search=_", "?search=example.org", "?other=alice"])
def test_nobody_is_found(api, me, query):
    assert api.get(f"/api/users/{query}").json() == []


def test_searching_needs_an_account(api, db):
    assert api.get("/api/users/?search=a").status_code == 401


@pytest.mark.parametrize("query", ["%00", "x" * 81])
def test_bad_searches(api, me, query):
    assert api.get(f"/api/users/?search={query}").status_code == 400
