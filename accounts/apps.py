from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts.browsers import forget_browsers  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415

        DUTIES.append(Duty(forget_browsers, timedelta(hours=6)))
