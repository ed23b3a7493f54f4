"""Sign-up and sign-in in the words of the app: what it sends, as it sends it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail
from django.test import Client

from accounts.services import create_account

AUTH = "/api/auth/browser/v1/"
PASSWORD = "correct horse battery"


class App:
    """The app in one browser: keeps cookies, sends the CSRF token."""

    def __init__(self) -> None:
        self.http = Client(enforce_csrf_checks=True)
        self.headers: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None, **headers: str):
        if "csrftoken" not in self.http.cookies:
            self.http.get("/api/session/")
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"].value, **self.headers, **headers}
        kwargs: dict[str, Any] = {"headers": headers}
        if body is not None:
            kwargs |= {"data": body, "content_type": "application/json"}
        return getattr(self.http, method)(path, **kwargs)

    def auth(self, method: str, path: str, body: Any = None, **headers: str):
        return self.call(method, AUTH + path, body, **headers)

    def sign_up(self, username: str = "alice", email: str = "alice@example.org", password: str = PASSWORD):
        return self.auth("post", "auth/signup", {"username": username, "email": email, "password": password})

    def sign_in(self, login: str = "alice", password: str = PASSWORD):
        field = "email" if "@" in login else "username"
        return self.auth("post", "auth/login", {field: login, "password": password})

    def confirm_password(self, password: str = PASSWORD) -> None:
        assert self.auth("post", "auth/reauthenticate", {"password": password}).status_code == 200

    @property
    def user(self) -> dict[str, Any] | None:
        return self.http.get("/api/session/").json()["user"]


def link_in(message, path: str) -> str:
    """The key of a link to this path of the app, in the text and in the HTML of an email."""
    found = re.search(rf"https?://\S+/{path}/(\S+)", message.body)
    assert found, message.body
    html = message.alternatives[0][0]
    assert found.group(0) in html
    return unquote(found.group(1))


@pytest.fixture
def app():
    return App()


@pytest.fixture
def another_app():
    return App()


@pytest.fixture
def alice(db):
    return create_account(username="alice", email="alice@example.org", password=PASSWORD)


@pytest.fixture
def outbox():
    return mail.outbox
