"""Accounts that share a browser: off by default, told in the privacy page, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.browsers import COOKIE, KEPT, forget_browsers, remember, shared_browsers
from accounts.models import BrowserUse
from accounts.services import delete_account
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


def visit(client, user, times=2):
    client.force_login(user)
    for _time in range(times):
        answer = client.get("/api/me/")
    return answer


def test_off_nothing_is_set_and_nothing_kept(client):
    assert COOKIE not in visit(client, UserFactory()).cookies
    client.cookies[COOKIE] = "0" * 32
    visit(client, UserFactory())
    assert not BrowserUse.objects.exists()


@pytest.fixture
def _on(settings):
    settings.SHARED_BROWSERS = True


@pytest.mark.usefixtures("_on")
def test_two_accounts_in_one_browser(client):
    one, other = UserFactory(), UserFactory()
    visit(client, one)
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    client.logout()
    client.cookies[COOKIE] = cookie.value
    visit(client, other)
    ((people, _last),) = shared_browsers([one.pk, other.pk])
    assert people == {one.pk, other.pk}
    assert shared_browsers([one.pk]) == []
    assert not BrowserUse.objects.filter(browser=cookie.value).exists(), "the cookie itself is not kept"


@pytest.mark.usefixtures("_on")
def test_who_is_not_signed_in_gets_no_cookie(client):
    assert COOKIE not in client.get("/api/session/").cookies


@pytest.mark.usefixtures("_on")
@pytest.mark.parametrize("forged", ["", "x" * 32, "0" * 31, "0" * 33, "'; DROP TABLE", "a" * 4000])
def test_a_forged_cookie_is_replaced(client, forged):
    user = UserFactory()
    client.force_login(user)
    client.cookies[COOKIE] = forged
    answer = client.get("/api/me/")
    assert len(answer.cookies[COOKIE].value) == 32
    assert not BrowserUse.objects.exists()


@pytest.mark.usefixtures("_on")
def test_a_row_is_renewed_once_a_day():
    user = UserFactory()
    remember("a", user, NOON)
    remember("a", user, NOON + timedelta(hours=1))
    assert BrowserUse.objects.get().last_seen_at == NOON
    cache.clear()
    remember("a", user, NOON + timedelta(days=2))
    row = BrowserUse.objects.get()
    assert (row.first_seen_at, row.last_seen_at) == (NOON, NOON + timedelta(days=2))


@pytest.mark.usefixtures("_on")
def test_it_is_forgotten_in_time_with_the_account_and_when_switched_off(settings):
    old, user = UserFactory(), UserFactory()
    remember("a", old, NOON)
    remember("b", user, NOON + timedelta(days=1))
    assert forget_browsers(NOON + KEPT + timedelta(hours=1)) == 1
    delete_account(user=user, at=NOON)
    assert not BrowserUse.objects.exists()
    remember("c", old, NOON)
    settings.SHARED_BROWSERS = False
    assert shared_browsers([old.pk, user.pk]) == []
    cache.clear()
    forget_browsers(NOON)
    assert not BrowserUse.objects.exists()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_privacy_page_says_so_while_it_is_on(client, settings, tmp_path, language):
    settings.LEGAL_DIR = tmp_path
    address = "/api/legal/privacy/"
    assert client.get(address).json()["html"] is None
    settings.SHARED_BROWSERS = True
    assert COOKIE in client.get(address, headers={"accept-language": language}).json()["html"]
    (tmp_path / "privacy.md").write_text("We keep little.")
    html = client.get(address).json()["html"]
    assert "We keep little." in html
    assert COOKIE in html
    assert COOKIE not in str(client.get("/api/legal/terms/").json()["html"])
