from datetime import timedelta
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = _("Submissions")

    def ready(self) -> None:
        import_module("submissions.listeners")
        from competitions.bundles.results import TABLES  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415
        from submissions.analyses import keep_ranks_measured, revive_analyses  # noqa: PLC0415
        from submissions.receipts import seal_ended  # noqa: PLC0415
        from submissions.results import SUBMISSIONS  # noqa: PLC0415
        from submissions.runs.reviving import revive_runs  # noqa: PLC0415
        from submissions.services import (  # noqa: PLC0415
            catch_up_with_late,
            clear_refused_files,
            settle_abandoned,
            take_over_due,
        )
        from submissions.trials.scoring import catch_up_with_trials  # noqa: PLC0415

        TABLES.append(SUBMISSIONS)
        DUTIES.append(Duty(catch_up_with_trials, timedelta(minutes=1)))
        DUTIES.append(Duty(revive_runs, timedelta(seconds=5)))
        DUTIES.append(Duty(revive_analyses, timedelta(seconds=5)))
        DUTIES.append(Duty(keep_ranks_measured, timedelta(seconds=30)))
        DUTIES.append(Duty(settle_abandoned, timedelta(seconds=5)))
        DUTIES.append(Duty(take_over_due, timedelta(seconds=5)))
        DUTIES.append(Duty(seal_ended, timedelta(seconds=30)))
        DUTIES.append(Duty(catch_up_with_late, timedelta(minutes=10)))
        DUTIES.append(Duty(clear_refused_files, timedelta(minutes=10)))
