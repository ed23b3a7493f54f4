"""Finding texts and numbers in a list, and choosing numpy's sort."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from scoring.cpu import sorts_slowly_with_avx512
from scoring.metrics.ranks import sortable, sorted_with_flag, tied_ranks
from scoring.words import TextTable, WordTable

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(TEXTS, min_size=1, max_size=60, unique=True), st.lists(TEXTS, max_size=20))
@settings(max_examples=200, deadline=None)
def test_every_text_is_found_where_it_stands_and_no_other_is(known, others):
    table = TextTable.of(pa.array(known, pa.string()))
    if table is None:
        return
    asked = [*reversed(known), *others, "x" * 60, "a\0"]
    positions = {text: place for place, text in enumerate(known)}
    assert table.find(pa.array(asked, pa.string())).tolist() == [positions.get(text, -1) for text in asked]


def test_a_slice_of_an_array_is_found_by_its_own_texts():
    table = TextTable.of(pa.array(["aa", "b", "cccccccccc"]).slice(1))
    assert table.find(pa.array(["z", "cccccccccc", "b", "aa"]).slice(1)).tolist() == [1, 0, -1]


@pytest.mark.parametrize("texts", [["a\0", "a"], ["x" * 49]])
def test_texts_that_padding_would_confuse_get_no_table(texts):
    assert TextTable.of(pa.array(texts)) is None


@given(st.sets(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=200))
@settings(max_examples=100, deadline=None)
def test_every_number_is_found_where_it_stands(numbers):
    known = np.array(sorted(numbers), dtype=np.int64)
    table = WordTable([known.view(np.uint64)])
    asked = np.concatenate([known[::-1], known ^ 1])
    positions = {number: place for place, number in enumerate(known.tolist())}
    expected = [positions.get(number, -1) for number in asked.tolist()]
    assert table.find([asked.view(np.uint64)]).tolist() == expected


@given(
    st.sampled_from([(0.0, 1.0), (-1.9, 1.9), (-1e4, 1e4), (-1e300, 1e300)]).flatmap(
        lambda bounds: st.lists(st.tuples(st.floats(*bounds), st.booleans()), min_size=1, max_size=60)
    )
)
@settings(max_examples=150, deadline=None)
def test_sorting_with_a_flag_keeps_order_ties_and_flags(rows):
    values, flags = np.array([value for value, _ in rows]), np.array([flag for _, flag in rows])
    keys, sorted_flags = sorted_with_flag(values, flags)
    expected = sorted(rows, key=lambda row: (row[0], row[1]))
    assert sorted_flags.tolist() == [flag for _, flag in expected]
    ties = [left[0] == right[0] for left, right in itertools.pairwise(expected)]
    assert (keys[1:] == keys[:-1]).tolist() == ties
    assert (keys[1:] >= keys[:-1]).all()


@pytest.mark.parametrize(
    "values",
    [
        [-1e100, -5e-324, -0.0, 0.0, 5e-324, 1e100],
        [-2.0, -1.0, 0.0, 1e-200, 1.0, 2.0],
        [-1.7e308, 1.7e308],
        [-1.0, -1.0],
        [-3.0, -0.0, 0.0, 0.0, 7.0],
        [-1.0, 0.0, 5e-324, 1.0],
    ],
)
def test_sorting_with_a_flag_at_the_ends_of_what_doubles_hold(values):
    given_values = np.array(values[::-1])
    keys, flags = sorted_with_flag(given_values, np.arange(len(values)) % 2 == 0)
    order = np.lexsort((np.arange(len(values)) % 2 == 0, given_values))
    assert flags.tolist() == (np.arange(len(values)) % 2 == 0)[order].tolist()
    assert (keys[1:] > keys[:-1]).tolist() == [left < right for left, right in itertools.pairwise(values)]


@pytest.mark.parametrize("values", [[], [0.0, 1.0], [-2.0, -0.0, 0.5]])
def test_sortable_integers_are_as_many_and_in_the_same_order(values):
    assert np.argsort(sortable(np.array(values)), kind="stable").tolist() == list(range(len(values)))


@pytest.mark.parametrize(
    ("values", "ranks"),
    [([7.0], [1]), ([3.0, 1.0, 2.0], [3, 1, 2]), ([5.0, 1.0, 5.0, 5.0], [3, 1, 3, 3]), ([2.0, 2.0], [1.5, 1.5])],
)
def test_ranks_begin_at_one_and_ties_share_their_mean(values, ranks):
    assert tied_ranks(np.array(values)).tolist() == ranks


@pytest.mark.parametrize(
    ("vendor", "family", "flags", "slow"),
    [
        ("AuthenticAMD", "25", "sse avx2 avx512f", True),
        ("AuthenticAMD", "25", "sse avx2", False),
        ("AuthenticAMD", "26", "sse avx2 avx512f", False),
        ("GenuineIntel", "6", "sse avx2 avx512f", False),
    ],
)
def test_the_processors_that_sort_slowly(vendor, family, flags, slow):
    text = f"processor : 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nflags\t\t: {flags}\n\nprocessor : 1\n"
    assert sorts_slowly_with_avx512(text) is slow


def test_a_machine_that_does_not_say_is_left_alone():
    assert not sorts_slowly_with_avx512("")
