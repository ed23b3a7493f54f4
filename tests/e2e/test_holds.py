"""Somebody holds the database, it is away, the worker is killed: what was accepted is scored, and the site answers.

Short here; UZU_HOLD_SECONDS=60 makes them as long as a bad minute is (benchmarks/RESULTS.md has what came of it).
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import socket
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests.databases import copy_migrated
from tests.e2e.server import Server, free_port, server_in

logger = logging.getLogger(__name__)

HOLD = float(os.environ.get("UZU_HOLD_SECONDS", "4"))
PATIENCE = 120 + 4 * HOLD
POSTGRES = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PEOPLE = 3
# A database file is waited for a while: shorter than the hold, so that both kinds of answers come.
SQLITE_PATIENCE = max(0.5, min(5.0, HOLD / 4))

BUILD = f"""
import io
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.teams.entries import enter
from competitions.solution.services import replace_solution
now = timezone.now()
cup = Competition.objects.create(title="Held", slug="held", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1),
    is_published=True, rules_required=False, metric="rmse", daily_submission_limit=None)
replace_solution(phase=cup.phase, file=io.BytesIO(b"id,target,Usage\\n1,1,Public\\n2,2,Private\\n"), filename="s.csv", by=None, at=now)
for one in range({PEOPLE}):
    user = User.objects.create_user(f"user{{one}}", f"user{{one}}@example.org")
    team = enter(competition=cup, user=user, at=now)
    print("PERSON", team.pk, create_token(user=user, name="test", at=now)[1])
"""


class Room:
    """People who submit, send again what was not accepted, and read; and what they were answered."""

    def __init__(self, server: Server) -> None:
        self.server = server
        said = server.manage("shell", "-c", BUILD)
        self.people = [line.split()[1:] for line in said.splitlines() if line.startswith("PERSON")]
        self.accepted: list[int] = []
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.slowest: dict[str, float] = {}
        self.over = threading.Event()
        jobs = [(self.submit, person) for person in self.people]
        jobs += [
            (self.read, path)
            for path in ("/healthz", "/competitions/held", "/api/competitions/held/leaderboard/public/")
        ]
        self.threads = [threading.Thread(target=job, args=(one,)) for job, one in jobs]

    def __enter__(self) -> Room:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def ask(self, client: httpx.Client, method: str, path: str, **options: object) -> httpx.Response | None:
        began = time.monotonic()
        try:
            answer = client.request(method, path, **options)
        except httpx.TransportError:
            self.statuses[path, 0] += 1
            return None
        self.slowest[path] = max(self.slowest.get(path, 0.0), time.monotonic() - began)
        self.statuses[path, answer.status_code] += 1
        if answer.status_code == 503 and not answer.headers.get("Retry-After", "").isdecimal():
            self.statuses[path, -503] += 1  # as good as a 500
        return answer

    def submit(self, person: list[str]) -> None:
        team, token = person
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.server.url, headers=headers, timeout=PATIENCE) as client:
            while not self.over.is_set():
                files = {"file": ("s.csv", b"id,target\n1,1.5\n2,2\n")}
                answer = self.ask(client, "POST", "/api/teams/submissions/", data={"team": team}, files=files)
                if answer is not None and answer.status_code in (201, 202):
                    self.accepted.append(answer.json()["submission"]["id"])
                self.over.wait(1.5)

    def read(self, path: str) -> None:
        with httpx.Client(base_url=self.server.url, timeout=PATIENCE) as client:
            while not self.over.is_set():
                self.ask(client, "GET", path)
                self.over.wait(0.3)

    def status(self, path: str) -> set[int]:
        return {status for (asked, status) in self.statuses if asked == path}

    def nothing_is_lost(self) -> None:
        """Every submission that was accepted, and none else, is scored."""
        until = time.monotonic() + PATIENCE
        while True:
            rows = self.rows()
            if all(rows.get(pk) == "scored" for pk in self.accepted) or time.monotonic() > until:
                break
            time.sleep(0.5)
        assert {pk: rows.get(pk) for pk in self.accepted if rows.get(pk) != "scored"} == {}
        assert len(set(self.accepted)) == len(self.accepted)
        logger.info("%d accepted; %s; slowest %s", len(self.accepted), sorted(self.statuses.items()), self.slowest)

    def rows(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for team, token in self.people:
            page: str | None = f"/api/teams/{team}/submissions/?pageSize=100"
            while page:
                answer = self.server.json(page, token=token)
                found |= {row["id"]: row["status"] for row in answer["results"]}
                page = answer["next"]
        return found


def wait_for(fact: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers = []

    def start(**settings: str) -> Server:
        if "DATABASE_URL" not in settings:
            copy_migrated(tmp_path / "db.sqlite3")
        server = server_in(tmp_path, UZU_DEMO="0", WEB_CONCURRENCY="2", **settings)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if server.process.poll() is None:
            assert server.stop() == 0


def test_sqlite_held_by_somebody(started, tmp_path):
    """`BEGIN IMMEDIATE` in a shell, or a tool that makes a backup: readers notice nothing, writers are told to wait."""
    room = Room(started(UZU_SQLITE_PATIENCE_SECONDS=str(SQLITE_PATIENCE)))
    with room:
        wait_for(lambda: len(room.accepted) >= PEOPLE)
        with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None, timeout=30)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            held = len(room.accepted)
            time.sleep(HOLD)
            somebody.execute("COMMIT")
        before = len(room.accepted)
        assert before <= held + PEOPLE
        wait_for(lambda: len(room.accepted) >= before + PEOPLE)
    room.nothing_is_lost()
    assert room.status("/api/teams/submissions/") <= {201, 202, 503}
    assert room.status("/api/competitions/held/leaderboard/public/") == {200}
    assert room.status("/competitions/held") == room.status("/healthz") == {200}


class Wire:
    """Between a server and its database: can be cut, as if the database were away, and mended again."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.port = target, free_port()
        self.pairs: list[socket.socket] = []
        self.listener: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(self.target)
                self.pairs += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        for one in [self.listener, *self.pairs]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs = []


@pytest.fixture
def wire() -> Iterator[tuple[Wire, str]]:
    """A wire to a database of its own, and the address through it."""
    name, place = f"uzu_{uuid.uuid4().hex[:10]}", urlsplit(POSTGRES)
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("needs PostgreSQL")
    with contextlib.closing(admin):
        admin.execute(f'CREATE DATABASE "{name}"')
        made = Wire((place.hostname or "127.0.0.1", place.port or 5432))
        who = place.netloc.rsplit("@", 1)[0] if "@" in place.netloc else "postgres"
        yield made, f"postgres://{who}@127.0.0.1:{made.port}/{name}"
        made.cut()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_postgresql_away(started, wire):
    """What needs it is told to come back, the pages are there, and nobody needs to start anything again."""
    cable, url = wire
    room = Room(started(DATABASE_URL=url))
    with room:
        wait_for(lambda: len(room.accepted) >= PEOPLE)
        cable.cut()
        time.sleep(HOLD)
        cable.mend()
        before = len(room.accepted)
        wait_for(lambda: len(room.accepted) >= before + PEOPLE)
    room.nothing_is_lost()
    assert room.status("/api/teams/submissions/") <= {201, 202, 503}
    assert room.status("/api/competitions/held/leaderboard/public/") == {200, 503}
    assert room.status("/competitions/held") == room.status("/healthz") == {200}


def worker_of(server: Server) -> int | None:
    """The process id of the worker that runs now."""
    for task in Path(f"/proc/{server.process.pid}/task").glob("*/children"):
        for child in task.read_text().split():
            with contextlib.suppress(FileNotFoundError):
                if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                    return int(child)
    return None


def test_the_worker_killed_ten_times(started):
    """Every submission goes to it, and it dies again and again while it works."""
    settings = {"UZU_LONGEST_RESTART_PAUSE_SECONDS": "0.1", "UZU_METRICS_TOKEN": "token"}
    server = started(UZU_INLINE_SCORING_BYTES="1", **settings)
    room = Room(server)
    killed: set[int] = set()
    with room:
        while len(killed) < 10:
            # Looked at while it is being started, it is there at one moment and at the next one not.
            while (worker := worker_of(server)) is None or worker in killed:
                time.sleep(0.1)
            # Early and late in its life by turns: while it starts, and with jobs in its hands.
            time.sleep(0.3 if len(killed) % 2 else 3.0)
            os.kill(worker, signal.SIGKILL)
            killed.add(worker)
    room.nothing_is_lost()
    assert room.status("/api/teams/submissions/") == {202}
    assert all(room.status(path) == {200} for path in ("/healthz", "/competitions/held"))
    # Either web process tells what all of them and every worker counted, those that are gone too.
    for _ask in range(4):
        told = server.get("/metrics", token="token").decode()
        (count,) = re.findall(r"^uzu_scoring_seconds_count (.*)$", told, re.MULTILINE)
        assert float(count) >= len(room.accepted)
        assert "uzu_submissions_pending 0.0" in told
