"""Translation edit rate. y_true, y_pred: texts, shape (n,). weight: shape (n,), >= 0, or None for equal weights.

Which shifts are tried, and which of equally good ones is made, decides the score: as tercom does it, whose rules
sacrebleu repeats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.metrics.bags import Texts, words
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric

IN_SMALL_LETTERS = Parameter("lowercase", bool, True, "Compare in small letters.")
# Words that are shifted together, how far, and how many shifts of a row are tried.
LONGEST_SHIFT: Final = 10
FARTHEST_SHIFT: Final = 50
MOST_SHIFTS: Final = 1000
# How far from the diagonal an alignment may go.
BEAM: Final = 25
# A row of so many characters that was made to be slow takes a fifth of a second.
LONGEST: Final = 1_000
MOST_ROWS: Final = 5_000
NEVER: Final = 1 << 60
SAME, DELETE, INSERT = range(3)

Words = list[int]


@dataclass(frozen=True)
class Alignment:
    """How the words of a prediction and those of the truth go together.

    Attributes:
        places: by true word, the place of the predicted word it stands at.
        true_errors, pred_errors: how many words before each place are wrong, shape (words + 1,).
    """

    places: list[int]
    true_errors: list[int]
    pred_errors: list[int]


def _alignment(pred: Words, true: Words) -> Alignment:
    """The cheapest alignment. Of equally cheap ones a replaced word goes before a deleted one, then an inserted one."""
    ratio = len(true) / len(pred) if pred else 1.0
    beam = math.ceil(ratio / 2 + BEAM) if ratio / 2 > BEAM else BEAM
    width = len(true) + 1
    before = list(range(width))
    steps = [[INSERT] * width]
    for row, word in enumerate(pred, 1):
        middle = math.floor(row * ratio)
        low, high = max(0, middle - beam), width if row == len(pred) else min(width, middle + beam)
        now, step = [NEVER] * width, [INSERT] * width
        for place in range(low, high):
            if place == 0:
                now[0], step[0] = before[0] + 1, DELETE
                continue
            best, how = before[place - 1] + (word != true[place - 1]), SAME
            if before[place] + 1 < best:
                best, how = before[place] + 1, DELETE
            if now[place - 1] + 1 < best:
                best, how = now[place - 1] + 1, INSERT
            now[place], step[place] = best, how
        before = now
        steps.append(step)
    places, true_wrong, pred_wrong = [0] * len(true), [0] * len(true), [0] * len(pred)
    row, place = len(pred), len(true)
    while row or place:
        how = steps[row][place]
        if how == DELETE:
            row -= 1
            pred_wrong[row] = 1
        elif how == INSERT:
            place -= 1
            places[place], true_wrong[place] = row - 1, 1
        else:
            row, place = row - 1, place - 1
            places[place] = row
            true_wrong[place] = pred_wrong[row] = int(pred[row] != true[place])
    return Alignment(places, [0, *accumulate(true_wrong)], [0, *accumulate(pred_wrong)])


def _runs(pred: Words, true: Words) -> Iterator[tuple[int, int, int]]:
    """Runs of words that both hold: where in the prediction, where in the truth, how many."""
    there: dict[int, list[int]] = {}
    for place, word in enumerate(true):
        there.setdefault(word, []).append(place)
    for start, word in enumerate(pred):
        for place in there.get(word, ()):
            if abs(place - start) > FARTHEST_SHIFT:
                continue
            most = min(LONGEST_SHIFT, len(pred) - start, len(true) - place)
            for length in range(1, most + 1):
                if pred[start + length - 1] != true[place + length - 1]:
                    break
                yield start, place, length


def _shifted(words_: Words, start: int, length: int, target: int) -> Words:
    """`words_` with the `length` words from `start` on standing before what was at `target`."""
    moved = words_[start : start + length]
    if target < start:
        return words_[:target] + moved + words_[target:start] + words_[start + length :]
    if target > start + length:
        return words_[:start] + words_[start + length : target] + moved + words_[target:]
    return words_[:start] + words_[start + length : length + target] + moved + words_[length + target :]


def _targets(known: Alignment, start: int, place: int, length: int) -> Iterator[int]:
    """Where the run could go: before or after the words that stand at its true place."""
    if known.pred_errors[start] == known.pred_errors[start + length]:
        return
    if known.true_errors[place] == known.true_errors[place + length]:
        return
    if start <= known.places[place] < start + length:
        return
    last = -1
    for at in range(place - 1, min(place + length, len(known.places))):
        target = 0 if at == -1 else known.places[at] + 1
        if target != last:
            yield target
        last = target


def _edits(pred: Words, true: Words) -> int:
    """Words to insert, delete or replace, and runs of words to shift."""
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 -- loaded when it is first needed

    if not true:
        return len(pred)
    shifts = tried = 0
    left = int(Levenshtein.distance(pred, true))
    while left:
        known = _alignment(pred, true)
        best: tuple[tuple[int, int, int, int], Words] | None = None
        for start, place, length in _runs(pred, true):
            for target in _targets(known, start, place, length):
                moved = _shifted(pred, start, length, target)
                found = (left - int(Levenshtein.distance(moved, true)), length, -start, -target)
                tried += 1
                if best is None or found > best[0]:
                    best = found, moved
            if tried >= MOST_SHIFTS:
                break
        if tried >= MOST_SHIFTS or best is None or best[0][0] <= 0:
            break
        shifts += 1
        left -= best[0][0]
        pred = best[1]
    return shifts + left


def _check(
    texts: pa.ChunkedArray,
    is_truth: bool,  # noqa: FBT001
    _params: Mapping[str, Any],
) -> list[tuple[str, NDArray[np.bool_]]]:
    return [("too_many_for_metric", is_truth & (np.arange(len(texts)) >= MOST_ROWS))]


def _by_row(codes: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[Words]:
    ends = np.cumsum(sizes)
    return [part.tolist() for part in np.split(codes, ends[:-1])]


@metric(
    "ter",
    label="Translation edit rate (TER)",
    direction=Direction.SMALLER_IS_BETTER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(IN_SMALL_LETTERS,),
    check=_check,
    longest_text=LONGEST,
    requires={Requirement.NOT_EMPTY},
    source="sacrebleu.corpus_ter, nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no; Snover et al. (2006)",
)
def translation_edit_rate(y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, lowercase: bool = True) -> float:
    """Edits of words over all rows per hundred words of the true texts, a run of words moved elsewhere being one edit.

    Words are what white space separates. It can exceed 100.
    """
    columns: Sequence[Texts] = (y_true, y_pred)
    if lowercase:
        columns = [np.array([text.lower() for text in texts], dtype=object) for texts in columns]
    (true, pred), _words = words(*columns)
    pairs = zip(_by_row(pred.codes, pred.sizes), _by_row(true.codes, true.sizes), strict=True)
    edits = np.array([_edits(*pair) for pair in pairs], dtype=np.float64)
    shares = np.ones(edits.size) if weight is None else weight
    return 100.0 * float((edits * shares).sum() / (true.sizes * shares).sum())
