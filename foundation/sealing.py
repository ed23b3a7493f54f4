"""Keeping secrets in the database so that a copy of it alone tells none: encrypted by the site's secret key."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def site_secrets() -> tuple[str, ...]:
    """The secret key, and the former ones that can still be read."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def cipher(purpose: str, secrets: tuple[str, ...]) -> MultiFernet:
    """Encrypts by the first of `secrets` and decrypts by any; what one purpose sealed, no other opens."""
    digests = [salted_hmac(purpose, b"", secret=one, algorithm="sha256").digest() for one in secrets]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
