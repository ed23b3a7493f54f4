"""The last minute: everybody submits at once, and the site stays readable.

    python -m benchmarks.stampede [--participants 1000] [--rows 100000] [--seconds 60] [--queued] [--kill-worker]

Starts the product as `make run` does (two web processes, one worker) on a database of its own (PostgreSQL where
DATABASE_URL names one, SQLite otherwise), lets every participant send one file within the given time, and reads the
leaderboard and the competition page all the while. `--queued`: no file is scored in its request, all wait for the
worker. `--kill-worker`: halfway through, the worker is killed with SIGKILL, and started again as `make run` does.
Prints what became of the submissions, how many were lost or counted twice, and the reading times during the stampede
as ratios of those before it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import multiprocessing
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
import numpy as np
import psycopg

from sandbox.watching import descendants

ROOT = Path(__file__).resolve().parents[1]
BODIES = 16
READERS = 5

BUILD = """
import io, json, sys
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from accounts.tokens import create_token
from competitions.models import Competition
from competitions.teams.entries import enter
from competitions.solution.services import replace_solution
participants, solution = int(sys.argv[1]), sys.argv[2]
now = timezone.now()
host = User.objects.create_user("host", "host@example.org")
cup = Competition.objects.create(title="Stampede", slug="stampede", starts_at=now - timedelta(days=1),
    ends_at=now + timedelta(days=1), is_published=True, rules_required=False, metric="rmse", daily_submission_limit=1)
cup.hosts.add(host)
with open(solution, "rb") as file:
    replace_solution(phase=cup.phase, file=file, filename="solution.csv", by=host, at=now)
people = []
for n in range(participants):
    user = User.objects.create_user(f"user{n}", f"user{n}@example.org")
    team = enter(competition=cup, user=user, at=now)
    people.append([team.pk, create_token(user=user, name="bench", at=now)[1]])
print(json.dumps(people))
"""

VERIFY = """
import json
from competitions.models import Standing
from submissions.models import Submission
from collections import Counter
print(json.dumps({
    "statuses": Counter(Submission.objects.values_list("status", flat=True)),
    "ranked": Standing.objects.filter(public_key__isnull=False).count(),
    "most for one team": max(Counter(Submission.objects.values_list("team", flat=True)).values(), default=0),
}))
"""


def csv_of(values: np.ndarray, *, usage: bool = False) -> bytes:
    out = io.StringIO()
    out.write("id,target,Usage\n" if usage else "id,target\n")
    for number, value in enumerate(values):
        out.write(
            f"{number},{value:.6f},{'Public' if number % 10 < 3 else 'Private'}\n"
            if usage
            else f"{number},{value:.6f}\n"
        )
    return out.getvalue().encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def product(folder: Path, *, queued: bool) -> Iterator[tuple[str, dict[str, str], int]]:
    """The running product on a database of its own; yields its address, its environment and its process."""
    port = free_port()
    environment = {
        **os.environ,
        "UZU_VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        "UZU_THROTTLE_SUBMISSIONS": "100000/min",
        "UZU_LOG_LEVEL": "ERROR",
        "UZU_DEMO": "0",
        **({"UZU_INLINE_SCORING_BYTES": "0"} if queued else {}),
    }
    if environment.get("DATABASE_URL", "").startswith("postgres"):
        name = f"uzu_stampede_{os.getpid()}"
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        environment["DATABASE_URL"] = environment["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "main.launch"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{address}/healthz").status_code == 200:
                    break
            time.sleep(0.1)
        yield address, environment, server.pid
    finally:
        server.terminate()
        server.wait()


def kill_worker(server: int) -> None:
    """Kill the worker that this `make run` started, as a machine that is out of memory would."""
    for pid in descendants(server):
        if Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2] == b"worker":
            os.kill(pid, signal.SIGKILL)
            return
    raise SystemExit("there is no worker to kill")


def script(environment: dict[str, str], code: str, *arguments: str) -> str:
    """Run `code` with Django set up; `arguments` are its sys.argv[1:]."""
    prelude = "import django; django.setup()\n"
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "main.settings"}
    return subprocess.run(
        [sys.executable, "-c", prelude + code, *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def last_line(printed: str) -> str:
    """Before it, the mails that go to the console."""
    return printed.splitlines()[-1]


class Readings:
    """Times of reading requests, by page, in seconds."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.statuses: Counter[int] = Counter()

    async def read(self, client: httpx.AsyncClient, until: Event) -> None:
        pages = ["/api/competitions/stampede/leaderboard/public/", "/api/competitions/stampede/", "/"]
        etags: dict[str, str] = {}
        while not until.is_set():
            for page in pages:
                started = time.perf_counter()
                answer = await client.get(page, headers={"If-None-Match": etags.get(page, "")})
                self.times.setdefault(page, []).append(time.perf_counter() - started)
                self.statuses[answer.status_code] += 1
                etags[page] = answer.headers.get("ETag", "")
            await asyncio.sleep(0.2)

    def p95(self, page: str) -> float:
        return statistics.quantiles(self.times[page], n=20)[-1]


class Readers:
    """People who read, in a process of their own: they wait for the site, and for no sender of files."""

    def __init__(self, address: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._ready, self._over, self._told = spawn.Event(), spawn.Event(), spawn.Queue()
        self._process = spawn.Process(target=read, args=(address, self._ready, self._over, self._told))
        self._process.start()
        self._ready.wait()

    def stop(self) -> Readings:
        self._over.set()
        readings: Readings = self._told.get()
        self._process.join()
        return readings


def read(address: str, ready: Event, over: Event, told: Queue[Readings]) -> None:
    """What the process of the readers does."""

    async def all_of_them() -> Readings:
        readings = Readings()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=address, timeout=180, limits=limits) as client:
            ready.set()
            await asyncio.gather(*(readings.read(client, over) for _ in range(READERS)))
        return readings

    told.put(asyncio.run(all_of_them()))


async def stampede(
    address: str, people: list[list], bodies: list[bytes], seconds: float, halfway: Callable[[], None] | None
) -> None:
    # Everybody comes with a connection of their own.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    reading_for(address, 3)  # the first requests of a process load code, which is neither idle nor busy
    quiet = reading_for(address, 8)
    readers = Readers(address)
    async with httpx.AsyncClient(base_url=address, timeout=180, limits=limits) as client:
        outcomes: Counter[str] = Counter()
        times: list[float] = []
        retries = 0

        async def submit(team: int, token: str) -> None:
            nonlocal retries
            await asyncio.sleep(random.uniform(0, seconds))
            body = random.choice(bodies)
            for _ in range(30):
                started = time.perf_counter()
                answer = await client.post(
                    "/api/teams/submissions/",
                    headers={"Authorization": f"Bearer {token}"},
                    data={"team": str(team)},
                    files={"file": ("submission.csv", body)},
                )
                times.append(time.perf_counter() - started)
                if answer.status_code != 503:
                    outcomes[str(answer.status_code)] += 1
                    return
                retries += 1
                await asyncio.sleep(float(answer.headers["Retry-After"]) * random.uniform(1, 1.5))
            outcomes["gave up"] += 1

        async def at_half_time() -> None:
            await asyncio.sleep(seconds / 2)
            if halfway is not None:
                halfway()

        started = time.perf_counter()
        await asyncio.gather(at_half_time(), *(submit(*one) for one in people))
        elapsed = time.perf_counter() - started
    busy = readers.stop()
    print(f"{len(people)} submissions in {elapsed:.0f} s: {dict(outcomes)}; told to come back (503): {retries}")
    print(f"submitting: median {statistics.median(times):.2f} s, p95 {statistics.quantiles(times, n=20)[-1]:.2f} s")
    print(f"reading during it answered {dict(busy.statuses)}")
    for page in busy.times:
        print(
            f"p95 of {page}: {busy.p95(page) * 1000:.0f} ms, "
            f"{busy.p95(page) / quiet.p95(page):.1f} x of {quiet.p95(page) * 1000:.0f} ms before"
        )


def reading_for(address: str, seconds: float) -> Readings:
    readers = Readers(address)
    time.sleep(seconds)
    return readers.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--queued", action="store_true")
    parser.add_argument("--kill-worker", action="store_true")
    options = parser.parse_args()
    random.seed(1)
    generator = np.random.default_rng(1)
    truth = generator.normal(size=options.rows)
    bodies = [csv_of(truth + generator.normal(scale=0.1 + n / 50, size=options.rows)) for n in range(BODIES)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        product(Path(scratch), queued=options.queued) as (
            address,
            environment,
            server,
        ),
    ):
        solution = Path(scratch) / "solution.csv"
        solution.write_bytes(csv_of(truth, usage=True))
        people = json.loads(last_line(script(environment, BUILD, str(options.participants), str(solution))))
        halfway = partial(kill_worker, server) if options.kill_worker else None
        asyncio.run(stampede(address, people, bodies, options.seconds, halfway))
        for _ in range(600):
            state = json.loads(last_line(script(environment, VERIFY)))
            if not state["statuses"].get("pending"):
                break
            time.sleep(1)
        print(f"afterwards: {state}")
        sent = sum(state["statuses"].values())
        print(f"lost: {options.participants - sent}; scored: {state['statuses'].get('scored', 0)} of {sent}")


if __name__ == "__main__":
    main()
