"""Personal API tokens: made, recognised, taken back.

A token carries 238 bits of chance, so a plain SHA-256 of it is as good to keep as a slow hash, and lets the database
find it by its index.
"""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from foundation.faults import passing_fault
from foundation.refusals import Conflict, Refusal

PREFIX = "uzu_"
ALPHABET = string.ascii_letters + string.digits
RANDOM_CHARACTERS = 40
SHOWN_CHARACTERS = len(PREFIX) + 6
LONGEST = 200
MAX_TOKENS = 50
# `last_used_at` is good to the minute: a script in a loop must not write with every request.
LAST_USED_PRECISION = timedelta(minutes=1)


class ExpiresInThePast(Refusal):
    code = "expires_in_the_past"
    message = _("A token must expire in the future.")
    attr = "expires_at"


class TooManyTokens(Conflict):
    code = "too_many_tokens"
    message = _("You have %(limit)d tokens: delete one first.")


def create_token(
    *, user: User, name: str, expires_at: datetime | None = None, by_password: bool = False, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token, and tell its owner by mail. The string is to be shown once: nobody can get it again.

    `by_password`: a command line signed in for it; it ends when the password is changed.

    Raises:
        ExpiresInThePast: it would never work.
        TooManyTokens: the user has `MAX_TOKENS` that work.
    """
    if expires_at is not None and expires_at <= at:
        raise ExpiresInThePast
    if user.api_tokens.valid(at).count() >= MAX_TOKENS:
        raise TooManyTokens(limit=MAX_TOKENS)
    secret = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:SHOWN_CHARACTERS],
        digest=digest_of(secret),
        created_at=at,
        expires_at=expires_at,
        made_by_password=by_password,
    )
    if user.email:
        mail = {"user": user, "token_name": name, "prefix": token.prefix}
        transaction.on_commit(lambda: get_adapter().send_mail("account/email/api_token_created", user.email, mail))
    return token, secret


def count_tokens(user: User, at: datetime) -> int:
    """How many tokens of `user` work."""
    return user.api_tokens.valid(at).count()


def authenticate_token(token: str, at: datetime) -> ApiToken | None:
    """The valid token behind this string, with its user; its last use is noted."""
    if not token.startswith(PREFIX) or len(token) > LONGEST or not token.isascii():
        return None
    found = ApiToken.objects.valid(at).select_related("user").filter(digest=digest_of(token)).first()
    if found is not None:
        _note_use(found, at)
    return found


def revoke_token(*, token: ApiToken, at: datetime) -> None:
    """Take a token back; it stays in the history. A second time changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _note_use(token: ApiToken, at: datetime) -> None:
    before = at - LAST_USED_PRECISION
    if token.last_used_at is not None and token.last_used_at > before:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    try:
        with transaction.atomic():  # a fault must not spoil a transaction around it
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    except DatabaseError as exc:
        # Locked, or its disk is full: a script may read all the same.
        if passing_fault(exc) is None:
            raise
        return
    token.last_used_at = at


def renew_token(*, user: User, name: str, keep: int, at: datetime) -> str:
    """A new token for a client that signs in by password, again on every machine; the `keep` newest of this name stay.

    Raises:
        TooManyTokens: the user has as many of other names.
    """
    kept = user.api_tokens.valid(at).filter(name=name).order_by("-created_at", "-pk").values_list("pk", flat=True)
    user.api_tokens.filter(pk__in=list(kept[keep - 1 :])).update(revoked_at=at)
    return create_token(user=user, name=name, by_password=True, at=at)[1]
