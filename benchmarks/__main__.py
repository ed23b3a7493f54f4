"""Every benchmark, one after the other, each in its own process: `make bench`, or `python -m benchmarks NAME ...`.

Quick sizes by default; `--full` takes most of an hour. On a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# (quick, full) arguments by name.
BENCHMARKS: dict[str, tuple[list[str], list[str]]] = {
    "scoring_path": (
        ["--rows", "10000", "1000000", "--repeats", "3"],
        ["--rows", "10000", "100000", "1000000", "5000000", "--forms", "csv", "gz", "zip", "parquet"],
    ),
    "memory": (["--cases", "auc"], ["--rows", "1000000", "5000000"]),
    "http_submission": (["--repeats", "7"], []),
    "leaderboard": (["--sizes", "100x10,10000x10", "--repeats", "20"], []),
    "combined": (["--repeats", "9"], ["--repeats", "25"]),
    "private_run": (["--submissions", "200"], []),
    "receipts": (["--receipts", "10000"], []),
    "integrity": (["--teams", "100", "--rows", "10000"], []),
    "talk": (["--sizes", "50x20,500x50", "--repeats", "10"], []),
    "sandbox": (["--repeats", "5"], ["--repeats", "15"]),
    "own_metric": ([], ["--repeats", "9", "--batch", "50", "--seconds", "900"]),
    "studio": (["--rows", "200000"], ["--rows", "1000000"]),
    "stampede": (["--participants", "100", "--seconds", "15"], []),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", default=[], help=", ".join(BENCHMARKS))
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    failed = 0
    for name in options.names or BENCHMARKS:
        arguments = BENCHMARKS[name][options.full]
        print(f"\n=== {name} {' '.join(arguments)}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        failed += subprocess.run(command, cwd=HERE.parent, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
