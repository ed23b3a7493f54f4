"""Taking a slot, and settling what took one, beside whatever else happens in the same moment."""

from __future__ import annotations

import pytest

from competitions.metrics.running import Scored
from competitions.models import Competition, Standing
from submissions.exceptions import NothingToScoreWith
from submissions.models import Submission
from submissions.services.evaluation import Evaluation
from submissions.services.finishing import AlreadySettled, finish_failed, finish_refused, finish_scored
from submissions.services.slots import take_slot
from tests.factories import AFTER, NOON, TeamFactory, give_solution
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db


def slot(team, at=NOON):
    return take_slot(user=team.owner, team_id=team.pk, at=at, size=1, filename="x.csv").submission


def version(team):
    return Competition.objects.get(pk=team.competition_id).leaderboard_version


def test_without_a_solution_of_its_own_a_competition_takes_nothing(busy_neighbour):
    """That another competition on the server has one makes no difference."""
    assert busy_neighbour.solutions.exists()
    team = TeamFactory()
    with pytest.raises(NothingToScoreWith):
        slot(team)
    assert not team.submissions.exists()
    assert Standing.objects.get(team=team).total_submissions == 0


def test_a_slot_shows_on_the_leaderboard_before_it_has_a_score(team):
    """The number of submissions stands there: a poll must not get the page of before."""
    before = version(team)
    slot(team)
    assert version(team) > before
    assert Standing.objects.get(team=team).total_submissions == 1


def test_a_late_slot_moves_no_standing(team):
    before = version(team)
    assert slot(team, AFTER).is_late
    assert version(team) == before
    assert Standing.objects.get(team=team).total_submissions == 0


@pytest.fixture
def evaluation(competition):
    return Evaluation(
        solution=competition.solutions.get(), public=Scored(score=0.5), private=None, aligned="nowhere/aligned"
    )


def test_one_deleted_while_it_is_scored_is_settled_already(team, evaluation):
    seen = slot(team)
    Submission.objects.filter(pk=seen.pk).delete()
    with pytest.raises(AlreadySettled):
        finish_scored(seen, evaluation, sha256="", at=NOON)
    assert finish_refused(seen, [{"code": "missing_ids"}], sha256="") is None
    assert finish_failed(seen) is None


def test_who_comes_second_changes_nothing(team, evaluation):
    seen = slot(team)
    finish_scored(seen, evaluation, sha256="a", at=NOON)
    with pytest.raises(AlreadySettled):
        finish_scored(seen, evaluation, sha256="b", at=NOON)
    for found in (finish_refused(seen, [{"code": "missing_ids"}], sha256="b"), finish_failed(seen)):
        assert (found.status, found.public_score, found.sha256, found.problems) == ("scored", 0.5, "a", [])
    assert Standing.objects.get(team=team).total_submissions == 1


def test_a_solution_given_first_while_the_slot_was_taken_scores_the_next(team):
    give_solution(team.competition, solution_csv("rmse", shift=1.0))
    assert slot(team).status == "pending"
