"""Keeps memory that scoring has freed, so that the next submission need not ask the system for it again.

glibc gives freed blocks of the size of a column back to the system at once, and the system hands out fresh, emptied
pages for the next: for a column of 70,000 rows that takes longer than sorting it. Told to keep up to 256 MiB, AUC of
such a column takes half the time.
"""

from __future__ import annotations

import ctypes
from typing import Final

# Of malloc.h: the parameters of mallopt. Blocks of 32 MiB are the largest that glibc takes into its heap.
OPTIONS: Final = {
    -8: 1,  # M_ARENA_MAX: threads share one heap, and with it what earlier threads needed
    -3: 32 << 20,  # M_MMAP_THRESHOLD
    -1: 256 << 20,  # M_TRIM_THRESHOLD
}


def keep_memory() -> bool:
    """For this process, from now on; whether the system's allocator knows the options (glibc's does)."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return all(mallopt(option, value) == 1 for option, value in OPTIONS.items())
