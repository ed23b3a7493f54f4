"""What people get by email: text and HTML, in their language, with links to the app."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation

from accounts.services import create_account
from tests.accounts.conftest import PASSWORD, link_in

pytestmark = pytest.mark.django_db

JAPANESE = re.compile(r"[ぁ-んァ-ヶ]")
TEMPLATES = sorted(
    path.name.removesuffix("_subject.txt")
    for path in (settings.BASE_DIR / "accounts/templates/account/email").glob("*_subject.txt")
)


def test_the_confirmation_is_in_the_language_of_the_browser_that_signs_up(app, outbox):
    app.headers["Accept-Language"] = "ja"
    app.sign_up()
    message = outbox[0]
    assert message.subject == f"[{settings.SITE_NAME}] メールアドレスの確認"
    assert JAPANESE.search(message.body)
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert '<html lang="ja">' in html
    link_in(message, "confirm-email")


def test_the_language_of_the_account_beats_that_of_who_asks(app, outbox):
    create_account(username="taro", email="taro@example.org", password=PASSWORD, language="ja")
    app.headers["Accept-Language"] = "en"
    app.auth("post", "auth/password/request", {"email": "taro@example.org"})
    assert "パスワードの再設定" in outbox[0].subject


def test_e_mails_stay_english_for_everybody_else(alice, app, outbox):
    app.auth("post", "auth/password/request", {"email": "alice@example.org"})
    assert outbox[0].subject == f"[{settings.SITE_NAME}] Choose a new password"
    assert "for the account alice" in outbox[0].body
    assert outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_what_somebody_typed_is_escaped_in_html_and_left_alone_in_text(app, outbox):
    address = "o'neil&co@example.org"
    app.auth("post", "auth/password/request", {"email": address})
    assert address in outbox[0].body
    assert "o&#x27;neil&amp;co@example.org" in outbox[0].alternatives[0][0]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_message_is_whole_in_both_languages(name, language):
    context = {
        "user": {"username": "alice"}, "username": "alice", "email": "a@example.org", "site_name": "Uzu",
        "site_url": "https://uzu.example.org", "activate_url": "https://uzu.example.org/confirm-email/k",
        "password_reset_url": "https://uzu.example.org/reset-password/k",
        "signup_url": "https://uzu.example.org/sign-up", "from_email": "old@example.org",
        "to_email": "new@example.org", "deleted_email": "old@example.org", "ip": "192.0.2.1",
        "user_agent": "Browser", "timestamp": None,
    }  # fmt: skip
    with translation.override(language):
        parts = [
            get_template(f"account/email/{name}_{part}").render(context)
            for part in ("subject.txt", "message.txt", "message.html")
        ]
    assert len(parts[0].strip().splitlines()) == 1
    for part in parts:
        assert bool(JAPANESE.search(part)) == (language == "ja")
        assert "{" not in part
