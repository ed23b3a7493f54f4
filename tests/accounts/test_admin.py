"""Accounts in the admin."""

from __future__ import annotations

import pytest

from accounts.models import ApiToken, User
from accounts.tokens import authenticate_token, create_token
from tests.accounts.conftest import PASSWORD
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    user = User.objects.create_superuser("chief", "chief@example.org", PASSWORD)
    client.force_login(user)
    return user


def act(client, model: str, action: str, *rows):
    return client.post(
        f"/admin/accounts/{model}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    )


@pytest.mark.parametrize("login", ["chief", "chief@example.org"])
def test_signing_in_and_the_brake_on_guessing(client, chief, login):
    client.logout()
    form = {"username": login, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", form).status_code == 302
    client.logout()
    for _ in range(5):
        client.post("/admin/login/", {**form, "password": "wrong"})
    answer = client.post("/admin/login/", form)
    assert answer.status_code == 200
    assert "Too many failed attempts" in answer.content.decode()


def test_only_staff_comes_in(client, alice):
    answer = client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200
    assert "staff" in answer.content.decode()


@pytest.mark.parametrize("path", ["user/", "user/?q=ali", "user/add/", "apitoken/", "apitoken/?q=x"])
def test_pages(client, chief, alice, path):
    create_token(user=alice, name="laptop", at=NOON)
    assert client.get(f"/admin/accounts/{path}").status_code == 200


def test_a_user_page_opens_and_an_account_is_never_removed(client, chief, alice):
    assert client.get(f"/admin/accounts/user/{alice.pk}/change/").status_code == 200
    assert client.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_account_made_here_signs_in_at_once(client, chief, app):
    form = {"username": "carol", "email": "Carol@Example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/admin/accounts/user/add/", {**form, "usable_password": "true"}).status_code == 302
    assert app.sign_in("carol@example.org").status_code == 200


def test_accounts_are_emptied_but_not_ones_own(client, chief, alice):
    act(client, "user", "delete_accounts", alice, chief)
    alice.refresh_from_db()
    chief.refresh_from_db()
    assert alice.is_deleted
    assert not chief.is_deleted


def test_staff_does_not_delete_a_superuser(client, chief):
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(_permissions("change_user", "view_user"))
    client.force_login(staff)
    act(client, "user", "delete_accounts", chief)
    chief.refresh_from_db()
    assert not chief.is_deleted


def test_staff_gives_nobody_rights_and_does_not_touch_a_superuser(client, chief, alice):
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(_permissions("change_user", "view_user"))
    client.force_login(staff)
    form = {"username": "alice", "email": "alice@example.org", "links": "[]", "is_active": "on"}
    rights = {"is_staff": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{alice.pk}/change/", {**form, **rights}).status_code == 302
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (False, False)
    assert client.post(f"/admin/accounts/user/{chief.pk}/change/", form).status_code == 403
    assert client.get(f"/admin/accounts/user/{chief.pk}/password/").status_code == 403


@pytest.mark.parametrize("links", ["[1]", '[{"label": "x"}]', '[{"label": "x", "url": "javascript:x"}]', "1"])
def test_what_would_break_the_profile_is_refused(client, chief, alice, links):
    form = {"username": "alice", "email": "alice@example.org", "is_active": "on"}
    path = f"/admin/accounts/user/{alice.pk}/change/"
    assert client.post(path, {**form, "links": links}).status_code == 200
    assert client.post(path, {**form, "links": "[]", "time_zone": "Mars/Base"}).status_code == 200
    assert client.post(path, {**form, "links": '[{"label": "x", "url": "https://x.org"}]'}).status_code == 302


@pytest.mark.parametrize("links", ["", "{}", "[]", "null"])
def test_links_can_be_emptied(client, chief, alice, api, links):
    form = {"username": "alice", "email": "alice@example.org", "is_active": "on", "links": links}
    assert client.post(f"/admin/accounts/user/{alice.pk}/change/", form).status_code == 302
    assert api.get("/api/users/alice/").json()["links"] == []


def test_a_new_address_given_here_replaces_the_old_one(client, chief, alice, app):
    form = {"username": "alice", "email": "new@example.org", "links": "[]", "is_active": "on"}
    assert client.post(f"/admin/accounts/user/{alice.pk}/change/", form).status_code == 302
    assert app.sign_in("alice@example.org").status_code == 400
    assert app.sign_in("new@example.org").status_code == 200


def test_a_token_is_shown_without_its_digest_and_can_be_revoked(client, chief, alice):
    token, secret = create_token(user=alice, name="laptop", at=NOON)
    page = client.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()
    assert token.prefix in page
    assert token.digest not in page
    act(client, "apitoken", "revoke", token)
    assert authenticate_token(secret, NOON) is None
    assert ApiToken.objects.exists()


def test_pages_are_in_the_language_and_time_of_the_account(client, chief):
    chief.language, chief.time_zone = "ja", "Asia/Tokyo"
    chief.save()
    page = client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="ja"' in page


def _permissions(*codenames: str):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=codenames)
