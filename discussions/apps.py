from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "discussions"
    verbose_name = _("Discussions")

    def ready(self) -> None:
        from competitions.bundles.results import TABLES  # noqa: PLC0415 -- models need the app registry
        from discussions.results import COMMENTS, DISCUSSIONS  # noqa: PLC0415
        from discussions.uploads import sweep_orphans  # noqa: PLC0415
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415

        TABLES.extend([DISCUSSIONS, COMMENTS])
        DUTIES.append(Duty(sweep_orphans, timedelta(hours=1)))
