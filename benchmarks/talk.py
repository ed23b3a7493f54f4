"""What talk costs as it grows: the growth is the figure.

    python benchmarks/talk.py [--sizes 50x20,5000x200] [--participants 10,10000] [--repeats 30]
    DATABASE_URL=postgres://.../an_empty_database python benchmarks/talk.py

Sizes are discussions x comments of each, all findable. Every request goes through the whole of Django, signed in as a
participant: the list in its four orders, a search, a thread's first and last page, the unread count. Then a new
discussion in a competition with few and with many participants: the request of whoever posts, and the job that tells
everybody. Medians in milliseconds by the clock and of the processor, taking turns; in brackets the ratio to the first.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BATCH = 2000
# How many discussions have comments of their own; the others repeat them.
TEMPLATES = 20
NOW = datetime.now(UTC)
WORDS = (
    "model fold leak validation score feature target train test loss gradient boosting network seed ensemble stacking",
    "baseline metric public private shake outlier noise label image text table audio cluster embedding",
)
VOCABULARY = " ".join(WORDS).split()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", default="50x20,5000x200")
    arguments.add_argument("--participants", default="10,10000")
    arguments.add_argument("--repeats", type=int, default=30)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        os.environ["UZU_VAR_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "main.settings"
        os.environ["UZU_LOG_LEVEL"] = "ERROR"
        import django  # noqa: PLC0415

        (Path(folder) / "static").mkdir()
        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        print(f"{platform.machine()}, Python {platform.python_version()}, {connection.vendor}\n")
        sizes = [tuple(map(int, size.split("x"))) for size in options.sizes.split(",")]
        rows = taking_turns([reading(d, c) for d, c in sizes], options.repeats)
        report("clock, processor (queries)", [(f"{d} x {c}", row) for (d, c), row in zip(sizes, rows, strict=True)])
        people = [int(count) for count in options.participants.split(",")]
        rows = telling(people, options.repeats)
        report("a new discussion", [(f"{count} take part", row) for count, row in zip(people, rows, strict=True)])


@dataclass
class Figures:
    """Of one act: medians in milliseconds by the clock and of the processor, and its queries."""

    clock: float
    processor: float
    queries: int


def report(title: str, columns: list[tuple[str, dict[str, Figures]]]) -> None:
    print(f"{title:<34}" + "".join(f"{name:>36}" for name, _row in columns))
    first = columns[0][1]
    for what in first:
        cells = []
        for _name, row in columns:
            found = row[what]
            growth = found.clock / first[what].clock
            cells.append(f"{found.clock:8.2f} {found.processor:8.2f} ({found.queries:2d}) [{growth:6.2f}]")
        print(f"{what:<34}" + "".join(f"{cell:>36}" for cell in cells))
    print()


# --- reading ----------------------------------------------------------------------------------------------------------
def reading(discussions: int, comments: int) -> dict[str, Callable[[], Any]]:
    competition, user = competition_with(people=20)
    last = fill(competition, user, discussions, comments)
    client = signed_in(user)
    base = f"/api/discussions/?competition={competition.slug}"
    pages = -(-comments // 50)
    addresses = {
        **{f"list, {sort}": f"{base}&sort={sort}" for sort in ("last_comment", "newest", "hot", "most_liked")},
        "list, page in the middle": f"{base}&page={max(1, discussions // 40)}",
        "search, two words": f"{base}&search=gradient+seed",
        "search, a rare word": f"{base}&search=rare7",
        "thread, first page": f"/api/discussions/{last}/comments/",
        "thread, last page": f"/api/discussions/{last}/comments/?page={pages}",
        "discussion": f"/api/discussions/{last}/",
        "unread count": "/api/notifications/unread-count/",
    }
    return {what: functools.partial(get, client, address) for what, address in addresses.items()}


def fill(competition: Any, user: Any, discussions: int, comments: int) -> int:
    """Discussions with comments and search texts, written in bulk; returns one of them."""
    from discussions.models import Comment, Discussion, SearchText  # noqa: PLC0415
    from discussions.models.post import hotness  # noqa: PLC0415

    def words(number: int, count: int) -> str:
        return " ".join(VOCABULARY[(number * 7 + step * (number % 11 + 1)) % len(VOCABULARY)] for step in range(count))

    rows = []
    for number in range(discussions):
        created = NOW - timedelta(minutes=10 * (discussions - number))
        text = words(number, 40) + (" rare7" if number % 500 == 7 else "")
        rows.append(
            Discussion(
                competition=competition, author=user, title=f"Topic {number}", body=text, html=f"<p>{text}</p>",
                created_at=created, active_at=created + timedelta(minutes=number * 37 % 400), comment_count=comments,
                like_count=number * 31 % 97,
                hotness=hotness(created_at=created, likes=number * 31 % 97, comments=comments),
            )
        )  # fmt: skip
    made = Discussion.objects.bulk_create(rows, batch_size=BATCH)
    SearchText.objects.bulk_create(
        [SearchText(discussion=row, terms=f"topic {row.body}") for row in made], batch_size=BATCH
    )
    templates = made[:TEMPLATES]
    pending = [
        Comment(discussion=row, author=user, body=words(row.pk + step, 12), html="<p>x</p>", created_at=row.created_at)
        for row in templates
        for step in range(comments)
    ]
    Comment.objects.bulk_create(pending, batch_size=BATCH)
    copy(templates, made)
    analyze()
    return made[len(made) // 2].pk


def copy(templates: list[Any], discussions: list[Any]) -> None:
    """The comments of the templates, in turn, to all others, and make all findable: a million in a minute."""
    from django.db import connection, transaction  # noqa: PLC0415

    from discussions.models import Comment, Discussion, SearchText  # noqa: PLC0415

    columns = [field.column for field in Comment._meta.concrete_fields if not field.primary_key]
    own = {"discussion_id": "d.id", "created_at": "d.created_at"}
    first, last, count = templates[0].pk, discussions[-1].pk, len(templates)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Comment._meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(own.get(column, f'c.{column}') for column in columns)}"
            f" FROM {Discussion._meta.db_table} d JOIN {Comment._meta.db_table} c"
            "   ON c.discussion_id = %s + (d.id - %s) %% %s WHERE d.id >= %s AND d.id <= %s ORDER BY d.id, c.id",
            [first, first, count, first + count, last],
        )
        cursor.execute(
            f"INSERT INTO {SearchText._meta.db_table} (discussion_id, comment_id, terms)"
            f" SELECT discussion_id, id, body FROM {Comment._meta.db_table} WHERE discussion_id >= %s ORDER BY id",
            [first],
        )


# --- telling ----------------------------------------------------------------------------------------------------------
def telling(people: list[int], repeats: int) -> list[dict[str, Figures]]:
    """For each number of participants; the measurements take turns, so that all meet the same machine."""
    from discussions.models import Discussion  # noqa: PLC0415
    from notifications_api import kinds, telling as service  # noqa: PLC0415

    def acts(count: int) -> dict[str, Callable[[], Any]]:
        competition, user = competition_with(people=count)
        client = signed_in(user)
        body = {"competition": competition.slug, "title": "A new discussion", "body": "With *some* words and `code`."}

        def post() -> None:
            answer = client.post("/api/discussions/", body, format="json")
            assert answer.status_code == 201, answer.content

        def tell() -> None:
            discussion = Discussion.objects.filter(competition=competition).order_by("-pk").first()
            happening, tellings = kinds.DISCUSSION_STARTED.story(discussion, at=datetime.now(UTC))
            again = dataclasses.replace(happening, key=f"bench:{time.perf_counter_ns()}")
            service.tell((again, tellings))

        return {"the request of whoever posts": post, "the job that tells everybody": tell}

    return taking_turns([acts(count) for count in people], repeats)


# --- people and clients -----------------------------------------------------------------------------------------------
def competition_with(*, people: int) -> tuple[Any, Any]:
    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Membership, Team  # noqa: PLC0415

    slug = f"c{time.perf_counter_ns()}"
    competition = Competition.objects.create(
        slug=slug, title=slug, starts_at=NOW - timedelta(days=9), ends_at=NOW + timedelta(days=9), is_published=True,
        metric="rmse",
    )  # fmt: skip
    names = [f"{slug}-{n}" for n in range(people)]
    User.objects.bulk_create([User(username=name, email=f"{name}@example.org") for name in names], batch_size=BATCH)
    users = list(User.objects.filter(username__startswith=f"{slug}-").order_by("pk"))
    team = Team.objects.create(competition=competition, name="all", owner=users[0], created_at=NOW)
    Membership.objects.bulk_create(
        [Membership(team=team, user=user, competition=competition, joined_at=NOW) for user in users], batch_size=BATCH
    )
    analyze()
    return competition, users[0]


def signed_in(user: Any) -> Any:
    from rest_framework.test import APIClient  # noqa: PLC0415

    client = APIClient(HTTP_HOST="localhost")
    client.force_authenticate(user)
    return client


def get(client: Any, address: str) -> None:
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200, answer.content


def analyze() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def taking_turns(columns: list[dict[str, Callable[[], Any]]], repeats: int) -> list[dict[str, Figures]]:
    """Measure every act of every column, one after another, again and again."""
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    spent: dict[tuple[int, str], list[tuple[float, float]]] = {}
    queries: dict[tuple[int, str], int] = {}
    for repeat in range(repeats + 1):
        for place, acts in enumerate(columns):
            for what, act in acts.items():
                # The throttle of writes counts in the cache: not what is measured.
                cache.clear()
                if repeat == 0:
                    act()
                    counter = Counter()
                    with connection.execute_wrapper(counter):
                        act()
                    queries[place, what] = counter.queries
                    continue
                begun, worked = time.perf_counter(), time.process_time()
                act()
                spent.setdefault((place, what), []).append((time.perf_counter() - begun, time.process_time() - worked))
    return [
        {
            what: Figures(
                clock=median(clock for clock, _work in spent[place, what]) * 1000,
                processor=median(work for _clock, work in spent[place, what]) * 1000,
                queries=queries[place, what],
            )
            for what in acts
        }
        for place, acts in enumerate(columns)
    ]


class Counter:
    """Counts queries, as a wrapper of the connection."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)


if __name__ == "__main__":
    main()
