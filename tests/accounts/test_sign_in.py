"""Signing up, in and out; what an email's link does, once; how guessing is slowed down."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from django.contrib.sessions.models import Session
from freezegun import freeze_time

from accounts.models import User
from accounts.services import create_account
from tests.accounts.conftest import PASSWORD, App, link_in
from tests.factories import NOON

pytestmark = pytest.mark.django_db


# --- signing up -------------------------------------------------------------------------------------------------------
def test_from_sign_up_over_the_confirmed_address_to_being_signed_in(app, outbox):
    answer = app.sign_up("Alice", "Alice@Example.org")
    assert answer.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in answer.json()["data"]["flows"]
    assert app.user is None
    assert outbox[0].to == ["alice@example.org"]
    answer = app.auth("post", "auth/email/verify", {"key": link_in(outbox[0], "confirm-email")})
    assert answer.status_code == 200
    assert app.user["username"] == "Alice"
    assert app.user["email"] == "alice@example.org"
    assert app.user["emailVerified"] is True


def address_of(length: int) -> str:
    domain = f"{'b' * 60}.{'c' * 60}.{'d' * 60}.org"
    return f"{'a' * (length - len(domain) - 1)}@{domain}".replace("a", "A", 1)


@pytest.mark.parametrize("length", [253, 254])
def test_a_long_address_is_kept_whole(app, outbox, length):
    assert app.sign_up(email=address_of(length)).status_code == 401
    assert outbox[0].to == [User.objects.get().email] == [address_of(length).lower()]


@pytest.mark.parametrize("length", [255, 300])
def test_an_address_beyond_what_is_kept_is_refused_and_not_cut(app, alice, outbox, length):
    answer = app.sign_up("bob", email=address_of(length))
    app.sign_in()
    app.confirm_password()
    for refused in (answer, app.auth("post", "account/email", {"email": address_of(length)})):
        assert refused.status_code == 400
        assert {error["param"] for error in refused.json()["errors"]} == {"email"}
    assert [user.email for user in User.objects.all()] == ["alice@example.org"]
    assert outbox == []


def test_nobody_signs_in_before_the_address_is_confirmed(app, another_app, outbox):
    app.sign_up()
    key = link_in(outbox[0], "confirm-email")
    assert another_app.sign_in().status_code == 401
    assert another_app.user is None
    # Signed up on the laptop, confirmed on the phone: nobody is signed in by the link alone.
    phone = App()
    assert phone.auth("post", "auth/email/verify", {"key": key}).status_code == 401
    assert phone.user is None
    assert another_app.sign_in("alice@example.org").status_code == 200
    assert another_app.user["username"] == "alice"


def test_the_confirmation_is_sent_again_when_an_unconfirmed_user_signs_in_later(app, another_app, outbox):
    with freeze_time(NOON) as clock:
        app.sign_up()
        clock.tick(timedelta(minutes=2))
        another_app.sign_in()
    assert [message.to for message in outbox] == [["alice@example.org"]] * 2
    link_in(outbox[1], "confirm-email")


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/competitions/cup?join", "/competitions/cup?join"),
        ("", None),
        ("//evil.example/", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("/" + "x" * 500, None),
    ],
)
@pytest.mark.parametrize("way", ["auth/signup", "auth/login"])
def test_the_confirmation_link_leads_on_to_the_page_one_came_from_and_to_no_other_site(
    app, another_app, outbox, way, asked, page
):
    with freeze_time(NOON) as clock:
        fields = {"username": "alice", "email": "alice@example.org", "password": PASSWORD}
        if way == "auth/login":
            another_app.sign_up()
            clock.tick(timedelta(minutes=2))
            fields.pop("email")
        app.auth("post", f"{way}?{urlencode({'next': asked})}", fields)
        link = urlsplit(re.search(r"https?://\S+", outbox[-1].body).group(0))
        assert parse_qs(link.query).get("next") == (page and [page])
        key = unquote(link.path.removeprefix("/confirm-email/"))
        assert app.auth("post", "auth/email/verify", {"key": key}).status_code == 200


def test_a_confirmation_link_ends_after_three_days(app, outbox):
    with freeze_time(NOON) as clock:
        app.sign_up()
        clock.tick(timedelta(days=3, seconds=1))
        answer = app.auth("post", "auth/email/verify", {"key": link_in(outbox[0], "confirm-email")})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_or_expired_key"


@pytest.mark.parametrize("verification", ["optional", "none"])
def test_without_mandatory_confirmation_signing_up_signs_in(app, settings, verification, outbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    assert app.sign_up().status_code == 200
    assert app.user["emailVerified"] is False
    assert len(outbox) == (1 if verification == "optional" else 0)


def test_signing_up_can_be_closed(app, settings):
    settings.SIGN_UP_OPEN = False
    assert app.sign_up().status_code == 403
    assert app.http.get("/api/session/").json()["site"]["signUpOpen"] is False
    assert not User.objects.exists()


@pytest.mark.parametrize("taken", ["alice", "ALICE"])
def test_a_user_name_is_taken_whatever_its_capitals(alice, app, taken):
    answer = app.sign_up(taken, "another@example.org")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["param"] == "username"


@pytest.mark.parametrize("bad", ["a", "a b", "a@b.org", "ä", "あ", ".a", "a" * 41, "admin", "Me", "a/b", "a:b", "a\n"])
def test_user_names_that_can_not_be(app, bad):
    assert app.sign_up(bad).status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("bad", ["12345678", "password", "alice1", "short", "alice@example.org"])
def test_weak_passwords(app, bad):
    answer = app.sign_up(password=bad)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["param"] == "password"


def test_an_address_that_has_an_account_answers_alike_and_its_owner_is_told(alice, app, another_app, outbox):
    taken = app.sign_up("mallory", "ALICE@example.org")
    free = another_app.sign_up("mallory2", "free@example.org")
    assert (taken.status_code, taken.json()) == (free.status_code, free.json())
    assert not User.objects.filter(username="mallory").exists()
    assert outbox[0].to == ["alice@example.org"]
    assert "/reset-password" in outbox[0].body


def test_an_address_that_has_an_account_costs_as_much_time(alice, app, another_app, monkeypatch):
    hashed = []
    monkeypatch.setattr("django.contrib.auth.base_user.make_password", lambda raw: hashed.append(raw) or "!x")
    app.sign_up("mallory", "alice@example.org")
    assert len(hashed) == 1
    another_app.sign_up("mallory2", "free@example.org")
    assert len(hashed) == 2


# --- signing in and out -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("login", ["alice", "Alice", "alice@example.org", "ALICE@Example.ORG"])
def test_sign_in_by_name_or_address_whatever_the_capitals(alice, app, login):
    assert app.sign_in(login).status_code == 200
    assert app.user["username"] == "alice"


def test_a_wrong_password_and_an_unknown_name_answer_alike(alice, app):
    wrong, unknown = app.sign_in("alice", "wrong"), app.sign_in("nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()


def test_signing_in_changes_the_session_and_signing_out_ends_it(alice, app):
    app.call("get", "/api/session/")
    app.http.cookies["sessionid"] = "chosen-by-an-attacker"
    app.sign_in()
    key = app.http.cookies["sessionid"].value
    assert key != "chosen-by-an-attacker"
    assert app.auth("delete", "auth/session").status_code == 401
    assert app.user is None
    assert not Session.objects.filter(session_key=key).exists()


def test_a_disabled_account_does_not_sign_in(alice, app):
    alice.is_active = False
    alice.save()
    assert app.sign_in().status_code in {400, 401}
    assert app.user is None


def test_signing_in_needs_the_csrf_token(alice, app):
    app.call("get", "/api/session/")
    app.headers["X-CSRFToken"] = "wrong"
    assert app.sign_in().status_code == 403
    assert app.sign_up("bob", "bob@example.org").status_code == 403


def test_changes_with_a_session_need_the_csrf_token(alice, app):
    app.sign_in()
    app.headers["X-CSRFToken"] = "wrong"
    assert app.call("patch", "/api/me/", {"bio": "x"}).status_code == 403
    assert app.call("post", "/api/me/tokens/", {"name": "x"}).status_code == 403
    assert app.call("post", "/api/me/delete/", {"password": PASSWORD}).status_code == 403


# --- guessing ---------------------------------------------------------------------------------------------------------
def test_guessing_is_slowed_down_and_over_after_a_while(alice, app):
    with freeze_time(NOON) as clock:
        for _ in range(5):
            assert app.sign_in(password="wrong").json()["errors"][0]["code"] == "username_password_mismatch"
        refused = app.sign_in()
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["code"] == "too_many_login_attempts"
        assert app.user is None
        clock.tick(timedelta(minutes=5, seconds=1))
        assert app.sign_in().status_code == 200


def test_guesses_by_name_and_by_address_are_one_count(alice, app, another_app):
    with freeze_time(NOON):
        for login in ["alice", "ALICE", "alice@example.org", "Alice@Example.org", "alice"]:
            assert app.sign_in(login, "wrong").json()["errors"][0]["code"].endswith("password_mismatch")
        for login in ["alice", "alice@example.org"]:
            assert another_app.sign_in(login).json()["errors"][0]["code"] == "too_many_login_attempts"


def test_guessing_at_one_account_does_not_lock_the_others_of_the_room(alice, app, another_app):
    create_account(username="bob", email="bob@example.org", password=PASSWORD)
    for _ in range(6):
        app.sign_in(password="wrong")
    assert another_app.sign_in("bob").status_code == 200


def test_right_passwords_do_not_count_as_guesses(alice, app):
    for _ in range(7):
        assert app.sign_in().status_code == 200
        app.auth("delete", "auth/session")


# --- a forgotten password ---------------------------------------------------------------------------------------------
def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(alice, app, another_app, outbox):
    another_app.sign_in()
    assert app.auth("post", "auth/password/request", {"email": "ALICE@example.org"}).status_code == 200
    key = link_in(outbox[0], "reset-password")
    assert app.auth("get", "auth/password/reset", **{"X-Password-Reset-Key": key}).status_code == 200
    assert app.auth("post", "auth/password/reset", {"key": key, "password": "new battery horse"}).status_code == 401
    assert another_app.user is None, "other sessions end"
    again = app.auth("post", "auth/password/reset", {"key": key, "password": "third battery horse"})
    assert again.status_code == 400
    assert app.sign_in(password=PASSWORD).status_code == 400
    assert app.sign_in(password="new battery horse").status_code == 200
    assert outbox[-1].subject.endswith("Your password was changed")


def test_a_reset_link_ends_when_somebody_signs_in_and_after_three_days(alice, app, another_app, outbox, settings):
    with freeze_time(NOON) as clock:
        app.auth("post", "auth/password/request", {"email": "alice@example.org"})
        key = link_in(outbox[0], "reset-password")
        clock.tick(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))
        assert app.auth("post", "auth/password/reset", {"key": key, "password": "new battery"}).status_code == 400
        app.auth("post", "auth/password/request", {"email": "alice@example.org"})
        key = link_in(outbox[1], "reset-password")
        another_app.sign_in()
        assert app.auth("post", "auth/password/reset", {"key": key, "password": "new battery"}).status_code == 400


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(alice, app, outbox):
    known = app.auth("post", "auth/password/request", {"email": "alice@example.org"})
    unknown = app.auth("post", "auth/password/request", {"email": "nobody@example.org"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert [message.to for message in outbox] == [["alice@example.org"], ["nobody@example.org"]]


def test_a_mailbox_is_not_flooded(alice, app, outbox):
    for _ in range(5):
        last = app.auth("post", "auth/password/request", {"email": "alice@example.org"})
    assert last.status_code == 429
    assert len(outbox) == 3


# --- changes by the signed-in user ------------------------------------------------------------------------------------
def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(alice, app, another_app, outbox):
    app.sign_in()
    another_app.sign_in()
    wrong = app.auth("post", "account/password/change", {"current_password": "x", "new_password": "new battery"})
    assert wrong.status_code == 400
    right = app.auth("post", "account/password/change", {"current_password": PASSWORD, "new_password": "new battery"})
    assert right.status_code == 200
    assert app.user
    assert another_app.user is None
    assert outbox[-1].to == ["alice@example.org"]


def test_a_new_address_counts_once_it_is_confirmed(alice, app, outbox):
    app.sign_in()
    app.confirm_password()
    assert app.auth("post", "account/email", {"email": "New@Example.org"}).status_code == 200
    assert app.user["email"] == "alice@example.org"
    key = link_in(next(message for message in outbox if message.to == ["new@example.org"]), "confirm-email")
    assert app.auth("post", "auth/email/verify", {"key": key}).status_code == 200
    assert app.user["email"] == "new@example.org"
    assert app.user["emailVerified"] is True
    told = next(message for message in outbox if "was changed from alice@example.org" in message.body)
    assert told.to == ["alice@example.org"], "the old one is told"


def test_the_old_address_is_told_in_the_language_of_the_account(app, another_app, outbox):
    create_account(username="taro", email="taro@example.org", password=PASSWORD, language="ja")
    app.sign_in("taro")
    app.confirm_password()
    app.auth("post", "account/email", {"email": "new@example.org"})
    # The link is opened where nobody is signed in.
    another_app.headers["Accept-Language"] = "en"
    another_app.auth("post", "auth/email/verify", {"key": link_in(outbox[-1], "confirm-email")})
    assert outbox[-1].to == ["taro@example.org"]
    assert "メールアドレス" in outbox[-1].subject


def test_changing_the_address_asks_for_the_password_again_and_then_after_a_while(alice, app):
    with freeze_time(NOON) as clock:
        app.sign_in()
        answer = app.auth("post", "account/email", {"email": "new@example.org"})
        assert answer.status_code == 401
        assert "reauthenticate" in {flow["id"] for flow in answer.json()["data"]["flows"]}
        assert app.auth("post", "auth/reauthenticate", {"password": "wrong"}).status_code == 400
        app.confirm_password()
        assert app.auth("post", "account/email", {"email": "new@example.org"}).status_code == 200
        clock.tick(timedelta(minutes=6))
        assert app.auth("post", "account/email", {"email": "newer@example.org"}).status_code == 401


def test_an_address_somebody_signed_up_with_meanwhile_is_refused_clearly(alice, app, another_app, outbox):
    app.sign_in()
    app.confirm_password()
    app.auth("post", "account/email", {"email": "new@example.org"})
    key = link_in(outbox[-1], "confirm-email")
    User.objects.create_user("bob", "new@example.org", PASSWORD)
    answer = app.auth("post", "auth/email/verify", {"key": key})
    assert answer.status_code in {400, 409}
    assert app.user["email"] == "alice@example.org"


# --- emails ----------------------------------------------------------------------------------------------------------
def test_a_mail_server_that_is_down_does_not_fail_the_sign_up(app, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert app.sign_up().status_code == 401
    assert User.objects.filter(username="alice").exists()


def test_links_go_to_the_configured_address_whatever_host_was_asked(alice, app, settings, outbox):
    settings.ALLOWED_HOSTS = ["*"]
    app.headers["Host"] = "evil.example"
    app.auth("post", "auth/password/request", {"email": "alice@example.org"})
    assert settings.SITE_URL in outbox[0].body
    assert "evil" not in outbox[0].body


# --- the form of what is refused --------------------------------------------------------------------------------------
def test_a_refusal_is_read_as_any_other_of_the_api(app, alice):
    """Beside what allauth's protocol has."""
    wrong = app.sign_in(password="not this one")
    body = wrong.json()
    assert (wrong.status_code, body["status"], body["type"]) == (400, 400, "validation_error")
    (error,) = body["errors"]
    assert error["detail"] == error["message"]
    assert error["attr"] == error["param"] == "password"
    assert error["code"] == "username_password_mismatch"


def test_a_refusal_by_its_status_alone_has_a_code_too(app, alice):
    app.sign_in()
    again = app.sign_in()
    assert (again.status_code, again.json()["type"]) == (409, "client_error")
    assert [error["code"] for error in again.json()["errors"]] == ["conflict"]


def test_the_next_step_of_signing_in_is_no_error(app, db):
    assert "errors" not in app.sign_up().json()
