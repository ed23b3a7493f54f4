"""`manage.py backup FOLDER`: the whole site, rows and files, in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from main.backup import BackupError
from main.backup.making import make


class Command(BaseCommand):
    help = (
        "Copy the whole site into FOLDER while it runs: the rows of one moment and the files. Interrupted, it goes on "
        "when it is called again. Keep the folder secret: it holds solutions, private scores and password hashes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="new, or with a backup that was interrupted")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        folder: Path = options["folder"]
        try:
            manifest = make(folder, at=timezone.now(), say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"backed up in {folder}: {manifest['files']} files of {manifest['bytes']} bytes")
