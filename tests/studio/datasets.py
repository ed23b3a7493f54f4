"""Small data sets, each with what an organiser would meet: ids with zeros, dates, groups, several labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

from studio.tables.making import Pieces, Plan
from studio.tables.recognising import Recognised, Setup, Task, recognise
from studio.tables.splitting import Cut
from studio.tables.table import Table, table_of

DAY = np.datetime64("2024-01-01")


def numbers_with_dates_and_groups() -> Table:
    """Progress of diabetes, told of 30 clinics over 100 days."""
    data = load_diabetes()
    rows = len(data.target)
    generator = np.random.default_rng(1)
    features = {name: data.data[:, place] for place, name in enumerate(data.feature_names)}
    return table_of(
        "patients.csv",
        {
            "visit_id": generator.permutation(rows) + 1000,
            "clinic": [f"clinic {number}" for number in generator.integers(0, 30, rows)],
            "date": (DAY + generator.integers(0, 100, rows)).astype(str),
            **features,
            "target": data.target,
        },
    )


def yes_or_no_with_zeros() -> Table:
    """Breast cancer, with ids that begin with zeros."""
    data = load_breast_cancer()
    rows = len(data.target)
    ids = [f"{number:06d}" for number in np.random.default_rng(2).permutation(rows)]
    features = {name.replace(" ", "_"): data.data[:, place] for place, name in enumerate(data.feature_names[:8])}
    words = np.where(data.target == 1, "benign", "malignant")
    return table_of("cancer.csv", {"id": ids, **features, "diagnosis": words})


def classes() -> Table:
    """Three kinds of wine, in an order of chance."""
    data = load_wine()
    order = np.random.default_rng(3).permutation(len(data.target))
    features = {name: data.data[order, place] for place, name in enumerate(data.feature_names)}
    kinds = np.array(["barolo", "grignolino", "barbera"])[data.target[order]]
    return table_of("wine.csv", {"wine_id": np.arange(len(order)), **features, "class": kinds})


def labels() -> Table:
    """Three labels that a row may have or not."""
    generator = np.random.default_rng(4)
    x = generator.normal(size=(400, 3))
    told = {
        f"label_{name}": (x[:, place] + generator.normal(size=400) > 0.5).astype(int)
        for place, name in enumerate("abc")
    }
    return table_of("labels.csv", {"id": np.arange(400), **{f"x{place}": x[:, place] for place in range(3)}, **told})


def rankings() -> Table:
    """What each of 200 users bought, by the numbers of the things."""
    generator = np.random.default_rng(5)
    bought = [" ".join(map(str, generator.choice(40, generator.integers(1, 6), replace=False))) for _ in range(200)]
    return table_of(
        "baskets.csv",
        {"user": [f"u{number:03d}" for number in range(200)], "age": generator.integers(18, 80, 200), "items": bought},
    )


SETUPS = {
    "numbers": (
        numbers_with_dates_and_groups,
        Setup(("visit_id",), ("target",), Task.REGRESSION, date_column="date", group_column="clinic"),
    ),
    "yes_or_no": (yes_or_no_with_zeros, Setup(("id",), ("diagnosis",), Task.BINARY, positive="malignant")),
    "classes": (classes, Setup(("wine_id",), ("class",), Task.MULTICLASS)),
    "labels": (labels, Setup(("id",), ("label_a", "label_b", "label_c"), Task.MULTILABEL)),
    "rankings": (rankings, Setup(("user",), ("items",), Task.RANKING)),
}


def pieces_of(*tables: Table) -> tuple[Pieces, Recognised]:
    recognised = recognise(tables)
    return Pieces.of(tables, recognised), recognised


def plan_of(setup: Setup, metric: str, **changes: Any) -> Plan:
    return Plan(setup, metric, **{"test": Cut(share=0.4), "public": Cut(share=0.5), **changes})
