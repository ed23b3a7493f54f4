"""Metrics of texts. y_true, y_pred: texts, shape (n,). weight: shape (n,), >= 0, or None for equal weights.

Edits are counted by rapidfuzz, which is loaded when it is first needed.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.metrics.bags import Texts, Tokens, as_strings, blocks, characters, gram_overlaps, words
from scoring.metrics.registry import F64, Direction, Inputs, Parameter, Requirement, Task, metric
from scoring.metrics.regression import mean

SMALLER = Direction.SMALLER_IS_BETTER
LARGER = Direction.LARGER_IS_BETTER
VARIANT = Parameter(
    "variant",
    str,
    "rougeL",
    "Runs of one word, of two, or the longest common subsequence.",
    choices=("rouge1", "rouge2", "rougeL"),
)
WORD_ORDER = Parameter("word_order", int, 2, "Up to so many words in a row: 2 is chrF++, 0 is chrF.", 0, 4)
LOWERCASE = Parameter("lowercase", bool, False, "Compare in small letters.")
CHARACTERS = 6
BLEU_WORDS = 4
PUNCTUATION = frozenset(string.punctuation)
NEARLY_NOTHING = 1e-16


def _edits(true: Sequence[str], pred: Sequence[str]) -> F64:
    """The Levenshtein distance of each two texts."""
    from rapidfuzz import process  # noqa: PLC0415 -- see above
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    return np.asarray(process.cpdist(true, pred, scorer=Levenshtein.distance, dtype=np.int64, workers=1), np.float64)


def _total(values: NDArray[Any], weight: F64 | None) -> float:
    return float(values.sum() if weight is None else (values * weight).sum())


@metric(
    "edit_distance",
    label="Edit distance",
    direction=SMALLER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    source="rapidfuzz.distance.Levenshtein.distance, Levenshtein (1966)",
)
def edit_distance(y_true: Texts, y_pred: Texts, weight: F64 | None = None) -> float:
    """Mean number of characters to insert, delete or replace to turn one text into the other (Levenshtein)."""
    return mean(_edits(y_true.tolist(), y_pred.tolist()), weight)


@metric(
    "edit_similarity",
    label="Edit similarity",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    source="rapidfuzz.distance.Levenshtein.normalized_similarity",
)
def edit_similarity(y_true: Texts, y_pred: Texts, weight: F64 | None = None) -> float:
    """Mean of 1 minus the edit distance as a share of the longer text; 1 for two empty texts."""
    longer = np.array([max(len(one), len(other), 1) for one, other in zip(y_true, y_pred, strict=True)])
    return mean(1.0 - _edits(y_true.tolist(), y_pred.tolist()) / longer, weight)


@metric(
    "cer",
    label="Character error rate",
    direction=SMALLER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    requires={Requirement.NOT_EMPTY},
    source="jiwer.cer",
)
def character_error_rate(y_true: Texts, y_pred: Texts, weight: F64 | None = None) -> float:
    """Edits of characters over all rows, as a share of the characters of the true texts. It can exceed 1.

    White space at the ends does not count.
    """
    true, pred = ([text.strip() for text in texts] for texts in (y_true, y_pred))
    return _total(_edits(true, pred), weight) / _total(np.fromiter(map(len, true), np.int64, len(true)), weight)


@metric(
    "wer",
    label="Word error rate",
    direction=SMALLER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    requires={Requirement.NOT_EMPTY},
    source="jiwer.wer",
)
def word_error_rate(y_true: Texts, y_pred: Texts, weight: F64 | None = None) -> float:
    """Edits of words over all rows, as a share of the words of the true texts. It can exceed 1.

    Words are what white space separates; capitals and punctuation count.
    """
    (true, pred), _words = words(y_true, y_pred)
    return _total(_edits(as_strings(true), as_strings(pred)), weight) / _total(true.sizes, weight)


def _overlaps(true: Tokens, pred: Tokens, longest: int, weight: F64 | None) -> list[list[float]]:
    """For each length of runs, over all rows: how many both hold, the truth holds, the prediction holds."""
    return [[_total(part, weight) for part in parts] for parts in gram_overlaps(true, pred, longest)]


@metric(
    "bleu",
    label="BLEU",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(LOWERCASE,),
    requires={Requirement.NOT_EMPTY},
    source="sacrebleu.corpus_bleu, nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp; Papineni et al. (2002), Post (2018)",
)
def bleu(y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, lowercase: bool = False) -> float:
    """BLEU of all rows together, from 0 to 100: the runs of one to four words that the truth holds too.

    One true text a row; words are cut as by mteval-v13a, runs that never agree are smoothed (exp), as sacrebleu does.
    """
    sums = np.zeros((BLEU_WORDS, 3))
    for rows in blocks(y_true, y_pred):
        (true, pred), _words = words(*(_cut_13a(texts[rows], lowercase) for texts in (y_true, y_pred)))
        sums += _overlaps(true, pred, BLEU_WORDS, None if weight is None else weight[rows])
    match, true_size, pred_size = sums.T
    if not match.any():
        return 0.0
    shares, halves = [], 1.0
    for right, size in zip(match, pred_size, strict=True):
        if size == 0.0:
            return 0.0
        if right == 0.0:
            halves *= 2.0
        shares.append(100.0 * right / size if right else 100.0 / (halves * size))
    short = min(0.0, 1.0 - true_size[0] / pred_size[0])
    return math.exp(short + sum(map(math.log, shares)) / BLEU_WORDS)


def _cut_13a(texts: Texts, lowercase: bool) -> Texts:  # noqa: FBT001
    """Texts with blanks between what are words to mteval-v13a."""
    text = pa.array(texts, pa.large_string())
    text = pc.replace_substring(pc.replace_substring(text, "<skipped>", ""), "-\n", "")
    text = pc.replace_substring(text, "\n", " ")
    for name, sign in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = pc.replace_substring(text, name, sign)
    if lowercase:
        text = pc.utf8_lower(text)
    nothing, blank = (pa.scalar(one, pa.large_string()) for one in ("", " "))
    text = pc.binary_join_element_wise(nothing, text, nothing, blank)
    for pattern, spaced in (
        (r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", r" \1 "),
        (r"([^0-9])([\.,])", r"\1 \2 "),
        (r"([\.,])([^0-9])", r" \1 \2"),
        (r"([0-9])(-)", r"\1 \2 "),
    ):
        text = pc.replace_substring_regex(text, pattern, spaced)
    return np.asarray(text.to_numpy(zero_copy_only=False))


@metric(
    "chrf",
    label="chrF++",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(WORD_ORDER, LOWERCASE),
    requires={Requirement.NOT_EMPTY},
    source="sacrebleu.corpus_chrf(word_order=2), nrefs:1|eff:yes|nc:6|nw:2|space:no; Popović (2015, 2017)",
)
def chrf(
    y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, word_order: int = 2, lowercase: bool = False
) -> float:
    """chrF++ of all rows together, from 0 to 100: F2 of runs of one to six characters and of one and two words.

    The mean of the precisions and of the recalls of all lengths; recall counts twice. White space is no character.
    """
    sums = np.zeros((CHARACTERS + word_order, 3))
    for rows in blocks(y_true, y_pred):
        true, pred = (
            np.array([text.lower() if lowercase else text for text in texts[rows]], dtype=object)
            for texts in (y_true, y_pred)
        )
        shares = None if weight is None else weight[rows]
        dense = characters(*(np.array(["".join(text.split()) for text in texts], object) for texts in (true, pred)))
        (true_words, pred_words), names = words(true, pred)
        cut = _without_punctuation(names)
        pairs = [
            (dense[0], dense[1], CHARACTERS),
            (_cut_words(true_words, cut), _cut_words(pred_words, cut), word_order),
        ]
        orders = [parts for one, other, longest in pairs for parts in gram_overlaps(one, other, longest)]
        for place, (match, size, pred_size) in enumerate(orders):
            # Of a text too short for such runs nothing is counted against the other one.
            sums[place] += [_total(part, shares) for part in (match, size, np.where(size > 0, pred_size, 0))]
    matches, true_sizes, pred_sizes = sums.T
    counted = (true_sizes > 0.0) & (pred_sizes > 0.0)
    if not matches.any() or not counted.any():
        return 0.0
    precision = float((matches[counted] / pred_sizes[counted]).mean())
    recall = float((matches[counted] / true_sizes[counted]).mean())
    return 100.0 * 5.0 * precision * recall / (4.0 * precision + recall)


def _without_punctuation(names: Sequence[str]) -> list[list[int]]:
    """The numbers of the words that each word is cut into: a sign at its end or its beginning stands alone."""
    numbers: dict[str, int] = {}

    def number(word: str) -> int:
        return numbers.setdefault(word, len(numbers))

    found = []
    for word in names:
        if len(word) > 1 and word[-1] in PUNCTUATION:
            found.append([number(word[:-1]), number(word[-1])])
        elif len(word) > 1 and word[0] in PUNCTUATION:
            found.append([number(word[0]), number(word[1:])])
        else:
            found.append([number(word)])
    return found


def _cut_words(tokens: Tokens, cut: Sequence[Sequence[int]]) -> Tokens:
    """`tokens` with the words that each is cut into."""
    if not tokens.codes.size:
        return tokens
    sizes = np.fromiter(map(len, cut), np.int64, len(cut))
    first = np.fromiter((parts[0] for parts in cut), np.int64, len(cut))
    last = np.fromiter((parts[-1] for parts in cut), np.int64, len(cut))
    many = sizes[tokens.codes]
    ends = np.cumsum(many)
    codes = np.empty(int(ends[-1]), dtype=np.int64)
    codes[ends - many] = first[tokens.codes]
    codes[ends - 1] = last[tokens.codes]
    return Tokens(codes, np.bincount(tokens.rows, many, tokens.sizes.size).astype(np.int64))


@metric(
    "rouge",
    label="ROUGE",
    direction=LARGER,
    task=Task.TEXT,
    inputs=Inputs.TEXTS,
    weights=True,
    params=(VARIANT,),
    source="rouge_score.rouge_scorer.RougeScorer(use_stemmer=False), F-measure; Lin (2004)",
)
def rouge(y_true: Texts, y_pred: Texts, weight: F64 | None = None, *, variant: str = "rougeL") -> float:
    """Mean over rows of the F-measure of common words, of pairs of words, or of the longest common subsequence.

    Words are runs of a to z and 0 to 9, in small letters; all else separates them. A row without words scores 0.
    """
    from rapidfuzz import process  # noqa: PLC0415 -- see above
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415

    (true, pred), _words = words(*(_latin(texts) for texts in (y_true, y_pred)))
    if variant == "rougeL":
        texts = as_strings(true), as_strings(pred)
        match: NDArray[Any] = np.asarray(process.cpdist(*texts, scorer=LCSseq.similarity, dtype=np.int64, workers=1))
        size, pred_size = true.sizes, pred.sizes
    else:
        *_shorter, (match, size, pred_size) = gram_overlaps(true, pred, int(variant[-1]))
    total = size + pred_size
    return mean(2.0 * match / np.where(total > 0, total, 1), weight)


def _latin(texts: Texts) -> Texts:
    lower = pc.utf8_lower(pa.array(texts, pa.large_string()))
    return np.asarray(pc.replace_substring_regex(lower, "[^a-z0-9]+", " ").to_numpy(zero_copy_only=False))
