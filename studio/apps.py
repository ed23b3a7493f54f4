from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = _("Studio")

    def ready(self) -> None:
        from competitions.organising.readiness import CHECKS  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415
        from studio.readiness import findings_of  # noqa: PLC0415
        from studio.uploads import sweep_source_uploads  # noqa: PLC0415
        from studio.workbenches import sweep_sources  # noqa: PLC0415
        from studio.working import revive_workbenches  # noqa: PLC0415

        CHECKS.append(findings_of)
        DUTIES.append(Duty(revive_workbenches, timedelta(seconds=15)))
        DUTIES.append(Duty(sweep_source_uploads, timedelta(hours=1)))
        DUTIES.append(Duty(sweep_sources, timedelta(minutes=10)))
