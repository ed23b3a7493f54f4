"""`manage.py export_competition SLUG FILE`: a competition as a bundle, for another server or an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from competitions.bundles.results import Names, unconfirmed
from competitions.bundles.writing import write_bundle
from competitions.models import Competition


class Command(BaseCommand):
    help = "Write a competition as a bundle (a zip with uzu-competition.yaml): settings, pages and data files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("competition", help="its slug or id")
        parser.add_argument("file", type=Path, help="where to write it; must not exist")
        parser.add_argument(
            "--with-solution", action="store_true", help="put the solution in too: then keep the file as secret as it"
        )
        parser.add_argument(
            "--with-results",
            action="store_true",
            help="put in what people did, with every private score: once every result is confirmed",
        )
        parser.add_argument(
            "--pseudonyms", action="store_true", help="of what people did: name people and teams by codes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        competition = Competition.objects.by_slug_or_id(options["competition"]).first()
        if competition is None:
            raise CommandError(f"There is no competition {options['competition']}.")
        names = Names(competition.pk, options["pseudonyms"]) if options["with_results"] else None
        if names is not None and (waiting := unconfirmed(competition, timezone.now())):
            phases = ", ".join(str(phase.number) for phase in waiting)
            raise CommandError(f"Its results are not confirmed yet (phases: {phases}).")
        path: Path = options["file"]
        try:
            with path.open("xb") as target:
                path.chmod(0o600)
                write_bundle(target, competition=competition, with_solution=options["with_solution"], names=names)
        except FileExistsError:
            raise CommandError(f"{path} exists already.") from None
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.stdout.write(f"{path}: {path.stat().st_size} bytes")
