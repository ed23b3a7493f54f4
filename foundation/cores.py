"""How many processes can count at once: the cores this process may use, not those of the machine.

A container is held to its share by a quota of time, which the number of cores does not show.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def cores(cgroups: Path = CGROUPS) -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    held_to = share(cgroups)
    return allowed if held_to is None else max(1, min(allowed, math.ceil(held_to)))


def share(cgroups: Path) -> float | None:
    """The cores' worth of time that a container gets (cgroup v2, then v1); none where nothing holds it."""
    # In one file, or in two: a quota and the period it is for, both in microseconds.
    written = words(cgroups / "cpu.max") or [
        *words(cgroups / "cpu" / "cpu.cfs_quota_us"),
        *words(cgroups / "cpu" / "cpu.cfs_period_us"),
    ]
    try:
        quota, period = map(int, written)
    except ValueError:  # "max", or nothing to read
        return None
    return quota / period if quota > 0 and period > 0 else None


def words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
