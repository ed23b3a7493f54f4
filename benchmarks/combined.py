"""What the combined leaderboard costs, beside working it out anew for every answer.

    python benchmarks/combined.py [--teams 10000] [--phases 10] [--repeats 15]
    DATABASE_URL=postgres://.../an_empty_database python benchmarks/combined.py

Each request goes through the whole of Django, signed in as a team of the middle: page 1 of 50 with one's own row, an
unchanged poll (304), a search, and page 1 just after something changed, when the order is made anew. "Naively" is the
order with one query for each phase and a pass over all teams, without the page: what each answer would cost if nothing
were kept. Medians in milliseconds by the clock and of this processor.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.leaderboard import BATCH, NOW, SENT, Times, analyse, timed  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--teams", type=int, default=10_000)
    arguments.add_argument("--phases", type=int, default=10)
    arguments.add_argument("--repeats", type=int, default=15)
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
        competition = build(options.teams, options.phases)
        found = measure(competition, options.repeats)
    page = found["page 1 and own row"].clock
    print(f"\n{options.teams:,} teams x {options.phases} phases")
    print("| ms: clock / processor | | of page 1 |")
    print("| --- | --- | --- |")
    for name, times in found.items():
        print(f"| {name} | {times.clock:.1f} / {times.processor:.1f} | {times.clock / page:.2f} |")


def build(teams: int, phases: int) -> Any:
    """A competition whose phases are all confirmed, where nine of ten teams are in each."""
    from django.db import transaction  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from competitions.models import Competition, Membership, Phase, SearchName, Standing, Team  # noqa: PLC0415

    chance = random.Random(1)
    clock = {"starts_at": NOW - timedelta(days=20), "ends_at": NOW - timedelta(days=1)}
    with transaction.atomic():
        competition = Competition.objects.create(
            title="Cup", slug="cup", is_published=True, combined_rule="mean_rank", metric="rmse", **clock
        )
        first = competition.phase
        Phase.objects.bulk_create(
            Phase(competition=competition, number=number, name=f"Phase {number}", metric="rmse", **clock)
            for number in range(2, phases + 1)
        )
        Phase.objects.update(confirmed_at=NOW, board_opened_at=NOW)
        people = User.objects.bulk_create((User(username=f"u{one}") for one in range(teams)), batch_size=BATCH)
        made = Team.objects.bulk_create(
            (
                Team(competition=competition, name=f"team {one}", owner=user, created_at=SENT)
                for one, user in enumerate(people)
            ),
            batch_size=BATCH,
        )
        Membership.objects.bulk_create(
            (
                Membership(team=team, user=user, competition=competition, joined_at=SENT)
                for team, user in zip(made, people, strict=True)
            ),
            batch_size=BATCH,
        )
        SearchName.objects.bulk_create(
            (SearchName(team=team, competition=competition, text=team.name) for team in made), batch_size=BATCH
        )
        for phase in [first, *competition.phases.exclude(pk=first.pk)]:
            Standing.objects.bulk_create(
                (standing(competition, phase, team, chance) for team in made), batch_size=BATCH
            )
    analyse()
    return Competition.objects.get(pk=competition.pk)


def standing(competition: Any, phase: Any, team: Any, chance: random.Random) -> Any:
    from competitions.models import Standing  # noqa: PLC0415

    row = Standing(competition=competition, phase=phase, team=team)
    if chance.random() < 0.9:
        row.best_private_score = row.private_key = chance.random()
        row.private_submitted_at = SENT
    return row


def measure(competition: Any, repeats: int) -> dict[str, Times]:
    from django.test import Client  # noqa: PLC0415

    from competitions.leaderboards.standings import leaderboard_changed  # noqa: PLC0415
    from competitions.models import Team  # noqa: PLC0415

    teams = Team.objects.filter(competition=competition).order_by("pk")
    client = Client()
    client.force_login(teams[teams.count() // 2].owner)
    address = f"/api/competitions/{competition.slug}/leaderboard/combined/"
    seen = client.get(address)["ETag"]
    before = lambda: leaderboard_changed(competition_id=competition.pk)  # noqa: E731
    return {
        "page 1 and own row": timed(lambda: client.get(address).status_code, repeats),
        "unchanged poll (304)": timed(
            lambda: client.get(address, headers={"if-none-match": seen}).status_code, repeats, expected=304
        ),
        "search": timed(lambda: client.get(address, {"search": "team 17"}).status_code, repeats),
        "page 1 just after a change": timed(
            lambda: client.get(address).status_code, max(3, repeats // 3), before=before
        ),
        "naively, without the page": timed(lambda: naively(competition), max(3, repeats // 3)),
    }


def naively(competition: Any) -> int:
    """The order by rows of the database, phase by phase."""
    from competitions.models import Standing, Team  # noqa: PLC0415

    teams = list(Team.objects.active().filter(competition=competition).order_by("pk"))
    totals = dict.fromkeys((team.pk for team in teams), 0)
    for phase in competition.phases.all():
        rows = Standing.objects.ranked().filter(phase=phase, private_key__isnull=False).in_private_order()
        ranks = {row.team_id: rank for rank, row in enumerate(rows, start=1)}
        for team in teams:
            totals[team.pk] += ranks.get(team.pk, len(ranks) + 1)
    assert sorted(totals, key=lambda pk: totals[pk])
    return 200


if __name__ == "__main__":
    main()
