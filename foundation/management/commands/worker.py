"""The one process beside the web server: works on queued jobs, and looks after what jobs left undone."""

from __future__ import annotations

import logging
import os
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.crypto import get_random_string

from foundation import heartbeat, metrics
from foundation.companion import end_with_parent, running_beside
from foundation.duties import Ticker
from foundation.worker import outlive_faults, stopping, uses_database_queue
from scoring.memory import keep_memory

logger = logging.getLogger(__name__)

TICK_SECONDS = 2.0
QUEUES = ("scoring", "default")
# Worked on by a process of its own: what is submitted meanwhile waits for no job that takes minutes.
LONG_JOBS = "analyses"
GIVES_WAY = 5


class Command(BaseCommand):
    help = (
        "Work on queued jobs (scoring, archives, mails) and look after abandoned ones. Run one or more, wherever the "
        "database and the files can be reached. SIGTERM ends it as soon as what is being scored is written; kill -9 "
        "loses nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="Seconds between looks at an empty queue.")
        parser.add_argument("--no-ticker", action="store_true", help="Only work on jobs.")
        parser.add_argument(
            "--companion",
            action="store_true",
            help="For the worker itself, which starts one: work on analyses alone, and end when standard input does.",
        )
        parser.add_argument("--alive-file", type=Path, help="A file to touch after each look at what jobs left undone.")

    def handle(
        self,
        *,
        interval: float,
        no_ticker: bool,
        alive_file: Path | None = None,
        companion: bool = False,
        **_options: Any,
    ) -> None:
        if companion:
            end_with_parent()
            os.nice(GIVES_WAY)
            work_on_queues([LONG_JOBS], interval)
            return
        keep_memory()
        if alive_file is not None:
            alive_file.touch()  # before anything can wait: a folder that can't be written is told at the start
        if not no_ticker:
            threading.Thread(target=tick_for_ever, args=(alive_file,), name="ticker", daemon=True).start()
        if settings.METRICS_TOKEN and settings.WORKER_METRICS_PORT:
            metrics.serve(settings.WORKER_METRICS_PORT)
        logger.info("worker.started", extra={"pid": os.getpid()})
        with running_beside([sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--companion"]):
            work_on_queues(QUEUES, interval)
        say_good_bye()


def work_on_queues(queues: Sequence[str], interval: float) -> None:
    if uses_database_queue():
        work_on_database_queue(queues, interval)
    else:
        work_on_redis_queue(queues)


def say_good_bye() -> None:
    """So that nobody takes a worker that was stopped for one that is dead."""
    with suppress(DatabaseError):  # away: then it is told of as silent
        heartbeat.leave()


def tick_for_ever(alive_file: Path | None = None) -> None:
    ticker = Ticker()
    while not stopping.wait(TICK_SECONDS):
        try:
            ticker.tick(timezone.now())
            if alive_file is not None:
                alive_file.touch()
        except OSError:
            # A full disk stops no duty; whoever watches the file sees that it grows old.
            logger.exception("worker.alive_file")
        finally:
            close_old_connections()
    connections.close_all()


def work_on_database_queue(queues: Sequence[str], interval: float) -> None:
    from django_tasks_db.management.commands.db_worker import Worker  # noqa: PLC0415 -- only where it is in use

    class StoppingWorker(Worker):
        """Asks long jobs to end after their present step."""

        def shutdown(self, signum: int, frame: FrameType | None) -> None:
            stopping.set()
            super().shutdown(signum, frame)

    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    worker = StoppingWorker(
        queue_names=list(queues),
        interval=interval,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.configure_signals()
    outlive_faults(worker.run)


def work_on_redis_queue(queues: Sequence[str]) -> None:
    """One process per job, forked by rq, which on SIGTERM lets the present job end: a run's ends after its slice."""
    # Its own class of jobs knows how to call a task; rq's plain one does not.
    outlive_faults(lambda: call_command("rqworker", *queues, job_class="django_tasks_rq.Job"))
