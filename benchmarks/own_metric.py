"""From the bytes of a file to its public score: by the built-in AUC, and by an organiser's own AUC in a sandbox.

    python -m benchmarks.own_metric [--rows 10000,100000] [--repeats 5] [--runner bubblewrap] [--batch 50]

Built-in: `read_predictions` and `public_score`. Warm: the same file read, handed to a sandbox that waits, and its
answer. Cold: a sandbox that has to be made and to import its libraries. Exhausted: how long it takes to find out that
none waits, after which the file goes to the job queue. Metric: what scikit-learn takes inside. Batch: submissions a
second where many share a sandbox, as in a private run. Medians by the clock; ratios are what counts.
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

SOURCE = """
import sklearn.metrics

def score(solution, submission, row_id_column_name):
    return sklearn.metrics.roc_auc_score(solution["target"], submission["target"])
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", default="10000,100000")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--runner", default="bubblewrap")
    arguments.add_argument("--batch", type=int, default=50)
    options = arguments.parse_args()
    import django  # noqa: PLC0415 -- settings first

    django.setup()
    from competitions.metrics import sandboxes as place  # noqa: PLC0415
    from competitions.metrics.runner import KINDS  # noqa: PLC0415

    runner = KINDS[options.runner]()
    place.find_runner = lambda: runner
    pool = place.sandboxes.begin(runner, 1)
    print("| rows | built-in, ms | warm, ms | more, ms | metric, ms | cold, ms | none ready, ms | batch, /s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for rows in map(int, options.rows.split(",")):
        print(row(rows, options.repeats, options.batch, place.sandboxes, pool), flush=True)
    place.sandboxes.close()


def row(rows: int, repeats: int, batch: int, sandboxes: Any, pool: Any) -> str:
    from competitions.metrics.sandboxes import NoneReady  # noqa: PLC0415
    from scoring import SolutionSpec, prepare_solution, public_score, read_predictions  # noqa: PLC0415
    from scoring.own import frames  # noqa: PLC0415

    solution, file = make(rows)
    built_in = prepare_solution(BytesIO(solution), SolutionSpec(metric="auc"))
    own = prepare_solution(BytesIO(solution), SolutionSpec(metric="own_larger_is_better"))
    request = {"source": SOURCE, "row_id": "id", "params": {}, "ranked": ""}
    inside: list[float] = []

    def tables() -> dict[str, bytes]:
        predictions = read_predictions(file, own)
        return {
            "solution": frames.solution_frame(own, "public"),
            "submission": frames.submission_frame(own, predictions.columns, "public"),
        }

    def told(answer: Any) -> None:
        assert abs(answer.value["score"] - expected) < 1e-9, answer
        inside.append(answer.value["seconds"] * 1000)

    expected = public_score(built_in, read_predictions(file, built_in))
    plain = median(times(lambda: public_score(built_in, read_predictions(file, built_in)), repeats))
    warm = []
    for _ in range(repeats):
        assert pool.wait_until_ready(seconds=300), pool.problem
        warm += times(lambda: told(sandboxes.now(request, tables())), 1)
    metric = median(inside)
    cold = median(times(lambda: told(sandboxes.alone(request, tables(), seconds=60)), max(2, repeats // 2)))
    assert pool.wait_until_ready(seconds=300), pool.problem
    taken = [pool._take()]

    def exhausted() -> None:
        try:
            sandboxes.now(request, tables())
        except NoneReady:
            return
        raise AssertionError

    none = median(times(exhausted, repeats))
    taken[0].session.cancel()
    one = tables()
    many = {"solution": one["solution"], **{str(number): one["submission"] for number in range(batch)}}
    began = time.perf_counter()
    answers = sandboxes.alone({**request, "submissions": batch, "seconds": 30}, many, seconds=30 * batch).value
    assert len(answers) == batch
    rate = batch / (time.perf_counter() - began)
    return (
        f"| {rows:,} | {plain:.0f} | {median(warm):.0f} | {median(warm) - plain:.0f} | {metric:.0f} | {cold:,.0f} "
        f"| {none:.0f} | {rate:.1f} |"
    )


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
