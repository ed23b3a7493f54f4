"""People who sign in by their institution: who may, and which account is theirs.

An institution says whose address somebody has. It is believed for the domains that the operator has named for it, and
for no others: whoever runs one must not get at the accounts of everybody else by asserting addresses.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import username_validator

DENIED = (False, "false", "False", "0")


class InstitutionAdapter(DefaultSocialAccountAdapter):
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "email_taken": _(
            "An account has this address already. Sign in to it with its password, and connect %s in its settings."
        ),
        "no_password": _("Set a password first: without one you could not sign in any more."),
        "no_verified_email": _("Confirm your email address first."),
        "connected_other": _("Another account of this site is connected there."),
    }

    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The institutions of the settings: none is in the database, and no query looks for them."""
        return [
            SocialApp(**app)
            for app in settings.INSTITUTIONS
            if (not provider or provider in (app["provider"], app["provider_id"]))
            and (not client_id or client_id == app["client_id"])
        ]

    # --- who may ------------------------------------------------------------------------------------------------------
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """As on the whole site, unless the operator says otherwise for this institution."""
        return sociallogin.provider.app.settings.get("sign_up", settings.SIGN_UP_OPEN)

    # --- whose account ------------------------------------------------------------------------------------------------
    def is_email_verified(self, provider: Any, email: str) -> bool:
        return email.rpartition("@")[2].lower() in provider.app.settings["email_domains"]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        try:
            username_validator(user.username)
        except ValidationError:
            user.username = ""
        denied = self._denies_address(sociallogin, data)
        for address in sociallogin.email_addresses:
            address.verified = not denied and self.is_email_verified(sociallogin.provider, address.email)
        # Of what an institution tells, only that by which people recognise the account.
        sociallogin.account.extra_data = {"email": user.email}
        return user

    def _denies_address(self, sociallogin: SocialLogin, data: dict[str, Any]) -> bool:
        """Whether the institution itself says that it never checked the address."""
        told = sociallogin.account.extra_data
        parts = (data, told, told.get("userinfo"), told.get("id_token"))
        return any(part.get("email_verified") in DENIED for part in parts if isinstance(part, dict))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account that has an address which this institution vouches for, confirmed here too.

        Never one of the staff: those are connected by who is signed in to them.
        """
        for email in (address.email for address in sociallogin.email_addresses if address.verified):
            confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
            owners = User.objects.filter(pk__in=confirmed, email__iexact=email, is_active=True)
            owner = owners.filter(is_staff=False, is_superuser=False).first()
            if owner is not None:
                return owner, email
        return None

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """The new account. It has the address that was chosen in the form, and no other."""
        if form is not None:
            chosen = form.cleaned_data["email"].lower()
            known = sociallogin.email_addresses
            sociallogin.email_addresses = [address for address in known if address.email.lower() == chosen]
        return super().save_user(request, sociallogin, form)
