"""Which submitted row each row of the solution comes from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from scoring.ids import IntegerIds, TextIds

LOWEST, HIGHEST = -(2**63), 2**63 - 1
KINDS = {
    "dense": lambda numbers: IntegerIds(np.array(numbers, np.int64)),
    "sparse": lambda numbers: IntegerIds(np.array(numbers, np.int64) * 10**9),
    "texts": lambda numbers: TextIds(pa.array([f"row {number}" for number in numbers])),
    "long texts": lambda numbers: TextIds(pa.array([f"{'x' * 60} {number}" for number in numbers])),
}
UNKNOWN = {"dense": [-1, 500, LOWEST, HIGHEST], "sparse": [1, LOWEST, HIGHEST], "texts": ["row", "row 1\0", ""]}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_sources_are_there_for_every_id_once_and_for_nothing_else(kind, data):
    numbers = data.draw(st.lists(st.integers(0, 200), min_size=1, max_size=30, unique=True))
    ids = KINDS[kind](numbers)
    known = ids.values.tolist() if isinstance(ids, IntegerIds) else ids.values.to_pylist()
    asked = data.draw(st.permutations(known))
    faults = st.sampled_from([*known, *UNKNOWN.get(kind, ["no such row"])])
    for place, value in data.draw(st.dictionaries(st.integers(0, len(asked) - 1), faults, max_size=2)).items():
        asked[place] = value
    asked += data.draw(st.lists(faults, max_size=1))
    cut = data.draw(st.integers(0, len(asked)))
    column = pa.chunked_array([pa.array(asked[:cut], ids.arrow_type), pa.array(asked[cut:], ids.arrow_type)])
    found = ids.sources(column)
    if sorted(asked) == sorted(known):
        assert found is not None
        assert [asked[source] for source in found] == known
    else:
        assert found is None
    aligned = ids.align(column)
    assert aligned.positions.tolist() == [known.index(value) if value in known else -1 for value in asked]
    assert aligned.is_complete == (found is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_many_pieces_are_found(kind, monkeypatch):
    monkeypatch.setattr("scoring.ids.BLOCK", 7)
    numbers = np.random.default_rng(5).permutation(100)
    ids = KINDS[kind](numbers.tolist())
    order = np.random.default_rng(6).permutation(100)
    values = ids.values if isinstance(ids, TextIds) else pa.array(ids.values)
    taken = values.take(pa.array(order))
    found = ids.sources(pa.chunked_array([taken.slice(0, 40), taken.slice(40, 0), taken.slice(40)]))
    assert found is not None
    assert order[found].tolist() == list(range(100))
