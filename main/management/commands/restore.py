"""`manage.py restore FOLDER`: what `backup` wrote, into a site that is empty."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from main.backup import BackupError
from main.backup.restoring import check, restore


class Command(BaseCommand):
    help = (
        "Put a backup into an empty site, on whatever database and storage it is set to. Stop web and workers before. "
        "Interrupted, it goes on when it is called again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="only compare the backup with its checksums")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        folder: Path = options["folder"]
        try:
            if options["check"]:
                if faults := check(folder):
                    raise CommandError("\n".join(faults))
                self.stdout.write("the backup is whole")
                return
            call_command("migrate", interactive=False, verbosity=0)
            restore(folder, say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        call_command("verify_log", stdout=self.stdout, stderr=self.stderr)
        self.stdout.write("restored; start web and workers")
