"""Signs of life of the worker processes: a row of each, for whoever operates the site."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from django.utils import timezone

from foundation.models import FaultCount, Worker

EVERY = timedelta(seconds=10)
# Several signs may be missed by a worker that is busy or by a slow database.
SILENT_AFTER = timedelta(seconds=60)
# Workers that are gone are shown for a day, faults are kept for a month.
WORKERS_KEPT, FAULTS_KEPT = timedelta(days=1), timedelta(days=31)

_started_at = timezone.now()


def beat(at: datetime) -> None:
    """Write down that this worker process is alive."""
    host, process = socket.gethostname()[:80], os.getpid()
    name = f"{host}:{process}:{_started_at:%Y%m%d%H%M%S}"
    Worker.objects.update_or_create(
        name=name, defaults={"seen_at": at}, create_defaults={
            "host": host, "process": process, "started_at": _started_at, "seen_at": at
        },
    )  # fmt: skip


def leave() -> None:
    """Take this process off the list, because it ends as it should."""
    Worker.objects.filter(host=socket.gethostname()[:80], process=os.getpid()).delete()


def forget_old(at: datetime) -> None:
    """Delete the rows of workers that were last seen long ago, and old counts of faults."""
    Worker.objects.filter(seen_at__lt=at - WORKERS_KEPT).delete()
    FaultCount.objects.filter(hour__lt=at - FAULTS_KEPT).delete()
