"""Refusing a small file that unpacks to a gigabyte: seconds, and memory beyond what the process held.

    python -m benchmarks.bomb

The solution has a hundred rows; the file is a gzip of more than ninety million. Linux only.
"""

from __future__ import annotations

import gzip
import io
import time
from pathlib import Path

from scoring import InvalidSubmission, SolutionSpec, prepare_solution, read_predictions

ROWS = 100
UNPACKED = 1 << 30


def bomb() -> bytes:
    packed = io.BytesIO()
    block = b"0,1.500000\n" * 100_000
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        file.write(b"id,target\n")
        for _ in range(UNPACKED // len(block) + 1):
            file.write(block)
    return packed.getvalue()


def held(which: str) -> float:
    """Megabytes of memory: VmRSS now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1000


def main() -> None:
    rows = "".join(f"{n},{n * 1.5},{('Public', 'Private')[n % 2]}\n" for n in range(ROWS))
    solution = prepare_solution(io.BytesIO(b"id,target,Usage\n" + rows.encode()), SolutionSpec(metric="rmse"))
    read_predictions(b"id,target\n" + "".join(f"{n},1.0\n" for n in range(ROWS)).encode(), solution)
    data = bomb()
    Path("/proc/self/clear_refs").write_text("5")  # the most so far is what is held now
    before, begun, worked = held("VmRSS"), time.perf_counter(), time.process_time()
    try:
        read_predictions(data, solution, filename="bomb.csv.gz")
    except InvalidSubmission as refused:
        spent, work = time.perf_counter() - begun, time.process_time() - worked
        print(f"{len(data) / 1e6:.1f} MB, unpacked more than {UNPACKED / 1e9:.1f} GB: {refused}")
        print(f"{spent:.3f} s, {work:.3f} s of the processor; {held('VmHWM') - before:.0f} MB")
        return
    raise SystemExit("it was not refused")


if __name__ == "__main__":
    main()
