"""Tokens and the password: what a sign-in by password gave ends with it, and the owner hears of every token."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.tokens import authenticate_token, create_token, renew_token
from tests.accounts.conftest import PASSWORD, link_in
from tests.factories import NOON

pytestmark = pytest.mark.django_db

NEW = "another good password 7"


def tokens_of(user) -> tuple[str, str]:
    """One made by hand, one of a command line that signed in by password."""
    made = create_token(user=user, name="laptop", at=NOON)[1]
    return made, renew_token(user=user, name="guruguru", keep=10, at=NOON)


def changed(app, alice, outbox):
    app.sign_in()
    return app.auth("post", "account/password/change", {"current_password": PASSWORD, "new_password": NEW})


def reset(app, alice, outbox):
    app.auth("post", "auth/password/request", {"email": alice.email})
    key = link_in(outbox[-1], "reset-password")
    return app.auth("post", "auth/password/reset", {"key": key, "password": NEW})


@pytest.mark.parametrize("door", [changed, reset])
def test_a_new_password_ends_them_and_the_answer_says_how_many_remain(app, alice, outbox, door):
    made, signed_in = tokens_of(alice)
    answer = door(app, alice, outbox)
    assert answer.json()["meta"]["remaining_tokens"] == 1
    assert authenticate_token(signed_in, NOON) is None
    assert authenticate_token(made, NOON).user == alice


def test_so_does_one_set_in_the_admin_or_a_shell(alice):
    made, signed_in = tokens_of(alice)
    alice.set_password(NEW)
    alice.save()
    assert (authenticate_token(signed_in, NOON), bool(authenticate_token(made, NOON))) == (None, True)


def test_other_changes_and_a_stronger_hash_of_the_same_password_do_not(alice):
    _made, signed_in = tokens_of(alice)
    alice.display_name = "Alice"
    alice.save()
    User.objects.filter(pk=alice.pk).update(password=make_password(PASSWORD, hasher="default"))
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)
    assert authenticate_token(signed_in, NOON)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_owner_hears_of_every_new_token(alice, outbox, language, django_capture_on_commit_callbacks):
    User.objects.update(language=language)
    alice.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        made, signed_in = tokens_of(alice)
    assert [message.to for message in outbox] == [[alice.email]] * 2
    for message, name in zip(outbox, ("laptop", "guruguru"), strict=True):
        assert name in message.body
        assert made not in message.body
        assert signed_in not in message.body
    assert ("トークン" in outbox[0].subject) is (language == "ja")
