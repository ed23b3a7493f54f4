from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompetitionsConfig(AppConfig):
    name = "competitions"
    verbose_name = _("Competitions")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate  # noqa: PLC0415

        from competitions import listeners  # noqa: F401, PLC0415 -- connects them
        from competitions.files.uploads import resume_data_uploads, sweep_data_uploads  # noqa: PLC0415
        from competitions.metrics.sandbox_state import look_soon  # noqa: PLC0415
        from competitions.metrics.trying import catch_up_with_trials_of_metrics  # noqa: PLC0415
        from competitions.organising.publishing import publish_due  # noqa: PLC0415
        from competitions.phases.entry import decide_entries  # noqa: PLC0415
        from competitions.teams.conflicts import note_staff  # noqa: PLC0415
        from competitions.turning import turn_phases  # noqa: PLC0415
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415

        # A migration that makes the table anew on SQLite would leave it without its triggers.
        post_migrate.connect(protect_log, sender=self, dispatch_uid="competitions.protect-log")
        DUTIES.append(Duty(resume_data_uploads, timedelta(minutes=10)))
        DUTIES.append(Duty(sweep_data_uploads, timedelta(hours=1)))
        DUTIES.append(Duty(catch_up_with_trials_of_metrics, timedelta(minutes=5)))
        # At the start, and again where none held: the package may be installed by now.
        DUTIES.append(Duty(look_soon, timedelta(minutes=1)))
        DUTIES.append(Duty(note_staff, timedelta(minutes=1)))
        DUTIES.append(Duty(turn_phases, timedelta(minutes=1)))
        DUTIES.append(Duty(publish_due, timedelta(seconds=5)))
        DUTIES.append(Duty(decide_entries, timedelta(seconds=15)))


def protect_log(*, using: str, **_: Any) -> None:
    """Put the triggers of the competition log in place, where its table is there."""
    from django.db import connections  # noqa: PLC0415

    from competitions.log.protection import TABLE, protect  # noqa: PLC0415

    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        protect(connection)
