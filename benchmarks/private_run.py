"""Private scoring of a whole competition: per second, against reading every CSV again, and by one and by all cores.

    python benchmarks/private_run.py [--submissions 10000] [--rows 100000] [--metric auc] [--different 20] [--plain 5]

A real run of the real job (parts, chunks, leases, transactions) on a new SQLite database; `--different` distinct files
are shared by the submissions, as many different ones would fill a disk, and stay in the page cache, for either side
alike. The other side reads the submitted CSV with pandas, merges it with the solution and asks scikit-learn. Every side
runs by itself; the figures are submissions per second, by the clock, and their ratios.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
NOW = datetime.now(UTC)
SENT = NOW - timedelta(days=5)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--submissions", type=int, default=10_000)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--metric", default="auc", choices=["auc", "rmse"])
    arguments.add_argument("--different", type=int, default=20)
    arguments.add_argument("--plain", type=int, default=5, help="How many are scored the plain way.")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        os.environ["UZU_VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "main.settings"
        os.environ["UZU_LOG_LEVEL"] = "ERROR"
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        benchmark(options)


def benchmark(options: argparse.Namespace) -> None:
    from submissions.runs.crunching import process_count  # noqa: PLC0415

    cores = process_count()
    solution, files = make_files(options)
    competition = build(options, solution, files)
    plain = median(plain_seconds(solution, file, options.metric) for file in files[: options.plain])
    one = run_seconds(competition, processes=1)
    results = [
        ("plain: pandas, merge, scikit-learn", plain),
        ("run, one process", one / options.submissions),
    ]
    if cores > 1:
        run_seconds(competition, processes=cores)  # the processes start and load the solution
        results.append((f"run, {cores} processes", run_seconds(competition, processes=cores) / options.submissions))
    print(f"\n{options.submissions:,} submissions of {options.rows:,} rows, {options.metric}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| way | ms each | per second | plain / this | one process / this |")
    print("| --- | --- | --- | --- | --- |")
    for name, each in results:
        ratios = f"{plain / each:.1f} | {one / options.submissions / each:.2f}"
        print(f"| {name} | {each * 1000:.2f} | {1 / each:.0f} | {ratios} |")


def make_files(options: argparse.Namespace) -> tuple[bytes, list[bytes]]:
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    generator = np.random.default_rng(7)
    ids = np.arange(options.rows)
    binary = options.metric == "auc"
    target = generator.integers(0, 2, options.rows) if binary else generator.normal(size=options.rows)
    usage = np.where(generator.random(options.rows) < 0.3, "Public", "Private")
    solution = pd.DataFrame({"id": ids, "target": target, "Usage": usage})
    files = [
        pd.DataFrame({"id": ids, "target": target + generator.normal(scale=1 + number / 10, size=options.rows)})
        for number in range(options.different)
    ]
    return as_csv(solution), [as_csv(file) for file in files]


def as_csv(frame: Any) -> bytes:
    return frame.to_csv(index=False).encode()


def plain_seconds(solution: bytes, file: bytes, metric: str) -> float:
    import pandas as pd  # noqa: PLC0415
    from sklearn.metrics import roc_auc_score, root_mean_squared_error  # noqa: PLC0415

    begun = time.perf_counter()
    truth = pd.read_csv(io.BytesIO(solution))
    merged = truth.merge(pd.read_csv(io.BytesIO(file)), on="id", suffixes=("", "_sent"))
    private = merged[merged["Usage"] == "Private"]
    score = roc_auc_score if metric == "auc" else root_mean_squared_error
    score(private["target"], private["target_sent"])
    return time.perf_counter() - begun


def build(options: argparse.Namespace, solution: bytes, files: list[bytes]) -> Any:
    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Membership, Standing, Team  # noqa: PLC0415
    from competitions.solution.services import replace_solution  # noqa: PLC0415
    from submissions.models import Submission  # noqa: PLC0415
    from submissions.services import submit  # noqa: PLC0415

    competition = Competition.objects.create(
        title="Cup",
        slug="cup",
        metric=options.metric,
        starts_at=NOW - timedelta(days=9),
        ends_at=NOW - timedelta(days=1),
        is_published=True,
        rules_required=False,
        daily_submission_limit=None,
    )
    replace_solution(phase=competition.phase, file=io.BytesIO(solution), filename="solution.csv", by=None, at=SENT)
    user = User.objects.create(username="somebody", email="")
    team = Team.objects.create(competition=competition, name="team", owner=user, created_at=SENT)
    Membership.objects.create(competition=competition, team=team, user=user, joined_at=SENT)
    Standing.objects.create(competition=competition, phase=competition.phase, team=team)
    patterns = [
        submit(user=user, team=team, file=io.BytesIO(file), filename="submission.csv", at=SENT).submission
        for file in files
    ]
    for number in range(len(patterns), options.submissions):
        pattern = patterns[number % len(patterns)]
        pattern.pk = None
        pattern._state.adding = True
        Submission.objects.bulk_create([pattern])
    return competition


def run_seconds(competition: Any, *, processes: int) -> float:
    """How long a private run takes, from its start to its rebuilt standings."""
    from django.conf import settings  # noqa: PLC0415

    from scoring.memory import keep_memory  # noqa: PLC0415
    from submissions import runs  # noqa: PLC0415
    from submissions.runs import crunching  # noqa: PLC0415

    keep_memory()  # as the worker does
    settings.SCORING_PROCESSES = processes
    crunching.ROWS_WORTH_PROCESSES = 0
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=datetime.now(UTC))
    begun = time.perf_counter()
    while (outcome := runs.work(run.pk)) is runs.Outcome.MORE:
        pass
    spent = time.perf_counter() - begun
    run.refresh_from_db()
    assert (outcome, run.status, run.failed) == (runs.Outcome.DONE, "complete", 0), (outcome, run.status, run.error)
    return spent


if __name__ == "__main__":
    main()
