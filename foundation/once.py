"""Having a job do something once, however many people ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache


def ask_once(key: str, enqueue: Callable[[], Any], *, for_seconds: int) -> None:
    """Call `enqueue`, unless somebody did so for this key within that time. Where it fails, the next who asks tries."""
    if cache.add(key, True, for_seconds):
        try:
            enqueue()
        except Exception:
            cache.delete(key)
            raise
