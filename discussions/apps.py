from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "discussions"
    verbose_name = _("Discussions")

    def ready(self) -> None:
        from discussions.uploads import sweep_orphans  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415

        DUTIES.append(Duty(sweep_orphans, timedelta(hours=1)))
