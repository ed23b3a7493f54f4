"""Recognises values that no database or file system can store.

It stands in the lowest Django room because the sign-in endpoints meet such values as `main.errors` does.
"""

from __future__ import annotations

from django.db import DataError


def is_unspeakable(exc: Exception) -> bool:
    """Whether `exc` is how a database, the file system or Python itself says that it can't hold a value."""
    if isinstance(exc, DataError | OverflowError | UnicodeError | RecursionError):
        return True
    words = ("NUL", "null byte", "null character", "integer string conversion")
    return isinstance(exc, ValueError) and any(word in str(exc) for word in words)
