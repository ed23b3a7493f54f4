"""Locks an account's row, so that nothing is stored about a person once their account has been deleted."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from foundation.refusals import Refusal


class AccountGone(Refusal):
    """The account was deleted while one of its own requests was still being handled."""

    code = "account_deleted"
    status = 401
    message = _("This account has been deleted.")


def lock_account(user: User) -> User:
    """The account as it is now, locked until the transaction ends: what is written of it is not written behind its
    deletion. Take this lock before those of teams, as the deletion does.

    Raises:
        AccountGone
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.is_deleted:
        raise AccountGone
    return locked
