"""The one process beside the web server: works on queued jobs, and looks after what jobs left undone."""

from __future__ import annotations

import logging
import os
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string

from scoring.memory import keep_memory
from submissions.periodic import Ticker, uses_database_queue
from submissions.runs.working import stopping

logger = logging.getLogger(__name__)

TICK_SECONDS = 2.0
QUEUES = ("scoring", "default")


class Command(BaseCommand):
    help = (
        "Work on queued jobs (scoring, archives, mails) and look after abandoned ones. Run one or more, wherever the "
        "database and the files can be reached. SIGTERM ends it as soon as what is being scored is written; kill -9 "
        "loses nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="Seconds between looks at an empty queue.")
        parser.add_argument("--no-ticker", action="store_true", help="Only work on jobs.")

    def handle(self, *, interval: float, no_ticker: bool, **_options: Any) -> None:
        keep_memory()
        if not no_ticker:
            threading.Thread(target=tick_for_ever, name="ticker", daemon=True).start()
        logger.info("worker.started", extra={"pid": os.getpid()})
        if uses_database_queue():
            work_on_database_queue(interval)
        else:
            work_on_redis_queue()


def tick_for_ever() -> None:
    ticker = Ticker()
    while not stopping.wait(TICK_SECONDS):
        try:
            ticker.tick(timezone.now())
        finally:
            close_old_connections()
    connections.close_all()


def work_on_database_queue(interval: float) -> None:
    from django_tasks_db.management.commands.db_worker import Worker  # noqa: PLC0415 -- only where it is in use

    class StoppingWorker(Worker):
        """Asks long jobs to end after their present step."""

        def shutdown(self, signum: int, frame: FrameType | None) -> None:
            stopping.set()
            super().shutdown(signum, frame)

    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    worker = StoppingWorker(
        queue_names=["*"],
        interval=interval,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.configure_signals()
    worker.run()


def work_on_redis_queue() -> None:
    """One process per job, forked by rq, which on SIGTERM lets the present job end: a run's ends after its slice."""
    queues = [name for name in QUEUES if name in settings.RQ_QUEUES]
    # Its own class of jobs knows how to call a task; rq's plain one does not.
    call_command("rqworker", *queues, job_class="django_tasks_rq.Job")
