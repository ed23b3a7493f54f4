"""Metrics of sets in cells: labels, words, spans. y_true, y_pred: texts, shape (n,). weight: shape (n,), >= 0, or None.

What stands twice in a cell counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.metrics.bags import Texts, Tokens, set_overlap, words
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import mean
from scoring.values import as_mask

LARGER = Direction.LARGER_IS_BETTER
AVERAGE = Parameter(
    "average",
    str,
    "samples",
    "The mean of the rows (samples), of the labels (macro), or all labels of all rows counted together (micro).",
    choices=("samples", "micro", "macro"),
)
BETA = Parameter("beta", float, 1.0, "How many times recall counts as much as precision.", 0.01, 100.0)
EMPTY = Parameter("empty", float, 1.0, "What a row scores where both sets are empty.", 0.0, 1.0)
SCHEME = Parameter(
    "kind",
    str,
    "spans",
    "What a cell holds: spans start:end:label, or a tag for each token (iob2).",
    choices=("spans", "iob2"),
)
SPANS: Final = r"^\s*((0|[1-9][0-9]{0,9}):[1-9][0-9]{0,9}:\S+\s*)*$"
TAGS: Final = r"^\s*((O|[BI]-\S+)\s*)*$"


def _f_beta(hits: NDArray[Any], true: NDArray[Any], pred: NDArray[Any], *, beta: float, empty: float) -> F64:
    size = beta**2 * true + pred
    score = (1.0 + beta**2) * hits / np.where(size > 0.0, size, 1.0)
    return np.where(size > 0.0, score, empty)


@metric(
    "label_set_f1",
    label="F1 of label sets",
    direction=LARGER,
    task=Task.LABEL_SETS,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(AVERAGE, BETA, EMPTY),
    source="sklearn.metrics.fbeta_score(average='samples', 'micro' or 'macro') of an indicator of labels",
)
def label_set_f1(
    y_true: Texts,
    y_pred: Texts,
    weight: F64 | None = None,
    *,
    average: str = "samples",
    beta: float = 1.0,
    empty: float = 1.0,
) -> float:
    """F1 (or F-beta) of sets of labels: a row may have several labels, or none.

    A cell holds the labels of a row separated by spaces, in any order.
    """
    (true, pred), labels = words(y_true, y_pred)
    if average == "macro":
        return _macro(true, pred, len(labels), weight, beta=beta, empty=empty)
    hits, true_sizes, pred_sizes = set_overlap(true, pred)
    if average == "samples":
        return mean(_f_beta(hits, true_sizes, pred_sizes, beta=beta, empty=empty), weight)
    sums = [
        np.asarray(float(part.sum() if weight is None else (part * weight).sum()))
        for part in (hits, true_sizes, pred_sizes)
    ]
    return float(_f_beta(*sums, beta=beta, empty=empty))


def _macro(true: Tokens, pred: Tokens, labels: int, weight: F64 | None, *, beta: float, empty: float) -> float:
    """The mean over the labels that occur."""
    if not labels:
        return empty
    mine, theirs = (np.unique(part.rows * labels + part.codes) for part in (true, pred))
    both = np.intersect1d(mine, theirs, assume_unique=True)
    counts = []
    for keys in (both, mine, theirs):
        shares = None if weight is None else weight[keys // labels]
        counts.append(np.bincount(keys % labels, shares, labels))
    return float(_f_beta(*counts, beta=beta, empty=0.0).mean())


@metric(
    "label_set_jaccard",
    label="Jaccard of label sets",
    direction=LARGER,
    task=Task.LABEL_SETS,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(EMPTY,),
    source="sklearn.metrics.jaccard_score(average='samples') of an indicator of labels; Jaccard (1912)",
)
def label_set_jaccard(y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, empty: float = 1.0) -> float:
    """Mean over rows of the labels that both sets hold as a share of those that either holds.

    A cell holds the labels of a row separated by spaces, in any order.
    """
    (true, pred), _labels = words(y_true, y_pred)
    return mean(_jaccard(true, pred, empty), weight)


def _jaccard(true: Tokens, pred: Tokens, empty: float) -> F64:
    hits, mine, theirs = set_overlap(true, pred)
    size = mine + theirs - hits
    return np.where(size > 0, hits / np.where(size > 0, size, 1), empty)


@metric(
    "word_jaccard",
    label="Word Jaccard",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    source="Tweet Sentiment Extraction (2020): Jaccard of sets of lower-case words",
)
def word_jaccard(y_true: Texts, y_pred: Texts, weight: F64 | None = None) -> float:
    """Mean over rows of the words that both texts hold as a share of those that either holds, in small letters.

    Words are what white space separates. Two empty texts score 1.
    """
    (true, pred), _words = words(_lower(y_true), _lower(y_pred))
    return mean(_jaccard(true, pred, 1.0), weight)


def _lower(texts: Texts) -> Texts:
    return np.array([text.lower() for text in texts], dtype=object)


def _check_spans(
    texts: pa.ChunkedArray,
    _is_truth: bool,  # noqa: FBT001
    params: Mapping[str, Any],
) -> list[tuple[str, NDArray[np.bool_]]]:
    if params["kind"] == "iob2":
        return [("bad_tags", ~as_mask(pc.match_substring_regex(texts, TAGS)))]
    return [("bad_spans", ~as_mask(pc.match_substring_regex(texts, SPANS)))]


@metric(
    "span_f1",
    label="F1 of spans",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(SCHEME,),
    check=_check_spans,
    longest_text=100_000,
    requires={Requirement.NOT_EMPTY},
    source="seqeval.metrics.f1_score(mode='strict', scheme=IOB2); CoNLL-2003 shared task",
)
def span_f1(y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, kind: str = "spans") -> float:
    """F1 of spans found exactly, start, end and label, all rows counted together; 0 where neither has any.

    A cell holds spans start:end:label separated by spaces, or with kind=iob2 a tag for each token: O, B-name where a
    span begins, I-name where it goes on. An I that goes on with nothing of its name is no span (strict IOB2).
    """
    (true, pred), names = words(y_true, y_pred)
    if kind == "iob2":
        true, pred = _tagged(true, pred, names)
    counts = set_overlap(true, pred)
    sums = [np.asarray(float(part.sum() if weight is None else (part * weight).sum())) for part in counts]
    return float(_f_beta(*sums, beta=1.0, empty=0.0))


def _tagged(true: Tokens, pred: Tokens, names: list[str]) -> tuple[Tokens, Tokens]:
    """The spans of tags, in place of the tags."""
    kinds = np.array([name[:1] for name in names] or [""], dtype="U1")
    types = {name: number for number, name in enumerate(sorted({name[2:] for name in names}))}
    type_of = np.array([types[name[2:]] for name in names] or [0], dtype=np.int64)
    found = [_spans(tokens, kinds, type_of) for tokens in (true, pred)]
    keys = np.unique(np.concatenate([spans for spans, _rows in found]), axis=0, return_inverse=True)[1].ravel()
    rows = true.sizes.size
    parts = np.split(keys, [len(found[0][0])])
    made = [
        Tokens(part, np.bincount(at, minlength=rows)) for part, (_spans_found, at) in zip(parts, found, strict=True)
    ]
    return made[0], made[1]


def _spans(tokens: Tokens, kinds: NDArray[Any], type_of: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Start, end and type of each span within its row; and its row."""
    kind, name, rows = kinds[tokens.codes], type_of[tokens.codes], tokens.rows
    places = np.arange(rows.size) - (np.cumsum(tokens.sizes) - tokens.sizes)[rows]
    same = np.concatenate(([False], (rows[1:] == rows[:-1]) & (name[1:] == name[:-1]) & (kind[:-1] != "O")))
    goes_on = (kind == "I") & same
    # Runs of a tag and all that go on with it; those that a B begins are spans.
    starts = np.flatnonzero(~goes_on)
    ends = np.append(starts[1:], rows.size)
    real = kind[starts] == "B"
    starts, ends = starts[real], ends[real]
    return np.column_stack([places[starts], places[starts] + ends - starts, name[starts]]), rows[starts]
