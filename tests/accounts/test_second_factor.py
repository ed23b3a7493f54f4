"""A code beside the password: at the app's door, and at every other where a password was enough."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import clear_url_caches
from freezegun import freeze_time

import main.urls  # noqa: F401 -- with what is on by default, before a test says otherwise
from accounts.models import ApiToken, User
from accounts.second_factor import SecondFactorAdapter, has_second_factor
from accounts.services import delete_account
from accounts.tokens import create_token
from tests.accounts.conftest import AUTH, PASSWORD, App
from tests.factories import NOON

pytestmark = pytest.mark.django_db

CODES = "account/authenticators/recovery-codes"
TOTP = "account/authenticators/totp"
PENDING = {"id": "mfa_authenticate", "is_pending": True, "types": ["totp", "recovery_codes"]}


@pytest.fixture
def switched_on(settings):
    settings.SECOND_FACTOR = True
    settings.ROOT_URLCONF = "tests.accounts.every_door"
    cache.clear()
    clear_url_caches()
    with freeze_time(NOON) as clock:
        yield clock
    clear_url_caches()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.fixture
def give_factor(django_capture_on_commit_callbacks):
    def give(app: App) -> str:
        """Switch on the code app of who is signed in; its secret."""
        app.confirm_password()
        answer = app.auth("get", TOTP)
        assert answer.status_code == 404
        secret = answer.json()["meta"]["secret"]
        with django_capture_on_commit_callbacks(execute=True):
            assert app.auth("post", TOTP, {"code": code_of(secret)}).status_code == 200
        return secret

    return give


@pytest.fixture
def secret(app, alice, switched_on, give_factor):
    """Alice has a code app; a browser that asks for a code knows nothing of hers."""
    app.sign_in()
    secret = give_factor(app)
    switched_on.tick(timedelta(minutes=1))
    return secret


def asks_for_code(app: App) -> None:
    answer = app.sign_in()
    assert answer.status_code == 401
    [pending] = [flow for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]
    assert pending["id"] == "mfa_authenticate"
    assert set(pending["types"]) == {"totp", "recovery_codes"}
    assert app.user is None


def give_code(app: App, code: str):
    return app.auth("post", "auth/2fa/authenticate", {"code": code})


# --- signing in -------------------------------------------------------------------------------------------------------
def test_a_code_is_asked_for_and_signs_in(secret, another_app):
    asks_for_code(another_app)
    assert give_code(another_app, code_of(secret)).status_code == 200
    assert another_app.user["username"] == "alice"


def test_by_the_address_too(secret, another_app):
    assert another_app.sign_in("alice@example.org").status_code == 401
    assert another_app.user is None


def test_a_wrong_code_is_refused_in_our_words(secret, another_app):
    asks_for_code(another_app)
    answer = give_code(another_app, wrong(code_of(secret)))
    assert answer.status_code == 400
    assert [(e["code"], e["attr"]) for e in answer.json()["errors"]] == [("incorrect_code", "code")]
    assert another_app.user is None


def test_no_code_is_taken_without_the_password_first(secret, another_app):
    assert give_code(another_app, code_of(secret)).status_code == 401
    assert another_app.user is None


def test_a_code_is_good_once(secret, another_app):
    asks_for_code(another_app)
    code = code_of(secret)
    assert give_code(another_app, code).status_code == 200
    thief = App()
    asks_for_code(thief)
    assert give_code(thief, code).status_code == 400
    assert thief.user is None


def test_guessing_ends_after_five_codes_and_the_right_one_is_refused_too(secret, another_app):
    asks_for_code(another_app)
    for _ in range(5):
        assert give_code(another_app, wrong(code_of(secret))).status_code == 400
    # Another browser does not help.
    thief = App()
    thief.sign_in()
    answer = give_code(thief, code_of(secret))
    assert answer.json()["errors"][0]["code"] == "too_many_login_attempts"
    assert thief.user is None


def test_a_recovery_code_signs_in_once(secret, app, another_app):
    app.confirm_password()
    codes = app.auth("get", CODES).json()["data"]["unused_codes"]
    assert len(set(codes)) == 10
    asks_for_code(another_app)
    assert give_code(another_app, codes[3]).status_code == 200
    thief = App()
    asks_for_code(thief)
    assert give_code(thief, codes[3]).status_code == 400
    assert give_code(thief, codes[4]).status_code == 200
    assert codes[3] not in app.auth("get", CODES).json()["data"]["unused_codes"]


def test_new_recovery_codes_end_the_old_ones(secret, app, another_app):
    app.confirm_password()
    old = app.auth("get", CODES).json()["data"]["unused_codes"]
    new = app.auth("post", CODES, {}).json()["data"]["unused_codes"]
    assert set(old).isdisjoint(new)
    asks_for_code(another_app)
    assert give_code(another_app, old[0]).status_code == 400


def test_a_new_password_by_mail_does_not_leave_out_the_factor(secret, another_app, outbox):
    from tests.accounts.conftest import link_in

    another_app.auth("post", "auth/password/request", {"email": "alice@example.org"})
    key = link_in(outbox[-1], "reset-password")
    fresh = "another good passphrase"
    assert another_app.auth("post", "auth/password/reset", {"key": key, "password": fresh}).status_code == 401
    assert another_app.user is None
    assert another_app.sign_in(password=fresh).status_code == 401
    assert another_app.user is None


# --- changing it ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("delete", TOTP, None),
        ("get", CODES, None),
        ("post", CODES, {}),
        ("get", "account/authenticators/webauthn", None),
    ],
)
def test_what_weakens_or_shows_it_asks_for_the_password_again(secret, app, switched_on, method, path, body):
    switched_on.tick(timedelta(minutes=10))
    answer = app.auth(method, path, body)
    assert answer.status_code == 401
    assert {flow["id"] for flow in answer.json()["data"]["flows"]} == {"reauthenticate", "mfa_reauthenticate"}
    assert Authenticator.objects.filter(type="totp").exists()


def test_once_removed_the_password_is_enough_and_no_recovery_code_stays(secret, app, another_app):
    app.confirm_password()
    assert app.auth("delete", TOTP).status_code == 200
    assert not Authenticator.objects.exists()
    assert another_app.sign_in().status_code == 200


def test_a_factor_needs_a_code_of_its_own_secret(app, alice, switched_on):
    app.sign_in()
    app.confirm_password()
    secret = app.auth("get", TOTP).json()["meta"]["secret"]
    assert app.auth("post", TOTP, {"code": wrong(code_of(secret))}).status_code == 400
    assert not Authenticator.objects.exists()


def test_switching_it_on_asks_for_the_password_again(app, alice, switched_on):
    app.sign_in()
    secret = app.auth("get", TOTP).json()["meta"]["secret"]
    assert app.auth("post", TOTP, {"code": code_of(secret)}).status_code == 401
    assert not Authenticator.objects.exists()


def test_nobody_sees_or_changes_what_is_anothers(secret, another_app):
    for method, path in (("get", "account/authenticators"), ("get", CODES), ("delete", TOTP)):
        assert another_app.auth(method, path).status_code == 401
    assert Authenticator.objects.filter(type="totp").exists()


def test_its_owner_is_told_by_mail(secret, outbox):
    assert any("alice@example.org" in message.to and "shows codes" in message.body for message in outbox)


# --- other doors ------------------------------------------------------------------------------------------------------
def test_command_lines_are_sent_to_a_token(secret, client):
    answer = client.post("/auth/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "second_factor_needed"
    assert not ApiToken.objects.exists()


def test_a_wrong_password_does_not_tell_of_the_factor(secret, client):
    answer = client.post("/auth/login/", {"username": "alice", "password": "wrong"})
    assert answer.json()["errors"][0]["code"] == "wrong_credentials"


def test_tokens_got_for_the_password_end_and_those_made_in_the_app_stay(app, alice, switched_on, give_factor):
    by_password, _ = create_token(user=alice, name="guruguru", by_password=True, at=NOON)
    by_hand, plain = create_token(user=alice, name="laptop", at=NOON)
    app.sign_in()
    give_factor(app)
    by_password.refresh_from_db()
    by_hand.refresh_from_db()
    assert (by_password.revoked_at is None, by_hand.revoked_at is None) == (False, True)
    assert App().http.get("/api/me/", headers={"Authorization": f"Bearer {plain}"}).status_code == 200


def test_a_token_can_neither_look_at_nor_remove_the_factor(secret, alice):
    _token, plain = create_token(user=alice, name="laptop", at=NOON)
    browser = App()
    browser.headers = {"Authorization": f"Bearer {plain}"}
    assert browser.auth("get", "account/authenticators").status_code == 401
    assert browser.auth("delete", TOTP).status_code == 401


def test_the_admin_sends_to_the_app_and_takes_no_password(secret, alice, client):
    User.objects.update(is_staff=True, is_superuser=True)
    answer = client.post("/admin/login/?next=/admin/", {"username": "alice", "password": PASSWORD, "next": "/admin/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=%2Fadmin%2F")
    assert client.get("/admin/").status_code == 302
    assert "sessionid" not in client.cookies or client.get("/api/session/").json()["user"] is None


def test_the_form_of_the_admin_refuses_it_too(secret, alice, rf):
    from accounts.forms import AdminSignInForm

    User.objects.update(is_staff=True)
    request = rf.post("/admin/login/")
    form = AdminSignInForm(request, data={"username": "alice", "password": PASSWORD})
    assert not form.is_valid()
    assert form.non_field_errors().as_data()[0].code == "second_factor_needed"


def test_who_is_signed_in_with_the_factor_is_let_into_the_admin(secret, another_app):
    User.objects.update(is_staff=True, is_superuser=True)
    asks_for_code(another_app)
    give_code(another_app, code_of(secret))
    assert another_app.http.get("/admin/").status_code == 200


# --- what is kept -----------------------------------------------------------------------------------------------------
def test_the_secret_is_not_readable_in_the_database(secret):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert SecondFactorAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_the_admin_shows_no_secret_and_can_take_the_factor_away(secret, another_app, alice):
    boss = User.objects.create_superuser("boss", "boss@example.org", PASSWORD)
    another_app.http.force_login(boss)
    factor = Authenticator.objects.get(type="totp")
    assert another_app.http.get("/admin/mfa/authenticator/").status_code == 200
    page = another_app.http.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert factor.data["secret"] not in page
    assert "id_data" not in page
    another_app.http.get("/api/session/")
    gone = another_app.http.post(
        f"/admin/mfa/authenticator/{factor.pk}/delete/",
        {"post": "yes", "csrfmiddlewaretoken": another_app.http.cookies["csrftoken"].value},
    )
    assert gone.status_code == 302
    assert not has_second_factor(alice)


def test_staff_can_not_open_the_way_to_who_may_do_everything(secret, another_app, alice):
    from django.contrib.auth.models import Permission

    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    clerk = User.objects.create_user("clerk", "clerk@example.org", PASSWORD, is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="mfa"))
    another_app.http.force_login(clerk)
    another_app.http.get("/api/session/")
    token = another_app.http.cookies["csrftoken"].value
    factor = Authenticator.objects.get(type="totp")
    one = f"/admin/mfa/authenticator/{factor.pk}/delete/"
    assert another_app.http.post(one, {"post": "yes", "csrfmiddlewaretoken": token}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": factor.pk, "post": "yes", "csrfmiddlewaretoken": token}
    another_app.http.post("/admin/mfa/authenticator/", many)
    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_after_a_change_of_the_secret_key_it_goes_on_and_is_sealed_anew(secret, another_app, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 8
    asks_for_code(another_app)
    assert give_code(another_app, code_of(secret)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert SecondFactorAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_a_secret_that_can_not_be_read_lets_nobody_in(secret, another_app, settings):
    settings.SECRET_KEY = "another" * 8
    another_app.http.cookies.clear()
    asks_for_code(another_app)
    assert give_code(another_app, code_of(secret)).status_code == 400
    assert give_code(another_app, format_hotp_value(0)).status_code == 400


def test_a_deleted_account_keeps_no_factor(secret, alice):
    delete_account(user=alice, at=NOON)
    assert not Authenticator.objects.exists()


# --- switched off -----------------------------------------------------------------------------------------------------
def test_switched_off_nothing_of_it_is_there(app, alice):
    app.sign_in()
    for path in ("account/authenticators", "account/providers", "auth/2fa/authenticate", "auth/provider/redirect"):
        assert app.auth("get", path).status_code == 404
    assert set(app.http.get(f"{AUTH}config").json()["data"]) == {"account"}
    assert {"institutions", "secondFactor"}.isdisjoint(app.http.get("/api/session/").json()["site"])
    assert app.http.get("/api/institutions/oidc/campus/login/callback/").status_code == 404


def test_switched_off_again_the_password_is_enough(secret, another_app, settings):
    settings.SECOND_FACTOR = False
    assert another_app.sign_in().status_code == 200


def test_passkeys_are_allowed_to_pages_where_there_are_any(client, settings):
    assert "publickey-credentials-get" in client.get("/api/session/").headers["Permissions-Policy"]
    settings.SECOND_FACTOR = True
    told = client.get("/api/session/").headers["Permissions-Policy"]
    assert "publickey" not in told
    assert "camera=()" in told


def test_the_site_says_that_it_is_on(switched_on, app):
    assert app.http.get("/api/session/").json()["site"]["secondFactor"] is True


# --- whatever a client sends ------------------------------------------------------------------------------------------
BYTES = "AAAA"
CLIENT_DATA = base64.urlsafe_b64encode(
    json.dumps({"type": "webauthn.create", "challenge": BYTES, "origin": "http://testserver"}).encode()
).decode()
CREDENTIALS = [
    None,
    "x",
    1,
    [],
    {},
    {"id": None},
    {"id": BYTES, "rawId": BYTES, "type": "public-key", "response": {}},
    {"id": BYTES, "rawId": BYTES, "type": "public-key", "response": None},
    {"id": BYTES, "rawId": BYTES, "type": "other", "response": {"clientDataJSON": "x", "attestationObject": "x"}},
    {"id": "ü", "rawId": "ü", "type": "public-key", "response": {"clientDataJSON": "ü", "attestationObject": "ü"}},
    {
        "id": BYTES,
        "rawId": BYTES,
        "type": "public-key",
        "response": {
            "clientDataJSON": CLIENT_DATA,
            "attestationObject": BYTES,
            "authenticatorData": BYTES,
            "signature": BYTES,
            "userHandle": BYTES,
        },
    },
    {
        "id": BYTES,
        "rawId": BYTES,
        "type": "public-key",
        "response": {
            "clientDataJSON": CLIENT_DATA,
            "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA",
            "authenticatorData": base64.urlsafe_b64encode(bytes(37)).decode(),
            "signature": BYTES,
        },
    },
]


@pytest.mark.parametrize("has_asked", [False, True])
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_passkey_is_taken_that_is_none(secret, app, credential, has_asked):
    app.confirm_password()
    for path, body in (
        ("account/authenticators/webauthn", {"name": "x", "credential": credential}),
        ("auth/webauthn/reauthenticate", {"credential": credential}),
    ):
        if has_asked:
            assert app.auth("get", path).status_code == 200
        answer = app.auth("post", path, body)
        assert answer.status_code == 400, (path, answer.content)
        assert answer.json()["errors"][0]["code"]
    assert not Authenticator.objects.filter(type="webauthn").exists()


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_none_signs_in_either(secret, another_app, credential):
    asks_for_code(another_app)
    assert another_app.auth("get", "auth/webauthn/authenticate").status_code == 200
    answer = another_app.auth("post", "auth/webauthn/authenticate", {"credential": credential})
    assert answer.status_code == 400, answer.content
    assert another_app.user is None


@pytest.mark.parametrize("value", [None, "", "x", 0, -1, 2**70, [], {}, "\x00", "１２３４５６", "1" * 5000, True])
def test_no_code_and_no_number_breaks_it(secret, app, another_app, value):
    asks_for_code(another_app)
    assert another_app.auth("post", "auth/2fa/authenticate", {"code": value}).status_code == 400
    app.confirm_password()
    for method, path, body in (
        ("post", "auth/2fa/reauthenticate", {"code": value}),
        ("post", TOTP, {"code": value}),
        ("put", "account/authenticators/webauthn", {"id": value, "name": "x"}),
        ("delete", "account/authenticators/webauthn", {"authenticators": [value]}),
        ("delete", "account/authenticators/webauthn", {"authenticators": value}),
        ("post", CODES, value),
    ):
        assert app.auth(method, path, body).status_code in (200, 400, 401, 404, 409, 415), (method, path)
    assert Authenticator.objects.filter(type="totp").exists()
    assert another_app.user is None
