"""Values that nothing can hold. In the lowest Django room: its sign-in endpoints meet them as `main.errors` does."""

from __future__ import annotations

from django.db import DataError


def is_unspeakable(exc: Exception) -> bool:
    """Whether `exc` is how a database, the file system or Python itself says that it can't hold a value."""
    if isinstance(exc, DataError | OverflowError | UnicodeError | RecursionError):
        return True
    words = ("NUL", "null byte", "null character", "integer string conversion")
    return isinstance(exc, ValueError) and any(word in str(exc) for word in words)
