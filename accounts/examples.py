"""What the examples of the API's description hold in this room; gathered by `main.example_values`."""

from __future__ import annotations

from typing import Any

from accounts import avatars
from accounts.tokens import MAX_TOKENS
from foundation import images

VALUES: dict[str, Any] = {
    "username": "alice",
    "displayName": "Alice",
    "avatar": "/media/avatars/alice.webp",
    "bio": "Trees, mostly boosted.",
    "email": "alice@example.org",
    "password": "correct horse battery",
    "label": "GitHub",
    "language": "en",
    "languages": ["en", "ja"],
    "timeZone": "Asia/Tokyo",
    "UserRef.name": "Alice",
    "Me.name": "Alice",
    "Profile.name": "Alice",
    "Token.name": "laptop",
    "TokenRequest.name": "laptop",
    "CreatedToken.name": "laptop",
    "prefix": "uzu_Ab12Cd",
    "token": "uzu_Ab12Cd…",
    "csrfToken": "hN3v…",
    "Site.name": "Uzu",
    "Site.version": "0.1.0",
    "emailVerified": True,
    "signUpOpen": True,
    "lastUsedAt": None,
    "expiresAt": None,
    "Link.url": "https://github.com/alice",
    "LinkRequest.url": "https://github.com/alice",
}
PARAMS: dict[str, Any] = {
    "too_many_tokens.limit": MAX_TOKENS,
    "image_too_large.max_megabytes": avatars.MAX_BYTES // 2**20,
    "image_too_large.max_megapixels": images.MAX_PIXELS // 10**6,
}
