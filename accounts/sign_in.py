"""Checking a password outside the app's own sign-in: for the command-line clients and the admin.

The app signs in through allauth. What is here keeps the same rules: user name or email address, the same brake on
guessing (one count for all ways in), and no sign-in before the address is confirmed.
"""

from __future__ import annotations

from typing import cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import derive_login_method
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.models import User
from accounts.second_factor import has_second_factor
from foundation.refusals import Forbidden, Refusal

LONGEST_LOGIN = 254
TOO_MANY = "too_many_login_attempts"


class WrongCredentials(Refusal):
    code = "wrong_credentials"
    status = 401
    message = _("The user name, email address or password is not correct.")


class WrongPassword(Refusal):
    code = "wrong_password"
    message = _("The password is not correct.")
    attr = "password"


class TooManyAttempts(Refusal):
    code = "too_many_attempts"
    status = 429
    message = _("Too many failed attempts. Wait a few minutes, then try again.")


class EmailNotConfirmed(Forbidden):
    code = "email_not_confirmed"
    message = _("Confirm your email address first: sign in on the website to get the message again.")


class SecondFactorNeeded(Forbidden):
    code = "second_factor_needed"
    message = _("This account has a second factor: sign in on the website, and use an API token made there.")


def check_credentials(request: HttpRequest | Request, login: str, password: str) -> User:
    """The user with this user name or email address and this password; nobody is signed in.

    Raises:
        WrongCredentials: no such account, another password, or a disabled account; which of them is not said.
        TooManyAttempts: too many failures for this name or from this address.
        EmailNotConfirmed: right, but the email address has to be confirmed first.
        SecondFactorNeeded: right, but the password alone is not enough, and more can't be asked for here.
    """
    django_request = cast(HttpRequest, getattr(request, "_request", request))
    if not login or not password or "\x00" in login or len(login) > LONGEST_LOGIN:
        raise WrongCredentials
    method = derive_login_method(login)
    try:
        found = get_adapter(django_request).authenticate(django_request, **{method.value: login, "password": password})
    except ValidationError as error:
        if any(single.code == TOO_MANY for single in error.error_list):
            raise TooManyAttempts from error
        raise
    user = cast("User | None", found)
    if user is None or not user.is_active:
        raise WrongCredentials
    if confirmation_missing(user):
        raise EmailNotConfirmed
    if has_second_factor(user):
        raise SecondFactorNeeded
    return user


def confirm_password(request: HttpRequest | Request, user: User, password: str) -> None:
    """Ask for the password again, before something that can't be undone.

    Raises:
        WrongPassword, TooManyAttempts
    """
    django_request = cast(HttpRequest, getattr(request, "_request", request))
    try:
        right = get_adapter(django_request).reauthenticate(user, password)
    except ValidationError as error:
        raise TooManyAttempts from error
    if not right:
        raise WrongPassword


def confirmation_missing(user: User) -> bool:
    """Whether the settings ask for a confirmed address and this user's is not; who has none has none to confirm."""
    mandatory = app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY
    return mandatory and bool(user.email) and not EmailAddress.objects.filter(user=user, verified=True).exists()
