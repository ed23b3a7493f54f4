"""Which files are alike: the pairs that a comparison of every two files, value by value, finds too."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import scipy.stats

from scoring import likeness
from scoring.likeness import Files, closely, compare
from scoring.probing import is_small, look_for_probing

ROWS = 400


def files_of(columns, teams, *, labels=False) -> Files:
    return Files(lambda number: [columns[number]], teams, labels=labels, rows=len(columns[0]))


def models(count, *, seed=0):
    """Predictions of honest models: alike, as they predict the same thing."""
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=ROWS)
    return [truth + generator.normal(scale=0.5, size=ROWS) for _one in range(count)]


def test_every_pair_is_found_that_the_plain_way_finds():
    generator = np.random.default_rng(5)
    columns = models(30)
    # Copies: as it is, on another scale, with noise, with a tenth of the rows changed.
    columns += [columns[0].copy(), columns[1] * 3 + 1, columns[2] + generator.normal(scale=0.01, size=ROWS)]
    changed = columns[3].copy()
    changed[: ROWS // 12] += 5.0
    columns.append(changed)
    teams = [*range(33), 3]
    teams[-1] = 33
    found = compare(files_of(columns, teams), seed=1)
    plain = {
        (a, b): (scipy.stats.spearmanr(columns[a], columns[b]).statistic, np.mean(columns[a] == columns[b]))
        for a, b in combinations(range(len(columns)), 2)
    }
    expected = {pair for pair, (rho, equal) in plain.items() if rho >= 0.98 or equal >= 0.9}
    assert {(pair.first, pair.second) for pair in found.pairs} == expected == {(0, 30), (1, 31), (2, 32), (3, 33)}
    for pair in found.pairs:
        rho, equal = plain[pair.first, pair.second]
        assert pair.correlation == pytest.approx(rho, abs=1e-5)
        assert pair.equal == pytest.approx(equal)
    assert found.compared == 34 * 33 / 2
    assert found.typical_correlation == pytest.approx(np.median([rho for rho, _equal in plain.values()]), abs=0.02)


def test_labels_are_compared_by_their_equal_share():
    generator = np.random.default_rng(2)
    columns = [generator.integers(0, 5, ROWS).astype(np.int32) for _one in range(12)]
    copy = columns[4].copy()
    copy[:20] = -1
    columns.append(copy)
    found = compare(files_of(columns, range(13), labels=True), seed=1)
    assert [(pair.first, pair.second, pair.correlation, pair.equal) for pair in found.pairs] == [(4, 12, None, 0.95)]
    assert found.typical_correlation is None
    assert found.typical_equal == pytest.approx(0.2, abs=0.03)


def test_files_of_one_team_are_not_compared_and_two_teams_stand_once():
    (column,) = models(1)
    found = compare(files_of([column, column, column + 1, column * 2], [1, 1, 2, 2]), seed=1)
    assert [(pair.first, pair.second) for pair in found.pairs] == [(0, 2)]
    assert found.compared == 4
    assert compare(files_of([column, column], [1, 1]), seed=1).pairs == []


def test_a_file_that_always_says_the_same_has_no_correlation():
    columns = [np.zeros(ROWS), np.zeros(ROWS), *models(2)]
    (pair,) = compare(files_of(columns, range(4)), seed=1).pairs
    assert (pair.first, pair.second, pair.correlation, pair.equal) == (0, 1, None, 1.0)


def test_too_few_rows_say_nothing():
    short = [np.arange(likeness.LEAST_ROWS - 1.0)] * 2
    assert compare(files_of(short, [1, 2]), seed=1).pairs == []
    enough = [np.arange(float(likeness.LEAST_ROWS))] * 2
    assert len(compare(files_of(enough, [1, 2]), seed=1).pairs) == 1


def test_the_first_look_misses_no_copy_where_it_samples(monkeypatch):
    monkeypatch.setattr(likeness, "SAMPLE_ROWS", 100)
    monkeypatch.setattr(likeness, "BLOCK", 7)
    columns = models(40, seed=3)
    columns += [column + 0.001 for column in columns[:10]]
    found = compare(files_of(columns, range(50)), seed=9)
    assert {(pair.first, pair.second) for pair in found.pairs} == {(one, 40 + one) for one in range(10)}


def test_progress_reaches_the_end():
    told = []
    compare(files_of([*models(3), *models(3)], range(6)), seed=1, beat=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_what_is_told_of_two_files_does_not_hang_on_which_comes_first():
    files = files_of(models(2), [1, 2])
    one, other = closely(files, 0, 1), closely(files, 1, 0)
    assert (one.correlation, one.equal) == pytest.approx((other.correlation, other.equal))


# --- probing ----------------------------------------------------------------------------------------------------------
def test_a_walk_over_single_rows_is_found():
    files = [np.zeros(100)]
    for row in range(5):
        files.append(files[-1].copy())
        files[-1][row] = 1.0
    found = look_for_probing([[one] for one in files])
    assert (found.files, found.constants, found.single, found.longest_walk) == (6, [0], 5, 5)
    assert [(step.file, step.changed) for step in found.small] == [(number, 1) for number in range(1, 6)]
    assert found.is_worth_telling


def test_honest_work_is_not_told():
    generator = np.random.default_rng(0)
    found = look_for_probing([[generator.normal(size=100)] for _one in range(10)])
    assert (found.small, found.constants, found.single) == ([], [], 0)
    assert not found.is_worth_telling


def test_constants_are_counted_and_a_missing_file_breaks_the_chain():
    flat, step = np.zeros(100), np.zeros(100)
    step[0] = 1
    found = look_for_probing([[flat], None, [step], [flat + 1]])
    assert (found.files, found.constants, found.small) == (3, [0, 3], [])
    assert found.is_worth_telling


def test_a_row_counts_once_however_many_columns_changed():
    one = [np.zeros(100), np.zeros(100)]
    other = [np.ones(100), np.zeros(100)]
    other[0][3:] = 0
    other[1][:2] = 5
    (step,) = look_for_probing([one, other]).small
    assert step.changed == 3


@pytest.mark.parametrize(
    ("changed", "rows", "small"),
    [(0, 100, False), (1, 100, True), (10, 100, True), (11, 100, False), (100, 100_000, True), (101, 100_000, False),
     (1, 4, True), (2, 4, False), (1, 3, False)],
)  # fmt: skip
def test_what_a_small_step_is(changed, rows, small):
    assert is_small(changed, rows) is small
