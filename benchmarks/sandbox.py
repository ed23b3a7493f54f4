"""What it costs to run a metric that one does not trust: in a sandbox made for it, and in one that was waiting.

    python benchmarks/sandbox.py [--rows 10000,100000] [--repeats 7] [--runners bubblewrap,landlock] [--engine unix://...]

The metric reads two CSV files with pandas and asks scikit-learn for the area under the curve. "Here" is the same
program in this process, libraries loaded; "cold" is a sandbox that has to import pandas, numpy and scikit-learn first;
"warm" is one of a pool that has. "Empty" is a sandbox in which a bare Python ends at once. With the address of an
engine of Docker or Podman, a container for each piece of work as well. Medians by the clock in milliseconds; ratios are
what counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy  # noqa: E402, ICN001

from sandbox import MIB, PYTHON, Limits, Outputs, Reason, Runner, Spec, WarmPool, WarmSpec, work_once  # noqa: E402
from sandbox.runners.bubblewrap import BubblewrapRunner  # noqa: E402
from sandbox.runners.docker import DockerRunner  # noqa: E402
from sandbox.runners.landlock import LandlockRunner  # noqa: E402

SCRIPT = b"""
import pandas
from sklearn.metrics import roc_auc_score

def work(call, given, made):
    solution, submission = (pandas.read_csv(given / name) for name in ("solution.csv", "submission.csv"))
    both = solution.merge(submission, on="id", validate="one_to_one")
    return float(roc_auc_score(both["truth"], both["value"]))
"""
MODULES = ("numpy", "pandas", "sklearn", "sklearn.metrics")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", default="10000,100000")
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--runners", default="bubblewrap,landlock")
    arguments.add_argument("--engine", default="")
    options = arguments.parse_args()
    known: dict[str, Callable[[], Runner]] = {"bubblewrap": BubblewrapRunner, "landlock": LandlockRunner}
    runners = [known[name]() for name in options.runners.split(",") if name]
    if options.engine:
        runners.append(DockerRunner(address=options.engine))
    print("| runner | rows | empty, ms | here, ms | cold, ms | warm, ms | warm - here, ms | cold / warm |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for rows in map(int, options.rows.split(",")):
        files = make_files(rows)
        here = median(times(lambda files=files: in_this_process(files), options.repeats + 1)[1:])
        for runner in runners:
            print(row(runner, rows, files, here, options.repeats), flush=True)


def make_files(rows: int) -> dict[str, bytes]:
    random = numpy.random.default_rng(1)
    truth = random.integers(0, 2, rows)
    value = (truth + random.normal(0, 1, rows)).round(6)
    return {
        "solution.csv": b"id,truth\n" + b"".join(b"%d,%d\n" % pair for pair in enumerate(truth.tolist())),
        "submission.csv": b"id,value\n" + "".join(f"{n},{v}\n" for n, v in enumerate(value.tolist())).encode(),
    }


def row(runner: Runner, rows: int, files: dict[str, bytes], here: float, repeats: int) -> str:
    spec = WarmSpec(
        script=SCRIPT,
        modules=MODULES,
        limits=Limits(wall=120, cpu=120, memory=1024 * MIB),
        outputs=Outputs(all_files=False),
    )
    empty = median(times(lambda: nothing(runner), repeats))
    cold = median(times(lambda: right(work_once(runner, spec, None, files)), repeats))
    warm = None
    if runner.can_wait:
        with WarmPool(runner, spec, 1) as pool:
            warm = median(warm_times(pool, files, repeats))
    name = runner.name
    if warm is None:
        return f"| {name} | {rows:,} | {empty:.0f} | {here:.0f} | {cold:.0f} | - | - | - |"
    return (
        f"| {name} | {rows:,} | {empty:.0f} | {here:.0f} | {cold:.0f} | {warm:.0f} | {warm - here:.0f} "
        f"| {cold / warm:.1f} |"
    )


def times(function: Callable[[], Any], repeats: int) -> list[float]:
    """Milliseconds of each call."""
    answers = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        answers.append((time.perf_counter() - began) * 1000)
    return answers


def warm_times(pool: WarmPool, files: dict[str, bytes], repeats: int) -> list[float]:
    """Milliseconds from asking to the answer, each when one is ready."""
    answers = []
    for _ in range(repeats):
        assert pool.wait_until_ready(seconds=180), pool.problem
        answers += times(lambda: right(pool.work(None, files)), 1)
    return answers


def right(answer: Any) -> None:
    assert answer is not None
    assert answer.outcome.reason is Reason.FINISHED, answer.outcome
    assert 0.5 < answer.value < 1, answer


def nothing(runner: Runner) -> None:
    outcome = runner.run(Spec(command=[PYTHON, "-I", "-S", "-c", "pass"], libraries=False))
    assert outcome.reason is Reason.FINISHED, outcome


def in_this_process(files: dict[str, bytes]) -> None:
    program: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        exec(compile(SCRIPT, "metric", "exec"), program)
        assert 0.5 < program["work"](None, Path(folder), Path(folder)) < 1


if __name__ == "__main__":
    main()
