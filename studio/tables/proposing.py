"""The metrics that fit a target, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring import Direction, get
from studio.tables.estimates import class_codes
from studio.tables.recognising import Setup, Task
from studio.tables.table import F64, Table, as_numbers

LOOKED_AT: Final = 100_000
# Beyond so many classes one column for each is more than people want to send.
MOST_PROBABILITIES: Final = 100
MANY_CLASSES: Final = 20
# A class of a smaller share is rare; of several classes one with so small a part of an even share.
RARE: Final = 0.1
UNEVEN: Final = 0.3
# The largest number against the median, from which on large ones decide a squared error alone.
LONG_TAIL: Final = 20.0
SKEWED: Final = 2.0
OTHER_SIZES: Final = 10.0
FEWEST_OF_A_LABEL: Final = 20

LATITUDE: Final = re.compile(r"^(?:.*[_ ])?(?:lat|latitude|緯度)$", re.IGNORECASE)
LONGITUDE: Final = re.compile(r"^(?:.*[_ ])?(?:lon|lng|long|longitude|経度)$", re.IGNORECASE)

# A metric, why, and its parameters.
Choice = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Proposal:
    """A metric of `scoring.metrics.registry`, with parameters that suit.

    Attributes:
        reason: a key of `studio.tables.messages.REASONS`; params: what its text names.
    """

    metric: str
    label: str
    direction: Direction
    reason: str
    metric_params: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def propose_metrics(table: Table, setup: Setup, *, most: int = 8) -> list[Proposal]:
    """The metrics that fit the targets in `table`, which has the answers: train, or the solution.

    Told by a sample of the rows where there are many.
    """
    names = [name for name in setup.target_columns if name in table.names]
    if not names:
        return []
    sample = table.only(names).sample(LOOKED_AT)
    texts = [sample.text(name) for name in names]
    choices: dict[str, Choice] = {}
    for choice in _CHOICES[setup.task](texts, setup):
        choices.setdefault(choice[0], choice)
    return [
        Proposal(name, get(name).label, get(name).direction, reason, params)
        for name, reason, params in list(choices.values())[:most]
    ]


# --- numbers ----------------------------------------------------------------------------------------------------------
def _for_numbers(texts: Sequence[pa.ChunkedArray], setup: Setup) -> Iterator[Choice]:
    columns = [numbers[~np.isnan(numbers)] for numbers in map(as_numbers, texts)]
    columns = [one for one in columns if one.size]
    if not columns:
        return
    if len(columns) > 1:
        yield from _for_several(columns, setup)
    smallest = min(float(one.min()) for one in columns)
    if smallest >= 0.0 and any(map(_is_skewed, columns)):
        yield "rmsle", "positive_and_skewed", {}
        yield "mae", "not_by_large_errors", {}
        yield "rmse", "usual_for_numbers", {}
    elif any(map(_has_outliers, columns)):
        yield "mae", "not_by_large_errors", {}
        yield "rmse", "usual_for_numbers", {}
    else:
        yield "rmse", "usual_for_numbers", {}
        yield "mae", "not_by_large_errors", {}
    yield "r2", "share_of_variance", {}
    # Shares of nearly nothing are huge.
    if all(one.min() > 0.01 * np.median(one) for one in columns if smallest > 0.0) and smallest > 0.0:
        yield "mape", "errors_in_percent", {}
    if smallest >= 0.0:
        yield "rmsle", "errors_as_ratios", {}
        yield "wape", "errors_in_percent_of_all", {}
    yield "spearman", "order_alone", {}
    yield "median_ae", "half_of_the_errors", {}


def _for_several(columns: Sequence[F64], setup: Setup) -> Iterator[Choice]:
    names = setup.target_columns
    if len(names) == 2 and LATITUDE.match(names[0]) and LONGITUDE.match(names[1]):
        yield "haversine", "latitude_and_longitude", {}
    with np.errstate(all="ignore"):
        spreads = [float(one.std()) for one in columns]
    if max(spreads) > OTHER_SIZES * max(min(spreads), 1e-300):
        # A mean of errors would be that of the largest column.
        yield "r2", "columns_of_other_sizes", {}


def _is_skewed(numbers: F64) -> bool:
    with np.errstate(all="ignore"):
        spread = float(numbers.std())
        skew = float((((numbers - numbers.mean()) / spread) ** 3).mean()) if spread > 0.0 else 0.0
    if not spread > 0.0:
        return False
    return skew > SKEWED or float(numbers.max()) > LONG_TAIL * max(float(np.median(numbers)), 1e-300)


def _has_outliers(numbers: F64) -> bool:
    low, high = np.quantile(numbers, [0.25, 0.75])
    return bool(np.mean(np.abs(numbers - np.median(numbers)) > 10 * max(high - low, 1e-300)) > 0.001) and high > low


# --- classes ----------------------------------------------------------------------------------------------------------
def _for_yes_or_no(texts: Sequence[pa.ChunkedArray], setup: Setup) -> Iterator[Choice]:
    codes, classes = class_codes(texts[0])
    positive = setup.positive or (classes[-1] if classes else "1")
    share = float(np.mean(codes[codes >= 0] == classes.index(positive))) if positive in classes else 0.5
    named = {} if set(classes) <= {"0", "1"} and positive == "1" else {"positive": positive}
    yield "auc", "order_of_probabilities", {}
    if share < RARE:
        yield "average_precision", "rare_yes", {}
    yield "log_loss", "probabilities_themselves", {}
    if share < RARE:
        yield "f1", "rare_yes", named
        yield "mcc", "both_classes_count", {}
    else:
        yield "accuracy", "share_of_right_answers", {}
        yield "f1", "hits_and_misses", named
    yield "brier", "probabilities_as_squares", {}
    yield "balanced_accuracy", "both_classes_count", {}
    yield "average_precision", "hits_at_the_top", {}
    yield "mcc", "both_classes_count", {}


def _for_classes(texts: Sequence[pa.ChunkedArray], setup: Setup) -> Iterator[Choice]:
    if len(texts) > 1:
        yield "accuracy", "share_of_right_answers", {}
        yield "f1_macro", "every_class_counts", {}
        return
    codes, classes = class_codes(texts[0])
    counts = np.bincount(codes[codes >= 0], minlength=len(classes))
    is_uneven = bool(counts.size and counts.min() * counts.size < UNEVEN * counts.sum())
    if _are_levels(classes):
        yield "quadratic_weighted_kappa", "levels_in_order", {}
    if is_uneven:
        yield "f1_macro", "rare_classes", {}
        yield "balanced_accuracy", "every_class_counts", {}
    yield "accuracy", "share_of_right_answers", {}
    if 2 <= len(classes) <= MOST_PROBABILITIES:
        # Named, the columns of a submission do not tell which classes there are in test.
        yield "log_loss", "probabilities_themselves", {"classes": _in_order(classes)}
    if len(classes) > MANY_CLASSES and not any(re.search(r"\s", one) for one in classes):
        yield "map_at_k", "several_tries", {"k": 5}
    yield "f1_macro", "every_class_counts", {}
    if len(classes) <= MANY_CLASSES:
        yield "auc_ovr", "order_of_probabilities", {}
    yield "mcc", "every_class_counts", {}
    yield "f1_weighted", "classes_by_size", {}


def _are_levels(classes: Sequence[str]) -> bool:
    """Whether classes are whole numbers one after the other, three or more."""
    numbers = np.sort(as_numbers(pa.chunked_array([list(classes)], pa.string())))
    return numbers.size >= 3 and bool((np.diff(numbers) == 1.0).all()) and float(numbers[0]).is_integer()


def _in_order(classes: Sequence[str]) -> list[str]:
    numbers = as_numbers(pa.chunked_array([list(classes)], pa.string()))
    if np.isnan(numbers).any():
        return sorted(classes)
    return [classes[place] for place in np.argsort(numbers, kind="stable").tolist()]


def _for_labels(texts: Sequence[pa.ChunkedArray], _setup: Setup) -> Iterator[Choice]:
    # A half of the test rows may well have none of a rare label.
    skip = {"skip_undefined": True} if min(map(_rarer, texts)) < FEWEST_OF_A_LABEL else {}
    yield "auc", "order_in_each_column", skip
    yield "log_loss", "probabilities_themselves", {}
    yield "f1_micro", "hits_of_all_labels", {}
    yield "average_precision", "hits_at_the_top", skip
    yield "lwlrap", "labels_of_a_row_in_order", {}
    yield "brier", "probabilities_as_squares", {}
    yield "accuracy", "share_of_right_answers", {}


def _rarer(text: pa.ChunkedArray) -> int:
    counts: NDArray[np.int64] = np.sort(pc.value_counts(text.drop_null()).field("counts").to_numpy())
    return int(counts[0]) if counts.size > 1 else 0


# --- texts ------------------------------------------------------------------------------------------------------------
def _for_rankings(texts: Sequence[pa.ChunkedArray], _setup: Setup) -> Iterator[Choice]:
    counts = pc.list_value_length(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts[0].drop_null())))
    places = {"k": 5 if (pc.mean(counts).as_py() or 0) <= 5 else 10}
    if pc.any(pc.match_substring_regex(texts[0], r":[0-9.]+(\s|$)")).as_py():
        yield "ndcg_at_k", "relevances_given", places
    yield "map_at_k", "hits_by_place", places
    yield "recall_at_k", "share_of_labels_found", places
    yield "ndcg_at_k", "hits_by_place", places
    yield "label_set_f1", "sets_without_order", {}
    yield "mrr", "first_hit", places
    yield "label_set_jaccard", "sets_without_order", {}
    yield "hit_at_k", "first_hit", places


def _for_texts(texts: Sequence[pa.ChunkedArray], _setup: Setup) -> Iterator[Choice]:
    words = pc.mean(pc.list_value_length(pc.utf8_split_whitespace(texts[0].drop_null()))).as_py() or 0.0
    if words >= 3:
        yield "chrf", "texts_by_characters", {}
        yield "rouge", "texts_by_words", {}
        yield "bleu", "texts_by_words", {}
        yield "wer", "words_to_change", {}
    yield "edit_similarity", "characters_to_change", {}
    yield "cer", "characters_to_change", {}
    yield "word_jaccard", "words_without_order", {}
    yield "accuracy", "exactly_the_same", {}


_CHOICES: Final = {
    Task.REGRESSION: _for_numbers,
    Task.BINARY: _for_yes_or_no,
    Task.MULTICLASS: _for_classes,
    Task.MULTILABEL: _for_labels,
    Task.RANKING: _for_rankings,
    Task.TEXT: _for_texts,
}
