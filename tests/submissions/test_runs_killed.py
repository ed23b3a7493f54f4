"""A real worker is ended in the middle of a private run of 2,000 submissions; the next one completes it, once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUBMISSIONS = 2000
PATIENCE_SECONDS = 300


@pytest.fixture
def database(tmp_path):
    """The address of a database of its own, and a way to ask it."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        path = tmp_path / "db.sqlite3"

        def ask(sql):
            with closing(sqlite3.connect(path, timeout=30)) as connection:
                return connection.execute(sql).fetchall()

        yield f"sqlite:///{path}", ask
        return
    import psycopg

    name = f"test_uzu_killed_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    own = f"{url.rsplit('/', 1)[0]}/{name}"

    def ask(sql):
        with psycopg.connect(own) as connection:
            return connection.execute(sql).fetchall()

    yield own, ask
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(database, tmp_path):
    """`site(*arguments)` starts a process of the site; all of them are ended with the test."""
    url, _ask = database
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "UZU_VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "main.settings",
        "UZU_SCORING_LEASE_SECONDS": "3",
    }
    (tmp_path / "var").mkdir()
    started = []

    def start(*arguments):
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(condition, process):
    """Look again and again until `condition` holds, while `process` lives."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.005)


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_survives_the_end_of_its_worker_and_scores_everything_once(site, database, ended_by):
    _url, ask = database
    assert site("-m", "tests.submissions.private_scorer").wait() == 0

    def run():
        return ask("SELECT status, done, failed FROM submissions_scoringrun")[0]

    first = site("manage.py", "worker")
    until(lambda: run()[1] > 0, first)
    first.send_signal(ended_by)
    assert first.wait() == (-signal.SIGKILL if ended_by == signal.SIGKILL else 0)
    status, done, _failed = run()
    assert status == "running"
    assert 0 < done < SUBMISSIONS
    assert ask("SELECT count(*) FROM submissions_submission WHERE private_score IS NOT NULL")[0][0] == done
    assert ask("SELECT count(*) FROM competitions_standing WHERE private_key IS NOT NULL")[0][0] == 0

    second = site("manage.py", "worker")
    until(lambda: run()[0] == "complete", second)
    second.terminate()
    assert second.wait() == 0

    assert run() == ("complete", SUBMISSIONS, 0)
    wrong = "SELECT count(*) FROM submissions_submission WHERE private_score IS NULL OR private_score <> cv_score"
    assert ask(wrong)[0][0] == 0
    assert ask("SELECT count(*), count(DISTINCT submission) FROM private_writes")[0] == (SUBMISSIONS, SUBMISSIONS)
    assert site("manage.py", "check_standings").wait() == 0
