"""What receipts cost: signing, keeping one with a submission, the root over all of them, and the path to one.

    python benchmarks/receipts.py [--receipts 100000] [--repeats 200]
    DATABASE_URL=postgres://.../an_empty_database python benchmarks/receipts.py

By default on a new SQLite file. `keep`: all that a submission pays for its receipt, in a transaction rolled back.
Printed are medians in milliseconds of this process's processor, which other work on the machine disturbs the least.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
NOW = datetime.now(UTC)
BATCH = 5000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--receipts", type=int, default=100_000)
    arguments.add_argument("--repeats", type=int, default=200)
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
        measure(build(options.receipts), options.repeats)


def build(number: int) -> Any:
    """A competition that has ended, with so many submissions of a hundred teams, all without a receipt."""
    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Team  # noqa: PLC0415
    from submissions.models import Submission  # noqa: PLC0415

    competition = Competition.objects.create(
        title="Cup",
        slug="cup",
        metric="rmse",
        is_published=True,
        starts_at=NOW - timedelta(days=2),
        ends_at=NOW - timedelta(hours=1),
    )
    user = User.objects.create(username="alice", email="alice@example.org")
    teams = [
        Team.objects.create(competition=competition, name=f"team {n}", name_key=f"team {n}", owner=user, created_at=NOW)
        for n in range(100)
    ]
    rows = (
        Submission(
            competition=competition,
            phase=competition.phase,
            team=teams[n % 100],
            user=user,
            created_at=NOW - timedelta(days=1),
            scored_at=NOW - timedelta(days=1),
            filename="s.csv",
            size=1,
            sha256="0" * 64,
            status="scored",
            public_score=0.5,
        )
        for n in range(number)
    )
    Submission.objects.bulk_create(rows, batch_size=BATCH)
    return competition


def measure(competition: Any, repeats: int) -> None:
    from django.db import transaction  # noqa: PLC0415

    from foundation import signing  # noqa: PLC0415
    from submissions.models import Receipt, Submission  # noqa: PLC0415
    from submissions.receipts import issue_receipt, path_of, seal_receipts  # noqa: PLC0415

    signer = signing.current_signer(NOW)
    show("sign", timed(lambda: signer.sign(b"x" * 700), repeats))
    submission = Submission.objects.select_related("competition", "solution").latest("pk")

    def keep() -> None:
        with transaction.atomic():
            issue_receipt(submission, at=NOW)
            transaction.set_rollback(True)

    def nothing() -> None:
        with transaction.atomic():
            transaction.set_rollback(True)

    show("keep", timed(keep, repeats) - timed(nothing, repeats))

    def seal() -> None:
        with transaction.atomic():
            seal_receipts(competition.phase, at=NOW)

    show("make those that are missing, and the root over all", timed(seal, 1))
    receipt = Receipt.objects.order_by("place")[Receipt.objects.count() // 2]
    show("the path to one", timed(lambda: path_of(receipt), 5))


def timed(act: Callable[[], object], repeats: int) -> float:
    """The median of the processor's time, in milliseconds."""
    times = []
    for _repeat in range(repeats):
        begun = time.process_time()
        act()
        times.append(time.process_time() - begun)
    return median(times) * 1000


def show(name: str, milliseconds: float) -> None:
    print(f"{name:55} {milliseconds:12.3f} ms")


if __name__ == "__main__":
    main()
