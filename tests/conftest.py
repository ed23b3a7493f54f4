"""What every test may lean on."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Every process of the tests has one core: scikit-learn's threads, which wait by spinning, would take the others'.
os.environ.setdefault("OMP_NUM_THREADS", "1")

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
            "BACKEND": "foundation.storage.LocalStorage",
            "OPTIONS": {"location": tmp_path / "private", "base_url": None},
        },
        "public": {
            "BACKEND": "foundation.storage.LocalStorage",
            "OPTIONS": {"location": tmp_path / "media", "base_url": "/media/"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Those that `make run` gathered are thousands: every test client would look at each.
    settings.STATIC_ROOT = tmp_path / "static"
    settings.INCOMING_DIR = tmp_path / "incoming"
    settings.PREPARED_SOLUTIONS_DIR = tmp_path / "prepared"
    settings.SANDBOX_FINDINGS = tmp_path / "sandbox.json"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    # Written by a thread of its own, while a test may have rolled its database back.
    settings.RECORD_FAULTS = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Asked before the test database is made, and left after it is gone."""
    from tests.databases import migrated_once

    with migrated_once():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings) -> Iterator[None]:
    """The test database. pytest-django makes it only for tests that ask for `db`, which those on a scene do not."""
    from django.test.utils import setup_databases, teardown_databases

    from tests.databases import keep_ids_apart

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases=["default"], serialized_aliases=[])
        keep_ids_apart()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request in Japanese leaves its language to the thread; no test reads what another one left."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _notebooks_by_forks() -> Iterator[None]:
    """Each notebook is converted by a fork of a process that has loaded what that takes (`tests/notebook_forks.py`)."""
    from discussions import notebooks
    from tests.notebook_forks import Forks

    with pytest.MonkeyPatch.context() as patch:
        forks = Forks()
        patch.setattr(notebooks, "subprocess", forks)
        yield
        forks.close()


@pytest.fixture
def notebooks_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each notebook is converted by a process started anew, as on a server."""
    import subprocess

    from discussions import notebooks

    monkeypatch.setattr(notebooks, "subprocess", subprocess)


@pytest.fixture
def api():
    """A client nobody is signed in with; `api.force_authenticate(user)` or `api.force_login(user)` signs in."""
    from rest_framework.test import APIClient

    return APIClient()


@pytest.fixture
def connection_kept(db, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that calls the WSGI application itself: a request leaves the connection open, with the test's rows."""
    keep_connection(monkeypatch)


def keep_connection(patch: pytest.MonkeyPatch) -> None:
    """A server closes a connection that is too old or not in autocommit; Django's test client holds it back by itself."""
    from django.db import connection

    patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


ROOT = Path(__file__).parent
NEEDS = {"postgresql": ("DATABASE_URL", "postgres"), "redis": ("REDIS_URL", "redis")}


# Files that take long, so that none of them is left when the other processes have nothing to do any more.
LONGEST = [
    "test_walk.py",
    "test_promise_of_phases.py",
    "test_digits.py",
    "submissions/test_runs_killed.py",
    "test_matrix.py",
    "test_fuzz.py",
    "submissions/test_standings_walk.py",
    "test_promise.py",
    "submissions/test_locks.py",
    "main/test_schemathesis.py",
    "main/test_faults.py",
    "competitions/test_promise.py",
    "test_day_of_phases.py",
    "main/test_backup.py",
    "competitions/test_admin.py",
    "clients/test_promise.py",
    "clients/test_kaggle_errors.py",
    "main/test_generated_clients.py",
    "submissions/test_races.py",
    "main/test_demo.py",
    "submissions/test_organisers_race.py",
    "discussions/test_notebooks.py",
]


# What a test asks for that touches a database, or a server named by the environment.
ON_A_DATABASE = {"db", "transactional_db", "django_db_setup", "scenes"}


def touches_a_database(item: pytest.Item) -> bool:
    asked = ON_A_DATABASE.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or any(item.get_closest_marker(name) for name in ("django_db", *NEEDS))


# They read and write rows as many others do, and what takes their time is no other on a second database: sandboxes,
# command lines, pages, and every address by everybody once more (`test_promise.py` and the walks stay).
ALIKE_ON_EVERY_DATABASE = [
    "test_digits.py",
    "test_matrix.py",
    "test_promise_of_phases.py",
    "clients/test_kaggle_errors.py",
    "clients/test_verify.py",
    "competitions/test_promise.py",
    "competitions/test_what_may_change_table.py",
    "own_metrics/test_api.py",
    "own_metrics/test_files.py",
    "own_metrics/test_published_in_sandboxes.py",
    "own_metrics/test_scoring.py",
    "own_metrics/test_versions.py",
]


def is_worth_a_second_database(item: pytest.Item) -> bool:
    return touches_a_database(item) and item.path not in {ROOT / name for name in ALIKE_ON_EVERY_DATABASE}


def leave_out_what_touches_no_database(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With UZU_ONLY_DATABASE, for the run on a second database: scoring, say, is no other there."""
    if os.environ.get("UZU_ONLY_DATABASE"):
        others = [item for item in items if not is_worth_a_second_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if is_worth_a_second_database(item)]


# They take long and are the same on every database: where a run on PostgreSQL follows, they wait for that one.
ONCE_IS_ENOUGH = [
    "clients/test_promise.py",
    "competitions/test_admin.py",
    "competitions/test_files_of_phases.py",
    "competitions/test_what_may_change_table.py",
    "main/test_backup.py",
    "main/test_demo.py",
    "notifications_api/test_mail.py",
    "notifications_api/test_who_is_told_what.py",
    "own_metrics/test_runs.py",
    "submissions/test_boards_that_wait.py",
    "submissions/test_combined.py",
    "submissions/test_promise_of_getting_on.py",
    "submissions/test_standings_walk.py",
    "test_day_of_phases.py",
    "test_digits.py",
    "test_walk.py",
]


def leave_out_what_runs_later(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With UZU_SECOND_DATABASE_FOLLOWS, for the first of two runs: what the second one does anyway, and takes long."""
    if os.environ.get("UZU_SECOND_DATABASE_FOLLOWS"):
        paths = {ROOT / name for name in ONCE_IS_ENOUGH}
        later = [item for item in items if item.path in paths and is_worth_a_second_database(item)]
        config.hook.pytest_deselected(items=later)
        left_out = set(later)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first. Tests marked `postgresql` or `redis` need that server; elsewhere they are skipped."""
    leave_out_what_touches_no_database(config, items)
    leave_out_what_runs_later(config, items)
    first = {ROOT / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))
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


# Large libraries in which no test looks at the clock. To freeze the time, every module is searched for clocks: in these
# thousand that took longer than most tests do.
WITHOUT_A_CLOCK = ["joblib", "narwhals", "numpy", "pandas", "PIL", "playwright", "pyarrow", "scipy", "sklearn"]


def pytest_configure() -> None:
    """What a test that freezes the time must leave alone, and how it does so without searching everything anew."""
    import freezegun

    # How long a test took (`--durations`) is measured by the clock of the wall.
    freezegun.configure(extend_ignore_list=["_pytest.timing", *WITHOUT_A_CLOCK])
    # Whether a module has changed since it was last searched is told by how many names it has, which is there at once,
    # not by sorting and hashing all of them.
    freezegun.api._get_module_attributes_hash = lambda module: f"{id(module)}-{len(vars(module))}"
    # Imported first while a test has frozen the time, its `timer = time.time` would become a method.
    import rest_framework.throttling  # noqa: F401


def pytest_collection_finish() -> None:
    """All that is imported by now stays: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def busy_neighbour(db):
    """A second competition beside the one under test (`tests/neighbour.py`)."""
    from tests.neighbour import a_busy_competition

    return a_busy_competition()


@pytest.fixture(scope="module")
def scenes(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Any]:
    """Builds once what the tests of a file start from (`tests/scenes.py`). None of them asks for `db` beside it."""
    from tests.scenes import Scenes

    scenes = Scenes(tmp_path_factory.mktemp("scenes"))
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        keep_connection(patch)
        yield scenes
        scenes.strike()


@pytest.fixture
def scene(scenes, tmp_path: Path) -> Callable[[str], Any]:
    """`with scene("running") as scenario`: the permission matrix's competition in one of its stages."""
    from tests.matrix.scenario import build_at

    return lambda stage: scenes.set_up(stage, lambda: build_at(stage), tmp_path)
