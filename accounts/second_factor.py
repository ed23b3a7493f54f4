"""A code or a passkey beside the password: allauth's, its secrets sealed. Off unless the operator switches it on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken
from foundation.sealing import cipher, site_secrets

PURPOSE = "accounts.second_factor"
# What makes a password alone too little. Recovery codes only help where one of these is.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
SEALED = ("secret", "seed")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Recovery codes need a second factor first."),
        "incorrect_code": _("This code is not correct, or has been used."),
        "unverified_email": _("Confirm your email address first."),
    }

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        return settings.SECOND_FACTOR and super().is_mfa_enabled(user, types)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # Passkeys are bound to it: the address people type, whichever of its names a request came by.
        if not settings.SITE_URL_IS_NAMED:
            return super().get_public_key_credential_rp_entity()
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SITE_NAME}

    def encrypt(self, text: str) -> str:
        return cipher(PURPOSE, site_secrets()).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. One that was sealed by a key that is gone gives a secret that nobody knows: no code fits it."""
        try:
            return cipher(PURPOSE, site_secrets()).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Whether `user` has to show more than a password."""
    return SecondFactorAdapter().is_mfa_enabled(user, FACTORS)


def end_what_a_password_made(*, user: AbstractBaseUser, **_sent: Any) -> None:
    """Somebody has a second factor now: tokens that the password alone was good for end."""
    ApiToken.objects.filter(user_id=user.pk, made_by_password=True, revoked_at=None).update(revoked_at=timezone.now())


def seal_anew(*, authenticator: Authenticator, **_sent: Any) -> None:
    """Encrypt the secrets of a factor that was just used with the present key, so that a former one can be dropped."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    vault = cipher(PURPOSE, site_secrets())
    sealed = {key: authenticator.data[key] for key in SEALED if key in authenticator.data}
    authenticator.data |= {key: vault.rotate(text.encode()).decode() for key, text in sealed.items()}
    authenticator.save(update_fields=["data"])
