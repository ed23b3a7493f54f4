"""`manage.py demo`: three competitions on real data, to look at and to try."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from competitions.models import Competition

PASSWORD = "uzu-demo"  # noqa: S105 -- meant to be known; refused in production


class Command(BaseCommand):
    help = (
        "Make the demo: one competition that runs, one that is over and confirmed, one to come, with a dozen teams. "
        "host, alice and bob can sign in. Made again, it replaces the earlier demo and nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", help=f"of host, alice and bob; default in development: {PASSWORD}")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is any competition")

    def handle(self, *args: Any, **options: Any) -> None:
        from main.demo.build import NameInUse, build  # noqa: PLC0415 -- scikit-learn takes a second to load

        if settings.PRODUCTION and not options["password"]:
            raise CommandError("A known password has no place in production: give one with --password.")
        if options["if_empty"] and Competition.objects.exists():
            return
        self.say("making the demo: real models on real data, half a minute at most")
        try:
            build(password=options["password"] or PASSWORD, at=timezone.now(), say=self.say)
        except NameInUse as taken:
            raise CommandError(
                f"Somebody else's account is called {taken}, as one of the demo's: nothing was made."
            ) from taken
        self.say("done")

    def say(self, text: str) -> None:
        self.stdout.write(f"渦 {text}")
