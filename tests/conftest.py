"""What every test may lean on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# pyarrow loads it at some first use; its C parts crash when that happens while a test has frozen the clock.
import pandas  # noqa: F401, ICN001
import pytest


@pytest.fixture(autouse=True)
def _files_of_their_own(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Every test that may touch a database writes its files below its own folder."""
    if "scoring" in Path(str(request.node.path)).parts:
        return
    settings = request.getfixturevalue("settings")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private", "base_url": None},
        },
        "public": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media", "base_url": "/media/"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Those that `make run` gathered are thousands: every test client would look at each.
    settings.STATIC_ROOT = tmp_path / "static"
    settings.INCOMING_DIR = tmp_path / "incoming"
    settings.PREPARED_SOLUTIONS_DIR = tmp_path / "prepared"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request in Japanese leaves its language to the thread; no test reads what another one left."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def api():
    """A client nobody is signed in with; `api.force_authenticate(user)` or `api.force_login(user)` signs in."""
    from rest_framework.test import APIClient

    return APIClient()


NEEDS = {"postgresql": ("DATABASE_URL", "postgres"), "redis": ("REDIS_URL", "redis")}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `postgresql` or `redis` need that server; elsewhere they are skipped, saying so."""
    for marker, (variable, scheme) in NEEDS.items():
        if os.environ.get(variable, "").startswith(scheme):
            continue
        skip = pytest.mark.skip(reason=f"needs {marker}: set {variable}")
        for item in items:
            if marker in item.keywords:
                item.add_marker(skip)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With UZU_FORBID_SKIPS (as CI sets it where every server is there) a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("UZU_FORBID_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("tests were skipped where none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure() -> None:
    """Imported first while a test has frozen the time, its `timer = time.time` would become a method."""
    import rest_framework.throttling  # noqa: F401
