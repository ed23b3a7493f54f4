"""The worker outlives a database that is away or locked, with a real one and real connections."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from foundation import worker

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 90.0
# A worker that waits for a lock for a tenth of a second instead of half a minute, and says what it does.
WORKER = """
import django
from django.conf import settings
django.setup()
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    options = settings.DATABASES["default"]["OPTIONS"]
    options["timeout"] = 0.1
    options["init_command"] = options["init_command"].replace("30000", "100")
from django.core.management import call_command
call_command("worker", interval=0.05, no_ticker=True)
"""


@pytest.fixture
def asked_to_end(monkeypatch):
    event = threading.Event()
    monkeypatch.setattr(worker, "stopping", event)
    return event


def test_a_fault_that_passes_is_waited_for(asked_to_end, monkeypatch):
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    tries = []

    def run():
        tries.append(1)
        if len(tries) < 8:
            raise OperationalError("database is locked")

    worker.outlive_faults(run, pauses=(0.0,))
    assert len(tries) == 8


def test_a_mistake_of_ours_ends_it(asked_to_end):
    def run():
        raise KeyError("target")

    with pytest.raises(KeyError):
        worker.outlive_faults(run)


def test_who_is_asked_to_end_waits_no_longer(asked_to_end, monkeypatch):
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)

    def run():
        asked_to_end.set()
        raise OperationalError("connection refused")

    worker.outlive_faults(run, pauses=(LIMIT,))


class RunningWorker:
    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WORKER],
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "main.settings", **environment},
                stderr=output,
            )

    def said(self, words: str) -> int:
        return self.log.read_text(errors="replace").count(words)

    def wait_for(self, fact: Callable[[], bool]) -> None:
        until = time.monotonic() + LIMIT
        while not fact():
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            assert time.monotonic() < until, self.log.read_text(errors="replace")
            time.sleep(0.02)


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., RunningWorker]]:
    running: list[RunningWorker] = []

    def begin(**environment: str) -> RunningWorker:
        running.append(RunningWorker(tmp_path / "log", **environment))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.wait(LIMIT)


MIGRATE = """
import django
django.setup()
from django.core.management import call_command
from tests.databases import migrated_once
with migrated_once():
    call_command("migrate", verbosity=0)
"""


def migrated(path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{path}", "DJANGO_SETTINGS_MODULE": "main.settings"}
    subprocess.run([sys.executable, "-c", MIGRATE], cwd=ROOT, env=env, check=True, timeout=LIMIT)


def test_sqlite_held_by_somebody(start, tmp_path):
    """`BEGIN IMMEDIATE` in a shell, or a tool that makes a backup."""
    database = tmp_path / "db.sqlite3"
    migrated(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("PRAGMA journal_mode=WAL")
        somebody.execute("BEGIN IMMEDIATE")
        running = start(DATABASE_URL=f"sqlite:///{database}")
        running.wait_for(lambda: running.said("worker.waits") >= 2)
        somebody.execute("COMMIT")
        # It goes on: somebody else's lock is met again only for as long as it is held.
        somebody.execute("BEGIN IMMEDIATE")
        seen = running.said("worker.waits")
        running.wait_for(lambda: running.said("worker.waits") > seen)
        somebody.execute("COMMIT")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(LIMIT) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_postgresql_cuts_its_connections(start):
    settings = connection.settings_dict
    host, port = settings["HOST"], settings["PORT"]
    url = f"postgres://{settings['USER']}@{host}:{port}/{settings['NAME']}"
    running = start(DATABASE_URL=url, PGAPPNAME="worker_that_outlives")

    def cut() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s",
                ["worker_that_outlives"],
            )
            return cursor.fetchone()[0]

    for _time in range(3):
        running.wait_for(lambda: cut() > 0)
    running.wait_for(lambda: cut() > 0)
    assert running.process.poll() is None
