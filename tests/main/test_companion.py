"""Analyses take minutes and have a process of their own beside the worker: nobody's submission waits for one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from foundation import companion as module
from foundation.management.commands.worker import LONG_JOBS, QUEUES, work_on_database_queue
from submissions.analyses.working import work_on_analysis
from submissions.services.submitting import score_queued

# Writes its number down, and waits to be ended with its parent.
WAITS = """
import os, sys, time
from foundation.companion import end_with_parent
end_with_parent()
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
time.sleep(60)
"""
# Has a companion, and waits to be killed.
PARENT = f"""
import sys, time
from foundation.companion import running_beside
with running_beside([sys.executable, "-c", {WAITS!r}, sys.argv[1]]):
    time.sleep(60)
"""


def started(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Where nobody waits for it, a dead process stays in the table.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_it_is_started_anew_when_it_dies_and_ends_with_the_worker(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    log = tmp_path / "pids"
    with module.running_beside([sys.executable, "-c", WAITS, str(log)]):
        until(lambda: len(started(log)) == 1)
        os.kill(started(log)[0], signal.SIGKILL)
        until(lambda: len(started(log)) == 2)
    assert all(map(is_gone, started(log)))


def test_a_killed_worker_leaves_none_behind(tmp_path):
    log = tmp_path / "pids"
    worker = subprocess.Popen([sys.executable, "-c", PARENT, str(log)], cwd=settings.BASE_DIR)
    until(lambda: started(log))
    worker.kill()
    worker.wait()
    until(lambda: is_gone(started(log)[0]))


@pytest.mark.usefixtures("connection_kept")
@pytest.mark.parametrize(("queues", "taken"), [(QUEUES, "score_queued"), ([LONG_JOBS], "work_on_analysis")])
def test_neither_takes_the_jobs_of_the_other(monkeypatch, queues, taken):
    work_on_analysis.enqueue(1)
    score_queued.enqueue(1)
    done: list[str] = []

    def note(worker: db_worker.Worker, job: DBTaskResult) -> None:
        done.append(job.task_name)
        worker.running = False

    monkeypatch.setattr(db_worker.Worker, "run_task", note)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda _: None)
    work_on_database_queue(queues, 0.01)
    assert done == [taken]
    assert DBTaskResult.objects.ready().count() == 1
