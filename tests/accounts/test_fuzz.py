"""Whatever is sent, the sign-in endpoints answer with a clear 4xx, never with a server error."""

from __future__ import annotations

import json

import pytest

from tests.accounts.conftest import AUTH, PASSWORD

pytestmark = pytest.mark.django_db

OPEN = [
    ("post", "auth/login", ["username", "email", "password"]),
    ("post", "auth/signup", ["username", "email", "password"]),
    ("post", "auth/email/verify", ["key"]),
    ("post", "auth/password/request", ["email"]),
    ("post", "auth/password/reset", ["key", "password"]),
]
SIGNED_IN = [
    ("post", "auth/reauthenticate", ["password"]),
    ("post", "account/password/change", ["current_password", "new_password"]),
    ("post", "account/email", ["email"]),
    ("put", "account/email", ["email"]),
    ("patch", "account/email", ["email", "primary"]),
    ("delete", "account/email", ["email"]),
]
VALUES = [
    None,
    "",
    "\x00",
    "a\x00@example.org",
    "\ud800",
    "\ud800@example.org",
    "x" * 100_000,
    "x" * 300 + "@example.org",
    10**400,
    -1,
    1.5,
    float("nan"),
    True,
    [],
    ["a"],
    {},
    {"a": {"b": "c"}},
    "' OR 1=1 --",
    "%s%n{0}",
    "あ@い.jp",
    "a@b@c",
    "1-2-3",
    "zzzzzzzzzzzzzzzz-x",
    "-",
]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b"\x00",
    b"[" * 200_000,
    b'{"username": ' * 50_000,
    b'{"email": ' + b"9" * 5000 + b"}",
]


def send(app, method: str, path: str, body: bytes):
    return app.http.generic(
        method.upper(),
        AUTH + path,
        body,
        content_type="application/json",
        headers={"X-CSRFToken": app.http.cookies["csrftoken"].value},
    )


@pytest.fixture(autouse=True)
def _no_brake(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.mark.parametrize(("method", "path", "fields"), OPEN, ids=[path for _, path, _ in OPEN])
def test_odd_values_of_visitors(app, alice, method, path, fields):
    app.call("get", "/api/session/")
    for field in fields:
        for value in VALUES:
            body = {**dict.fromkeys(fields, "some thing"), field: value}
            if path.endswith("login"):
                body.pop("email" if field == "username" else "username", None)
            answer = send(app, method, path, json.dumps(body).encode())
            assert answer.status_code < 500, (field, value)


@pytest.mark.parametrize(("method", "path", "fields"), SIGNED_IN, ids=[f"{m} {p}" for m, p, _ in SIGNED_IN])
def test_odd_values_of_the_signed_in(app, alice, method, path, fields):
    app.sign_in()
    app.confirm_password()
    for field in fields:
        for value in VALUES:
            answer = send(app, method, path, json.dumps({**dict.fromkeys(fields, PASSWORD), field: value}).encode())
            assert answer.status_code < 500, (field, value)


@pytest.mark.parametrize("body", BODIES, ids=[str(body[:20]) for body in BODIES])
def test_bodies_that_are_no_object(app, alice, body):
    app.sign_in()
    for method, path, _fields in OPEN + SIGNED_IN:
        assert 400 <= send(app, method, path, body).status_code < 500, path


@pytest.mark.parametrize("key", ["", "x", "é", "1-", "x" * 5000, "MQ:1:x", "\x7f"])
def test_odd_keys_in_headers(app, alice, key):
    for path, header in (
        ("auth/email/verify", "X-Email-Verification-Key"),
        ("auth/password/reset", "X-Password-Reset-Key"),
    ):
        assert app.auth("get", path, **{header: key}).status_code == 400


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
@pytest.mark.parametrize("path", ["auth/login", "auth/signup", "account/email", "auth/session", "config", "nowhere"])
def test_other_methods(app, alice, method, path):
    assert app.auth(method, path).status_code < 500


@pytest.mark.parametrize("path", ["account/phone", "auth/phone/verify", "auth/code/confirm", "auth/code/request"])
def test_ways_that_are_not_offered_are_not_there(app, alice, path):
    app.sign_in()
    assert app.auth("get", path).status_code == 404
    assert app.auth("post", path, {"phone": "+819012345678"}).status_code == 404
