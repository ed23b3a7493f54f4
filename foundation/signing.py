"""The site's signature, by which anybody can tell later that the site itself said something.

Ed25519, by the `cryptography` library. The first key is made when it is first needed; all processes share it through
the database, where the private half lies encrypted. A key that is replaced stays in the list of public keys, and what
it signed stays valid, but its private half is gone: it signs nothing more.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from foundation.models import SigningKey
from foundation.sealing import cipher, site_secrets

PURPOSE = "foundation.signing"
ALGORITHM = "Ed25519"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now. `key_id` and `public` are told with every signature."""

    key_id: str
    public: str
    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> str:
        """The signature, in hexadecimal digits."""
        return self.private.sign(message).hex()


class KeyUnreadable(Exception):
    """The private key was encrypted by another SECRET_KEY than any of those set."""


def current_signer(at: datetime) -> Signer:
    """The active key, made now if there is none, or none that can be read. One query."""
    key = SigningKey.objects.filter(is_active=True).first()
    if key is not None:
        try:
            return _opened(key.pk, key.public, key.private, site_secrets())
        except KeyUnreadable:
            logger.warning("signing_key.unreadable", extra={"key": key.pk})
    return _signer(_replace(key, at))


def rotate(at: datetime) -> SigningKey:
    """Retire the active key, whose private half is forgotten, and make a new one."""
    return _replace(SigningKey.objects.filter(is_active=True).first(), at)


def _replace(old: SigningKey | None, at: datetime) -> SigningKey:
    """Put a new key in the place of `old`; somebody else's new key, if two do so at a time."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    new = SigningKey(
        id=hashlib.sha256(public).hexdigest()[:16],
        public=public.hex(),
        private=cipher(PURPOSE, site_secrets()).encrypt(private.private_bytes_raw()).decode(),
        created_at=at,
    )
    try:
        with transaction.atomic():
            if old is not None:
                SigningKey.objects.filter(pk=old.pk, is_active=True).update(is_active=False, private="", retired_at=at)
            new.save(force_insert=True)
    except IntegrityError:
        return SigningKey.objects.get(is_active=True)
    return new


def _signer(key: SigningKey) -> Signer:
    return _opened(key.pk, key.public, key.private, site_secrets())


@lru_cache(maxsize=4)
def _opened(key_id: str, public: str, private: str, secrets: tuple[str, ...]) -> Signer:
    """Kept in memory: decrypting takes longer than signing.

    Raises:
        KeyUnreadable: none of `secrets` fits.
    """
    try:
        raw = cipher(PURPOSE, secrets).decrypt(private.encode())
    except InvalidToken:
        raise KeyUnreadable from None
    return Signer(key_id, public, Ed25519PrivateKey.from_private_bytes(raw))
