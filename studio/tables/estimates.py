"""What somebody could say of the test rows, whatever the metric, and the submission it becomes for one metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scoring.layout import Layout
from scoring.metrics.registry import Inputs
from studio.tables.recognising import POSITIVE, Setup, Task
from studio.tables.table import F64, Table, as_numbers, codes_of, without_nothing

# Digits of a constant: it is to be read by people.
DIGITS: Final = 6
# Labels of a ranking that are named everywhere.
MOST_RANKED: Final = 10
# Of more classes probabilities take too much memory: the commonest are told, the others have none.
MOST_CLASSES: Final = 1000


@dataclass(frozen=True, eq=False)
class Estimate:
    """What somebody says of rows, whatever the metric asks for.

    Attributes:
        columns: of each target the numbers, shape (rows,); or the probabilities of its classes, shape (rows, classes).
        classes: of each target its classes as text; empty for numbers.
        positives: of each target the class that means yes, if one does.
        texts: of targets that are texts or lists of labels, these, instead of `columns`.
    """

    columns: tuple[NDArray[Any], ...]
    classes: tuple[tuple[str, ...], ...]
    positives: tuple[str | None, ...] = ()
    texts: tuple[pa.ChunkedArray, ...] = ()


def constant(train: Table | None, setup: Setup, rows: int) -> Estimate:
    """The same for every row: the mean of numbers, the shares of classes, the commonest labels; zero without train."""

    def numbers(values: F64) -> F64:
        present = values[~np.isnan(values)]
        mean = _short(float(present.mean())) if present.size else 0.0
        return np.broadcast_to(np.float64(mean), (rows,))

    def shares(codes: NDArray[np.int64], classes: int) -> F64:
        counts = np.bincount(codes[codes >= 0], minlength=classes)
        found = np.array([_short(one) for one in counts / max(counts.sum(), 1)])
        return np.broadcast_to(found, (rows, classes))

    return _estimate(
        train, setup, rows, numbers=numbers, shares=shares, texts=lambda text: _commonest(text, setup, rows)
    )


def noise(train: Table | None, setup: Setup, rows: int, *, seed: int = 0) -> Estimate:
    """Drawn by chance: values of train; of classes any probabilities."""
    generator = np.random.default_rng([seed, 3])

    def numbers(values: F64) -> F64:
        present = values[~np.isnan(values)]
        return generator.choice(present, rows) if present.size else generator.standard_normal(rows)

    def shares(_codes: NDArray[np.int64], classes: int) -> F64:
        drawn = generator.random((rows, classes)) + 1e-3
        return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))

    def texts(text: pa.ChunkedArray) -> pa.ChunkedArray:
        present = text.drop_null()
        return present.take(pa.array(generator.integers(0, len(present), rows))) if len(present) else _blanks(rows)

    return _estimate(train, setup, rows, numbers=numbers, shares=shares, texts=texts)


def perfect(solution: Table, setup: Setup) -> Estimate:
    """The answers themselves."""

    def shares(codes: NDArray[np.int64], classes: int) -> F64:
        certain = np.zeros((codes.size, classes))
        rows = np.flatnonzero(codes >= 0)
        certain[rows, codes[rows]] = 1.0
        return certain

    def texts(text: pa.ChunkedArray) -> pa.ChunkedArray:
        # Relevant labels may have their relevance after a colon.
        return pc.replace_substring_regex(text, r":[0-9.]+(\s|$)", r"\1") if setup.task is Task.RANKING else text

    return _estimate(solution, setup, solution.rows, numbers=lambda values: values, shares=shares, texts=texts)


def _estimate(
    table: Table | None,
    setup: Setup,
    rows: int,
    *,
    numbers: Callable[[F64], F64],
    shares: Callable[[NDArray[np.int64], int], F64],
    texts: Callable[[pa.ChunkedArray], pa.ChunkedArray],
) -> Estimate:
    """One column for each target, by what the targets are."""
    names = setup.target_columns
    if table is None or any(name not in table.names for name in names):
        empty = np.empty(0, dtype=np.float64)
        if setup.task in (Task.RANKING, Task.TEXT):
            return Estimate((), ((),) * len(names), texts=tuple(_blanks(rows) for _ in names))
        columns = tuple(numbers(empty) for _ in names) if setup.task is Task.REGRESSION else ()
        return Estimate(columns, ((),) * len(names))
    if setup.task in (Task.RANKING, Task.TEXT):
        return Estimate((), ((),) * len(names), texts=tuple(texts(table.text(name)) for name in names))
    if setup.task is Task.REGRESSION:
        return Estimate(tuple(numbers(table.numbers(name)) for name in names), ((),) * len(names))
    coded = [class_codes(table.text(name)) for name in names]
    columns = tuple(shares(codes, len(classes)) for codes, classes in coded)
    classes = tuple(classes for _codes, classes in coded)
    return Estimate(columns, classes, tuple(positive_of(one, setup) for one in classes))


def class_codes(text: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The class of each row, -1 for none, and the classes, the commonest first and not more than can be told."""
    codes, values = codes_of(without_nothing(text))
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    places = np.full(len(values) + 1, -1, dtype=np.int64)
    places[order] = np.arange(order.size)
    return places[codes], tuple(values[place] for place in order.tolist())


def positive_of(classes: Sequence[str], setup: Setup) -> str | None:
    """The class that means yes."""
    if len(classes) > 2:
        return None
    if setup.positive in classes:
        return setup.positive
    return next((one for one in classes if one.strip().lower() in POSITIVE), None)


def _commonest(text: pa.ChunkedArray, setup: Setup, rows: int) -> pa.ChunkedArray:
    values = text.drop_null()
    if setup.task is Task.RANKING:
        labels = pc.list_flatten(pc.utf8_split_whitespace(pc.utf8_trim_whitespace(values)))
        values = pc.replace_substring_regex(labels, r":[0-9.]+$", "")
    counts = pc.value_counts(values)
    most = MOST_RANKED if setup.task is Task.RANKING else 1
    order = np.argsort(-counts.field("counts").to_numpy(), kind="stable")[:most]
    named = " ".join(counts.field("values")[int(place)].as_py() for place in order)
    return _repeated(named, rows)


def _repeated(text: str, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(text, pa.string()), rows)])


def _blanks(rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())])


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


# --- for a metric -----------------------------------------------------------------------------------------------------
def as_submission(estimate: Estimate, layout: Layout, ids: Table) -> Table:
    """The estimate as a submission of this layout; `ids` has the id columns of the rows."""
    rows = ids.rows
    columns = {name: ids.text(name) for name in ids.names}
    if layout.inputs is Inputs.CLASS_PROBABILITIES:
        shares = _by_label(estimate, 0, layout.labels, rows)
        columns |= {label: _text_of(shares[:, place]) for place, label in enumerate(layout.labels)}
    else:
        targets = len(estimate.classes)
        for place, name in enumerate(layout.columns):
            # Of several columns for a target, each says the same.
            target = min(place * targets // len(layout.columns), targets - 1)
            columns[name] = _column(estimate, target, layout, rows)
    return Table("submission.csv", pa.table(columns))


def _column(estimate: Estimate, target: int, layout: Layout, rows: int) -> pa.ChunkedArray:
    if estimate.texts:
        return estimate.texts[target]
    if layout.inputs in (Inputs.LABELS, Inputs.CLUSTERS):
        return _labels(estimate, target, layout, rows)
    if layout.inputs is Inputs.RANKED_LABELS:
        return _ranking(_by_label(estimate, target, layout.labels, rows), layout)
    if layout.inputs in (Inputs.TEXTS, Inputs.FRAME) and estimate.classes[target]:
        return _chosen_class(estimate, target)
    numbers = _numbers(estimate, target, rows, neutral=0.5 if layout.inputs is Inputs.BINARY_SCORES else 0.0)
    if layout.inputs is Inputs.INTEGERS:
        whole = np.clip(np.rint(numbers), layout.minimum, layout.maximum)
        return pa.chunked_array([pa.array(whole.astype(np.int64))]).cast(pa.string())
    if layout.inputs is not Inputs.FRAME:
        numbers = np.clip(numbers, layout.minimum, layout.maximum)
    return _text_of(numbers)


def _text_of(numbers: F64) -> pa.ChunkedArray:
    if numbers.size and numbers.strides == (0,):
        return _repeated(repr(float(numbers[0])).removesuffix(".0"), numbers.size)
    return pa.chunked_array([pa.array(np.ascontiguousarray(numbers)).cast(pa.string())])


def _numbers(estimate: Estimate, target: int, rows: int, *, neutral: float) -> F64:
    """One number a row: that of a class is the probability of yes, or the mean of classes that are numbers."""
    if not estimate.columns:
        return np.broadcast_to(np.float64(neutral), (rows,))
    values, classes = estimate.columns[target], estimate.classes[target]
    if not classes:
        return values
    positive = estimate.positives[target]
    if positive is not None:
        chosen: F64 = values[:, classes.index(positive)]
        return chosen
    levels = np.nan_to_num(as_numbers(pa.chunked_array([list(classes)], pa.string())))
    if values.strides[0] == 0:
        return np.broadcast_to(values[0] @ levels, (rows,))
    return np.asarray(values @ levels)


def _key(label: str) -> str:
    """A label as classes are compared: what pandas made a float is the whole number again."""
    return label.strip().lower().removesuffix(".0")


def _by_label(estimate: Estimate, target: int, labels: Sequence[str], rows: int) -> F64:
    """The probabilities of these labels, shape (rows, labels)."""
    if not estimate.columns or not estimate.classes[target]:
        return np.broadcast_to(np.full(len(labels), 1.0 / len(labels)), (rows, len(labels)))
    places = {_key(one): place for place, one in enumerate(estimate.classes[target])}
    sources = [places.get(_key(label), -1) for label in labels]
    values = estimate.columns[target]
    if values.strides[0] == 0:
        return np.broadcast_to(_taken(values[:1], sources)[0], (rows, len(labels)))
    return _taken(values, sources)


def _taken(values: F64, sources: Sequence[int]) -> F64:
    shares = np.where(np.array(sources) >= 0, values[:, sources], 0.0)
    # Somebody who gives every known class nothing gives all the same.
    lost = ~(shares.sum(axis=1) > 0.0)
    shares[lost] = 1.0 / len(sources)
    return shares


def _labels(estimate: Estimate, target: int, layout: Layout, rows: int) -> pa.ChunkedArray:
    """The likeliest label of each row."""
    labels = pa.array(layout.labels, pa.string())
    if not estimate.columns:
        return _repeated(layout.labels[0], rows)
    if not estimate.classes[target]:
        return _nearest(estimate.columns[target], layout)
    shares = _by_label(estimate, target, layout.labels, rows)
    if shares.strides[0] == 0:
        return _repeated(layout.labels[int(shares[0].argmax())], rows)
    return pa.chunked_array([labels.take(pa.array(shares.argmax(axis=1)))])


def _nearest(numbers: F64, layout: Layout) -> pa.ChunkedArray:
    """Numbers as the labels next to them."""
    levels = np.nan_to_num(as_numbers(pa.chunked_array([list(layout.labels)], pa.string())))
    order = np.argsort(levels, kind="stable")
    borders = (levels[order][1:] + levels[order][:-1]) / 2
    places = order[np.searchsorted(borders, numbers)]
    return pa.chunked_array([pa.array(layout.labels, pa.string()).take(pa.array(places))])


def _chosen_class(estimate: Estimate, target: int) -> pa.ChunkedArray:
    classes = pa.array(estimate.classes[target], pa.string())
    return pa.chunked_array([classes.take(pa.array(estimate.columns[target].argmax(axis=1)))])


def _ranking(shares: F64, layout: Layout) -> pa.ChunkedArray:
    """The likeliest labels of each row, in their order."""
    count = max(1, min(layout.depth, shares.shape[1]))
    labels = pa.array(layout.labels, pa.string())
    if shares.strides[0] == 0:
        order = np.argsort(-shares[0], kind="stable")[:count]
        return _repeated(" ".join(layout.labels[place] for place in order.tolist()), len(shares))
    order = np.argsort(-shares, axis=1, kind="stable")[:, :count]
    ranked = [labels.take(pa.array(order[:, place])) for place in range(count)]
    return pa.chunked_array([pc.binary_join_element_wise(*ranked, " ") if count > 1 else ranked[0]])
