"""Scripts sign in with a token, in every way that clients know."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from freezegun import freeze_time
from rest_framework.request import Request

from accounts.models import User
from accounts.services import create_account
from accounts.sign_in import EmailNotConfirmed, TooManyAttempts, WrongCredentials, check_credentials
from accounts.tokens import create_token
from tests.accounts.conftest import PASSWORD
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(alice):
    return create_token(user=alice, name="laptop", at=timezone.now())[1]


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def ask(api, header: str):
    return api.get("/api/me/", HTTP_AUTHORIZATION=header)


# --- tokens -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "JWT", "jwt", "BEARER "])
def test_every_scheme_that_clients_send(api, secret, scheme):
    assert ask(api, f"{scheme} {secret}").json()["username"] == "alice"


@pytest.mark.parametrize("username", ["alice", "ALICE"])
def test_basic_with_user_name_and_token(api, secret, username):
    assert ask(api, basic(username, secret)).json()["username"] == "alice"


@pytest.mark.parametrize("username", ["bob", "", "alice@example.org"])
def test_basic_with_the_token_of_somebody_else(api, secret, username):
    assert ask(api, basic(username, secret)).status_code == 401


def test_basic_never_takes_the_password(api, alice):
    assert ask(api, basic("alice", PASSWORD)).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer uzu_" + "a" * 40,
        "Bearer uzu_a b c",
        "Bearer \xff",
        "Token uzu_" + "a" * 100_000,
        "JWT eyJhbGciOiJub25lIn0.e30.",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"alice").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\x00").decode(),
        basic("a\x00lice", "uzu_\x00"),
    ],
)
def test_wrong_credentials_answer_401_even_where_anybody_may_read(api, alice, header):
    for path in ("/api/me/", "/api/users/alice/", "/api/session/"):
        answer = api.get(path, HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert answer.json()["errors"][0]["code"] == "invalid_token"


def test_a_scheme_nobody_knows_is_a_visitor(api, alice):
    assert api.get("/api/users/alice/", HTTP_AUTHORIZATION="Digest x").status_code == 200


def test_a_token_needs_no_csrf_token(app, secret):
    answer = app.http.patch(
        "/api/me/", {"bio": "x"}, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200


def test_answers_to_a_token_are_in_the_language_of_its_user(api, alice, secret):
    User.objects.update(language="ja")
    answer = api.get("/api/session/", HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.json()["site"]["language"] == "ja"
    assert api.get("/api/session/", HTTP_ACCEPT_LANGUAGE="en").json()["site"]["language"] == "en"


# --- passwords outside the app ----------------------------------------------------------------------------------------
@pytest.fixture
def post():
    """A request as the adapters of other clients have it."""
    return Request(RequestFactory().post("/auth/login/"))


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@Example.org"])
def test_name_or_address_and_password(alice, post, login):
    assert check_credentials(post, login, PASSWORD) == alice


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("alice", "x"),
        ("nobody", PASSWORD),
        ("", ""),
        ("alice", ""),
        ("a\x00", "x"),
        ("a" * 100_000, "x"),
        ("あ@い", "x"),
    ],
)
def test_wrong_names_and_passwords(alice, post, login, password):
    with pytest.raises(WrongCredentials):
        check_credentials(post, login, password)


def test_a_disabled_account_is_told_nothing(alice, post):
    alice.is_active = False
    alice.save()
    with pytest.raises(WrongCredentials):
        check_credentials(post, "alice", PASSWORD)


def test_an_unconfirmed_address_is_told_after_the_password_was_right(post):
    User.objects.create_user("bob", "bob@example.org", PASSWORD)
    with pytest.raises(WrongCredentials):
        check_credentials(post, "bob", "x")
    with pytest.raises(EmailNotConfirmed):
        check_credentials(post, "bob", PASSWORD)


def test_guesses_here_and_in_the_app_are_one_count(alice, post, app):
    with freeze_time(NOON) as clock:
        for _ in range(3):
            app.sign_in(password="wrong")
        for _ in range(2):
            with pytest.raises(WrongCredentials):
                check_credentials(post, "alice", "wrong")
        with pytest.raises(TooManyAttempts):
            check_credentials(post, "alice", PASSWORD)
        assert app.sign_in().json()["errors"][0]["code"] == "too_many_login_attempts"
        clock.tick(timedelta(minutes=5, seconds=1))
        assert check_credentials(post, "alice", PASSWORD) == alice


def test_the_superuser_of_the_command_line_needs_no_confirmation(post):
    root = User.objects.create_superuser("chief", "Chief@example.org", PASSWORD)
    assert check_credentials(post, "chief@example.org", PASSWORD) == root


def test_an_account_made_by_an_operator_needs_no_confirmation(post):
    user = create_account(username="carol", email="Carol@Example.org", password=PASSWORD)
    assert check_credentials(post, "carol", PASSWORD) == user
    assert user.email == "carol@example.org"
