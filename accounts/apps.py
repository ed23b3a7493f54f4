from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from allauth.mfa import signals  # noqa: PLC0415 -- models need the app registry

        from accounts.browsers import forget_browsers  # noqa: PLC0415
        from accounts.second_factor import end_what_a_password_made, seal_anew  # noqa: PLC0415
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415

        DUTIES.append(Duty(forget_browsers, timedelta(hours=6)))
        signals.authenticator_added.connect(end_what_a_password_made)
        signals.authenticator_used.connect(seal_anew)
