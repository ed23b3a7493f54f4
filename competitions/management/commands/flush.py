"""Django's `flush`, which empties the whole database, the protected competition log included."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from competitions.log.protection import exposed


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with exposed(connections[options["database"]]):
            super().handle(**options)
