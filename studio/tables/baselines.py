"""Simple models, trained within bounds: what a newcomer reaches, and what the wobble of the score is measured on."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from studio.tables.describing import Column, Kind, column_of
from studio.tables.estimates import Estimate, as_submission, class_codes, constant, positive_of
from studio.tables.making import Made
from studio.tables.moments import moments
from studio.tables.recognising import Setup, Task
from studio.tables.table import F64, Table, without_nothing

__all__ = ["Baseline", "Estimate", "Model", "as_submission", "submission_of", "train_baseline"]

F32 = NDArray[np.float32]

MOST_ROWS: Final = 200_000
# Rows times features, of train.
MOST_CELLS: Final = {"linear": 3_000_000, "tree": 3_000_000}
MOST_FEATURES: Final = 200
# Columns of texts become one feature for each of so many values, the commonest.
MOST_VALUES: Final = 20
MOST_TARGETS: Final = 50
MOST_CLASSES: Final = 100
# Estimated at a time.
BLOCK: Final = 50_000
# Of all classes together; but of each class so many at least.
TREES: Final = 60
FEWEST_TREES: Final = 6
# How many are grown before the clock is looked at.
TREES_A_STEP: Final = 20
LEAVES: Final = 15


class Model(StrEnum):
    CONSTANT = "constant"
    """The mean of numbers, the shares of classes."""
    LINEAR = "linear"
    """Ridge or logistic regression on imputed, scaled numbers and one-hot categories."""
    TREE = "tree"
    """Histogram gradient boosting, few small trees."""


@dataclass(frozen=True)
class Baseline:
    """A trained model's estimate of the test rows.

    Attributes:
        seconds: training and predicting; train_rows, features: what was used, of many a sample.
        reason: why there is no estimate: a key of `studio.tables.messages.BASELINES`.
    """

    model: Model
    estimate: Estimate | None
    seconds: float = 0.0
    train_rows: int = 0
    features: int = 0
    reason: str = ""


def train_baseline(
    model: Model, train: Table, test: Table, setup: Setup, *, seconds: float = 20.0, seed: int = 0
) -> Baseline:
    """Train on `train` (with answers), estimate the rows of `test`. Takes little more than `seconds`. Never raises.

    `setup`: of files that were made, `Made.setup`. The time bounds the steps of training and how many targets get a
    model (the others get the constant); rows and columns are bounded too, so that no single step is long.
    """
    began = time.monotonic()
    if any(name not in train.names for name in setup.target_columns):
        return Baseline(model, None, reason="no_answers_in_train")
    if model is Model.CONSTANT:
        estimate = constant(train, setup, test.rows)
        return Baseline(model, estimate, time.monotonic() - began, train.rows)
    if setup.task in (Task.RANKING, Task.TEXT):
        return Baseline(model, None, reason="no_model_for_task")
    features = _features(train, test, setup)
    if not features:
        return Baseline(model, None, reason="no_features")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _trained(model, train, test, setup, features, until=began + seconds, began=began, seed=seed)
    except (ValueError, ArithmeticError, MemoryError, np.linalg.LinAlgError):
        return Baseline(model, None, time.monotonic() - began, reason="training_failed")


def submission_of(estimate: Estimate, made: Made) -> Table:
    """The estimate of the test rows as a submission, in the columns that the metric asks for.

    Where the solution can't be scored there are no such columns: `made.prepared` must be there.
    """
    assert made.prepared is not None
    assert made.pieces.test is not None
    return as_submission(estimate, made.prepared.layout, made.pieces.test.only(made.setup.id_columns))


def _trained(
    model: Model,
    train: Table,
    test: Table,
    setup: Setup,
    features: Sequence[Feature],
    *,
    until: float,
    began: float,
    seed: int,
) -> Baseline:
    width = sum(feature.width(model) for feature in features)
    sample = train.sample(max(100, min(MOST_ROWS, MOST_CELLS[model.value] // width)), seed=seed)
    known = matrix(sample, features, model)
    prepare = _scaling(known) if model is Model.LINEAR else lambda given: given
    known = prepare(known)
    fallback = constant(train, setup, test.rows)
    # Train everything, then read the test rows once.
    fitted: list[Predict | None] = []
    classes: list[tuple[str, ...]] = []
    for place, name in enumerate(setup.target_columns):
        is_too_late = place >= MOST_TARGETS or (place > 0 and time.monotonic() > until)
        left = len(setup.target_columns) - place
        share = time.monotonic() + max(until - time.monotonic(), 0.5) / left
        found, labels = (
            (None, fallback.classes[place])
            if is_too_late
            else _fit(model, known, sample.text(name), setup, until=share, seed=seed)
        )
        fitted.append(found)
        classes.append(labels)
    columns = _estimated(fitted, fallback, test, features=features, model=model, prepare=prepare)
    positives = tuple(positive_of(one, setup) for one in classes) if setup.task is not Task.REGRESSION else ()
    estimate = Estimate(columns, tuple(classes), positives)
    return Baseline(model, estimate, time.monotonic() - began, sample.rows, width)


Predict = Callable[[F32], NDArray[Any]]


def _estimated(
    fitted: Sequence[Predict | None],
    fallback: Estimate,
    test: Table,
    *,
    features: Sequence[Feature],
    model: Model,
    prepare: Callable[[F32], F32],
) -> tuple[NDArray[Any], ...]:
    """What the models say, block by block of test rows."""
    blocks: list[list[NDArray[Any]]] = [[] for _ in fitted]
    for start in range(0, test.rows, BLOCK):
        rows = Table(test.name, test.columns.slice(start, BLOCK))
        given = prepare(matrix(rows, features, model))
        for place, predict in enumerate(fitted):
            if predict is not None:
                blocks[place].append(predict(given))
    return tuple(np.concatenate(parts) if parts else fallback.columns[place] for place, parts in enumerate(blocks))


# --- features ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Feature:
    """A column that both train and test have. `values`: of texts those that count; empty for numbers and dates."""

    name: str
    is_moment: bool = False
    values: tuple[str, ...] = ()

    def width(self, model: Model) -> int:
        return len(self.values) if self.values and model is Model.LINEAR else 1


def _features(train: Table, test: Table, setup: Setup) -> list[Feature]:
    roled = {*setup.id_columns, *setup.target_columns}
    shared = [name for name in train.names if name in test.names and name not in roled][:MOST_FEATURES]
    found = [_feature(train, column_of(train, name)) for name in shared]
    return [one for one in found if one is not None]


def _feature(train: Table, column: Column) -> Feature | None:
    if column.distinct < 2:
        return None
    if column.is_numeric:
        return Feature(column.name)
    if column.kind is Kind.DATE:
        return Feature(column.name, is_moment=True)
    if column.distinct > MOST_VALUES * 10:
        # A name of every row, or free text: nothing for a simple model.
        return None
    counts = pc.value_counts(train.sample(20_000).text(column.name).drop_null())
    order = np.argsort(-counts.field("counts").to_numpy(), kind="stable")[:MOST_VALUES]
    return Feature(column.name, values=tuple(counts.field("values").take(pa.array(order)).to_pylist()))


def matrix(table: Table, features: Sequence[Feature], model: Model) -> F32:
    """The features of the rows, shape (rows, width), NaN where there is nothing."""
    out = np.empty((table.rows, sum(feature.width(model) for feature in features)), dtype=np.float32)
    place = 0
    for feature in features:
        width = feature.width(model)
        out[:, place : place + width] = _values(table, feature, width)
        place += width
    out[~np.isfinite(out)] = np.nan
    return out


def _values(table: Table, feature: Feature, width: int) -> NDArray[Any]:
    if not feature.values:
        numbers = moments(table, feature.name) / 86400.0 if feature.is_moment else table.numbers(feature.name)
        return np.asarray(numbers)[:, None]
    found = pc.fill_null(pc.index_in(table.text(feature.name), value_set=pa.array(feature.values)), -1).to_numpy()
    if width == 1:
        return np.asarray(found, dtype=np.float32)[:, None]
    chosen: NDArray[np.bool_] = np.asarray(found)[:, None] == np.arange(width)
    return chosen


def _scaling(known: F32) -> Callable[[F32], F32]:
    """Gaps filled with the mean, every feature with the spread 1; far outliers are cut."""
    middle = np.nan_to_num(np.nanmean(known, axis=0, dtype=np.float64))
    spread = np.nan_to_num(np.nanstd(known, axis=0, dtype=np.float64))
    spread[spread <= 0.0] = 1.0

    def prepare(given: F32) -> F32:
        scaled: F32 = np.nan_to_num((given - middle) / spread).clip(-10.0, 10.0).astype(np.float32)
        return scaled

    return prepare


# --- models -----------------------------------------------------------------------------------------------------------
def _fit(
    model: Model, known: F32, text: pa.ChunkedArray, setup: Setup, *, until: float, seed: int
) -> tuple[Predict | None, tuple[str, ...]]:
    """A model of one target, and its classes. None: there is nothing to learn, or too much."""
    if setup.task is Task.REGRESSION:
        numbers = Table("", pa.table({"y": text})).numbers("y")
        present = ~np.isnan(numbers)
        if np.unique(numbers[present]).size < 2:
            return None, ()
        return _fit_numbers(model, known[present], numbers[present], until=until, seed=seed), ()
    codes, classes = class_codes(without_nothing(text))
    present = codes >= 0
    if not 2 <= len(classes) <= MOST_CLASSES:
        return None, classes
    return _fit_classes(model, known[present], codes[present], until=until, seed=seed), classes


def _fit_numbers(model: Model, known: F32, numbers: F64, *, until: float, seed: int) -> Predict:
    if model is Model.LINEAR:
        from sklearn.linear_model import Ridge  # noqa: PLC0415 -- takes a second, and few ask

        ridge = Ridge(alpha=1.0).fit(known, numbers)
        low, high = float(numbers.min()), float(numbers.max())
        # A line goes on for ever: no estimate is far from all that was seen.
        return lambda given: np.clip(ridge.predict(given).astype(np.float64), low, high)
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415

    trees = HistGradientBoostingRegressor(
        max_leaf_nodes=LEAVES, early_stopping=False, warm_start=True, random_state=seed
    )
    _grow(trees, known, numbers, until=until)
    return lambda given: np.asarray(trees.predict(given), dtype=np.float64)


def _fit_classes(model: Model, known: F32, codes: NDArray[np.int64], *, until: float, seed: int) -> Predict:
    if model is Model.LINEAR:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        # Steps cost rows times features times classes.
        steps = int(np.clip(2e9 / (known.size * max(int(codes.max()), 1)), 10, 200))
        fitted: Any = LogisticRegression(max_iter=steps).fit(known, codes)
    else:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

        fitted = HistGradientBoostingClassifier(
            max_leaf_nodes=LEAVES, early_stopping=False, warm_start=True, random_state=seed
        )
        classes = int(codes.max()) + 1
        _grow(fitted, known, codes, until=until, classes=classes if classes > 2 else 1)
    return lambda given: np.asarray(fitted.predict_proba(given), dtype=np.float64)


def _grow(trees: Any, known: F32, answers: NDArray[Any], *, until: float, classes: int = 1) -> None:
    """Trees step by step, for as long as there is time. Every class has its own: of more classes, fewer each."""
    count = max(FEWEST_TREES, TREES // classes)
    step = max(1, TREES_A_STEP // classes)
    trees.set_params(learning_rate=min(0.5, 6.0 / count))
    for grown in range(step, count + step, step):
        trees.set_params(max_iter=grown)
        trees.fit(known, answers)
        if time.monotonic() > until:
            break
