from datetime import timedelta

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "foundation"

    def ready(self) -> None:
        from foundation import heartbeat  # noqa: PLC0415 -- models need the app registry
        from foundation.duties import DUTIES, Duty, close_lost_jobs, forget_old_jobs  # noqa: PLC0415

        DUTIES.append(Duty(heartbeat.beat, heartbeat.EVERY))
        DUTIES.append(Duty(heartbeat.forget_old, timedelta(hours=1)))
        DUTIES.append(Duty(close_lost_jobs, timedelta(hours=1)))
        DUTIES.append(Duty(forget_old_jobs, timedelta(hours=6)))
