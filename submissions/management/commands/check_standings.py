"""Prove that the standings, which are kept for speed, are what the submissions say."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from competitions.leaderboards.standings import lock_teams, rebuild_standings
from competitions.models import Competition, Phase
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
        for phase in Phase.objects.filter(competition__in=rows).select_related("competition").order_by("pk"):
            wrong += self.compare(phase, repair=repair)
        if wrong and not repair:
            raise CommandError(f"{wrong} differences. --repair writes what the submissions say.")

    def compare(self, phase: Phase, *, repair: bool) -> int:
        name = phase.competition.slug if phase.number == 1 else f"{phase.competition.slug}, phase {phase.number}"
        if active_run(phase) is not None:
            self.stdout.write(f"{name}: left out, scoring is under way")
            return 0
        with transaction.atomic():
            lock_teams(phase.competition)
            found = list(differences(phase))
            if found and repair:
                index_names(phase.competition.teams.values_list("pk", flat=True))
                rebuild_standings(phase=phase, rows=public_standings(phase))
                if phase.scoring_runs.filter(scores_private=True, status="complete").exists():
                    rebuild_standings(phase=phase, rows=private_standings(phase))
        for difference in found:
            self.stdout.write(f"{name}: {difference}")
        self.stdout.write(f"{name}: {len(found)} differences{' repaired' if found and repair else ''}")
        return len(found)
