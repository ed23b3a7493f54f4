from datetime import timedelta
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsApiConfig(AppConfig):
    name = "notifications_api"
    verbose_name = _("Notifications and e-mails")

    def ready(self) -> None:
        import_module("notifications_api.listeners")
        from notifications_api.jobs import deliver_if_due, tell_again  # noqa: PLC0415 -- models need the app registry
        from submissions.periodic import DUTIES, Duty  # noqa: PLC0415

        DUTIES.append(Duty(deliver_if_due, timedelta(seconds=20)))
        DUTIES.append(Duty(tell_again, timedelta(minutes=1)))
