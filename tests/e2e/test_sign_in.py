"""A second factor in a real browser: a code app and a passkey switched on in the settings, then asked for at the door."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.accounts.institution import CLIENT, SECRET
from tests.e2e.axe import violations
from tests.e2e.server import ROOT, free_port, server_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def institution():
    """Where the institution will answer."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, institution):
    """A server by its name, for passkeys hang on one, with an institution beside it."""
    campus = {"id": "campus", "name": "Example University", "url": institution, "client_id": CLIENT, "secret": SECRET}
    server = server_in(
        tmp_path_factory.mktemp("guarded"),
        UZU_SECOND_FACTOR="1",
        UZU_OIDC=json.dumps([{**campus, "email_domains": ["campus.example"]}]),
    )
    server.url = server.url.replace("127.0.0.1", "localhost")
    server.environment["UZU_URL"] = server.url
    callback = f"{server.url}/api/institutions/oidc/campus/login/callback/"
    folder = tmp_path_factory.mktemp("institution")
    command = [
        sys.executable,
        "-m",
        "tests.accounts.institution",
        institution.rpartition(":")[2],
        str(folder),
        callback,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        server.start()
        yield server
        server.stop()
        process.terminate()


@pytest.fixture
def browse(chromium, guarded):
    """Pages of browsers that know nothing of each other, each with a device that makes passkeys."""
    contexts, complaints = [], []

    def open_page(locale: str = "en-US", width: int = 1280) -> Page:
        context = chromium.new_context(base_url=guarded.url, locale=locale, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def give_device(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str) -> str:
    # Never one that is about to end.
    if time.time() % 30 > 20:
        time.sleep(30 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name or email").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).last.click()


def test_a_code_app_is_set_up_and_asked_for(browse, guarded):
    page = browse(width=390)
    sign_in(page, "alice", guarded.password)
    expect(page).to_have_url(re.compile(r"/$"))
    page.goto("/settings/security")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code for your app")).to_be_visible()
    secret = page.get_by_label("Secret", exact=True).inner_text().strip()
    assert violations(page) == []
    used = code_of(secret)
    page.get_by_label("Code that the app shows").fill(used)
    page.get_by_role("button", name="Switch on").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Current password").fill(guarded.password)
    dialog.get_by_role("button", name="Confirm").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text().strip()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert recovery in download.value.path().read_text()

    other = browse()
    sign_in(other, "alice", guarded.password)
    expect(other.get_by_role("heading", name="One more step")).to_be_visible()
    assert violations(other) == []
    other.get_by_label("Code", exact=True).fill("000000")
    other.get_by_role("button", name="Confirm").click()
    expect(other.get_by_text("This code is not correct, or has been used.")).to_be_visible()
    other.get_by_label("Code", exact=True).fill(recovery)
    other.get_by_role("button", name="Confirm").click()
    expect(other).to_have_url(re.compile(r"/$"))
    expect(other.get_by_role("link", name="Sign in")).to_have_count(0)


def test_a_passkey_is_added_renamed_asked_for_and_removed(browse, guarded):
    page = browse()
    give_device(page)
    sign_in(page, "bob", guarded.password)
    expect(page).to_have_url(re.compile(r"/$"))
    page.goto("/settings/security")
    page.get_by_label("Name of the passkey").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Current password").fill(guarded.password)
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("button", name="Rename my laptop").click()
    page.get_by_role("dialog").get_by_label("Name of the passkey").fill("the laptop")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_text("the laptop")).to_be_visible()
    assert violations(page) == []

    page.context.clear_cookies()
    sign_in(page, "bob", guarded.password)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/$"))
    page.goto("/settings/security")
    page.get_by_role("button", name="Remove the laptop").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_label("Current password").last).to_be_visible()
    again = page.get_by_role("dialog").last
    again.get_by_label("Current password").fill(guarded.password)
    again.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, "bob", guarded.password)
    expect(page).to_have_url(re.compile(r"/$"))


def test_the_admin_asks_in_the_app_and_lets_in_from_there(browse, guarded):
    page = browse()
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("User name or email").fill("host")
    page.get_by_label("Password", exact=True).fill(guarded.password)
    page.get_by_role("button", name="Sign in", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_somebody_comes_from_their_institution(browse, guarded, institution):
    page = browse(locale="ja-JP", width=390)
    page.goto(f"{institution}/as/mei/")
    page.goto("/sign-in?next=/settings/security")
    expect(page.get_by_role("button", name="Example University でログイン")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Example University でログイン").click()
    expect(page.get_by_role("heading", name="このサイトのアカウント")).to_be_visible()
    expect(page.get_by_label("ユーザー名")).to_have_value("mei")
    assert violations(page) == []
    # Taken already, by somebody of the demo.
    page.get_by_role("button", name="アカウントを作成").click()
    expect(page.get_by_text("同じユーザー名が既に登録済みです。")).to_be_visible()
    page.get_by_label("ユーザー名").fill("mei-of-campus")
    page.get_by_role("button", name="アカウントを作成").click()
    expect(page).to_have_url(re.compile(r"/settings/security$"))
    expect(page.get_by_text("mei@campus.example として連携中")).to_be_visible()
    expect(page.get_by_role("heading", name="パスワードを設定")).to_be_visible()
    assert violations(page) == []
    # The next time without a question.
    page.context.clear_cookies(name="sessionid")
    page.goto("/sign-in")
    page.get_by_role("button", name="Example University でログイン").click()
    expect(page).to_have_url(re.compile(r"/$"))
