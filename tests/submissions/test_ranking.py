"""Who stands where: the rules of ranking as a table, each for a metric of either direction, on both leaderboards.

A new rule is a row in `RULES`. Scores are written as places: 1 is the best of a few, whichever way the metric goes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from unittest import TestCase

import pytest
from freezegun import freeze_time
from parameterized import parameterized
from rest_framework.test import APIClient

from competitions.leaderboards.standings import private_rank, public_rank
from competitions.models import Standing
from submissions import runs
from submissions.services import select
from tests.factories import AFTER, ENDS, NOON, TeamFactory
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import METRICS

pytestmark = pytest.mark.django_db

LATER = AFTER + timedelta(hours=1)
LATE = (ENDS - NOON) / timedelta(hours=1) + 0.5


class Sent(NamedTuple):
    """A file that a team sends in, so many hours after noon, with the places of its two scores."""

    team: str
    public: int
    private: int
    hour: float = 0
    selected: bool = False


# The rule; what is sent in, in this order (teams enter in the order of their names); (team, place of its score) on the
# public and on the private leaderboard, best first. A team without a score has no rank.
RULES = [
    (
        "the_better_score_stands_above",
        [Sent("a", 1, 3), Sent("b", 2, 1), Sent("c", 3, 2)],
        [("a", 1), ("b", 2), ("c", 3)],
        [("b", 1), ("c", 2), ("a", 3)],
    ),
    (
        "of_equal_scores_the_earlier_file_stands_above",
        [Sent("a", 2, 2, hour=1), Sent("b", 2, 2, hour=0)],
        [("b", 2), ("a", 2)],
        [("b", 2), ("a", 2)],
    ),
    (
        "of_equal_scores_of_one_moment_who_entered_first_stands_above",
        [Sent("c", 2, 2), Sent("b", 2, 2), Sent("a", 2, 2)],
        [("a", 2), ("b", 2), ("c", 2)],
        [("a", 2), ("b", 2), ("c", 2)],
    ),
    (
        "a_score_reached_again_keeps_the_time_of_the_first",
        [Sent("a", 1, 1, hour=0), Sent("b", 1, 1, hour=1), Sent("a", 1, 1, hour=2)],
        [("a", 1), ("b", 1)],
        [("a", 1), ("b", 1)],
    ),
    (
        "with_none_selected_the_best_public_ones_count",
        [Sent("a", 3, 1, hour=0), Sent("a", 1, 4, hour=1), Sent("a", 2, 3, hour=2), Sent("b", 2, 2)],
        [("a", 1), ("b", 2)],
        [("b", 2), ("a", 3)],
    ),
    (
        "a_selected_file_counts_and_no_other",
        [Sent("a", 1, 1, hour=0), Sent("a", 2, 2, hour=1), Sent("a", 4, 4, hour=2, selected=True), Sent("b", 3, 3)],
        [("a", 1), ("b", 3)],
        [("b", 3), ("a", 4)],
    ),
    (
        "of_two_selected_files_the_better_private_score_counts",
        [
            *(Sent("a", 1, 4, hour=0, selected=True), Sent("a", 3, 2, hour=1, selected=True)),
            *(Sent("a", 2, 1, hour=2), Sent("b", 4, 3)),
        ],
        [("a", 1), ("b", 4)],
        [("a", 2), ("b", 3)],
    ),
    (
        "late_files_move_nobody",
        [Sent("a", 2, 2), Sent("b", 3, 3), Sent("b", 1, 1, hour=LATE), Sent("c", 1, 1, hour=LATE)],
        [("a", 2), ("b", 3), ("c", None)],
        [("a", 2), ("b", 3), ("c", None)],
    ),
]


def by_rule_and_metric(function, _number, case):
    """The name of a test of the table: that of its rule, not of its number."""
    metric, rule, *_ = case.args
    return f"{function.__name__}_{rule}_{metric}"


class Ranking(TestCase):
    @parameterized.expand([(metric, *rule) for rule in RULES for metric in METRICS], name_func=by_rule_and_metric)
    def test(self, metric, _rule, sent, public, private):
        competition = competition_with_solution(metric, daily_submission_limit=None)
        teams = {name: TeamFactory(competition=competition, name=name) for name in sorted({one.team for one in sent})}
        for one in sent:
            at = NOON + timedelta(hours=one.hour)
            scores = (score_of(metric, place) for place in (one.public, one.private))
            submission = send(teams[one.team], *scores, at=at).submission
            if one.selected:
                select(submission=submission, selected=True, by=teams[one.team].owner, at=at)
        assert board(competition, "public") == rows(metric, public)
        run = runs.start_run(phase=competition.phase, kind="private", by=None, at=LATER)
        assert runs.work(run.pk, now=lambda: LATER) is runs.Outcome.DONE
        runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=LATER)
        assert board(competition, "private") == rows(metric, private)
        assert board(competition, "public") == rows(metric, public)
        for rank_of, expected in ((public_rank, public), (private_rank, private)):
            ranks = {team: rank for rank, team, _score in rows(metric, expected)}
            assert {name: rank_of(Standing.objects.get(team=team)) for name, team in teams.items()} == ranks


def score_of(metric: str, place: int) -> float:
    """The place-th best of a few scores, exact in both directions."""
    return place / 8 if metric == "rmse" else (10 - place) / 10


def rows(metric: str, places: list[tuple[str, int | None]]) -> list[tuple[int | None, str, float | None]]:
    """(rank, team, score) of each row."""
    return [
        (None if place is None else rank, team, None if place is None else score_of(metric, place))
        for rank, (team, place) in enumerate(places, start=1)
    ]


def board(competition, side: str) -> list[tuple[int | None, str, float | None]]:
    with freeze_time(LATER):
        answer = APIClient().get(f"/api/competitions/{competition.slug}/leaderboard/{side}/")
    return [(row["rank"], row["team"]["name"], row["score"]) for row in answer.json()["results"]]
