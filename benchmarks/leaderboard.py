"""What a leaderboard costs at growing sizes: the growth is the figure.

    python benchmarks/leaderboard.py [--sizes 100x10,1000x50,100000x50] [--repeats 40]
    DATABASE_URL=postgres://.../an_empty_database python benchmarks/leaderboard.py

Sizes are teams x submissions of each. By default on a new SQLite file; on PostgreSQL by DATABASE_URL. Every request
goes through the whole of Django, signed in as a team of the middle of the ranking: page 1 of 50 with one's own row, the
same right after somebody submitted (nothing kept), an unchanged poll (304), a page in the middle, a search, the private
one, the history. Medians in milliseconds by the clock and of this processor; in brackets the ratio of the quickest of
all repeats to that of the smallest size, which other work on the machine disturbs the least.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BATCH = 5000
NOW = datetime.now(UTC)
SENT = NOW - timedelta(days=5)


class Times(NamedTuple):
    """Milliseconds: medians, and the quickest of all by the clock."""

    clock: float
    processor: float
    quickest: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", default="100x10,1000x50,100000x50")
    arguments.add_argument("--repeats", type=int, default=40)
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
        results = []
        for size in options.sizes.split(","):
            teams, each = map(int, size.split("x"))
            results.append((teams, teams * each, measure(build(teams, each), options.repeats)))
        show(results)


def build(teams: int, each: int) -> Any:
    """A finished and confirmed competition, so that both leaderboards can be read."""
    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Membership, Standing, StandingChange, Team  # noqa: PLC0415
    from competitions.teams.searching import index_names  # noqa: PLC0415

    begun = time.perf_counter()
    slug = f"cup-{teams}x{each}"
    competition = Competition.objects.create(
        title=slug,
        slug=slug,
        metric="rmse",
        starts_at=NOW - timedelta(days=9),
        ends_at=NOW - timedelta(days=1),
        confirmed_at=NOW,
        is_published=True,
    )
    for start in range(0, teams, BATCH):
        numbers = range(start, min(teams, start + BATCH))
        users = User.objects.bulk_create(User(username=f"{slug}-{number}", email="") for number in numbers)
        rows = Team.objects.bulk_create(
            Team(competition=competition, name=f"team {number}", owner=user, created_at=SENT)
            for number, user in zip(numbers, users, strict=True)
        )
        pairs = list(zip(numbers, rows, users, strict=True))
        Membership.objects.bulk_create(
            Membership(competition=competition, team=team, user=user, joined_at=SENT) for _number, team, user in pairs
        )
        index_names(team.pk for team in rows)
        # Not in the order of the keys, as in life.
        scores = [(number * 7919) % teams for number in numbers]
        Standing.objects.bulk_create(
            Standing(
                competition=competition,
                phase=competition.phase,
                team=team,
                best_public_score=score,
                public_key=score,
                best_submitted_at=SENT,
                last_submitted_at=SENT,
                total_submissions=each,
                best_private_score=teams - score,
                private_key=teams - score,
                private_submitted_at=SENT,
                final_public_rank=score + 1,
            )
            for (_number, team, _user), score in zip(pairs, scores, strict=True)
        )
        StandingChange.objects.bulk_create(
            StandingChange(
                competition=competition,
                phase=competition.phase,
                team=team,
                score=score + 10 - step,
                at=SENT + timedelta(hours=step),
            )
            for (_number, team, _user), score in zip(pairs, scores, strict=True)
            for step in range(10)
        )
    submissions(competition, each)
    analyse()
    print(f"{slug}: built in {time.perf_counter() - begun:.0f} s", flush=True)
    return competition


def submissions(competition: Any, each: int) -> None:
    """`each` rows for every team, made by the database itself."""
    from django.db import connection  # noqa: PLC0415

    columns = (
        "competition_id, phase_id, team_id, user_id, created_at, source, file, filename, size, sha256, aligned, memo, "
        "is_selected, is_late, status, problems, public_score, attempts"
    )
    values = (
        f"t.competition_id, {competition.phase.pk}, t.id, t.owner_id, '{SENT:%F %T}', 'api', 'none', 'submission.csv', "
        "10, '', '', '', {no}, "
        "{no}, 'scored', '[]', 0.5, 0"
    )
    false = "false" if connection.vendor == "postgresql" else "0"
    series = (
        f"generate_series(1, {each}) AS s"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {each}) SELECT i FROM n) AS s"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO submissions_submission ({columns}) SELECT {values.format(no=false)} "
            f"FROM competitions_team AS t CROSS JOIN {series} WHERE t.competition_id = {competition.pk}"
        )


def analyse() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure(competition: Any, repeats: int) -> dict[str, Times]:
    """By what was asked."""
    from django.test import Client  # noqa: PLC0415

    from competitions.leaderboards.standings import leaderboard_changed  # noqa: PLC0415
    from competitions.models import Competition, Standing  # noqa: PLC0415

    ranked = Standing.objects.filter(competition=competition).order_by("public_key")
    middle = ranked.select_related("team__owner")[ranked.count() // 2].team
    client = Client()
    client.force_login(middle.owner)
    base = f"/api/competitions/{competition.slug}/leaderboard"
    last_page = max(1, ranked.count() // 50 // 2)
    seen = client.get(f"{base}/public/")["ETag"]

    def get(path: str, **headers: str) -> Callable[[], int]:
        return lambda: client.get(f"{base}/{path}", headers=headers).status_code

    def changed() -> None:
        leaderboard_changed(competition_id=competition.pk)

    found = {
        "page 1 and own row": timed(get("public/"), repeats),
        "unchanged poll (304)": timed(get("public/", if_none_match=seen), repeats, expected=304),
        "just after a submission": timed(get("public/"), repeats, before=changed),
        "a page in the middle": timed(get(f"public/?page={last_page}"), repeats),
        "private, page 1 and own row": timed(get("private/"), repeats),
        "history of the best 20": timed(get("history/"), repeats),
        "search": timed(get("public/?search=team+17"), max(3, repeats // 8)),
    }
    assert Competition.objects.get(pk=competition.pk).leaderboard_version >= repeats
    return found


def timed(
    call: Callable[[], int], repeats: int, *, before: Callable[[], None] | None = None, expected: int = 200
) -> Times:
    clock, processor = [], []
    for turn in range(repeats + 2):
        if before is not None:
            before()
        begun, worked = time.perf_counter(), time.process_time()
        status = call()
        if turn >= 2:
            clock.append(time.perf_counter() - begun)
            processor.append(time.process_time() - worked)
        assert status == expected, status
    return Times(median(clock) * 1000, median(processor) * 1000, min(clock) * 1000)


def show(results: list[tuple[int, int, dict[str, Times]]]) -> None:
    from django.db import connection  # noqa: PLC0415

    print(f"\n{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(
        "| ms: clock / processor | "
        + " | ".join(f"{teams:,} teams, {sent:,} sent" for teams, sent, _found in results)
        + " |"
    )
    print("| --- |" + " --- |" * len(results))
    smallest = results[0][2]
    for name, first in smallest.items():
        cells = [
            f"{found[name].clock:.1f} / {found[name].processor:.1f} ({found[name].quickest / first.quickest:.2f})"
            for _teams, _sent, found in results
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
