"""A second process beside the worker, started anew when it dies, and gone when the worker is."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

logger = logging.getLogger(__name__)

STDIN = 0
LOOK_SECONDS = 1.0
# Between the starts of one that dies again and again.
PAUSE_SECONDS = 5.0
# How long it may take to end what it is at, each time it is asked to.
PATIENCE_SECONDS = 4.0


@contextmanager
def running_beside(command: Sequence[str]) -> Iterator[None]:
    """Keep `command` running meanwhile. It finds the other end of its standard input closed when this process dies."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(command, over), name="companion", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(2 * PATIENCE_SECONDS + LOOK_SECONDS)


def end_with_parent() -> None:
    """To be called by a companion: ask this process to end, as by SIGTERM, once the one that started it is gone."""

    def wait() -> None:
        # Not by `sys.stdin`: its lock would still be held by this thread when the interpreter ends.
        while os.read(STDIN, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()


def _keep(command: Sequence[str], over: threading.Event) -> None:
    while not over.is_set():
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 -- our own command
            while process.poll() is None and not over.wait(LOOK_SECONDS):
                pass
            _end(process)
        if not over.is_set():
            logger.warning("worker.companion_died", extra={"status": process.returncode})
            over.wait(PAUSE_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asked once, a worker ends after its job; asked again, it gives the job up."""
    for stop in (process.terminate, process.terminate, process.kill):
        stop()  # of one that is gone already it does nothing
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
            return
