"""An organiser's table in the studio: reading, recognising, proposing, making the files, checking them.

    python -m benchmarks.studio [--rows 1000000] [--columns 50]

In a process of its own, whose largest memory is told; beside it what pandas takes to read the same file and nothing
else. A third of the columns are texts of few values, a third decimals, a third whole numbers.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

BLOCK = 50_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=200_000)
    arguments.add_argument("--columns", type=int, default=50)
    arguments.add_argument("--child", choices=["uzu", "pandas"])
    arguments.add_argument("--file")
    options = arguments.parse_args()
    if options.child:
        {"uzu": ours, "pandas": theirs}[options.child](options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.csv"
        write(path, options.rows, options.columns)
        print(f"{options.rows:,} rows x {options.columns} columns, {path.stat().st_size >> 20} MiB\n")
        print("| step | seconds | of the processor |\n| --- | --- | --- |", flush=True)
        for child in ("pandas", "uzu"):
            command = [sys.executable, "-m", "benchmarks.studio", "--child", child, "--file", str(path)]
            subprocess.run(command, check=True, cwd=Path(__file__).parents[1])


def write(path: Path, rows: int, columns: int) -> None:
    """A table with ids that begin with zeros, dates, groups and a target."""
    generator = np.random.default_rng(0)
    writer = None
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        block: dict[str, Any] = {
            "id": [f"{number:08d}" for number in range(start, start + count)],
            "date": (np.datetime64("2020-01-01") + generator.integers(0, 1000, count)).astype(str),
            "shop_id": generator.integers(0, 5000, count),
        }
        for place in range(columns - 4):
            if place % 3 == 0:
                block[f"kind_{place}"] = generator.choice(["red", "green", "blue", "none of these"], count)
            elif place % 3 == 1:
                block[f"x_{place}"] = np.round(generator.normal(size=count), 6)
            else:
                block[f"n_{place}"] = generator.integers(0, 100_000, count)
        block["target"] = (generator.random(count) < 0.2).astype(int)
        table = pa.table(block)
        writer = writer or pa_csv.CSVWriter(str(path), table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def timed(name: str, function: Callable[[], Any]) -> Any:
    wall, processor = time.perf_counter(), time.process_time()
    found = function()
    print(f"| {name} | {time.perf_counter() - wall:.1f} | {time.process_time() - processor:.1f} |", flush=True)
    return found


def theirs(path: str) -> None:
    import pandas as pd  # noqa: PLC0415

    timed("pandas.read_csv", lambda: pd.read_csv(path))
    print_memory("pandas")


def ours(path: str) -> None:
    # What the other child has no need of is not in its memory.
    from studio.tables.checks import check_made  # noqa: PLC0415
    from studio.tables.making import Pieces, Plan, make  # noqa: PLC0415
    from studio.tables.proposing import propose_metrics  # noqa: PLC0415
    from studio.tables.reading import read_table  # noqa: PLC0415
    from studio.tables.recognising import recognise  # noqa: PLC0415
    from studio.tables.splitting import Cut  # noqa: PLC0415

    table = timed("read", lambda: read_table(path, name="full.csv"))
    found = timed("recognise", lambda: recognise([table]))
    setup = found.setup()
    proposals = timed("propose", lambda: propose_metrics(table, setup))
    print_memory("read, recognised, proposed")
    plan = Plan(setup, proposals[0].metric, proposals[0].metric_params, test=Cut(), public=Cut())
    made = timed("make", lambda: make(Pieces(train=table), plan))
    timed("check", lambda: check_made(made, plan))
    print_memory("made, checked")


def print_memory(name: str) -> None:
    print(f"| {name}: most memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB | |", flush=True)


if __name__ == "__main__":
    main()
