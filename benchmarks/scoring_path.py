"""One submission from the bytes of its file to its public score: ours, the plain way, and merely reading the file.

    python benchmarks/scoring_path.py [--rows 10000 1000000] [--cases auc log_loss] [--repeats 5]

Ours: `read_predictions` and `public_score` with the prepared solution memory-mapped, as a web process has it.
Plain: pandas.read_csv of solution and submission, merge on id, the public rows, scikit-learn (MAP@K: a loop over rows).
Read: the bytes of the file and a count of their line breaks: nothing can be quicker.
All three read the submission from disk. Printed are medians of alternating runs and their ratios.
"""

# ruff: noqa: PLC0415 -- packages that only one case needs
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


def texts(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": [" ".join(row) for row in product_names()[random.integers(0, 500, (rows, 12))]]})


def texts_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    named = np.array([text.split() for text in truth["target"]], dtype=object)
    wrong = random.random(named.shape) < 0.3
    named[wrong] = product_names()[random.integers(0, 500, int(wrong.sum()))]
    return pd.DataFrame({"target": [" ".join(row) for row in named.tolist()]})


def runs(random: np.random.Generator, rows: int) -> pd.DataFrame:
    """Masks of 64 x 64 pixels, three runs each."""
    starts = np.sort(random.integers(1, 1240, (rows, 3)), axis=1) + np.array([0, 1300, 2600])
    sizes = random.integers(1, 60, (rows, 3))
    pairs = np.stack([starts, sizes], axis=2).reshape(rows, 6)
    return pd.DataFrame({"target": [" ".join(map(str, row)) for row in pairs.tolist()]})


def runs_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return runs(random, len(truth))


def boxes(random: np.random.Generator, rows: int) -> pd.DataFrame:
    found = random.integers(10, 60, (rows, 4, 4)).tolist()
    cells = [
        " ".join(f"{name} {a} {b} {c} {d}" for name, (a, b, c, d) in zip("xxyy", row, strict=True)) for row in found
    ]
    return pd.DataFrame({"target": cells})


def boxes_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    cells = []
    for text in truth["target"]:
        fields = text.split()
        moved = [
            f"{fields[k]} {random.random():.3f} "
            + " ".join(str(int(v) + random.integers(0, 4)) for v in fields[k + 1 : k + 5])
            for k in range(0, len(fields), 5)
        ]
        cells.append(" ".join(moved))
    return pd.DataFrame({"target": cells})


def survival(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"time": random.integers(1, 1000, rows), "event": random.integers(0, 2, rows)})


def survival_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"time": (truth["time"] + random.normal(0, 200, len(truth))).round(3)})


def labels(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": random.integers(0, 20, rows)})


def labels_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"target": (truth["target"] + (random.random(len(truth)) < 0.3)) % 20})


def indicators(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame((random.random((rows, 10)) < 0.2).astype(int), columns=CLASSES)


def soft(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return classes_guess(random, pd.DataFrame(index=range(rows)))


def positive(random: np.random.Generator, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"target": random.gamma(2.0, 3.0, rows).round(4) + 0.01})


def positive_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"target": (truth["target"] * random.lognormal(0, 0.3, len(truth))).round(6) + 1e-3})


def gaussian_guess(random: np.random.Generator, truth: pd.DataFrame) -> pd.DataFrame:
    centre = (truth["target"] + random.normal(0, 8, len(truth))).round(4)
    return pd.DataFrame({"target_mean": centre, "target_sd": random.uniform(5, 10, len(truth)).round(4)})


def sides(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    return table["target_true"].tolist(), table["target_pred"].tolist()


def plain_chrf(table: pd.DataFrame) -> float:
    import sacrebleu

    true, pred = sides(table)
    return sacrebleu.corpus_chrf(pred, [true], word_order=2).score


def plain_bleu(table: pd.DataFrame) -> float:
    import sacrebleu

    true, pred = sides(table)
    return sacrebleu.corpus_bleu(pred, [true]).score


def plain_wer(table: pd.DataFrame) -> float:
    import jiwer

    return jiwer.wer(*sides(table))


def plain_cer(table: pd.DataFrame) -> float:
    import jiwer

    return jiwer.cer(*sides(table))


def plain_rouge(table: pd.DataFrame) -> float:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    return float(np.mean([scorer.score(a, b)["rougeL"].fmeasure for a, b in zip(*sides(table), strict=True)]))


def plain_label_sets(table: pd.DataFrame) -> float:
    from sklearn.preprocessing import MultiLabelBinarizer

    true, pred = ([text.split() for text in side] for side in sides(table))
    binarizer = MultiLabelBinarizer().fit([*true, *pred])
    return reference.f1_score(binarizer.transform(true), binarizer.transform(pred), average="micro")


def plain_masks(table: pd.DataFrame) -> float:
    """Decoded pixel by pixel, as most notebooks do."""

    def mask(text: str) -> np.ndarray:
        pixels = np.zeros(4096, dtype=bool)
        numbers = list(map(int, text.split()))
        for start, size in zip(numbers[::2], numbers[1::2], strict=True):
            pixels[start - 1 : start - 1 + size] = True
        return pixels

    scores = []
    for true, pred in zip(*sides(table), strict=True):
        one, other = mask(true), mask(pred)
        scores.append(2 * (one & other).sum() / (one.sum() + other.sum()))
    return float(np.mean(scores))


def plain_boxes(table: pd.DataFrame) -> float:
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    names, true, pred = {"x": 1, "y": 2}, [], []
    for image, cells in enumerate(zip(*sides(table), strict=True), start=1):
        there, found = map(str.split, cells)
        for k in range(0, len(there), 5):
            box = list(map(float, there[k + 1 : k + 5]))
            one = {"image_id": image, "category_id": names[there[k]], "bbox": box}
            true.append({**one, "id": len(true) + 1, "area": box[2] * box[3], "iscrowd": 0})
        for k in range(0, len(found), 6):
            box = list(map(float, found[k + 2 : k + 6]))
            pred.append({"image_id": image, "category_id": names[found[k]], "bbox": box, "score": float(found[k + 1])})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        images = [{"id": number + 1} for number in range(len(table))]
        kinds = [{"id": number, "name": name} for name, number in names.items()]
        coco.dataset = {"images": images, "annotations": true, "categories": kinds}
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(pred), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return float(run.stats[0])


def plain_kendall(table: pd.DataFrame) -> float:
    import scipy.stats

    return float(scipy.stats.kendalltau(table["target_true"], table["target_pred"]).statistic)


def plain_concordance(table: pd.DataFrame) -> float:
    """All pairs, as the definition says: a row with all others at once."""
    time, event, score = table["time_true"].to_numpy(), table["event"].to_numpy(), table["time_pred"].to_numpy()
    right = pairs = 0.0
    for i in np.flatnonzero(event):
        later = (time > time[i]) | ((time == time[i]) & (event == 0))
        pairs += later.sum()
        right += (score[later] > score[i]).sum() + (score[later] == score[i]).sum() / 2
    return right / pairs


def plain_lwlrap(table: pd.DataFrame) -> float:
    true, pred = (table[[f"{name}_{side}" for name in CLASSES]].to_numpy() for side in ("true", "pred"))
    kept = true.sum(axis=1) > 0
    function = reference.label_ranking_average_precision_score
    return function(true[kept], pred[kept], sample_weight=true[kept].sum(axis=1))


def plain_kl(table: pd.DataFrame) -> float:
    import scipy.stats

    true, pred = (table[[f"{name}_{side}" for name in CLASSES]].to_numpy() for side in ("true", "pred"))
    return float(scipy.stats.entropy(true, pred, axis=1).mean())


def plain_crps(table: pd.DataFrame) -> float:
    import properscoring

    return float(properscoring.crps_gaussian(table["target"], table["target_mean"], table["target_sd"]).mean())


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
        Case("label_set_f1", "label_set_f1", texts, texts_guess, plain_label_sets, {"average": "micro"}),
        Case("cer", "cer", texts, texts_guess, plain_cer, {}),
        Case("wer", "wer", texts, texts_guess, plain_wer, {}),
        Case("chrf", "chrf", texts, texts_guess, plain_chrf, {}),
        Case("bleu", "bleu", texts, texts_guess, plain_bleu, {}),
        Case("rouge", "rouge", texts, texts_guess, plain_rouge, {}),
        Case("rle_dice", "rle_dice", runs, runs_guess, plain_masks, {}),
        Case("detection_map", "detection_map", boxes, boxes_guess, plain_boxes, {}),
        Case("concordance", "concordance", survival, survival_guess, plain_concordance, {}),
        Case("kendall", "kendall", numbers, numbers_guess, plain_kendall, {}),
        Case("lwlrap", "lwlrap", indicators, relevances_guess, plain_lwlrap, {}),
        Case("kl_divergence", "kl_divergence", soft, classes_guess, plain_kl, {}),
        Case("crps_gaussian", "crps_gaussian", numbers, gaussian_guess, plain_crps, {}),
        Case(
            "tweedie_deviance",
            "tweedie_deviance",
            positive,
            positive_guess,
            on_target(reference.mean_tweedie_deviance, power=1.5),
            {},
        ),
        Case(
            "cohen_kappa",
            "cohen_kappa",
            labels,
            labels_guess,
            on_target(reference.cohen_kappa_score, weights="linear"),
            {"weighting": "linear"},
        ),
        Case("ari", "ari", labels, labels_guess, on_target(reference.adjusted_rand_score), {}),
        Case("nmi", "nmi", labels, labels_guess, on_target(reference.normalized_mutual_info_score), {}),
        Case("partial_auc", "partial_auc", binary, binary_guess, on_target(reference.roc_auc_score, max_fpr=0.1), {}),
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
