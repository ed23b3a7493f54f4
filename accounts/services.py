"""Making an account for somebody, and deleting one."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import signals
from accounts.avatars import delete_later
from accounts.models import BrowserUse, User
from foundation.refusals import Conflict


class UsernameTaken(Conflict):
    code = "username_taken"
    message = _("Somebody has this user name already.")
    attr = "username"


def create_account(*, username: str, email: str, password: str | None, **fields: Any) -> User:
    """An account whose email address counts as confirmed, because an operator vouches for it."""
    with transaction.atomic():
        user = User.objects.create_user(username, email.lower(), password, **fields)
        confirm_address(user)
    return user


def create_account_without_address(*, username: str, password: str, display_name: str = "", language: str = "") -> User:
    """An account of somebody whom an organiser's link lets in: it has no email address, so that it claims nobody's.

    Raises:
        UsernameTaken: somebody took the name in the same moment.
    """
    try:
        with transaction.atomic():
            return User.objects.create_user(username, "", password, display_name=display_name, language=language)
    except IntegrityError as error:
        raise UsernameTaken from error


def confirm_address(user: User) -> None:
    """Take the address of `user` as confirmed, without a message to it; any other of theirs is forgotten."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    if not user.email:
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )


def delete_account(*, user: User, at: datetime) -> None:
    """Empty an account for good; what it did in competitions and discussions stays, as somebody's.

    The row stays too, without a word about the person: histories refer to it. Its sessions end, because they are bound
    to the password. The user name is free again.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.is_deleted:
            return
        signals.account_deleted.send(User, user=user, at=at)
        user.api_tokens.all().delete()
        BrowserUse.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        SocialAccount.objects.filter(user=user).delete()
        delete_later(user.avatar.name)
        user.username = f"deleted-{secrets.token_hex(8)}"
        user.email = user.display_name = user.bio = user.language = user.time_zone = user.avatar = ""
        user.links = []
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login = None
        user.set_unusable_password()
        user.deleted_at = at
        user.save()
        user.groups.clear()
        user.user_permissions.clear()
