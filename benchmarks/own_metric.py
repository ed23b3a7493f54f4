"""From the bytes of a file to its public score: by the built-in AUC, and by an organiser's own AUC in a sandbox.

    python -m benchmarks.own_metric [--rows 10000,100000] [--repeats 3] [--runner bubblewrap] [--batch 20]
        [--seconds 300] [--engine unix://...] [--without-built-ins]

Built-in: `read_predictions` and `public_score`. Warm: the same file read, handed to a sandbox that waits, and its
answer. More: what that adds to the built-in one. Metric: what scikit-learn takes inside; beyond: what the sandbox adds
to that. Cold: a sandbox that has to be made and to import its libraries. Exhausted: how long it takes to find out that
none waits, after which the file goes to the job queue. Container: one of Docker's or Podman's engine, started for the
submission, where there is an engine or one can be started. Private run: submissions a second that one sandbox scores,
which is what one core does. Medians by the clock; ratios are what counts.

Then each further built-in metric beside its reference (`benchmarks.built_ins`). Nothing new is begun after --seconds
for the first table and as many for the second: a machine that is busy prints fewer rows and says so.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main.settings")

import numpy as np

from benchmarks import built_ins
from benchmarks.engine import engine
from sandbox import Runner, work_once
from sandbox.runners.docker import DockerRunner

SOURCE = """
import sklearn.metrics

def score(solution, submission, row_id_column_name):
    return sklearn.metrics.roc_auc_score(solution["target"], submission["target"])
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", default="10000,100000")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--runner", default="bubblewrap")
    arguments.add_argument("--batch", type=int, default=20)
    arguments.add_argument("--seconds", type=float, default=270.0)
    arguments.add_argument("--engine", default="")
    arguments.add_argument("--without-built-ins", action="store_true")
    options = arguments.parse_args()
    import django  # noqa: PLC0415 -- settings first

    django.setup()
    from competitions.metrics import sandboxes as place  # noqa: PLC0415
    from competitions.metrics.runner import KINDS  # noqa: PLC0415

    runner = KINDS[options.runner]()
    place.find_runner = lambda: runner
    until = time.monotonic() + options.seconds
    load = os.getloadavg()[0]
    print(f"Load when it began: {load:.1f} on {os.cpu_count()} cores.\n")
    print(
        "| rows | built-in, ms | warm, ms | more, ms | metric, ms | beyond, ms | cold, ms | none ready, ms "
        "| container, ms | private run, /s and core |"
    )
    print("| --- " * 10 + "|")
    with engine(options.engine) as address:
        containers = None if address is None else DockerRunner(address=address)
        pool = place.sandboxes.begin(runner, 1)
        for rows in map(int, options.rows.split(",")):
            print(Row(rows, place.sandboxes, pool, containers, until).told(options.repeats, options.batch), flush=True)
        place.sandboxes.close()
    if not options.without_built_ins:
        print()
        built_ins.table(1000, seconds=options.seconds)


class Row:
    """What is measured for one number of rows; what there is no time for any more is a dash."""

    def __init__(self, rows: int, sandboxes: Any, pool: Any, containers: Runner | None, until: float) -> None:
        from scoring import SolutionSpec, prepare_solution, public_score, read_predictions  # noqa: PLC0415

        self.rows, self.sandboxes, self.pool, self.containers, self.until = rows, sandboxes, pool, containers, until
        solution, self.file = make(rows)
        self.solution = prepare_solution(BytesIO(solution), SolutionSpec(metric="auc"))
        self.own = prepare_solution(BytesIO(solution), SolutionSpec(metric="own_larger_is_better"))
        self.built_in = lambda: public_score(self.solution, read_predictions(self.file, self.solution))
        self.expected = self.built_in()
        self.request = {"source": SOURCE, "row_id": "id", "params": {}, "ranked": ""}
        self.inside: list[float] = []

    def told(self, repeats: int, batch: int) -> str:
        plain = median(times(self.built_in, repeats))
        warm = median(self.warm() for _ in range(repeats))
        metric = median(self.inside)
        cold = self.in_time(lambda: times(self.cold, 2))
        none = self.in_time(lambda: self.exhausted(repeats))
        container = self.in_time(lambda: times(self.in_container, 2)) if self.containers is not None else "–"
        rate = "–" if time.monotonic() > self.until else f"{self.private_run(batch):.1f}"
        return (
            f"| {self.rows:,} | {plain:.0f} | {warm:.0f} | {warm - plain:.0f} | {metric:.0f} | {warm - metric:.0f} "
            f"| {cold} | {none} | {container} | {rate} |"
        )

    def in_time(self, measure: Callable[[], list[float]]) -> str:
        return "–" if time.monotonic() > self.until else f"{median(measure()):,.0f}"

    def tables(self) -> dict[str, bytes]:
        from scoring import read_predictions  # noqa: PLC0415
        from scoring.own import frames  # noqa: PLC0415

        predictions = read_predictions(self.file, self.own)
        return {
            "solution": frames.solution_frame(self.own, "public"),
            "submission": frames.submission_frame(self.own, predictions.columns, "public"),
        }

    def right(self, answer: Any) -> None:
        assert answer.value is not None, answer
        assert abs(answer.value["score"] - self.expected) < 1e-9, answer
        self.inside.append(answer.value["seconds"] * 1000)

    def ready(self) -> None:
        """The machine makes the next one while nobody asks: that is waited for, and not measured."""
        assert self.pool.wait_until_ready(seconds=120), self.pool.problem

    def warm(self) -> float:
        self.ready()
        return times(lambda: self.right(self.sandboxes.now(self.request, self.tables())), 1)[0]

    def cold(self) -> None:
        self.right(self.sandboxes.alone(self.request, self.tables(), seconds=60))

    def exhausted(self, repeats: int) -> list[float]:
        from competitions.metrics.sandboxes import NoneReady  # noqa: PLC0415

        def asks() -> None:
            try:
                self.sandboxes.now(self.request, self.tables())
            except NoneReady:
                return
            raise AssertionError

        self.ready()
        taken = self.pool._take()
        try:
            return times(asks, repeats)
        finally:
            taken.session.cancel()

    def in_container(self) -> None:
        from competitions.metrics.sandboxes import spec_for  # noqa: PLC0415

        assert self.containers is not None
        self.right(work_once(self.containers, spec_for(120.0), dict(self.request), self.tables()))

    def private_run(self, batch: int) -> float:
        """Submissions a second, the making of the sandbox left out: a run makes one for each fifty."""
        one = self.tables()

        def seconds(count: int) -> float:
            many = {"solution": one["solution"], **{str(number): one["submission"] for number in range(count)}}
            began = time.perf_counter()
            request = {**self.request, "submissions": count, "seconds": 30}
            answers = self.sandboxes.alone(request, many, seconds=30 * count).value
            assert len(answers) == count
            return time.perf_counter() - began

        return batch / max(seconds(batch + 1) - seconds(1), 1e-3)


def make(rows: int) -> tuple[bytes, bytes]:
    """A solution and a submission; a third of the rows is public."""
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, rows)
    value = (truth + random.normal(0, 1, rows)).round(6)
    usage = np.where(random.random(rows) < 1 / 3, "Public", "Private")
    solution = "id,target,Usage\n" + "".join(
        f"{n},{t},{u}\n" for n, (t, u) in enumerate(zip(truth, usage, strict=True))
    )
    return solution.encode(), ("id,target\n" + "".join(f"{n},{v}\n" for n, v in enumerate(value))).encode()


def times(function: Callable[[], Any], repeats: int) -> list[float]:
    """Milliseconds of each call."""
    answers = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        answers.append((time.perf_counter() - began) * 1000)
    return answers


if __name__ == "__main__":
    main()
