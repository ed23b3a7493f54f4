"""Whether this process lives (`/healthz`) and whether it can do its work (`/readyz`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Restart it when it does not."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Everything a request needs answers. Send no traffic while it does not."""
    checks = {name: passes(name, check) for name, check in CHECKS.items()}
    healthy = all(checks.values())
    body = {"status": "ok" if healthy else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if healthy else 503)


def passes(name: str, check: Callable[[], bool]) -> bool:
    """Whether a check succeeds; why it does not is for the log alone, addresses and passwords may be in it."""
    try:
        return check()
    except Exception:
        log.exception("readiness check failed", extra={"check": name})
        return False


def database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def migrations() -> bool:
    """Whether the database has the tables this code expects. Asked until it is so, then remembered."""
    if not _Seen.migrated:
        executor = MigrationExecutor(connection)
        _Seen.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _Seen.migrated


def cache_holds() -> bool:
    key, value = f"readyz:{uuid4().hex}", uuid4().hex
    cache.set(key, value, timeout=10)
    held = cache.get(key) == value
    cache.delete(key)
    return held


def files() -> bool:
    """Whether the private storage answers; that the file is not there is a good answer."""
    return not storages["default"].exists("readyz")


class _Seen:
    migrated = False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database,
    "migrations": migrations,
    "cache": cache_holds,
    "files": files,
}
