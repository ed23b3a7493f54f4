"""`manage.py verify_log`: prove that no entry of a competition log was changed, taken out or put in between."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router

from competitions.log.protection import is_protected
from competitions.models import LogRow
from foundation import chain


class Command(BaseCommand):
    help = (
        "Check the hash chain of every competition's log and print its head. Entries cut off at the end leave a chain "
        "that holds: name a head that was known before with --known to find that."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--competition", type=int, help="its id; default: all")
        parser.add_argument(
            "--known", action="append", default=[], metavar="HASH", help="must be in a chain; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = LogRow.objects.order_by("competition_id", "sequence")
        if options["competition"] is not None:
            rows = rows.filter(competition=options["competition"])
        faults = []
        missing = set(options["known"])
        for pk in list(rows.order_by("competition_id").values_list("competition_id", flat=True).distinct()):
            chained = rows.filter(competition=pk)
            faults += [
                f"competition {pk}: {fault}"
                for fault in chain.faults((row.record, row.hash) for row in chained.iterator())
            ]
            last = chained.last()
            missing -= set(chained.filter(hash__in=missing).values_list("hash", flat=True))
            if last is not None:
                self.stdout.write(f"competition {pk}: {last.sequence} entries, head {last.hash}")
        faults += [f"{known} is in no chain" for known in sorted(missing)]
        if not is_protected(connections[router.db_for_read(LogRow)]):
            faults.append("the triggers that protect the log are not in the database")
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("the log holds")
