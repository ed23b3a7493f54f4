"""Personal API tokens: the script's way in."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from accounts.models import ApiToken
from accounts.tokens import (
    MAX_TOKENS,
    ExpiresInThePast,
    TooManyTokens,
    authenticate_token,
    create_token,
    revoke_token,
)
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return UserFactory(username="Alice")


def basic(username: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode()


# --- the service ------------------------------------------------------------------------------------------------------
def test_a_token_signs_in_and_only_its_digest_is_kept(alice):
    token, secret = create_token(user=alice, name="laptop", at=NOON)
    assert secret.startswith("uzu_")
    assert len(secret) == 44
    assert secret not in str(ApiToken.objects.values().get())
    assert token.created_at == NOON
    assert authenticate_token(secret, NOON).user == alice


@pytest.mark.parametrize(
    "wrong", ["", "uzu_", "uzu_" + "a" * 40, "é" * 44, "uzu_\x00" + "a" * 39, "uzu_" + "a" * 10_000]
)
def test_any_other_string_does_not(alice, wrong):
    create_token(user=alice, name="laptop", at=NOON)
    assert authenticate_token(wrong, NOON) is None


def test_a_token_works_until_the_moment_it_expires(alice):
    expires = NOON + timedelta(hours=1)
    _, secret = create_token(user=alice, name="laptop", expires_at=expires, at=NOON)
    assert authenticate_token(secret, expires - timedelta(seconds=1))
    assert authenticate_token(secret, expires) is None


def test_a_token_cannot_expire_in_the_past(alice):
    with pytest.raises(ExpiresInThePast):
        create_token(user=alice, name="laptop", expires_at=NOON, at=NOON)


def test_a_revoked_token_and_that_of_an_inactive_account_do_not_sign_in(alice):
    token, secret = create_token(user=alice, name="laptop", at=NOON)
    _, other = create_token(user=alice, name="desktop", at=NOON)
    revoke_token(token=token, at=NOON)
    assert authenticate_token(secret, NOON) is None
    assert authenticate_token(other, NOON)
    alice.is_active = False
    alice.save()
    assert authenticate_token(other, NOON) is None


def test_last_use_is_written_at_most_once_a_minute(alice, django_assert_num_queries):
    token, secret = create_token(user=alice, name="laptop", at=NOON)
    authenticate_token(secret, NOON)
    with django_assert_num_queries(1):
        authenticate_token(secret, NOON + timedelta(seconds=59))
    token.refresh_from_db()
    assert token.last_used_at == NOON
    authenticate_token(secret, NOON + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.last_used_at == NOON + timedelta(seconds=60)


def test_working_tokens_are_limited_and_deleted_ones_do_not_count(alice):
    for number in range(MAX_TOKENS):
        token, _ = create_token(user=alice, name=str(number), at=NOON)
    with pytest.raises(TooManyTokens):
        create_token(user=alice, name="one more", at=NOON)
    revoke_token(token=token, at=NOON)
    create_token(user=alice, name="one more", at=NOON)
