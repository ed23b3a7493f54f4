"""`manage.py import_competition FILE --host NAME`: a draft of a bundle."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from competitions.bundles.reading import import_bundle
from foundation.refusals import Refusal


def parse_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no moment.") from None
    if moment.tzinfo is None:
        raise CommandError(f"{text} has no offset: write {text}+09:00.")
    return moment


class Command(BaseCommand):
    help = "Make a draft of a bundle (a zip with uzu-competition.yaml at its root)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--host", required=True, help="user name of the member of staff who will organise it")
        parser.add_argument("--slug", default="", help="its name here; that of the bundle where there is none")

        parser.add_argument(
            "--starts-at",
            help="when it starts, such as 2027-12-01T09:00+09:00; all other moments move by the same time",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host = User.objects.filter(username__iexact=options["host"], is_active=True).first()
        if host is None:
            raise CommandError(f"There is no user {options['host']}.")
        starts_at = None
        if options["starts_at"]:
            starts_at = parse_moment(options["starts_at"])
        try:
            with options["file"].open("rb") as file:
                draft = import_bundle(file=file, slug=options["slug"], starts_at=starts_at, by=host, at=timezone.now())
        except FileNotFoundError:
            raise CommandError(f"There is no file {options['file']}.") from None
        except Refusal as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{draft.get_absolute_url()}: a draft, organised by {host.username}")
