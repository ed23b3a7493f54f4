"""What the processes of a sandbox use, seen from outside through `/proc`, and ending them."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import stat
import time
from pathlib import Path
from typing import NamedTuple

PAGE = resource.getpagesize()
TICKS = os.sysconf("SC_CLK_TCK")


class Use(NamedTuple):
    """memory: bytes; processes: with their threads; cpu: seconds, with that of ended children."""

    memory: int
    processes: int
    cpu: float


def descendants(pid: int) -> list[int]:
    """All processes below one, in no order."""
    found, waiting = [], [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def use_of(pids: list[int], *, shared_once: bool) -> Use:
    """The sum over processes. shared_once: pages that several have are divided among them, which is slower to ask."""
    memory = processes = ticks = 0
    for pid in pids:
        fields = _stat(pid)
        if fields is None:
            continue
        processes += int(fields[17])
        ticks += sum(map(int, fields[11:15]))
        memory += _proportional(pid) if shared_once else int(fields[21]) * PAGE
    return Use(memory, processes, ticks / TICKS)


def held_without_a_name(pids: list[int]) -> int:
    """Bytes of files that were removed while processes hold them open, which no look at a folder shows."""
    sizes: dict[tuple[int, int], int] = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - in a loop that has to be quick
                with contextlib.suppress(OSError):
                    status = os.stat(f"/proc/{pid}/fd/{name}")  # noqa: PTH116
                    if status.st_nlink == 0 and stat.S_ISREG(status.st_mode):
                        sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def end_all_below(pid: int, *, keep: frozenset[int] = frozenset(), seconds: float = 5.0) -> bool:
    """Kill everything below a process that what is left behind is handed to; True where nothing remains.

    Each round stops them first, so that none can start another one while it waits for its end.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        left = [child for child in descendants(pid) if child not in keep]
        if not any((fields := _stat(child)) is not None and fields[0] != b"Z" for child in left):
            return True
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for child in left:
                with contextlib.suppress(OSError):
                    os.kill(child, sign)
        time.sleep(0.002)
    return False


def are_gone(pids: list[int], *, seconds: float = 5.0) -> bool:
    """Whether these processes, which were killed, have ended; waits for it. On a busy machine it takes a moment."""
    until = time.monotonic() + seconds
    while any((fields := _stat(pid)) is not None and fields[0] != b"Z" for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.002)
    return True


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - in a loop that has to be quick
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_bytes().split())
    except OSError:
        return []
    return found


def _stat(pid: int) -> list[bytes] | None:
    """Fields of `/proc/PID/stat` from the state on."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return fields if len(fields) > 21 else None


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    fields = _stat(pid)
    return int(fields[21]) * PAGE if fields else 0
