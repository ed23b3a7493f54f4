"""Caches whose absence slows the site down and stops nothing.

What is kept in a cache can be computed anew, and how often somebody wrote in the last minute may go uncounted for a
while. Only what brakes guessing (sign-in, codes to enter with) must not: without its counts it answers 503.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache

from foundation.faults import CacheUnavailable, passing_fault

logger = logging.getLogger(__name__)

# Counts of failed sign-ins and of tried codes: whoever can make the cache fail must not be free to guess.
GUARDS = ("allauth:rl:", "throttle_joining_")
# One line in the log for each so many seconds, however much is asked of a cache that is away.
LOGGED_EVERY_SECONDS = 60.0

T = TypeVar("T")


class _Logged:
    last = -LOGGED_EVERY_SECONDS


def _without_fault(key: Any, act: Callable[[], T], otherwise: T) -> T:
    """`act()`, or `otherwise` while the cache is away.

    Raises:
        CacheUnavailable: it is away, and the key guards something.
    """
    try:
        return act()
    except Exception as exc:
        if passing_fault(exc) is None:
            raise
        if (now := time.monotonic()) - _Logged.last >= LOGGED_EVERY_SECONDS:
            _Logged.last = now
            logger.warning("cache.unavailable", extra={"fault": type(exc).__name__})
        if str(key).startswith(GUARDS):
            raise CacheUnavailable from exc
        return otherwise


class Forgiving:
    """Answers as an empty cache would while the real one is away."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _without_fault(key, lambda: super(Forgiving, self).get(key, default, version), default)  # type: ignore[misc]

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        _without_fault(key, lambda: super(Forgiving, self).set(key, value, *args, **kwargs), None)  # type: ignore[misc]

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return _without_fault(key, lambda: super(Forgiving, self).add(key, value, *args, **kwargs), True)  # type: ignore[misc]

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _without_fault(key, lambda: super(Forgiving, self).delete(key, version), False)  # type: ignore[misc]

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return _without_fault(key, lambda: super(Forgiving, self).touch(key, *args, **kwargs), False)  # type: ignore[misc]

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return _without_fault(key, lambda: super(Forgiving, self).has_key(key, version), False)  # type: ignore[misc]

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        keys = list(keys)
        return _without_fault("", lambda: super(Forgiving, self).get_many(keys, version), {})  # type: ignore[misc]

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        return _without_fault("", lambda: super(Forgiving, self).set_many(data, *args, **kwargs), list(data))  # type: ignore[misc]


class ForgivingRedisCache(Forgiving, RedisCache):
    """Redis, which may be away."""


class ForgivingFileCache(Forgiving, FileBasedCache):
    """A folder, whose disk may be full."""
