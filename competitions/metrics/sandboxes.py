"""The sandboxes of this process for organisers' metrics: a few that wait with their libraries loaded, each used once.

They are made when they are first asked for, and ended when nobody has needed them for a while.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from competitions.metrics.runner import find_runner
from foundation.faults import Unavailable
from sandbox import Answer, Limits, Outputs, Reason, Runner, WarmPool, WarmSpec, work_once
from sandbox.spec import MIB
from scoring.own import program

logger = logging.getLogger(__name__)

LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "pyarrow")
MODULES = (
    *("numpy", "pandas", "pyarrow", "scipy", "scipy.stats", "scipy.special", "scipy.optimize"),
    *("sklearn", "sklearn.metrics", "sklearn.preprocessing"),
)
PROGRAM = Path(program.__file__).read_bytes()
# The tables of one call, and what it writes.
DISK = 512 * MIB
# What a sandbox that is made for one piece of work may take for its imports.
START_SECONDS = 60.0
# Sets of texts are walked through in the same order wherever it runs.
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}
LOOK_SECONDS = 5.0


class SandboxUnavailable(Unavailable):
    """No sandbox holds on this machine, or none could be made: what has to be scored waits."""

    code = "metric_sandbox_unavailable"
    message = _("The organisers' own metric can't be run at the moment.")
    retry_after = 60


# Why a submission waits where nothing is wrong: a code beside those of faults.
NO_SANDBOX_READY = "no_sandbox_ready"


class NoneReady(Exception):
    """No sandbox waits right now: the work goes to the job queue."""


def versions() -> dict[str, str]:
    """The libraries that a metric finds, by name."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def spec_for(seconds: float) -> WarmSpec:
    """A sandbox for a piece of work of at most so many seconds."""
    return WarmSpec(
        script=PROGRAM,
        modules=MODULES,
        limits=Limits(
            wall=seconds, cpu=seconds, memory=settings.METRIC_SANDBOX_BYTES, disk=DISK, processes=64, log=64 * 1024
        ),
        outputs=Outputs(max_bytes=16 * MIB, max_total_bytes=16 * MIB, max_files=4),
        environment=ENVIRONMENT,
    )


def most_at_once() -> int:
    """How many sandboxes fit into what those of one process may use together; one at least."""
    return max(1, settings.METRIC_MEMORY_BYTES // max(1, settings.METRIC_SANDBOX_BYTES))


class Sandboxes:
    """The sandboxes of one process. A process that was forked from it has none of them and makes its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._pool: WarmPool | None = None
        self._starting = False
        self._used_at = 0.0

    def now(self, request: Mapping[str, Any], files: Mapping[str, bytes]) -> Answer:
        """Do a piece of work in one that waits.

        Raises:
            NoneReady: none does; some are being made.
            SandboxUnavailable: it was lost.
        """
        pool = self.warm_up()
        answer = None if pool is None else pool.work(dict(request), files)
        if answer is None:
            raise NoneReady
        return _sound(answer)

    def soon(self, request: Mapping[str, Any], files: Mapping[str, bytes]) -> Answer:
        """Do a piece of work in one that waits, or in one that is made for it.

        Raises:
            SandboxUnavailable: none can be made.
        """
        pool = self.warm_up()
        answer = None if pool is None else pool.work(dict(request), files)
        return self.alone(request, files, seconds=settings.METRIC_SECONDS) if answer is None else _sound(answer)

    def alone(self, request: Mapping[str, Any], files: Mapping[str, bytes], *, seconds: float) -> Answer:
        """Do a piece of work in a sandbox that is made for it.

        Raises:
            SandboxUnavailable: none can be made.
        """
        runner = find_runner()
        if runner is None:
            raise SandboxUnavailable
        return _sound(work_once(runner, spec_for(seconds + START_SECONDS), dict(request), files))

    def ready(self) -> int:
        """How many wait for work."""
        with self._lock:
            pool = self._pool if self._pid == os.getpid() else None
        return 0 if pool is None else pool.ready()

    def warm_up(self) -> WarmPool | None:
        """The waiting ones; where there are none yet, begin to make some and return None."""
        size = min(settings.METRIC_SANDBOXES, most_at_once()) if settings.METRIC_SANDBOXES > 0 else 0
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self._pool, self._starting = os.getpid(), None, False
            self._used_at = time.monotonic()
            if self._pool is not None or self._starting or size < 1:
                return self._pool
            self._starting = True
        threading.Thread(target=self._start, args=(size,), name="metric-sandboxes", daemon=True).start()
        return None

    def begin(self, runner: Runner, size: int) -> WarmPool:
        """Make some of this kind now."""
        pool = WarmPool(runner, spec_for(settings.METRIC_SECONDS), size)
        with self._lock:
            self._pid, self._pool, self._starting = os.getpid(), pool, False
            self._used_at = time.monotonic()
        return pool

    def close(self) -> None:
        """End all of them; the next piece of work makes others."""
        with self._lock:
            pool, self._pool = (self._pool if self._pid == os.getpid() else None), None
        if pool is not None:
            pool.close()

    def _start(self, size: int) -> None:
        """Find out which kind holds, make some, and end them when nobody needs them."""
        try:
            runner = find_runner()
            pool = None if runner is None else self.begin(runner, size)
        except Exception:
            logger.exception("sandbox.not_started")
            pool = None
        finally:
            with self._lock:
                self._starting = False
        pause = threading.Event()
        while pool is not None:
            pause.wait(LOOK_SECONDS)
            with self._lock:
                if self._pool is not pool:
                    return
                idle = time.monotonic() - self._used_at > settings.METRIC_IDLE_SECONDS
                if idle:
                    self._pool = None
            if idle:
                pool.close()
                return


def _sound(answer: Answer) -> Answer:
    """Raises SandboxUnavailable: it is the sandbox that failed, and not what ran in it."""
    if answer.outcome.reason in (Reason.PLATFORM_ERROR, Reason.CANCELLED):
        logger.error("sandbox.lost", extra={"detail": answer.outcome.detail[:500]})
        raise SandboxUnavailable
    return answer


sandboxes = Sandboxes()
atexit.register(sandboxes.close)
