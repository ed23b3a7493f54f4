"""Choose numpy's quicker sort where its default is the slower one. Must run before numpy is first imported.

On AMD Zen 4 (family 25 with AVX-512) numpy's AVX-512 sort stores through an instruction that is slow there: sorting
300,000 doubles takes 13.8 ms, and 2.5 ms once numpy is told to leave AVX-512 alone (numpy 2.4; `log` goes from 0.2 to
1.1 ms, which AUC and ranks gain back many times). An operator who sets NPY_DISABLE_CPU_FEATURES, even to nothing,
decides instead.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "NPY_DISABLE_CPU_FEATURES"
ZEN_3_AND_4 = "25"


def sorts_slowly_with_avx512(cpuinfo: str) -> bool:
    """Whether `cpuinfo`, the text of /proc/cpuinfo, tells of such a processor."""
    facts = dict.fromkeys(("vendor_id", "cpu family", "flags"), "")
    for line in cpuinfo.partition("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        if name.strip() in facts:
            facts[name.strip()] = value.strip()
    is_amd = facts["vendor_id"] == "AuthenticAMD"
    return is_amd and facts["cpu family"] == ZEN_3_AND_4 and "avx512f" in facts["flags"].split()


def choose_sort() -> None:
    """Set the variable for this process and its children, unless it is set or numpy has read it already."""
    if VARIABLE in os.environ or "numpy" in sys.modules or sys.platform != "linux":
        return
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if sorts_slowly_with_avx512(cpuinfo):
        os.environ[VARIABLE] = "X86_V4"


choose_sort()
