"""Which rows become test, and which of them are public."""

from __future__ import annotations

import json

import numpy as np
import pytest

from studio.tables import splitting
from studio.tables.recognising import Setup, Task, recognise
from studio.tables.splitting import CannotSplit, Cut, Way
from studio.tables.table import Table, table_of

from .datasets import SETUPS, numbers_with_dates_and_groups

CLASSES = Setup(("id",), ("y",), Task.MULTICLASS, date_column="date", group_column="group")


def data(rows: int = 200, rare: int = 4) -> Table:
    generator = np.random.default_rng(0)
    kinds = np.array(["a", "b"], dtype=object)[generator.integers(0, 2, rows)]
    kinds[:rare] = "rare"
    return table_of(
        "data.csv",
        {
            "id": np.arange(rows),
            "group": generator.integers(0, 20, rows),
            "date": (np.datetime64("2024-01-01") + generator.integers(0, 50, rows)).astype(str),
            "y": kinds,
        },
    )


def column(table: Table, name: str, chosen) -> list[str]:
    return table.take(chosen).text(name).to_pylist()


@pytest.mark.parametrize("way", [*Way])
def test_the_seed_decides(way):
    table = data()
    first, again = (splitting.test_rows(table, CLASSES, Cut(way, 0.3, seed=1)) for _ in range(2))
    other = splitting.test_rows(table, CLASSES, Cut(way, 0.3, seed=2))

    assert (first == again).all()
    assert (first == other).all() == (way is Way.TIME)


@pytest.mark.parametrize("way", [*Way])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_the_share_is_kept_as_well_as_the_way_allows(way, share):
    table = data()
    chosen = splitting.test_rows(table, CLASSES, Cut(way, share))

    exact = way in (Way.RANDOM, Way.STRATIFIED)
    assert abs(int(chosen.sum()) - round(200 * share)) <= (2 if exact else 12)


def test_strata_have_the_share_and_no_class_is_lost():
    table = data(rare=3)
    chosen = splitting.test_rows(table, CLASSES, Cut(Way.STRATIFIED, 0.1))

    for kind in ("a", "b"):
        share = column(table, "y", chosen).count(kind) / column(table, "y", np.ones(200, dtype=bool)).count(kind)
        assert share == pytest.approx(0.1, abs=0.02)
    assert column(table, "y", chosen).count("rare") == 1


def test_numbers_are_stratified_by_their_size():
    setup = Setup(("id",), ("y",), Task.REGRESSION)
    table = table_of("x", {"id": np.arange(1000), "y": np.random.default_rng(1).permutation(1000)})
    chosen = splitting.test_rows(table, setup, Cut(Way.STRATIFIED, 0.2))

    tenths = np.bincount(table.take(chosen).numbers("y").astype(int) // 100)
    assert tenths.tolist() == [20] * 10


@pytest.mark.parametrize("name", ["labels", "rankings"])
def test_several_labels_can_be_stratified(name):
    make, setup = SETUPS[name]

    assert 0.2 < splitting.test_rows(make(), setup, Cut(Way.STRATIFIED, 0.3)).mean() < 0.4


def test_groups_stay_together():
    table = data()
    chosen = splitting.test_rows(table, CLASSES, Cut(Way.GROUP, 0.3))

    assert not set(column(table, "group", chosen)) & set(column(table, "group", ~chosen))


def test_test_is_later_and_public_is_earlier():
    table = data()
    late = splitting.test_rows(table, CLASSES, Cut(Way.TIME, 0.3))
    early = splitting.public_rows(table, table, CLASSES, Cut(Way.TIME, 0.3))

    assert min(column(table, "date", late)) > max(column(table, "date", ~late))
    assert max(column(table, "date", early)) < min(column(table, "date", ~early))


def test_a_column_that_is_named_goes_before_that_of_the_setup():
    table = data()
    chosen = splitting.test_rows(table, CLASSES, Cut(Way.GROUP, 0.5, column="y"))

    assert not set(column(table, "y", chosen)) & set(column(table, "y", ~chosen))


@pytest.mark.parametrize(
    ("change", "cut", "code"),
    [
        ({}, Cut(share=1.0), "bad_share"),
        ({}, Cut(share=float("nan")), "bad_share"),
        ({}, Cut(Way.GROUP, column="elsewhere"), "missing_column"),
        ({"group": ["one"] * 200}, Cut(Way.GROUP), "too_few_groups"),
        ({"date": ["2024-01-01"] * 200}, Cut(Way.TIME), "too_few_moments"),
    ],
)
def test_what_cannot_be_split_says_why(change, cut, code):
    table = data()
    for name, values in change.items():
        table = table.with_column(name, values)
    with pytest.raises(CannotSplit) as refused:
        splitting.test_rows(table, CLASSES, cut)

    assert refused.value.code == code


def test_a_split_by_nothing_needs_a_column():
    with pytest.raises(CannotSplit) as refused:
        splitting.test_rows(data(), Setup((), ("y",), Task.MULTICLASS), Cut(Way.TIME))

    assert refused.value.code == "no_column"


def test_one_row_has_no_two_sides():
    with pytest.raises(CannotSplit) as refused:
        splitting.test_rows(data(1, 0), CLASSES, Cut())

    assert refused.value.code == "too_few_rows"


@pytest.mark.parametrize("way", [*Way])
def test_blanks_are_split_too(way):
    table = data()
    for name in ("group", "date", "y"):
        values = table.text(name).to_pylist()
        values[::3] = [None] * len(values[::3])
        table = table.with_column(name, values)

    assert 0 < splitting.test_rows(table, CLASSES, Cut(way, 0.3)).sum() < 200


@pytest.mark.parametrize(
    ("drop", "way"),
    [((), Way.GROUP), (("clinic",), Way.TIME), (("clinic", "date"), Way.RANDOM)],
)
def test_the_way_that_is_proposed(drop, way):
    found = recognise([numbers_with_dates_and_groups().without(drop)])

    assert splitting.propose_way(found, found.setup()).value is way


def test_classes_are_stratified():
    found = recognise([SETUPS["classes"][0]()])

    assert splitting.propose_way(found, found.setup()).value is Way.STRATIFIED


def test_a_cut_goes_through_json():
    cut = Cut(Way.GROUP, 0.25, 7, "shop")

    assert Cut.from_dict(json.loads(json.dumps(cut.as_dict()))) == cut
