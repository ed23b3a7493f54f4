"""The scaled-out form of docker-compose.yml, without Docker: its entry points, its order, its environment.

PostgreSQL, Redis and an S3 server stand on this machine; two web and three worker processes share them. One of each is
killed in the middle of a private run, and nothing is lost or doubled.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import yaml

from tests.e2e.server import ROOT, free_port

POSTGRES = os.environ.get("UZU_E2E_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("UZU_E2E_REDIS_URL", "redis://127.0.0.1:6379")
TEAMS, SUBMISSIONS_EACH, ROWS = 20, 15, 20_000
PATIENCE = 300

pytestmark = pytest.mark.e2e


def reachable(url: str) -> bool:
    parts = urlsplit(url)
    with contextlib.suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=1):
        return True
    return False


def wait_for(what, *, patience: float = PATIENCE):
    """Ask until the answer is truthy."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if answer := what():
                return answer
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


class Stack:
    """The services of the compose file as processes of this machine."""

    def __init__(self, folder: Path, database: str, s3_port: int) -> None:
        self.folder = folder
        self.compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        self.environment = self._environment(database, s3_port)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def _environment(self, database: str, s3_port: int) -> dict[str, str]:
        """What the compose file gives every container, with its host names replaced by this machine's addresses."""
        given = self.compose["services"]["web"]["environment"]
        address = urlsplit(POSTGRES)
        here = {
            "SECRET_KEY": "a-secret-key-of-fifty-characters-for-this-test-alone!",
            "DATABASE_URL": urlunsplit(address._replace(path=f"/{database}")),
            "REDIS_URL": f"{REDIS}/13",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}",
            "S3_ACCESS_KEY": "uzu",
            "S3_SECRET_KEY": "uzu-secret",
            "UZU_URL": "http://127.0.0.1:8080",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "EMAIL_URL": "dummymail://",
            "UZU_S3_REDIRECTS": "0",
            "UZU_SCORING_WORKERS": "3",
        }
        assert set(here) <= set(given)
        # A setting without a value is left to whoever starts it.
        fixed = {key: value for key, value in given.items() if key not in here and value is not None}
        assert not any("$" in value for value in fixed.values()), fixed
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            # What the image sets besides.
            "UZU_VAR_DIR": str(self.folder / "var"),
            "WEB_CONCURRENCY": "1",
            **fixed,
            **here,
        }

    def start(self, service: str, name: str, **extra: str) -> None:
        command = [str(ROOT / "docker" / "entrypoint.sh"), self.compose["services"][service]["command"]]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env={**self.environment, **extra}, stdout=log, stderr=log, start_new_session=True
            )

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [str(ROOT / "docker" / "entrypoint.sh"), "python", "manage.py", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self, name: str) -> None:
        """As a machine that loses its power: the process and everything it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    for what, url in (("PostgreSQL", POSTGRES), ("Redis", REDIS)):
        if not reachable(url):
            pytest.skip(f"needs {what}")
    s3_port = free_port()
    s3 = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(s3_port), "-H", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    database = f"uzu_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{database}"')
    made = Stack(tmp_path, database, s3_port)
    try:
        wait_for(lambda: httpx.get(f"http://127.0.0.1:{s3_port}/").status_code)
        httpx.put(f"http://127.0.0.1:{s3_port}/uzu").raise_for_status()
        yield made
    finally:
        made.stop()
        s3.kill()
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


# Builds a finished competition by the services, with predictions whose private scores are known beforehand.
BUILD = f"""
import io
from datetime import timedelta
import numpy as np
from django.utils import timezone
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.teams.entries import enter
from competitions.solution.services import replace_solution
from submissions.services import submit
now = timezone.now()
start = now - timedelta(days=30)
host = User.objects.create_user("host", "host@example.org", "uzu-demo")
cup = Competition.objects.create(title="Scaled", slug="scaled", starts_at=start, ends_at=now - timedelta(hours=1),
    is_published=True, rules_required=False, metric="mae", daily_submission_limit=None)
cup.hosts.add(host)
half = {ROWS} // 2
rows = "".join(f"{{n}},0.0,{{'Public' if n < half else 'Private'}}\\n" for n in range({ROWS}))
replace_solution(phase=cup.phase, file=io.BytesIO(("id,target,Usage\\n" + rows).encode()), filename="solution.csv", by=host, at=start)
for t in range({TEAMS}):
    user = User.objects.create_user(f"user{{t}}", f"user{{t}}@example.org")
    team = enter(competition=cup, user=user, at=start)
    for s in range({SUBMISSIONS_EACH}):
        # Public score t + s, private score 1000 + 10 t + s: what the test expects.
        body = "".join(f"{{n}},{{t + s if n < half else 1000 + 10 * t + s}}\\n" for n in range({ROWS}))
        submit(user=user, team=team, file=io.BytesIO(("id,target\\n" + body).encode()), filename="s.csv", source="api",
            at=start + timedelta(hours=t, minutes=s))
print("TOKEN", create_token(user=host, name="test", at=now)[1])
"""


def test_killed_processes_lose_and_double_nothing(stack: Stack):
    stack.start("migrate", "migrate")
    assert stack.processes.pop("migrate").wait(timeout=PATIENCE) == 0
    webs = [free_port(), free_port()]
    for number, port in enumerate(webs):
        stack.start("web", f"web{number}", UZU_BIND=f"127.0.0.1:{port}")
    first, second = (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Host": "localhost"}, timeout=30) for port in webs
    )
    for web in (first, second):
        wait_for(lambda web=web: web.get("/healthz").status_code == 200)
    token = stack.manage("shell", "-c", BUILD).rsplit("TOKEN ", 1)[1].strip()
    headers = {"Authorization": f"Bearer {token}"}
    # After the submissions of the past were made: a worker takes what has been pending for so long for abandoned.
    for number in range(3):
        stack.start("worker", f"worker{number}")

    started = first.post("/api/competitions/scaled/scoring-runs/", json={"kind": "private"}, headers=headers)
    assert started.status_code in (201, 202), started.text
    run = f"/api/competitions/scaled/scoring-runs/{started.json()['id']}/"

    def progress():
        return second.get(run, headers=headers).json()

    wait_for(lambda: progress()["done"] > 0)
    stack.kill("web0")
    stack.kill("worker0")
    finished = wait_for(lambda: (now := progress())["status"] not in ("queued", "running") and now, patience=240)

    assert (finished["status"], finished["done"], finished["failed"]) == ("complete", TEAMS * SUBMISSIONS_EACH, 0)
    confirmed = second.post("/api/competitions/scaled/private-leaderboard/confirm/", headers=headers)
    assert confirmed.status_code == 200, confirmed.text
    board = second.get("/api/competitions/scaled/leaderboard/private/?pageSize=100", headers=headers).json()
    # Nothing selected: the two best public submissions count, s = 0 and 1; the better private one is s = 0.
    assert [(row["rank"], row["score"]) for row in board["results"]] == [(t + 1, 1000.0 + 10 * t) for t in range(TEAMS)]
    assert {row["submissions"] for row in board["results"]} == {SUBMISSIONS_EACH}
    stack.manage("check_standings")
