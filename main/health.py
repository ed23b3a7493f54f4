"""Whether this process lives (`/healthz`) and whether it can do its work (`/readyz`).

Both are answered under every host name: a container is asked by its address, which is in no list of names.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
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
    missing = {name for name, passed in checks.items() if not passed}
    if not missing - DISPENSABLE:
        return JsonResponse({"status": "degraded" if missing else "ok", "checks": checks})
    return JsonResponse({"status": "unavailable", "checks": checks}, status=503, headers={"Retry-After": "5"})


class HealthMiddleware:
    """Answers before anything looks at the request's host, its session or its language. Stands first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        return self.get_response(request) if view is None else view(request)


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
    """Whether the cache keeps what it is given: one that is away answers as an empty one."""
    key, value = f"readyz:{uuid4().hex}", uuid4().hex
    cache.set(key, value, timeout=10)
    held = cache.get(key) == value
    cache.delete(key)
    return held


def files() -> bool:
    """Whether the private storage answers; that the file is not there is a good answer."""
    return not storages["default"].exists("readyz")


def folders() -> bool:
    """Whether what is kept on this machine can be written: submissions on their way in, and prepared solutions."""
    for folder in (settings.VAR_DIR, settings.INCOMING_DIR, settings.PREPARED_SOLUTIONS_DIR):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        # Making a file asks the file system itself: permissions alone do not tell of a full or read-only one.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready")
            file.flush()
    return True


class _Seen:
    migrated = False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database,
    "migrations": migrations,
    "cache": cache_holds,
    "files": files,
    "folders": folders,
}
# What the site goes on without: without it every instance would be taken out of service at once.
DISPENSABLE = {"cache"}
VIEWS = {"/healthz": live, "/readyz": ready}
