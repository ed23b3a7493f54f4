"""Each check finds its own fault, in files that have no other, and nothing in files without one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from scoring import SolutionSpec
from studio.tables import checks, messages
from studio.tables.checks import Weight, check, check_made
from studio.tables.making import Pieces, make
from studio.tables.recognising import Setup, Task
from studio.tables.splitting import Cut, Way
from studio.tables.table import Table, table_of

from .datasets import SETUPS, plan_of

N = 400
SETUP = Setup(("id",), ("y",), Task.BINARY, positive="1", date_column="date", group_column="shop")
SPEC = SolutionSpec(metric="auc", id_column="id", target_columns=("y",))


def rows(count: int, *, seed: int, first_day: int = 0, shops: int = 0, first_id: int = 0) -> Table:
    generator = np.random.default_rng(seed)
    order = generator.permutation(count)
    days = np.sort(first_day + np.arange(count) // 20)
    return table_of(
        "rows.csv",
        {
            "id": [f"{first_id + number:05d}" for number in order],
            "date": (np.datetime64("2024-01-01") + days).astype(str),
            "shop": [f"s{shops + day // 4}" for day in days],
            "x": generator.normal(size=count),
            "z": generator.normal(size=count),
            "kind": generator.choice(["a", "b", "c"], count),
            "y": generator.integers(0, 2, count),
        },
    )


def sound(**changes: Table | None) -> Pieces:
    """Files without a fault: split by time and by shop, ids by chance."""
    full = rows(N, seed=2, first_day=100, shops=100, first_id=10_000)
    usage = ["Public"] * 160 + ["Private"] * 240
    pieces = Pieces(
        train=rows(N, seed=1),
        test=full.without(["y"]),
        sample=full.only(["id"]).with_column("y", ["0.5"] * N),
        solution=full.only(["id", "y"]).with_column("Usage", usage),
    )
    return replace(pieces, **changes)


BASE = sound()


def with_test(name: str, values) -> Pieces:
    return sound(test=BASE.test.with_column(name, values))


def with_solution(name: str, values) -> Pieces:
    return sound(solution=BASE.solution.with_column(name, values))


def answers() -> np.ndarray:
    return BASE.solution.numbers("y").astype(int)


def told(pieces: Pieces, setup: Setup = SETUP, spec: SolutionSpec = SPEC) -> dict[str, Weight]:
    """Codes that are not green."""
    found = check(pieces, setup, spec)
    json.dumps([one.as_dict() for one in found])
    assert [checks.WORST_FIRST[one.weight] for one in found] == sorted(checks.WORST_FIRST[one.weight] for one in found)
    return {one.code: one.weight for one in found if one.weight is not Weight.GREEN}


def test_nothing_is_found_in_sound_files():
    assert told(BASE) == {}
    assert {one.check for one in check(BASE, SETUP, SPEC)} == set(messages.CHECKS) == set(checks.CHECKS)
    assert all(one.code == f"{one.check}_fine" for one in check(BASE, SETUP, SPEC))


def sorted_by_answer() -> Pieces:
    """Rows of test in the order of their answers."""
    order = np.argsort(answers(), kind="stable")
    return sound(test=BASE.test.take(order), solution=BASE.solution.take(order), sample=BASE.sample.take(order))


def ids_by_answer() -> Pieces:
    ids = np.empty(N, dtype=np.int64)
    ids[np.argsort(answers(), kind="stable")] = np.arange(N) + 20_000
    return Pieces(BASE.train, *(getattr(BASE, role).with_column("id", ids) for role in ("test", "sample", "solution")))


def with_rows(table: Table, more: Table) -> Table:
    return Table(table.name, pa.concat_tables([table.columns, more.columns]))


def answers_in_train() -> Pieces:
    """Train has the test rows too, with other features and dates of its own, and their answers."""
    more = BASE.test.with_column("x", np.arange(N)).with_column("y", answers())
    for name in ("date", "shop"):
        more = more.with_column(name, BASE.train.text(name))
    return sound(train=with_rows(BASE.train, more))


def shared_rows() -> Pieces:
    """Seven rows of test are in train, under other ids."""
    test = BASE.test.without(["date", "shop"])
    more = test.take(np.arange(7)).with_column("id", range(7)).with_column("y", [0] * 7)
    return sound(test=test, train=with_rows(BASE.train.without(["date", "shop"]), more))


FAULTS = {
    # ids and the sample
    "ids_repeated": lambda: sound(test=BASE.test.take(np.append(np.arange(N), 0))),
    "ids_blank": lambda: sound(sample=BASE.sample.with_column("id", [None, *BASE.sample.text("id").to_pylist()[1:]])),
    "ids_differ": lambda: sound(test=BASE.test.take(np.arange(N - 1))),
    "ids_lost_zeros": lambda: Pieces(
        BASE.train,
        BASE.test.with_column("id", [f"7{n}" for n in range(N)]),
        BASE.sample.with_column("id", [f"7{n}" for n in range(N)]),
        BASE.solution.with_column("id", [f"007{n}" for n in range(N)]),
    ),
    "id_column_missing": lambda: sound(sample=BASE.sample.renamed({"id": "row"})),
    "no_sample": lambda: sound(sample=None),
    "sample_refused": lambda: sound(sample=BASE.sample.with_column("y", ["perhaps"] * N)),
    # the metric
    "metric_undefined": lambda: with_solution("y", [1] * 160 + list(answers()[160:])),
    "solution_refused": lambda: with_solution("y", [None, *map(str, answers()[1:])]),
    # answers given away
    "target_in_test": lambda: with_test("y", np.random.default_rng(0).integers(0, 2, N)),
    "copy_of_target": lambda: with_test("z", answers()),
    "nearly_target": lambda: with_test("z", answers() * 3.0 + np.random.default_rng(0).normal(size=N) * 1e-3),
    "target_renamed": lambda: with_test("kind", np.where(answers() == 1, "ja", "nein")),
    "determines_target": lambda: with_test("kind", [f"{'p' if y else 'q'}{n % 4}" for n, y in enumerate(answers())]),
    "answers_in_train": answers_in_train,
    "shared_rows": shared_rows,
    # order
    "row_order_tells": sorted_by_answer,
    "id_order_tells": ids_by_answer,
    # splits
    "groups_in_both": lambda: sound(train=BASE.train.with_column("shop", ["s125"] * N)),
    "groups_public_and_private": lambda: with_test("shop", ["x", *BASE.test.text("shop").to_pylist()[1:-1], "x"]),
    "train_reaches_into_test": lambda: sound(train=BASE.train.with_column("date", ["2024-05-01"] * N)),
    "dates_public_and_private": lambda: with_test(
        "date", ["2025-01-01", *BASE.test.text("date").to_pylist()[1:-1], "2025-01-01"]
    ),
    "all_public": lambda: sound(solution=BASE.solution.without(["Usage"])),
    "few_public_rows": lambda: with_solution("Usage", ["Public"] * 80 + ["Private"] * 320),
    "few_private_rows": lambda: with_solution("Usage", ["Public"] * 320 + ["Private"] * 80),
    # columns
    "columns_not_in_test": lambda: sound(train=BASE.train.with_column("extra", np.arange(N))),
    "columns_not_in_train": lambda: with_test("extra", np.random.default_rng(5).normal(size=N)),
    "no_target_in_train": lambda: sound(train=BASE.train.without(["y"])),
    "blank_targets_in_train": lambda: sound(
        train=BASE.train.with_column("y", [None, *BASE.train.text("y").to_pylist()[1:]])
    ),
}
AMBER = {
    *("no_sample", "determines_target", "shared_rows", "groups_in_both", "groups_public_and_private"),
    *("train_reaches_into_test", "dates_public_and_private", "all_public", "few_public_rows", "few_private_rows"),
    *("columns_not_in_test", "columns_not_in_train", "no_target_in_train", "blank_targets_in_train"),
}
# What cannot be without another fault.
ALONG = {
    "metric_undefined": {"classes_not_in_public", "row_order_tells"},
}


@pytest.mark.parametrize("code", [*FAULTS])
def test_a_fault_is_found_and_no_other(code):
    spec = replace(SPEC, usage_column=None) if code == "all_public" else SPEC
    found = told(FAULTS[code](), spec=spec)

    assert set(found) == {code} | ALONG.get(code, set())
    assert found[code] is (Weight.AMBER if code in AMBER else Weight.RED)


@pytest.mark.parametrize(
    ("code", "train", "public", "private"),
    [
        ("classes_not_in_train", "aab", "abc", "abc"),
        ("classes_not_in_public", "abc", "ab", "abc"),
        ("classes_not_in_private", "abc", "abc", "ab"),
    ],
)
def test_a_class_that_is_missing_is_found(code, train, public, private):
    generator = np.random.default_rng(7)
    kinds = np.where(np.arange(N) % 2, generator.choice(list(public), N), generator.choice(list(private), N))
    pieces = sound(
        train=BASE.train.with_column("y", generator.choice(list(train), N)),
        solution=BASE.solution.with_column("y", kinds).with_column("Usage", ["Private", "Public"] * (N // 2)),
        sample=BASE.sample.with_column("y", ["a"] * N),
    )
    setup = Setup(("id",), ("y",), Task.MULTICLASS)

    assert told(pieces, setup, replace(SPEC, metric="accuracy")) == {code: Weight.AMBER}


def test_without_ids_or_a_solution_there_is_nothing_to_publish():
    assert "no_ids" in told(BASE, replace(SETUP, id_columns=()))
    assert "no_solution" in told(sound(solution=None))


def test_ids_that_begin_anew_in_both_files_are_no_shared_rows():
    pieces = Pieces(
        BASE.train.with_column("id", range(N)),
        *(getattr(BASE, role).with_column("id", range(N)) for role in ("test", "sample", "solution")),
    )

    assert told(pieces) == {}


def test_numbers_are_told_by_order_too():
    setup = Setup(("id",), ("y",), Task.REGRESSION)
    pieces = sound(
        solution=BASE.solution.with_column("y", np.arange(N) + np.random.default_rng(0).normal(size=N)),
        train=BASE.train.with_column("y", np.random.default_rng(1).normal(size=N)),
    )
    hinting = replace(
        pieces, solution=pieces.solution.with_column("y", np.arange(N) + 300 * np.random.default_rng(0).normal(size=N))
    )
    spec = replace(SPEC, metric="rmse")

    assert told(pieces, setup, spec) == {"row_order_tells": Weight.RED}
    assert told(hinting, setup, spec) == {"row_order_tells": Weight.AMBER}


def test_costly_checks_look_at_a_sample_and_say_so(monkeypatch):
    monkeypatch.setattr(checks, "SAMPLED", 100)
    found = {one.code: one for one in check(FAULTS["copy_of_target"](), SETUP, SPEC)}

    assert found["copy_of_target"].params == {"column": "z", "target": "y", "sampled_rows": 100}


@pytest.mark.parametrize("name", [*SETUPS])
def test_files_that_were_made_have_nothing_red(name):
    dataset, setup = SETUPS[name]
    metric = {"numbers": "rmse", "yes_or_no": "auc", "classes": "accuracy", "labels": "auc", "rankings": "map_at_k"}[
        name
    ]
    way = Cut(Way.STRATIFIED, 0.5)
    plan = plan_of(setup, metric, test=way, public=way)
    found = check_made(make(Pieces(train=dataset()), plan), plan)

    assert [one for one in found if one.weight is Weight.RED] == []
    assert {"ids_fine", "sample_fine", "metric_fine"} <= {one.code for one in found}
