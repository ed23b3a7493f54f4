"""The integrity desk and the noise of a final ranking, at full size, against the obvious way of doing either.

    python -m benchmarks.integrity [--teams 1000] [--rows 100000] [--metric rmse] [--plain-pairs 40] [--plain-draws 2]

The real jobs on a new SQLite database: teams with one file each, every twentieth a near copy of another team's. The
other sides are a loop over pairs of teams with scipy's rank correlation, and a bootstrap that draws rows and asks the
metric, team by team; both are measured on a few and reckoned up. Memory is the highest that the process of the job ever
held (VmHWM), the files it maps included.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
NOW = datetime.now(UTC)
SENT = NOW - timedelta(days=5)
COPIES = 20


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--teams", type=int, default=1000)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--metric", default="rmse", choices=["rmse", "auc", "accuracy"])
    arguments.add_argument("--plain-pairs", type=int, default=40)
    arguments.add_argument("--plain-draws", type=int, default=2)
    arguments.add_argument("--job", choices=["desk", "ranks"], help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.job:
        prepare_django()
        run_job(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        os.environ["UZU_VAR_DIR"] = folder
        prepare_django()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        files = build(options)
        print(f"\n{options.teams:,} teams, {options.rows:,} rows, {options.metric}")
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
        print("| job | s | peak, MB | plain, s | plain / this | what it did |")
        print("| --- | --- | --- | --- | --- | --- |", flush=True)
        for job, plain in (("desk", plain_desk(options, files)), ("ranks", plain_ranks(options, files))):
            command = [sys.executable, "-m", "benchmarks.integrity", "--job", job, "--metric", options.metric]
            told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()
            seconds, peak, what = told.splitlines()[-1].split("|")
            ratio = plain / float(seconds)
            print(
                f"| {job} | {float(seconds):.1f} | {float(peak):.0f} | {plain:,.0f} | {ratio:,.0f} | {what} |",
                flush=True,
            )


def prepare_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "main.settings"
    os.environ["UZU_LOG_LEVEL"] = "ERROR"
    import django  # noqa: PLC0415

    django.setup()


def run_job(options: argparse.Namespace) -> None:
    """In a process of its own, as the worker is."""
    from competitions.models import Competition  # noqa: PLC0415
    from scoring.memory import keep_memory  # noqa: PLC0415
    from submissions import analyses  # noqa: PLC0415

    keep_memory()
    competition = Competition.objects.get()
    if options.job == "desk":
        analysis = analyses.start_desk(phase=competition.phase, by=None, at=datetime.now(UTC))
    else:
        analysis = competition.analyses.get(kind="ranks")  # the confirmation queued it
    begun = time.perf_counter()
    analyses.work(analysis.pk)
    spent = time.perf_counter() - begun
    analysis.refresh_from_db()
    assert analysis.status == "complete", (analysis.status, analysis.error)
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    result = analysis.result
    what = (
        f"{result['compared']:,} pairs, {len(result['similar'])} told, {result['probed_files']:,} files probed"
        if options.job == "desk"
        else f"{result['resamples']:,} resamples"
    )
    print(f"{spent}|{peak}|{what}")


def build(options: argparse.Namespace) -> list[Any]:
    """A confirmed competition: a file for each team, and two more for every tenth. Returns predictions of a few."""
    import numpy as np  # noqa: PLC0415
    from django.core.files.base import ContentFile  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Membership, Standing, Team  # noqa: PLC0415
    from competitions.solution.services import active_solution, prepared_solution, replace_solution  # noqa: PLC0415
    from scoring.reading import Predictions  # noqa: PLC0415
    from submissions import runs  # noqa: PLC0415
    from submissions.models import Submission  # noqa: PLC0415
    from submissions.services.evaluation import store_aligned  # noqa: PLC0415

    generator = np.random.default_rng(7)
    truth = target_of(options, generator)
    usage = np.where(generator.random(options.rows) < 0.3, "Public", "Private")
    lines = [f"{row},{value},{use}" for row, (value, use) in enumerate(zip(truth.tolist(), usage, strict=True))]
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
    text = "\n".join(["id,target,Usage", *lines]) + "\n"
    replace_solution(phase=competition.phase, file=ContentFile(text.encode()), filename="s.csv", by=None, at=SENT)
    solution = active_solution(competition.phase)
    prepared = prepared_solution(solution)
    users = User.objects.bulk_create(
        User(username=f"user{n}", email=f"user{n}@example.org") for n in range(options.teams)
    )
    teams = Team.objects.bulk_create(
        Team(competition=competition, name=f"team {n}", name_key=f"team {n}", owner=user, created_at=SENT)
        for n, user in enumerate(users)
    )
    Membership.objects.bulk_create(
        Membership(competition=competition, team=team, user=user, joined_at=SENT)
        for team, user in zip(teams, users, strict=True)
    )
    Standing.objects.bulk_create(
        Standing(competition=competition, phase=competition.phase, team=team) for team in teams
    )
    kept: list[Any] = []
    rows = []
    for number, team in enumerate(teams):
        values = predictions_of(options, truth, generator, number)
        if number % COPIES == COPIES - 1:
            values = copy_of(options, kept[-1] if kept else values, generator)
        if len(kept) < 50:
            kept.append(values)
        column = values.astype(np.int32) if options.metric == "accuracy" else values
        for again in range(3 if number % 10 == 0 else 1):
            one = Submission(
                competition=competition,
                phase=competition.phase,
                team=team,
                user=team.owner,
                created_at=SENT + timedelta(seconds=number + 10_000 * again),
                filename="submission.csv",
                size=1,
                sha256=f"{number:064x}",
                status=Submission.Status.SCORED,
                public_score=float(again) + number / 1000,
                scored_at=SENT,
                solution=solution,
            )
            one.aligned.name = store_aligned(Predictions((column,), prepared.layout_digest), one)
            rows.append(one)
    Submission.objects.bulk_create(rows, batch_size=500)
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=NOW)
    while runs.work(run.pk) is runs.Outcome.MORE:
        pass
    runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=NOW)
    return [truth, *kept]


def target_of(options: argparse.Namespace, generator: Any) -> Any:
    if options.metric == "rmse":
        return generator.normal(size=options.rows)
    return generator.integers(0, 2 if options.metric == "auc" else 5, options.rows)


def predictions_of(options: argparse.Namespace, truth: Any, generator: Any, number: int) -> Any:
    import numpy as np  # noqa: PLC0415

    if options.metric == "accuracy":
        return np.where(generator.random(options.rows) < 0.7, truth, generator.integers(0, 5, options.rows))
    return truth + generator.normal(scale=1 + number / 5000, size=options.rows)


def copy_of(options: argparse.Namespace, values: Any, generator: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    if options.metric == "accuracy":
        return np.where(generator.random(options.rows) < 0.98, values, 0)
    return values + generator.normal(scale=0.01, size=options.rows)


def plain_desk(options: argparse.Namespace, files: list[Any]) -> float:
    """Every pair of teams by itself, reckoned up from a few."""
    from scipy.stats import spearmanr  # noqa: PLC0415

    begun = time.perf_counter()
    for number in range(options.plain_pairs):
        first, second = files[1 + number % 40], files[2 + number % 40]
        if options.metric == "accuracy":
            (first == second).mean()
        else:
            spearmanr(first, second)
    each = (time.perf_counter() - begun) / options.plain_pairs
    return each * options.teams * (options.teams - 1) / 2


def plain_ranks(options: argparse.Namespace, files: list[Any]) -> float:
    """Draw rows, score every team; a thousand times."""
    import numpy as np  # noqa: PLC0415
    from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error  # noqa: PLC0415

    score = {"rmse": root_mean_squared_error, "auc": roc_auc_score, "accuracy": accuracy_score}[options.metric]
    generator = np.random.default_rng(1)
    truth, sent = files[0], files[1:]
    rows = int(options.rows * 0.7)
    begun = time.perf_counter()
    for _draw in range(options.plain_draws):
        drawn = generator.integers(0, rows, rows)
        for one in sent:
            score(truth[drawn], one[drawn])
    return (time.perf_counter() - begun) / options.plain_draws / len(sent) * options.teams * 1000


if __name__ == "__main__":
    main()
