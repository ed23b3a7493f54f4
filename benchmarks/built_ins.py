"""The further built-in metrics beside their references: published packages, or definitions written out row by row.

    python -m benchmarks.built_ins [--rows 1000] [--seconds 240]

Ours: `public_score` of predictions that are read already. The reference gets the same columns and nothing to parse.
Tables and references are those of `tests/scoring/test_further_metrics.py`. "Reference / ours" is what counts: above 1
ours is quicker. References of the kind "spelt out" are plain loops, and no rivals.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from scoring import public_score, read_predictions
from scoring.metrics import registry
from tests.scoring import test_further_metrics as cases
from tests.scoring.builders import solution_of, submission_of

# What compares with loops of the tests, by the name of the metric.
SPELT_OUT = {
    *("angular_error", "bias_auc", "detection_f1", "edit_distance", "edit_similarity", "hit_at_k", "interval_score"),
    *("mase", "median_ae", "mrr", "pf1", "r2_zero_mean", "recall_at_k", "rmspe", "rmsse", "wape", "weighted_auc"),
    *("word_jaccard", "log_mae"),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=1000)
    arguments.add_argument("--seconds", type=float, default=240.0, help="Begin no further one after so long.")
    options = arguments.parse_args()
    table(options.rows, seconds=options.seconds)


def table(rows: int, *, seconds: float) -> None:
    """Print a row for each metric and set of parameters, for as long as there is time."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    cases.ROWS = rows  # type: ignore[misc]
    until = time.monotonic() + seconds
    print("| metric | parameters | rows | ours, ms | reference, ms | reference / ours | reference |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for case in cases.CASES:
        if time.monotonic() > until:
            print(f"Not measured within {seconds:g} seconds: {case.name} and those after it.")
            return
        print(row(case), flush=True)


def row(case: Any) -> str:
    truth, guess = case.make(np.random.default_rng(1))
    count = len(next(iter(truth.values())))
    solution = solution_of(case.name, truth, everything_public=True, **case.params)
    read = read_predictions(submission_of(guess), solution)
    ours = min(times(lambda: public_score(solution, read), 3))
    told = ", ".join(f"{name}={value}" for name, value in case.params.items())
    kind = "spelt out" if case.name in SPELT_OUT else re.split(r"[,;] |,$", registry.get(case.name).source)[0]
    try:
        theirs = min(times(lambda: case.expected(truth, guess, None), 2))
    except ImportError as error:
        return f"| {case.name} | {told} | {count:,} | {ours:.2f} | – | – | {error.name} is not installed |"
    return f"| {case.name} | {told} | {count:,} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.1f} | {kind} |"


def times(function: Callable[[], Any], repeats: int) -> list[float]:
    """Milliseconds of each call, of one where that took seconds."""
    found: list[float] = []
    while len(found) < repeats and sum(found) < 3000:
        began = time.perf_counter()
        function()
        found.append((time.perf_counter() - began) * 1000)
    return found


if __name__ == "__main__":
    main()
