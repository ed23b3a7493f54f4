"""The metrics beyond the classical ones equal their references: published packages, or definitions spelt out here.

Files go in and scores come out. A new metric is a row in `CASES`; what no package holds is written once more, row by
row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special
import scipy.stats
import sklearn.metrics as reference
from hypothesis import HealthCheck, given, settings, strategies as st
from numpy.testing import assert_allclose
from sklearn.metrics.pairwise import haversine_distances
from sklearn.preprocessing import MultiLabelBinarizer

from scoring.metrics import registry
from tests.scoring.builders import score_of, solution_of

pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = 24
Random = np.random.Generator
Table = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """How to make truth and predictions, and what they score: `expected(truth, guess, weight)`."""

    name: str
    make: Callable[[Random], tuple[Table, Table]]
    expected: Callable[[Table, Table, Any], float]
    params: dict[str, Any] = field(default_factory=dict)
    smaller: bool = True
    rtol: float = 1e-9

    @property
    def label(self) -> str:
        return "-".join([self.name, *map(str, self.params.values())])


# --- tables -----------------------------------------------------------------------------------------------------------
def positive(random: Random) -> tuple[Table, Table]:
    truth = np.round(random.gamma(2.0, 3.0, ROWS), 3) + 0.01
    return {"t": truth}, {"t": np.round(truth * random.lognormal(0.0, 0.4, ROWS), 4) + 1e-3}


def counts(random: Random) -> tuple[Table, Table]:
    truth = random.poisson(1.5, ROWS)
    truth[0] = 3
    return {"t": truth}, {"t": np.round(random.gamma(2.0, 1.0, ROWS), 3) + 1e-3}


def normal(random: Random) -> tuple[Table, Table]:
    truth = np.round(random.normal(size=ROWS), 1)
    return {"t": truth}, {"t": np.round(truth + random.normal(size=ROWS), 1)}


def scaled(random: Random) -> tuple[Table, Table]:
    truth, guess = normal(random)
    return {"t": truth["t"], "scale": np.round(random.random(ROWS) + 0.1, 3)}, guess


def binary(random: Random) -> tuple[Table, Table]:
    truth = random.integers(0, 2, ROWS)
    truth[:2] = 0, 1
    return {"t": truth}, {"t": np.round(np.clip(0.3 * truth + 0.7 * random.random(ROWS), 0.01, 1), 1)}


def predicted(*suffixes: str, spread: bool = True):
    def make(random: Random) -> tuple[Table, Table]:
        truth = np.round(random.normal(size=ROWS), 3)
        guess = {f"t_{suffix}": np.round(truth + random.normal(size=ROWS), 3) for suffix in suffixes}
        if spread:
            guess["t_sd"] = np.round(random.random(ROWS) + 0.2, 3)
        return {"t": truth}, guess

    return make


def shares(random: Random) -> tuple[Table, Table]:
    truth, guess = (random.integers(0, 5, (ROWS, 3)).astype(float) for _ in range(2))
    truth[:, 0] += 1
    guess[:, 1] += 0.5
    return dict(zip("abc", truth.T, strict=True)), dict(zip("abc", guess.T, strict=True))


def survival(random: Random) -> tuple[Table, Table]:
    event = random.integers(0, 2, ROWS)
    event[0] = 1
    time = random.integers(1, 9, ROWS)
    time[:2] = 1, 9
    return {"time": time, "event": event}, {"time": random.integers(0, 6, ROWS)}


def censored(random: Random) -> tuple[Table, Table]:
    """The last row of all was still observed: the chance of it is above zero at every event."""
    truth, _guess = survival(random)
    truth["time"][1], truth["event"][1] = 10, 0
    return truth, {"time": np.round(random.normal(size=ROWS), 1)}


def subgroups(random: Random) -> tuple[Table, Table]:
    truth = {name: random.integers(0, 2, ROWS) for name in ("toxic", "a", "b")}
    # Both classes within each subgroup, and outside.
    truth["toxic"][:4], truth["a"][:4], truth["b"][:4] = (0, 1, 0, 1), (0, 0, 1, 1), (0, 0, 1, 1)
    return truth, {"toxic": np.round(0.3 * truth["toxic"] + random.random(ROWS), 1)}


def clusters(random: Random) -> tuple[Table, Table]:
    return {"t": random.integers(0, 4, ROWS)}, {"t": np.array(list("wxyzv"))[random.integers(0, 5, ROWS)]}


def levels(random: Random) -> tuple[Table, Table]:
    names = np.array(["low", "middle", "high", "top"])
    truth, guess = names[random.integers(0, 4, ROWS)], names[random.integers(0, 4, ROWS)]
    truth[:3] = "low", "high", "top"
    return {"t": truth}, {"t": guess}


def rankings(random: Random) -> tuple[Table, Table]:
    letters = np.array(list("abcdefg"))
    truth = [" ".join(random.choice(letters, random.integers(1, 4), replace=False)) for _ in range(ROWS)]
    guess = [" ".join(random.choice(letters, random.integers(1, 7))) for _ in range(ROWS)]
    guess[0] = truth[0]
    return {"t": truth}, {"t": guess}


def indicators(random: Random) -> tuple[Table, Table]:
    truth, guess = random.integers(0, 2, (ROWS, 4)), random.integers(0, 4, (ROWS, 4))
    truth[0] = 1
    return dict(zip("abcd", truth.T, strict=True)), dict(zip("abcd", guess.T, strict=True))


def sets(random: Random) -> tuple[Table, Table]:
    letters = np.array(list("abcde"))
    truth, guess = (
        [" ".join(random.choice(letters, random.integers(0, 4), replace=False)) for _ in range(ROWS)] for _ in range(2)
    )
    return {"t": truth}, {"t": guess}


WORDS = np.array(
    ["The", "cat,", "sat", "on", "2.5", "mats!", "and", "Ångström", "(slept)", "x-ray", "猫が", "don't", "3-4"]
)


def texts(random: Random) -> tuple[Table, Table]:
    truth, guess = [], []
    for _ in range(ROWS):
        words = random.choice(WORDS, random.integers(0, 9))
        truth.append(" ".join(words))
        kept = [word for word in words if random.random() < 0.7]
        guess.append(" ".join([*kept, *random.choice(WORDS, random.integers(0, 3))]))
    truth[0], guess[0] = "The cat, sat on", "The cat, sat in"
    return {"t": truth}, {"t": guess}


def moved_words(random: Random) -> tuple[Table, Table]:
    """Sentences of which runs of words stand elsewhere, and some words are others."""
    truth, guess = [], []
    for _ in range(ROWS):
        words = list(random.choice(WORDS, random.integers(3, 16)))
        truth.append(" ".join(words))
        start, end = sorted(random.integers(0, len(words), 2))
        kept = [*words[:start], *words[end:]]
        place = random.integers(0, len(kept) + 1)
        kept[place:place] = words[start:end]
        guess.append(" ".join(word for word in kept if random.random() < 0.9))
    return {"t": truth}, {"t": guess}


PIXELS = 40


def encoded(mask) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask, [0]))))
    return " ".join(f"{start + 1} {end - start}" for start, end in zip(edges[::2], edges[1::2], strict=True))


def decoded(text: str) -> np.ndarray:
    mask = np.zeros(PIXELS, dtype=int)
    numbers = list(map(int, text.split()))
    for start, size in zip(numbers[::2], numbers[1::2], strict=True):
        mask[start - 1 : start - 1 + size] = 1
    return mask


def masks(random: Random) -> tuple[Table, Table]:
    both = [[encoded(random.random(PIXELS) < random.choice([0.0, 0.3, 0.6])) for _ in range(ROWS)] for _ in range(2)]
    return {"t": both[0]}, {"t": both[1]}


def boxes(random: Random) -> tuple[Table, Table]:
    truth, guess = [], []
    for _ in range(12):
        there = [
            (random.choice(["cat", "dog"]), *random.integers(0, 20, 2), *random.integers(3, 12, 2))
            for _ in range(random.integers(0, 5))
        ]
        found = [
            (name, round(float(random.random()), 2), *(np.array(box) + random.integers(-1, 2, 4)))
            for name, *box in there
            if random.random() < 0.8
        ]
        found += [("cat", 0.5, *random.integers(0, 20, 2), *random.integers(3, 12, 2)) for _ in range(2)]
        truth.append(" ".join(str(value) for box in there for value in box))
        guess.append(" ".join(str(value) for box in found for value in box))
    truth[0], guess[0] = "cat 0 0 5 5 dog 3 3 9 9", "cat 0.5 0 0 5 5"
    return {"t": truth}, {"t": guess}


def tags(random: Random) -> tuple[Table, Table]:
    names = np.array(["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    both = [[" ".join(random.choice(names, 8)) for _ in range(ROWS)] for _ in range(2)]
    both[0][0] = both[1][0] = "B-PER I-PER O O O O O O"
    return {"t": both[0]}, {"t": both[1]}


def spans(random: Random) -> tuple[Table, Table]:
    every = np.array(["0:3:x", "2:5:y", "0:3:y", "7:9:x"])
    both = [
        [" ".join(random.choice(every, random.integers(0, 4), replace=False)) for _ in range(ROWS)] for _ in range(2)
    ]
    both[0][0] = "0:3:x"
    return {"t": both[0]}, {"t": both[1]}


def places(random: Random) -> tuple[Table, Table]:
    latitude, longitude = np.round(random.uniform(-80, 80, ROWS), 4), np.round(random.uniform(-180, 180, ROWS), 4)
    moved = {
        "lat": latitude + np.round(random.normal(size=ROWS), 3),
        "lng": longitude + np.round(random.normal(size=ROWS), 3),
    }
    return {"lat": latitude, "lng": longitude}, moved


def directions(random: Random) -> tuple[Table, Table]:
    truth, guess = (
        {"azimuth": random.uniform(0, 2 * math.pi, ROWS), "zenith": random.uniform(0, math.pi, ROWS)} for _ in range(2)
    )
    return truth, guess


# --- references -------------------------------------------------------------------------------------------------------
def on_target(function: Callable[..., float], **keywords: Any):
    """A metric of scikit-learn on the one column."""

    def expected(truth: Table, guess: Table, weight: Any) -> float:
        return function(truth["t"], guess["t"], sample_weight=weight, **keywords)

    return expected


def by_rows(function: Callable[..., Any]):
    """The weighted mean of what a function says of the columns of the truth and the guess."""

    def expected(truth: Table, guess: Table, weight: Any) -> float:
        return np.average(function(*truth.values(), *guess.values()), weights=weight)

    return expected


def one_by_one(function: Callable[..., float]):
    return by_rows(lambda truth, guess: [function(one, other) for one, other in zip(truth, guess, strict=True)])


def rmspe(truth: Table, guess: Table, weight: Any) -> float:
    rows = [i for i, value in enumerate(truth["t"]) if value != 0]
    terms = [((truth["t"][i] - guess["t"][i]) / truth["t"][i]) ** 2 for i in rows]
    return math.sqrt(np.average(terms, weights=None if weight is None else [weight[i] for i in rows]))


def median_ae(truth: Table, guess: Table, weight: Any) -> float:
    errors = np.abs(np.asarray(truth["t"]) - guess["t"])
    if weight is None:
        return float(np.median(errors))
    return min(
        error
        for error in errors
        if 2 * sum(w for e, w in zip(errors, weight, strict=True) if e <= error) >= sum(weight)
    )


def rated(truth: Table, guess: Table, weight: Any, beta: float = 1.0) -> float:
    weight = np.ones(ROWS) if weight is None else weight
    hits = sum(w * y * p for w, y, p in zip(weight, truth["t"], guess["t"], strict=True))
    precision, recall = hits / np.dot(weight, guess["t"]), hits / np.dot(weight, truth["t"])
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def alaska(truth: Table, guess: Table, weight: Any) -> float:
    """The competition's own program, with the curve cut into small steps, for which it is exact."""
    false, true, _ = reference.roc_curve(truth["t"], guess["t"], sample_weight=weight, drop_intermediate=False)
    # Of each piece so many points that the borders of the regions lie between two that are close.
    steps = np.linspace(0, len(false) - 1, 200_001)
    false, true = (np.interp(steps, np.arange(len(false)), part) for part in (false, true))
    total = 0.0
    for low, high, factor in ((0.0, 0.4, 2.0), (0.4, 1.0, 1.0)):
        inside = np.clip(true, low, high) - low
        total += factor * np.trapezoid(inside, false)
    return total / (0.4 * 2 + 0.6)


def concordance(sign: int):
    def expected(truth: Table, guess: Table, _weight: Any) -> float:
        time, event, score = truth["time"], truth["event"], sign * np.asarray(guess["time"])
        right = pairs = 0.0
        for i in range(ROWS):
            for j in range(ROWS):
                if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
                    pairs += 1
                    right += 1.0 if score[i] < score[j] else 0.5 if score[i] == score[j] else 0.0
        return right / pairs

    return expected


def of_harrell(truth: Table, guess: Table, _weight: Any) -> float:
    from sksurv.metrics import concordance_index_censored

    return concordance_index_censored(np.asarray(truth["event"]) == 1, truth["time"], np.asarray(guess["time"], float))[
        0
    ]


def of_uno(**keywords: Any):
    def expected(truth: Table, guess: Table, _weight: Any) -> float:
        from sksurv.metrics import concordance_index_ipcw
        from sksurv.util import Surv

        seen = Surv.from_arrays(np.asarray(truth["event"]) == 1, np.asarray(truth["time"], float))
        return concordance_index_ipcw(seen, seen, np.asarray(guess["time"], float), **keywords)[0]

    return expected


def jigsaw(truth: Table, guess: Table, _weight: Any) -> float:
    """The competition's own program, in the words of its page."""
    toxic, score = np.asarray(truth["toxic"]) == 1, np.asarray(guess["toxic"])

    def auc(rows) -> float:
        return reference.roc_auc_score(toxic[rows], score[rows])

    def power_mean(values) -> float:
        return np.mean(np.power(values, -5.0)) ** (-1 / 5)

    groups = [np.asarray(truth[name]) == 1 for name in "ab"]
    subgroup = power_mean([auc(group) for group in groups])
    bpsn = power_mean([auc((group & ~toxic) | (~group & toxic)) for group in groups])
    bnsp = power_mean([auc((group & toxic) | (~group & ~toxic)) for group in groups])
    return 0.25 * (auc(np.ones(ROWS, bool)) + subgroup + bpsn + bnsp)


def ranked(function: Callable[[list[str], list[str]], float]):
    return one_by_one(lambda truth, guess: function(truth.split(), list(dict.fromkeys(guess.split()[:3]))))


def places_of(truth: list[str], guess: str) -> float:
    return next((1 / (i + 1) for i, label in enumerate(guess.split()[:3]) if label in truth.split()), 0.0)


def lwlrap(truth: Table, guess: Table, weight: Any) -> float:
    true, scores = (np.column_stack(list(table.values())) for table in (truth, guess))
    sizes = true.sum(axis=1) * (1.0 if weight is None else weight)
    rows = true.sum(axis=1) > 0
    return reference.label_ranking_average_precision_score(true[rows], scores[rows], sample_weight=sizes[rows])


def binarised(function: Callable[..., float], **keywords: Any):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        binarizer = MultiLabelBinarizer().fit([text.split() for text in (*truth["t"], *guess["t"])])
        true, pred = (binarizer.transform([text.split() for text in table["t"]]) for table in (truth, guess))
        return function(true, pred, sample_weight=weight, **keywords)

    return expected


def word_sets(one: str, other: str) -> float:
    a, b = set(one.lower().split()), set(other.lower().split())
    return len(a & b) / len(a | b) if a | b else 1.0


def levenshtein(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def repeated(table: Table, weight: Any) -> list[str]:
    """Weights that are whole numbers: each row as often."""
    return [
        text
        for text, w in zip(table["t"], np.ones(ROWS) if weight is None else weight, strict=True)
        for _ in range(int(w))
    ]


def with_jiwer(name: str):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        import jiwer

        true, pred = repeated(truth, weight), repeated(guess, weight)
        # jiwer takes no empty reference: what is predicted there are insertions all the same.
        size = (lambda text: len(text.split())) if name == "wer" else (lambda text: len(text.strip()))
        filled = [(t, p) for t, p in zip(true, pred, strict=True) if t.strip()]
        more = sum(size(p) for t, p in zip(true, pred, strict=True) if not t.strip())
        total = sum(size(t) for t, _ in filled)
        return getattr(jiwer, name)(*map(list, zip(*filled, strict=True))) + more / total

    return expected


def with_sacrebleu(name: str, **keywords: Any):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        import sacrebleu

        true, pred = repeated(truth, weight), repeated(guess, weight)
        if name == "corpus_chrf" and keywords["word_order"] == 0:
            true, pred = ([text.lower() for text in texts] for texts in (true, pred))
        return getattr(sacrebleu, name)(pred, [true], **keywords).score

    return expected


def with_ter(**keywords: Any):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        import sacrebleu

        return sacrebleu.corpus_ter(repeated(guess, weight), [repeated(truth, weight)], **keywords).score

    return expected


def with_rouge(name: str):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        from rouge_score.rouge_scorer import RougeScorer

        scorer = RougeScorer([name], use_stemmer=False)
        return one_by_one(lambda one, other: scorer.score(one, other)[name].fmeasure)(truth, guess, weight)

    return expected


def mask_score(function: Callable[..., float], **keywords: Any):
    def one(truth: str, guess: str) -> float:
        true, pred = decoded(truth), decoded(guess)
        return function(true, pred, **keywords) if true.any() or pred.any() else 1.0

    return one_by_one(one)


def all_masks(truth: Table, guess: Table, weight: Any) -> float:
    true, pred = (np.concatenate([decoded(text) for text in table["t"]]) for table in (truth, guess))
    return reference.f1_score(true, pred, sample_weight=None if weight is None else np.repeat(weight, PIXELS))


def apart(truth: str, guess: str) -> float:
    """Images of 5 x 8 pixels, counted down the columns."""
    true, pred = (np.argwhere(decoded(text).reshape(8, 5)) for text in (truth, guess))
    if not len(true) or not len(pred):
        return math.hypot(5, 8) if len(true) or len(pred) else 0.0
    return max(scipy.spatial.distance.directed_hausdorff(*pair)[0] for pair in ((true, pred), (pred, true)))


def found_boxes(threshold: float, beta: float, average: str):
    """F-beta at an overlap, box by box."""

    def f_beta(hits, true, pred) -> float:
        total = beta**2 * true + pred
        return (1 + beta**2) * hits / total if total else 1.0

    def expected(truth: Table, guess: Table, weight: Any) -> float:
        counts = []
        for there, found in zip(truth["t"], guess["t"], strict=True):
            t, p = there.split(), found.split()
            left = [(t[k], *map(float, t[k + 1 : k + 5])) for k in range(0, len(t), 5)]
            boxes_ = [(-float(p[k + 1]), p[k], *map(float, p[k + 2 : k + 6])) for k in range(0, len(p), 6)]
            size, hits = len(left), 0
            for _confidence, name, x, y, w, h in sorted(boxes_, key=lambda one: one[0]):
                best, which = -1.0, None
                for j, (label, a, b, c, d) in enumerate(left):
                    shared = max(0, min(x + w, a + c) - max(x, a)) * max(0, min(y + h, b + d) - max(y, b))
                    iou = shared / (w * h + c * d - shared)
                    if label == name and iou >= best:
                        best, which = iou, j
                if which is not None and best >= threshold:
                    hits += 1
                    del left[which]
            counts.append((hits, size, len(boxes_)))
        if average == "rows":
            return np.average([f_beta(*one) for one in counts], weights=weight)
        shares = np.ones(len(counts)) if weight is None else weight
        return f_beta(*(np.array(counts) * np.asarray(shares)[:, None]).sum(axis=0))

    return expected


def with_coco(truth: Table, guess: Table, _weight: Any) -> float:
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    names = {"cat": 1, "dog": 2}
    images = [{"id": i + 1} for i in range(len(truth["t"]))]
    true, pred = [], []
    for i, texts in enumerate(zip(truth["t"], guess["t"], strict=True)):
        there, found = map(str.split, texts)
        for k in range(0, len(there), 5):
            box = list(map(float, there[k + 1 : k + 5]))
            true.append(
                {
                    "id": len(true) + 1,
                    "image_id": i + 1,
                    "category_id": names[there[k]],
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
        for k in range(0, len(found), 6):
            pred.append(  # noqa: PERF401 -- as the loop above
                {
                    "image_id": i + 1,
                    "category_id": names[found[k]],
                    "score": float(found[k + 1]),
                    "bbox": list(map(float, found[k + 2 : k + 6])),
                }
            )
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": images,
            "annotations": true,
            "categories": [{"id": n, "name": name} for name, n in names.items()],
        }
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(pred), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats[0]


def voc(truth: Table, guess: Table, _weight: Any) -> float:
    """Pascal VOC 2010, box by box, at an overlap of 0.5."""
    scores = []
    for name in ("cat", "dog"):
        there = [
            [list(map(float, t[k + 1 : k + 5])) for k in range(0, len(t), 5) if t[k] == name]
            for t in map(str.split, truth["t"])
        ]
        found = [
            (-float(t[k + 1]), i, list(map(float, t[k + 2 : k + 6])))
            for i, t in enumerate(map(str.split, guess["t"]))
            for k in range(0, len(t), 6)
            if t[k] == name
        ]
        taken: set[tuple[int, int]] = set()
        hits = []
        for _confidence, image, (x, y, w, h) in sorted(found, key=lambda one: one[:2]):
            best, place = -1.0, None
            for j, (a, b, c, d) in enumerate(there[image]):
                shared = max(0, min(x + w, a + c) - max(x, a)) * max(0, min(y + h, b + d) - max(y, b))
                iou = shared / (w * h + c * d - shared)
                if (image, j) not in taken and iou >= best:
                    best, place = iou, j
            hits.append(place is not None and best >= 0.5)
            if hits[-1]:
                taken.add((image, place))
        right, total = np.cumsum(hits), sum(map(len, there))
        precision = right / np.arange(1, len(hits) + 1)
        scores.append(sum(max(precision[i:]) for i, hit in enumerate(hits) if hit) / total)
    return float(np.mean(scores))


def with_seqeval(truth: Table, guess: Table, weight: Any) -> float:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    true, pred = ([text.split() for text in repeated(table, weight)] for table in (truth, guess))
    return f1_score(true, pred, mode="strict", scheme=IOB2)


def angle(a, b, c, d):
    dot = np.sin(b) * np.sin(d) * (np.cos(a) * np.cos(c) + np.sin(a) * np.sin(c)) + np.cos(b) * np.cos(d)
    return np.arccos(np.clip(dot, -1, 1))


def distances(statistic: Callable[[Any], float]):
    def expected(truth: Table, guess: Table, _weight: Any) -> float:
        true, pred = (np.radians(np.column_stack(list(table.values()))) for table in (truth, guess))
        return statistic(
            np.array([haversine_distances([a], [b])[0, 0] for a, b in zip(true, pred, strict=True)]) * 6371008.8
        )

    return expected


def kl(clip: float):
    def expected(truth: Table, guess: Table, weight: Any) -> float:
        p, q = (np.column_stack(list(table.values())) for table in (truth, guess))
        q = np.clip(q / q.sum(axis=1, keepdims=True), clip, None)
        return np.average(scipy.stats.entropy(p, q, axis=1), weights=weight)

    return expected


def soft(truth: Table, guess: Table, weight: Any) -> float:
    p = np.column_stack(list(truth.values()))
    return kl(1e-15)(truth, guess, weight) + np.average(scipy.stats.entropy(p, axis=1), weights=weight)


def crps_of_members(truth, *members):
    import properscoring

    return properscoring.crps_ensemble(truth, np.column_stack(members))


def crps_of_normal(truth, centre, deviation):
    import properscoring

    return properscoring.crps_gaussian(truth, centre, deviation)


def interval(truth, low, high):
    low, high = np.minimum(low, high), np.maximum(low, high)
    return (high - low) + 10 * (low - truth) * (truth < low) + 10 * (truth - high) * (truth > high)


CASES = [
    Case(
        "wape",
        normal,
        lambda t, p, w: np.average(np.abs(t["t"] - p["t"]), weights=w) / np.average(np.abs(t["t"]), weights=w),
    ),
    Case("rmspe", counts, rmspe),
    Case("mase", scaled, by_rows(lambda t, scale, p: np.abs(t - p) / scale)),
    Case("rmsse", scaled, lambda t, p, w: math.sqrt(by_rows(lambda y, scale, q: (y - q) ** 2 / scale)(t, p, w))),
    Case("median_ae", normal, median_ae),
    Case("huber", normal, by_rows(lambda t, p: scipy.special.huber(0.7, t - p)), {"delta": 0.7}),
    Case(
        "r2_zero_mean",
        normal,
        lambda t, p, w: 1 - np.average((t["t"] - p["t"]) ** 2, weights=w) / np.average(t["t"] ** 2, weights=w),
        smaller=False,
    ),
    Case("log_mae", positive, lambda t, p, w: math.log(np.average(np.abs(t["t"] - p["t"]), weights=w))),
    Case("poisson_deviance", counts, on_target(reference.mean_poisson_deviance)),
    Case("gamma_deviance", positive, on_target(reference.mean_gamma_deviance)),
    Case("tweedie_deviance", counts, on_target(reference.mean_tweedie_deviance, power=1.3), {"power": 1.3}),
    Case("kendall", normal, lambda t, p, _w: scipy.stats.kendalltau(t["t"], p["t"]).statistic, smaller=False),
    Case("concordance", survival, concordance(1), smaller=False),
    Case("concordance", survival, of_harrell, {"meaning": "risk"}, smaller=False),
    Case("concordance_uno", censored, of_uno(), {"meaning": "risk"}, smaller=False),
    Case("concordance_uno", censored, of_uno(tau=6), {"meaning": "risk", "until": 6}, smaller=False),
    Case("bias_auc", subgroups, jigsaw, smaller=False),
    Case(
        "gini", binary, lambda t, p, w: 2 * reference.roc_auc_score(t["t"], p["t"], sample_weight=w) - 1, smaller=False
    ),
    Case("partial_auc", binary, on_target(reference.roc_auc_score, max_fpr=0.3), {"max_fpr": 0.3}, smaller=False),
    Case("weighted_auc", binary, alaska, smaller=False, rtol=1e-3),
    Case("pf1", binary, rated, smaller=False),
    Case(
        "fbeta",
        lambda random: tuple({"t": (v["t"] > 0.5).astype(int)} for v in binary(random)),
        on_target(reference.fbeta_score, beta=0.5, zero_division=0.0),
        {"beta": 0.5},
        smaller=False,
    ),
    Case("gaussian_log_likelihood", predicted("mean"), by_rows(scipy.stats.norm.logpdf), smaller=False),
    Case(
        "laplace_log_likelihood",
        predicted("mean"),
        by_rows(lambda t, m, s: scipy.stats.laplace.logpdf(t, m, s / math.sqrt(2))),
        smaller=False,
    ),
    Case("crps_gaussian", predicted("mean"), by_rows(crps_of_normal)),
    Case("crps_ensemble", predicted("1", "2", "3", spread=False), by_rows(crps_of_members), {"members": 3}),
    Case("interval_score", predicted("low", "high", spread=False), by_rows(interval), {"alpha": 0.2}),
    Case(
        "quantile_loss",
        predicted("0.1", "0.9", spread=False),
        lambda t, p, w: np.mean(
            [reference.mean_pinball_loss(t["t"], p[f"t_{q}"], alpha=q, sample_weight=w) for q in (0.1, 0.9)]
        ),
        {"quantiles": [0.1, 0.9]},
    ),
    Case("kl_divergence", shares, kl(1e-15)),
    Case("kl_divergence", shares, kl(0.01), {"clip": 0.01}),
    Case("soft_log_loss", shares, soft),
    *(
        Case(
            "cohen_kappa",
            levels,
            on_target(
                reference.cohen_kappa_score,
                labels=["low", "middle", "high", "top"],
                weights=None if name == "none" else name,
            ),
            {"classes": ["low", "middle", "high", "top"], "weighting": name},
            smaller=False,
        )
        for name in ("none", "linear", "quadratic")
    ),
    Case("ari", clusters, lambda t, p, _w: reference.adjusted_rand_score(t["t"], p["t"]), smaller=False),
    Case("nmi", clusters, lambda t, p, _w: reference.v_measure_score(t["t"], p["t"]), smaller=False),
    Case("recall_at_k", rankings, ranked(lambda t, p: len(set(t) & set(p)) / len(t)), {"k": 3}, smaller=False),
    Case("hit_at_k", rankings, ranked(lambda t, p: float(bool(set(t) & set(p)))), {"k": 3}, smaller=False),
    Case("mrr", rankings, one_by_one(places_of), {"k": 3}, smaller=False),
    Case("lwlrap", indicators, lwlrap, smaller=False),
    *(
        Case(
            "label_set_f1",
            sets,
            binarised(reference.fbeta_score, beta=2.0, average=name, zero_division=1.0 if name == "samples" else 0.0),
            {"average": name, "beta": 2.0},
            smaller=False,
        )
        for name in ("samples", "micro", "macro")
    ),
    Case(
        "label_set_jaccard",
        sets,
        binarised(reference.jaccard_score, average="samples", zero_division=1.0),
        smaller=False,
    ),
    Case("word_jaccard", texts, one_by_one(word_sets), smaller=False),
    Case("edit_distance", texts, one_by_one(levenshtein)),
    Case(
        "edit_similarity", texts, one_by_one(lambda a, b: 1 - levenshtein(a, b) / max(len(a), len(b), 1)), smaller=False
    ),
    Case("cer", texts, with_jiwer("cer")),
    Case("wer", texts, with_jiwer("wer")),
    Case("bleu", texts, with_sacrebleu("corpus_bleu"), smaller=False),
    Case("bleu", texts, with_sacrebleu("corpus_bleu", lowercase=True), {"lowercase": True}, smaller=False),
    Case("chrf", texts, with_sacrebleu("corpus_chrf", word_order=2), smaller=False),
    Case(
        "chrf",
        texts,
        with_sacrebleu("corpus_chrf", word_order=0),
        {"word_order": 0, "lowercase": True},
        smaller=False,
    ),
    Case("ter", texts, with_ter()),
    Case("ter", moved_words, with_ter(case_sensitive=True), {"lowercase": False}),
    *(
        Case("rouge", texts, with_rouge(name), {"variant": name}, smaller=False)
        for name in ("rouge1", "rouge2", "rougeL")
    ),
    Case("rle_dice", masks, mask_score(reference.f1_score), smaller=False),
    Case("rle_dice", masks, all_masks, {"average": "global"}, smaller=False),
    Case("rle_iou", masks, mask_score(reference.jaccard_score), smaller=False),
    Case("detection_map", boxes, with_coco, smaller=False),
    Case("detection_map", boxes, voc, {"thresholds": [0.5], "points": "voc"}, smaller=False),
    Case("detection_f1", boxes, found_boxes(0.5, 1.0, "global"), smaller=False),
    Case(
        "detection_f1",
        boxes,
        found_boxes(0.75, 2.0, "rows"),
        {"thresholds": [0.75], "beta": 2.0, "average": "rows"},
        smaller=False,
    ),
    Case("rle_hausdorff", masks, one_by_one(apart), {"height": 5, "width": 8}),
    Case("span_f1", tags, with_seqeval, {"kind": "iob2"}, smaller=False),
    Case("span_f1", spans, binarised(reference.f1_score, average="micro"), smaller=False),
    Case("haversine", places, distances(np.mean)),
    Case(
        "haversine",
        places,
        distances(lambda d: np.percentile(d, [50, 95]).mean()),
        {"statistic": "mean_of_median_and_p95"},
    ),
    Case("angular_error", directions, by_rows(angle), rtol=1e-6),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
@given(seed=st.integers(0, 2**32 - 1), weighted=st.booleans())
@settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_equals_its_reference(case: Case, seed: int, weighted: bool):  # noqa: FBT001
    random = np.random.default_rng(seed)
    truth, guess = case.make(random)
    rows = len(next(iter(truth.values())))
    metric = registry.get(case.name)
    weight = random.integers(1, 4, rows) if weighted and metric.supports_weights else None
    solution = solution_of(case.name, truth, weight=weight, everything_public=True, **case.params)
    assert_allclose(score_of(solution, guess), case.expected(truth, guess, weight), rtol=case.rtol, atol=1e-9)


@pytest.mark.parametrize(
    "case", [case for case in CASES if registry.get(case.name).supports_weights], ids=lambda case: case.label
)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_a_row_of_weight_zero_does_not_count(case: Case, seed: int):
    random = np.random.default_rng(seed)
    truth, guess = case.make(random)
    rows = len(next(iter(truth.values())))
    # The last rows: of the first some see to it that the metric is defined.
    kept = rows - 5
    weight = np.append(random.choice([0.5, 1.0, 2.0], kept), np.zeros(5))
    whole = solution_of(case.name, truth, weight=weight, everything_public=True, **case.params)
    part = solution_of(case.name, first(truth, kept), weight=weight[:kept], everything_public=True, **case.params)
    assert_allclose(score_of(whole, guess), score_of(part, first(guess, kept)), rtol=1e-12, atol=1e-12)


def first(table: Table, rows: int) -> Table:
    return {name: column[:rows] for name, column in table.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_knows_which_score_is_better(case: Case):
    assert (registry.get(case.name).direction is registry.Direction.SMALLER_IS_BETTER) is case.smaller
