from datetime import timedelta

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"

    def ready(self) -> None:
        """Have the worker forget uploads that are used up or were never used."""
        from clients.uploads import sweep  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty  # noqa: PLC0415 -- as above

        DUTIES.append(Duty(sweep, timedelta(hours=1)))
