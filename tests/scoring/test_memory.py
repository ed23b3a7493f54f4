"""What a process does with memory it no longer needs."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from scoring.memory import keep_memory

FAULTS = """
import resource, sys
import numpy as np
from scoring.memory import keep_memory
if sys.argv[1] == "keep":
    assert keep_memory()
def work():
    for _ in range(50):
        columns = [np.ones(70_000) for _ in range(8)]
        del columns
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="speaks of glibc")
def test_memory_of_one_submission_serves_the_next():
    fresh, kept = (
        int(subprocess.run([sys.executable, "-c", FAULTS, how], check=True, capture_output=True, text=True).stdout)
        for how in ("", "keep")
    )
    # Fifty times more than a thousand pages: most of them fresh ones each time, or hardly any.
    assert kept * 10 < fresh


def test_another_allocator_is_left_alone(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert not keep_memory()
