"""The rules of the combined leaderboard, as formulas and as what must hold of any of them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from competitions.combined.rules import PhaseResult, combine, points_at

RULES = ["mean_rank", "weighted_score", "points", "last"]
A, B, C, D = 1, 2, 3, 4


def result(order: str | list[int], scores: dict[int, float] | None = None, weight: float = 1.0) -> PhaseResult:
    """A phase in which these teams stand in this order; by default the first scores 0, the next 1 and so on."""
    teams = ["?ABCD".index(team) for team in order] if isinstance(order, str) else order
    ranks = {team: rank for rank, team in enumerate(teams, start=1)}
    return PhaseResult(ranks, scores or {team: float(rank) for team, rank in ranks.items()}, weight)


def places(
    rule: str, *phases: PhaseResult, teams: Any = (A, B, C, D), **more: Any
) -> list[tuple[str, int | None, float | None]]:
    return [("?ABCD"[one.team], one.rank, one.value) for one in combine(rule, phases, teams=teams, **more)]


# --- the formulas -----------------------------------------------------------------------------------------------------
def test_the_mean_of_ranks_counts_a_phase_without_a_rank_as_one_after_its_last():
    assert places("mean_rank", result("ABC"), result("BA")) == [
        ("B", 1, 1.5),
        ("A", 2, 1.5),
        ("C", 3, 3.0),
        ("D", None, None),
    ]


def test_points_come_from_the_place_and_the_number_of_teams_and_are_nothing_without_a_rank():
    first, second = result("ABCD"), result("BA")
    # 100 + 50, 75 + 100, 50 + 0, 25 + 0
    assert places("points", first, second) == [("B", 1, 175.0), ("A", 2, 150.0), ("C", 3, 50.0), ("D", 4, 25.0)]
    assert [points_at(rank, ranked=4) for rank in (1, 2, 3, 4)] == [100, 75, 50, 25]


def test_points_of_a_list_are_nothing_beyond_its_end():
    first, second = result("ABCD"), result("DCBA")
    points = [25, 18]
    assert places("points", first, second, points=points) == [
        ("D", 1, 25.0),
        ("A", 2, 25.0),
        ("C", 3, 18.0),
        ("B", 4, 18.0),
    ]
    assert [points_at(rank, ranked=4, points=points) for rank in (1, 2, 3)] == [25, 18, 0]


def test_equal_sums_of_points_are_equal_however_they_are_written():
    """0.1 + 0.2 is 0.3, and thirds of a hundred come to a hundred: the latest phase decides, not the last bit."""
    points = [0.3, 0.2, 0.1]
    assert places("points", result("BCA"), result("CAB"), result("ABC"), points=points)[0] == ("A", 1, 0.6)
    by_thirds = places("points", result("ABC"), result("BAC"), result("BAC"), result("ABC"), teams=(A, B, C))
    assert [team for team, _rank, _value in by_thirds[:2]] == ["A", "B"]
    assert by_thirds[0][2] == by_thirds[1][2] == pytest.approx(1000 / 3)


@pytest.mark.parametrize(("larger", "first"), [(False, "A"), (True, "B")])
def test_the_weighted_mean_of_scores_goes_the_way_of_the_metric(larger, first):
    one = result("AB" if not larger else "BA", {A: 1.0, B: 2.0}, weight=1.0)
    other = result("AB" if not larger else "BA", {A: 3.0, B: 5.0}, weight=3.0)
    ranked = places("weighted_score", one, other, teams=(A, B), larger_is_better=larger)
    assert {team: value for team, _rank, value in ranked} == {"A": 2.5, "B": 4.25}
    assert ranked[0][0] == first


def test_the_weighted_mean_ranks_only_who_is_in_every_phase_that_weighs():
    first, second, unweighed = result("ABC"), result("CA"), result("D", weight=0.0)
    ranked = places("weighted_score", first, second, unweighed)
    assert [(team, rank) for team, rank, _value in ranked] == [("A", 1), ("C", 2), ("B", None), ("D", None)]


def test_without_any_weight_nobody_has_a_rank():
    assert [one.rank for one in combine("weighted_score", [result("AB", weight=0.0)], teams=[A, B])] == [None, None]


def test_the_last_phase_alone_ranks_those_who_are_in_it():
    assert places("last", result("ABCD"), result("CA")) == [
        ("C", 1, 1.0),
        ("A", 2, 2.0),
        ("B", None, None),
        ("D", None, None),
    ]


@pytest.mark.parametrize("scores", [(1.7e308, 1.7e308), (-1.7e308, -1.7e308), (5e-324, 5e-324), (1.7e308, -1.7e308)])
def test_scores_of_any_size_have_a_mean(scores):
    phases = [result("A", {A: score}, weight) for score, weight in zip(scores, (1000.0, 0.1), strict=True)]
    value = combine("weighted_score", phases, teams=[A])[0].value
    assert value is not None
    assert min(scores) <= value <= max(scores)


# --- ties -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", ["mean_rank", "points"])
def test_of_equal_values_the_latest_phase_decides_then_the_one_before(rule):
    assert [one.team for one in combine(rule, [result("AB"), result("BA")], teams=[A, B])] == [B, A]
    # The latest one has neither: the one before decides.
    phases = [result("AB"), result("BA"), result("C")]
    assert [one.team for one in combine(rule, phases, teams=[A, B, C])] == [B, A, C]


def test_of_equal_means_of_scores_the_latest_phase_decides():
    phases = [result("AB", {A: 1.0, B: 2.0}), result("BA", {A: 2.0, B: 1.0})]
    assert [one.team for one in combine("weighted_score", phases, teams=[A, B])] == [B, A]


@pytest.mark.parametrize("rule", RULES)
def test_teams_that_are_in_no_phase_stand_last_in_the_order_they_entered(rule):
    assert places(rule, result("B"), teams=(D, A, B, C)) == [
        ("B", 1, pytest.approx(100.0 if rule == "points" else 1.0)),
        ("D", None, None),
        ("A", None, None),
        ("C", None, None),
    ]


def test_a_rule_that_nobody_knows_is_none():
    with pytest.raises(ValueError, match="no rule"):
        combine("median", [result("A")], teams=[A])


# --- what must hold ---------------------------------------------------------------------------------------------------
@st.composite
def competitions(draw: st.DrawFn, *, least: int = 1, most: int = 4) -> tuple[list[PhaseResult], list[int], bool]:
    """Phases in which some of up to seven teams have scores; whether larger ones are better."""
    teams = list(range(1, draw(st.integers(1, 7)) + 1))
    larger = draw(st.booleans())
    phases = []
    for _ in range(draw(st.integers(least, most))):
        inside = draw(st.lists(st.sampled_from(teams), unique=True))
        score = st.integers(-3, 3).map(lambda one: one / 4) | st.floats(-1e6, 1e6)
        scores = {team: draw(score) for team in inside}
        order = sorted(inside, key=lambda team: -scores[team] if larger else scores[team])
        phases.append(result(order, scores, draw(st.sampled_from([0.5, 1.0, 2.0, 3.0]))))
    return phases, draw(st.permutations(teams)), larger


rules = st.sampled_from(RULES)
lists_of_points = st.lists(st.sampled_from([25, 18, 15, 10.5, 0.1]), max_size=4).map(
    lambda one: sorted(one, reverse=True)
)


@settings(max_examples=150, deadline=None)
@given(rule=rules, case=competitions(least=1, most=1), points=lists_of_points)
def test_one_phase_alone_gives_its_own_order(rule, case, points):
    (phase,), teams, larger = case
    ranked = [one for one in combine(rule, [phase], teams=teams, points=points, larger_is_better=larger) if one.rank]
    assert {one.team: one.rank for one in ranked} == phase.ranks


@settings(max_examples=150, deadline=None)
@given(rule=rules, case=competitions(), points=lists_of_points, data=st.data())
def test_who_is_named_first_changes_no_rank(rule, case, points, data):
    phases, teams, larger = case
    other = data.draw(st.permutations(teams))
    ranks = [
        {
            one.team: (one.rank, one.value)
            for one in combine(rule, phases, teams=order, points=points, larger_is_better=larger)
        }
        for order in (teams, other)
    ]
    assert ranks[0] == ranks[1]


@settings(max_examples=300, deadline=None)
@given(rule=rules, case=competitions(), points=lists_of_points)
def test_who_is_better_in_every_phase_is_never_below(rule, case, points):
    phases, teams, larger = case
    order = [one.team for one in combine(rule, phases, teams=teams, points=points, larger_is_better=larger)]
    for one in teams:
        for other in teams:
            if all(phase.ranks.get(one, math.inf) < phase.rank_or_last(other) for phase in phases):
                assert order.index(one) < order.index(other)


@settings(max_examples=150, deadline=None)
@given(rule=rules, case=competitions(), points=lists_of_points)
def test_ranks_have_no_gap_and_every_team_has_one_place(rule, case, points):
    phases, teams, larger = case
    found = combine(rule, phases, teams=teams, points=points, larger_is_better=larger)
    assert sorted(one.team for one in found) == sorted(teams)
    ranks = [one.rank for one in found if one.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))
    assert all((one.rank is None) == (one.value is None) for one in found)
