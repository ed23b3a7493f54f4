"""One submission through the real HTTP endpoint of a real gunicorn, against the plain way in the same run.

    python benchmarks/http_submission.py [--repeats 15] [--port 8171] [--profile 0|1]

Plain: pandas.read_csv of solution and submission, merge on id, the public rows, scikit-learn; no server, no database.
Ours: the whole request, from the body (a multipart form, or the bare file as `text/csv`) to the JSON of the
celebration screen, on SQLite and local files, with two workers of eight threads, as `make run` serves it. "server" is
the time inside the WSGI application (reading the body included), "wall" what the client waited, "cpu" the processor
time, which says most on a busy machine.
Medians of alternating runs, and ratios: times move, ratios less.
`--profile` instead prints the queries and where the time of one case's requests goes.
"""

from __future__ import annotations

import argparse
import http.client
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
URL = "/api/teams/submissions/"
BOUNDARY = "uzu-benchmark"
PUBLIC_SHARE = 0.3
CASES = [("rmse", 1_000), ("rmse", 10_000), ("auc", 1_000_000)]


# --- the server's side ---
def timed_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """`main.wsgi` with its own seconds, by the clock and of the processor, in a header: what gunicorn serves."""
    from main.wsgi import application  # noqa: PLC0415 -- settings come from the environment of the server

    begun, worked = time.perf_counter(), time.process_time()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        spent, work = time.perf_counter() - begun, time.process_time() - worked
        return start_response(status, [*headers, ("X-Seconds", f"{spent:.6f} {work:.6f}")], *rest)

    return application(environ, start)


@contextmanager
def serve(port: int) -> Iterator[None]:
    command = [
        *(sys.executable, "-m", "gunicorn", "benchmarks.http_submission:timed_application"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        *("--timeout", "300", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ)
    try:
        wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


# --- what is submitted ---
@dataclass(frozen=True)
class Case:
    metric: str
    rows: int
    solution: Path
    submission: Path
    team: int
    token: str

    def request(self, form: str) -> tuple[str, bytes, str]:
        """Address, body and type of the request."""
        if form == "bare":
            return f"{URL}?team={self.team}", self.submission.read_bytes(), "text/csv"
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="team"\r\n\r\n{self.team}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="submission.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = head.encode() + self.submission.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
        return URL, body, f"multipart/form-data; boundary={BOUNDARY}"


def made_up(metric: str, rows: int, folder: Path) -> tuple[Path, Path]:
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    random = np.random.default_rng(1)
    ids = np.arange(1, rows + 1)
    if metric == "auc":
        truth = (random.random(rows) < 0.3).astype(int)
        guess = (1 / (1 + np.exp(-(truth * 1.5 - 1 + random.normal(size=rows))))).round(9)
    else:
        truth = random.normal(50, 20, rows).round(4)
        guess = (truth + random.normal(0, 8, rows)).round(9)
    usage = np.where(random.random(rows) < PUBLIC_SHARE, "Public", "Private")
    solution, submission = folder / f"{metric}-{rows}-solution.csv", folder / f"{metric}-{rows}.csv"
    pd.DataFrame({"id": ids, "target": truth, "Usage": usage}).to_csv(solution, index=False)
    pd.DataFrame({"id": ids, "target": guess}).to_csv(submission, index=False)
    return solution, submission


def prepare(folder: Path) -> list[Case]:
    """A database with one running competition for each case, and somebody who takes part in it."""
    import django  # noqa: PLC0415

    django.setup()
    from datetime import timedelta  # noqa: PLC0415

    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from accounts.tokens import create_token  # noqa: PLC0415
    from competitions.models import Competition  # noqa: PLC0415
    from competitions.solution.services import replace_solution  # noqa: PLC0415
    from competitions.teams.entries import enter  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    now = timezone.now()
    user = User.objects.create_user("bench", email="bench@example.org")
    _, token = create_token(user=user, name="bench", at=now)
    cases = []
    for metric, rows in CASES:
        solution, submission = made_up(metric, rows, folder)
        competition = Competition.objects.create(
            title=f"{metric} {rows}",
            slug=f"{metric}-{rows}",
            metric=metric,
            starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=1),
            is_published=True,
            rules_required=False,
            daily_submission_limit=None,
        )
        with solution.open("rb") as file:
            replace_solution(phase=competition.phase, file=file, filename="solution.csv", by=None, at=now)
        team = enter(competition=competition, user=user, at=now)
        cases.append(Case(metric, rows, solution, submission, team.pk, token))
    return cases


# --- the two ways ---
@dataclass(frozen=True)
class Timing:
    """Seconds: what the client waited, what the application took, and its processor time."""

    wall: float
    server: float
    cpu: float


def ours(case: Case, request: tuple[str, bytes, str], connection: http.client.HTTPConnection) -> Timing:
    url, body, media_type = request
    headers = {"Authorization": f"Bearer {case.token}", "Content-Type": media_type}
    begun = time.perf_counter()
    connection.request("POST", url, body=body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    wall = time.perf_counter() - begun
    # A new one each time: on a busy machine the pause before the next request is too long for one that is kept.
    connection.close()
    if answer.status != 201:
        raise SystemExit(f"{answer.status}: {content[:500]!r}")
    inside, cpu = (float(seconds) for seconds in answer.headers["X-Seconds"].split())
    return Timing(wall, inside, cpu)


def plain(case: Case) -> Timing:
    import pandas as pd  # noqa: PLC0415
    from sklearn import metrics  # noqa: PLC0415

    score = metrics.roc_auc_score if case.metric == "auc" else metrics.root_mean_squared_error
    begun, worked = time.perf_counter(), time.process_time()
    merged = pd.read_csv(case.solution).merge(pd.read_csv(case.submission), on="id", suffixes=("", "_guess"))
    merged = merged[merged["Usage"] == "Public"]
    score(merged["target"], merged["target_guess"])
    spent = time.perf_counter() - begun
    return Timing(spent, spent, time.process_time() - worked)


def measure(cases: list[Case], port: int, repeats: int) -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {repeats}; milliseconds")
    heads = ("server", "wall", "plain", "plain/server", "plain/wall", "cpu", "plain cpu", "plain/cpu")
    print(" " * 21 + "".join(f"{head:>13}" for head in heads))
    for case, form in ((case, form) for case in cases for form in ("form", "bare")):
        request = case.request(form)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for _ in range(4):  # both workers map the solution and meet every code path
            other = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            ours(case, request, other)
            other.close()
            plain(case)
        pairs = [(ours(case, request, connection), plain(case)) for _ in range(repeats)]
        server, wall, cpu = (median(getattr(one, name) for one, _ in pairs) for name in ("server", "wall", "cpu"))
        reference, reference_cpu = median(other.wall for _, other in pairs), median(other.cpu for _, other in pairs)
        numbers = [
            *(f"{1000 * seconds:.1f}" for seconds in (server, wall, reference)),
            *(f"{reference / server:.2f}", f"{reference / wall:.2f}"),
            *(f"{1000 * cpu:.1f}", f"{1000 * reference_cpu:.1f}", f"{reference_cpu / cpu:.2f}"),
        ]
        print(f"{case.metric} {form} {case.rows:>10,} " + "".join(f"{number:>13}" for number in numbers))


def profile(case: Case, requests: int = 30) -> None:
    """One process, no HTTP: the test client through every middleware, under cProfile."""
    import cProfile  # noqa: PLC0415
    import pstats  # noqa: PLC0415

    from django.db import connection, reset_queries  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(headers={"Authorization": f"Bearer {case.token}"})
    url, body, media_type = case.request("form")

    def send() -> None:
        answer = client.post(url, body, content_type=media_type)
        assert answer.status_code == 201, answer.content

    for _ in range(3):
        send()
    with CaptureQueriesContext(connection) as queries:
        send()
    for query in queries:
        print(query["time"], query["sql"][:200])
    reset_queries()
    times = []
    for _ in range(requests):
        begun = time.perf_counter()
        send()
        times.append(time.perf_counter() - begun)
    print(f"{len(queries)} queries; median {median(times) * 1000:.1f} ms")
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(requests):
        send()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeats", type=int, default=15)
    arguments.add_argument("--port", type=int, default=8171)
    arguments.add_argument("--profile", type=int, choices=range(len(CASES)), help="Number of the case.")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "main.settings",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "UZU_VAR_DIR": folder,
            "UZU_PREPARED_DIR": f"{folder}/prepared",
            "UZU_THROTTLE_SUBMISSIONS": "100000/min",
        }
        cases = prepare(Path(folder))
        if options.profile is not None:
            profile(cases[options.profile])
            return
        with serve(options.port):
            measure(cases, options.port, options.repeats)


if __name__ == "__main__":
    main()
