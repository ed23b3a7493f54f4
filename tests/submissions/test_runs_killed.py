"""A real worker is ended in the middle of a private run of 2,000 submissions; the next one completes it, once."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS = 2000
PATIENCE_SECONDS = 300


SERVER = os.environ.get("DATABASE_URL", "")
ON_POSTGRESQL = SERVER.startswith("postgres")


@dataclass(frozen=True)
class Site:
    """A site of its own: a folder, with its database in it or on the server."""

    folder: Path

    @property
    def database(self) -> str:
        """Where its rows are, as SQLite or psycopg want it."""
        if ON_POSTGRESQL:
            return f"{SERVER.rsplit('/', 1)[0]}/{name_of_database(self.folder)}"
        return str(self.folder / "db.sqlite3")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of the site."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.database if ON_POSTGRESQL else f"sqlite:///{self.database}",
            "UZU_VAR_DIR": str(self.folder / "var"),
            "DJANGO_SETTINGS_MODULE": "main.settings",
            "UZU_SCORING_LEASE_SECONDS": "3",
        }
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, start_new_session=True)

    def ask(self, sql: str) -> list:
        if ON_POSTGRESQL:
            with psycopg.connect(self.database) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            return connection.execute(sql).fetchall()


def name_of_database(folder: Path) -> str:
    return f"test_uzu_killed_{os.getpid()}_{folder.name}".lower()


def on_the_server(sql: str) -> None:
    if ON_POSTGRESQL:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(sql)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The site that every test starts from: its competition is over, and its private scoring is queued."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "var").mkdir()
    on_the_server(f"CREATE DATABASE {name_of_database(folder)}")
    site = Site(folder)
    assert site.start("-m", "tests.submissions.private_scorer").wait() == 0
    yield site
    on_the_server(f"DROP DATABASE {name_of_database(folder)} WITH (FORCE)")


@pytest.fixture
def site(finished, tmp_path):
    """A copy of it; its processes are ended with the test."""
    folder = tmp_path / "site"
    shutil.copytree(finished.folder, folder)
    on_the_server(f"CREATE DATABASE {name_of_database(folder)} TEMPLATE {name_of_database(finished.folder)}")
    started = []

    class Watched(Site):
        def start(self, *arguments: str) -> subprocess.Popen[bytes]:
            started.append(super().start(*arguments))
            return started[-1]

    yield Watched(folder)
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
    on_the_server(f"DROP DATABASE {name_of_database(folder)} WITH (FORCE)")


def until(condition, process):
    """Look again and again until `condition` holds, while `process` lives."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.005)


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_survives_the_end_of_its_worker_and_scores_everything_once(site, ended_by):
    ask = site.ask

    def run():
        return ask("SELECT status, done, failed FROM submissions_scoringrun")[0]

    first = site.start("manage.py", "worker")
    until(lambda: run()[1] > 0, first)
    first.send_signal(ended_by)
    assert first.wait() == (-signal.SIGKILL if ended_by == signal.SIGKILL else 0)
    status, done, _failed = run()
    assert status == "running"
    assert 0 < done < SUBMISSIONS
    assert ask("SELECT count(*) FROM submissions_submission WHERE private_score IS NOT NULL")[0][0] == done
    assert ask("SELECT count(*) FROM competitions_standing WHERE private_key IS NOT NULL")[0][0] == 0

    second = site.start("manage.py", "worker")
    until(lambda: run()[0] == "complete", second)
    second.terminate()
    assert second.wait() == 0

    assert run() == ("complete", SUBMISSIONS, 0)
    wrong = "SELECT count(*) FROM submissions_submission WHERE private_score IS NULL OR private_score <> cv_score"
    assert ask(wrong)[0][0] == 0
    assert ask("SELECT count(*), count(DISTINCT submission) FROM private_writes")[0] == (SUBMISSIONS, SUBMISSIONS)
    assert site.start("manage.py", "check_standings").wait() == 0
