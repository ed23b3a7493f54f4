"""One submission from the bytes of its file to its public score: ours, the plain way, and merely reading the file.

    python benchmarks/scoring_path.py [--rows 10000 1000000] [--cases auc log_loss] [--repeats 5]

Ours: `read_predictions` and `public_score` with the prepared solution memory-mapped, as a web process has it.
Plain: pandas.read_csv of solution and submission, merge on id, the public rows, scikit-learn (MAP@K: a loop over rows).
Read: the bytes of the file and a count of their line breaks: nothing can be quicker.
All three read the submission from disk. Printed are medians of alternating runs and their ratios.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# First, as in the server: it chooses numpy's sort, for both sides alike.
from scoring import (  # isort: skip
    Predictions,
    PreparedSolution,
    SolutionSpec,
    prepare_solution,
    private_score,
    public_score,
    read_predictions,
)
import numpy as np
import pandas as pd
import pyarrow as pa
import sklearn
import sklearn.metrics as reference

from scoring.memory import keep_memory

warnings.simplefilter("ignore")

CLASSES = [f"class_{number}" for number in range(10)]
PUBLIC_SHARE = 0.3
DEPTH = 5


@dataclass(frozen=True)
class Case:
    """A competition: its metric, made-up truth and predictions, and the plain way to score a merged table."""

    name: str
    metric: str
    truth: Callable[[np.random.Generator, int], pd.DataFrame]
    guess: Callable[[np.random.Generator, pd.DataFrame], pd.DataFrame]
    plain: Callable[[pd.DataFrame], float]
    params: dict[str, object]


def binary(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": (random.random(rows) < 0.3).astype(int)})


def binary_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    logits = truth["target"] * 1.5 - 1 + random.normal(size=len(truth))
    return pd.DataFrame({"target": (1 / (1 + np.exp(-logits))).round(9)})


def numbers(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": random.normal(50, 20, rows).round(4)})


def numbers_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"target": (truth["target"] + random.normal(0, 8, len(truth))).round(9)})


def classes(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": np.array(CLASSES)[random.integers(0, 10, rows)]})


def classes_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    values = random.random((len(truth), 10)) + 0.01
    return pd.DataFrame((values / values.sum(axis=1, keepdims=True)).round(6), columns=CLASSES)


def ratings(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": random.integers(0, 6, rows)})


def ratings_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"target": (truth["target"] + random.integers(-1, 2, len(truth))).clip(0, 5)})


def product_names() -> np.ndarray:
    return np.array([f"p{number:03}" for number in range(500)], dtype=object)


def products(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": product_names()[random.integers(0, 500, rows)]})


def products_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    named = product_names()[random.integers(0, 500, (len(truth), DEPTH))]
    right = random.random(len(truth)) < 0.5
    named[right, random.integers(0, DEPTH, right.sum())] = truth["target"][right]
    return pd.DataFrame({"target": [" ".join(row) for row in named.tolist()]})


def relevances(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame(random.integers(0, 4, (rows, 10)), columns=CLASSES)


def relevances_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return (truth + random.normal(size=truth.shape)).round(4)


def plain_log_loss(table: pd.DataFrame) -> float:
    return reference.log_loss(table["target"], table[CLASSES], labels=CLASSES)


def plain_map(table: pd.DataFrame) -> float:
    total = 0.0
    for actual, predicted in zip(table["target_true"], table["target_pred"], strict=True):
        named = predicted.split()[:DEPTH]
        if actual in named:
            total += 1 / (named.index(actual) + 1)
    return total / len(table)


def plain_ndcg(table: pd.DataFrame) -> float:
    truth = table[[f"{name}_true" for name in CLASSES]].to_numpy()
    return reference.ndcg_score(truth, table[[f"{name}_pred" for name in CLASSES]].to_numpy(), k=DEPTH)


def on_target(function: Callable[..., float], **keywords: object) -> Callable[[pd.DataFrame], float]:
    return lambda table: function(table["target_true"], table["target_pred"], **keywords)


CASES = {
    case.name: case
    for case in (
        Case("rmse", "rmse", numbers, numbers_guess, on_target(reference.root_mean_squared_error), {}),
        Case("auc", "auc", binary, binary_guess, on_target(reference.roc_auc_score), {}),
        Case("log_loss", "log_loss", classes, classes_guess, plain_log_loss, {}),
        Case(
            "qwk",
            "quadratic_weighted_kappa",
            ratings,
            ratings_guess,
            on_target(reference.cohen_kappa_score, weights="quadratic"),
            {},
        ),
        Case("map_at_k", "map_at_k", products, products_guess, plain_map, {"k": DEPTH}),
        Case("ndcg_at_k", "ndcg_at_k", relevances, relevances_guess, plain_ndcg, {"k": DEPTH}),
    )
}

# name: ids are texts, in another order, file
FORMS: dict[str, tuple[bool, bool, str]] = {
    "csv": (False, False, "csv"),
    "shuffled": (False, True, "csv"),
    "text ids": (True, False, "csv"),
    "text ids, shuffled": (True, True, "csv"),
    "gz": (False, False, "csv.gz"),
    "zip": (False, False, "csv.zip"),
    "parquet": (False, False, "parquet"),
}


@dataclass(frozen=True)
class Files:
    """What one measurement reads."""

    solution: Path
    submission: Path
    prepared: PreparedSolution
    form: str

    def ours(self) -> float:
        return public_score(self.prepared, read_predictions(self.submission, self.prepared))

    def read(self) -> float:
        return self.submission.read_bytes().count(b"\n")

    def plain(self, case: Case) -> float:
        solution = pd.read_csv(self.solution)
        read = pd.read_parquet if self.submission.suffix == ".parquet" else pd.read_csv
        table = solution.merge(read(self.submission), on="id", suffixes=("_true", "_pred"))
        return case.plain(table[table["Usage"] == "Public"])


def make_files(case: Case, rows: int, form: str, folder: Path) -> Files:
    as_text, shuffled, suffix = FORMS[form]
    random = np.random.default_rng(20261121)
    ids = pd.Series(np.arange(rows))
    if as_text:
        ids = "row_" + (ids * 7919 % 10**9).astype(str).str.zfill(9)
    truth = case.truth(random, rows)
    guess = case.guess(random, truth).reset_index(drop=True)
    usage = np.where(random.random(rows) < PUBLIC_SHARE, "Public", "Private")
    solution_path = folder / "solution.csv"
    truth.assign(Usage=usage).set_axis(ids.rename("id")).to_csv(solution_path)
    guess.insert(0, "id", ids)
    if shuffled:
        guess = guess.sample(frac=1, random_state=1)
    path = folder / f"submission.{suffix}"
    if suffix == "parquet":
        guess.to_parquet(path, index=False)
    elif suffix == "csv.zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("submission.csv", guess.to_csv(index=False))
    else:
        guess.to_csv(path, index=False)
    spec = SolutionSpec(
        metric=case.metric, id_column="id", target_columns=tuple(truth.columns), metric_params=case.params
    )
    prepare_solution(solution_path, spec).save(folder / "prepared")
    return Files(solution_path, path, PreparedSolution.load(folder / "prepared"), form)


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
clock = CLOCKS["wall"]


def seconds(work: Callable[[], float]) -> tuple[float, float]:
    gc.collect()
    start = clock()
    result = work()
    return clock() - start, result


def measure(case: Case, rows: int, form: str, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = make_files(case, rows, form, Path(folder))
        works: dict[str, Callable[[], float]] = {
            "read": files.read,
            "plain": lambda: files.plain(case),
            "ours": files.ours,
        }
        taken: dict[str, list[float]] = {name: [] for name in works}
        files.ours()
        for _ in range(repeats):
            results = {}
            for name, work in works.items():
                elapsed, results[name] = seconds(work)
                taken[name].append(elapsed)
        if not np.isclose(results["ours"], results["plain"], rtol=1e-9):
            raise SystemExit(f"{case.name}: {results['ours']} is not {results['plain']}")
        again = private_again(files, repeats)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    print(
        f"| {case.name} | {form} | {rows:,} | {medians['plain']:.4f} | {medians['ours']:.4f} | {medians['read']:.4f} "
        f"| {medians['plain'] / medians['ours']:.1f} | {medians['ours'] / medians['read']:.1f} | {again:.1f} |",
        flush=True,
    )


def private_again(files: Files, repeats: int) -> float:
    """How many times quicker a private score is from stored predictions than from the file."""
    stored = files.submission.with_suffix(".arrow")
    read_predictions(files.submission, files.prepared).save(stored)
    from_file = [
        seconds(lambda: private_score(files.prepared, read_predictions(files.submission, files.prepared)))[0]
        for _ in range(repeats)
    ]
    from_stored = [
        seconds(lambda: private_score(files.prepared, Predictions.load(stored, files.prepared)))[0]
        for _ in range(repeats)
    ]
    return statistics.median(from_file) / statistics.median(from_stored)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=["csv"])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="cpu adds up the time of all threads: steadier on a busy machine, blind to the gain from more cores",
    )
    options = parser.parse_args()
    global clock  # noqa: PLW0603 -- one script, one clock
    clock = CLOCKS[options.clock]
    keep_memory()  # as a web process does; the plain way has the good of it too
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pyarrow {pa.__version__}, "
        f"pandas {pd.__version__}, scikit-learn {sklearn.__version__}, {pa.cpu_count()} cores, "
        f"{options.clock} time\n"
    )
    print("| metric | file | rows | plain, s | ours, s | read, s | plain / ours | ours / read | stored / file |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for rows in options.rows:
        for name in options.cases:
            for form in options.forms:
                measure(CASES[name], rows, form, options.repeats)


if __name__ == "__main__":
    main()
