"""Prove that the standings, which are kept for speed, are what the submissions say."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from competitions.leaderboards.standings import lock_teams, rebuild_standings
from competitions.models import Competition
from competitions.teams.searching import index_names
from submissions.checking import differences
from submissions.derivation import private_standings, public_standings
from submissions.runs import active_run


class Command(BaseCommand):
    help = "Compare every standing with the submissions; ends with an error if one differs. Names teams, never scores."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("competition", nargs="*", help="Slugs; without any, all competitions.")
        parser.add_argument("--repair", action="store_true", help="Write what the submissions say.")

    def handle(self, *, competition: list[str], repair: bool, **_options: Any) -> None:
        rows = Competition.objects.filter(slug__in=competition) if competition else Competition.objects.all()
        if missing := set(competition) - set(rows.values_list("slug", flat=True)):
            raise CommandError(f"No such competition: {', '.join(sorted(missing))}")
        wrong = 0
        for one in rows.order_by("pk"):
            wrong += self.compare(one, repair=repair)
        if wrong and not repair:
            raise CommandError(f"{wrong} differences. --repair writes what the submissions say.")

    def compare(self, competition: Competition, *, repair: bool) -> int:
        if active_run(competition) is not None:
            self.stdout.write(f"{competition.slug}: left out, scoring is under way")
            return 0
        with transaction.atomic():
            lock_teams(competition)
            found = list(differences(competition))
            if found and repair:
                index_names(competition.teams.values_list("pk", flat=True))
                rebuild_standings(competition=competition, rows=public_standings(competition))
                if competition.scoring_runs.filter(scores_private=True, status="complete").exists():
                    rebuild_standings(competition=competition, rows=private_standings(competition))
        for difference in found:
            self.stdout.write(f"{competition.slug}: {difference}")
        self.stdout.write(f"{competition.slug}: {len(found)} differences{' repaired' if found and repair else ''}")
        return len(found)
