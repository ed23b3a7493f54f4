"""Which kind of sandbox this machine has for organisers' metrics: examined once, and again after what may change it.

The examination attacks the sandbox and takes some seconds. What came of it stands in a file that all processes of the
machine read; whoever finds none examines, and the others wait for it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files import locks

import sandbox
from sandbox import Runner, choose
from sandbox.runners.bubblewrap import BubblewrapRunner
from sandbox.runners.landlock import LandlockRunner

logger = logging.getLogger(__name__)

KINDS: dict[str, Callable[[], Runner]] = {"bubblewrap": BubblewrapRunner, "landlock": LandlockRunner}
# A machine without one is examined again: the package may be installed by now.
FORGOTTEN_AFTER = 600.0


@dataclass(frozen=True)
class Finding:
    """The kind that is used, or an empty name; why others are not; and when that was found, in seconds of the epoch."""

    name: str
    summary: str
    at: float

    def runner(self) -> Runner | None:
        return KINDS[self.name]() if self.name in KINDS else None


_lock = threading.Lock()
_known: tuple[str, Finding] | None = None


def find_runner() -> Runner | None:
    """The kind of sandbox to use; None where this machine has none that holds. May take some seconds."""
    return find().runner()


def find() -> Finding:
    """What this machine offers. Examines it where nobody has."""
    global _known  # noqa: PLW0603 -- what is found for the process
    with _lock:
        key = _key()
        if _known is not None and _known[0] == key and _is_fresh(_known[1]):
            return _known[1]
        path = Path(settings.SANDBOX_FINDINGS)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as held:
            locks.lock(held, locks.LOCK_EX)
            finding = known() or _examine(path, key)
        _known = (key, finding)
        return finding


def known(*, fresh: bool = True) -> Finding | None:
    """What was found last, here or in another process; None where nothing was. Examines nothing.

    `fresh`: None also where this machine has to be examined again.
    """
    finding = _read(Path(settings.SANDBOX_FINDINGS), _key())
    return None if finding is None or (fresh and not _is_fresh(finding)) else finding


def _is_fresh(finding: Finding) -> bool:
    return bool(finding.name) or 0 <= time.time() - finding.at < FORGOTTEN_AFTER


def _examine(path: Path, key: str) -> Finding:
    wanted = [settings.METRIC_RUNNER] if settings.METRIC_RUNNER else list(KINDS)
    choice = choose([KINDS[name]() for name in wanted if name in KINDS])
    finding = Finding(choice.runner.name if choice.runner else "", choice.summary()[:4000], time.time())
    log = logger.info if finding.name else logger.warning
    log("sandbox.examined", extra={"sandbox": finding.name or "none", "summary": finding.summary})
    made = path.with_suffix(".new")
    made.write_text(
        json.dumps({"key": key, "name": finding.name, "summary": finding.summary, "at": finding.at}), encoding="utf-8"
    )
    made.replace(path)
    return finding


def _read(path: Path, key: str) -> Finding | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        finding = Finding(str(kept["name"]), str(kept["summary"]), float(kept["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return finding if kept["key"] == key else None


def _key() -> str:
    """Changes with what may change the answer: the machine's start, the user, the interpreter, our own program."""
    folder = Path(sandbox.__file__).parent
    parts = [settings.METRIC_RUNNER, sys.executable, str(os.geteuid()), _boot()]
    parts += [f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(folder.rglob("*.py"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
