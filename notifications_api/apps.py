from datetime import timedelta
from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsApiConfig(AppConfig):
    name = "notifications_api"
    verbose_name = _("Notifications and emails")

    def ready(self) -> None:
        import_module("notifications_api.kinds")
        # Models need the app registry.
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415
        from notifications_api.listening import listen  # noqa: PLC0415
        from notifications_api.mail import deliver_if_due  # noqa: PLC0415
        from notifications_api.reminders import remind  # noqa: PLC0415
        from notifications_api.telling import tell_again  # noqa: PLC0415

        listen()
        DUTIES.append(Duty(deliver_if_due, timedelta(seconds=20)))
        DUTIES.append(Duty(remind, timedelta(minutes=1)))
        DUTIES.append(Duty(tell_again, timedelta(minutes=1)))
