"""Late submissions: scored, shown as late, and nothing else. Their private scores open with the leaderboard."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from freezegun import freeze_time

from competitions import signals
from competitions.metrics import running
from competitions.models import Phase, Standing
from scoring.errors import InvalidSubmission, Problem
from scoring.score import private_score
from submissions.models import Submission
from submissions.services.late import catch_up_with_late, score_late, score_late_privately
from tests.factories import AFTER, ENDS, NOON, TeamFactory, give_solution
from tests.submissions.conftest import competition_with_solution, enqueued, send
from tests.submissions.files import METRICS, solution_csv

pytestmark = pytest.mark.django_db
LATER = AFTER + timedelta(hours=1)


def confirm(competition, at=AFTER):
    Phase.objects.filter(competition=competition.pk).update(confirmed_at=at)
    competition.refresh_from_db()


def everything_ranked(competition):
    return list(Standing.objects.filter(competition=competition).order_by("pk").values())


@pytest.mark.parametrize("metric", METRICS)
def test_before_the_confirmation_only_the_public_score(metric):
    team = TeamFactory(competition=competition_with_solution(metric))
    submission = send(team, 0.3, private=0.7, at=AFTER).submission
    assert (submission.public_score, submission.private_score) == (0.3, None)


@pytest.mark.parametrize("metric", METRICS)
def test_after_the_confirmation_both_scores_and_no_ranking_moves(metric):
    team = TeamFactory(competition=competition_with_solution(metric))
    send(team, 0.5, at=ENDS - timedelta(seconds=1))
    confirm(team.competition)
    before = everything_ranked(team.competition)
    submission = send(team, 0.3, private=0.7, at=LATER).submission
    assert (submission.public_score, submission.private_score) == (0.3, 0.7)
    assert everything_ranked(team.competition) == before


def test_the_confirmation_brings_earlier_late_ones_their_private_score():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    in_time = send(team, 0.5, private=0.5, at=ENDS - timedelta(seconds=1)).submission
    sent = send(team, 0.3, private=0.7, at=AFTER).submission
    confirm(team.competition, LATER)
    score_late_privately(team.competition.phase.pk, LATER)
    sent.refresh_from_db(), in_time.refresh_from_db()
    assert sent.private_score == 0.7
    assert in_time.private_score is None  # the private scoring run's to fill


def test_no_private_score_of_late_ones_is_computed_before_the_confirmation(monkeypatch):
    def never(*_args):
        pytest.fail("computed a private score too early")

    monkeypatch.setattr("competitions.metrics.running.private_score", never)
    team = TeamFactory(competition=competition_with_solution("rmse"))
    sent = send(team, 0.3, private=0.7, at=AFTER).submission
    assert score_late_privately(team.competition.phase.pk, LATER) == 0
    sent.refresh_from_db()
    assert sent.private_score is None


@pytest.mark.parametrize("at", [NOON, AFTER])
def test_submitting_computes_no_private_score_before_the_confirmation(monkeypatch, at):
    monkeypatch.setattr("competitions.metrics.running.private_score", lambda *_: pytest.fail("too early"))
    team = TeamFactory(competition=competition_with_solution("rmse"))
    assert send(team, at=at).submission.private_score is None


def test_the_confirmation_starts_the_job():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    signal = {"sender": Phase, "phase": team.competition.phase, "by": None, "at": LATER}
    signals.private_leaderboard_confirmed.send(**signal)
    assert enqueued(score_late) == []
    send(team, at=AFTER)
    signals.private_leaderboard_confirmed.send(**signal)
    assert enqueued(score_late) == [team.competition.phase.pk]


def test_score_late_twice_changes_nothing():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    send(team, 0.3, private=0.7, at=AFTER)
    confirm(team.competition, LATER)
    assert [score_late_privately(team.competition.phase.pk, LATER) for _ in range(2)] == [1, 0]
    assert team.submissions.get().private_score == 0.7


def test_a_lost_job_is_caught_up_with():
    confirmed, other = (TeamFactory(competition=competition_with_solution("rmse")) for _ in range(2))
    for team in (confirmed, other):
        send(team, 0.3, private=0.7, at=AFTER)
    confirm(confirmed.competition, LATER)
    assert [catch_up_with_late(LATER) for _ in range(2)] == [1, 0]
    assert confirmed.submissions.get().private_score == 0.7
    assert other.submissions.get().private_score is None


def three_late_ones(team):
    """With private scores of 0.25, 0.5 and 0.75, the leaderboard confirmed since."""
    sent = [send(team, 0.3, private=score, at=AFTER).submission for score in (0.25, 0.5, 0.75)]
    confirm(team.competition, LATER)
    return sent


def private_scores(team):
    return list(team.submissions.order_by("pk").values_list("private_score", flat=True))


@pytest.fixture
def before_scoring(monkeypatch):
    """`before_scoring(n, act)`: `act` happens while the n-th private score is computed."""

    def arrange(number, act):
        numbers = count(1)

        def score(*args):
            if next(numbers) == number:
                act()
            return private_score(*args)

        monkeypatch.setattr(running, "private_score", score)

    return arrange


def undefined():
    raise InvalidSubmission(Problem("undefined_score", {"metric": "RMSE"}))


def test_one_that_has_no_private_score_stays_without_and_the_others_get_theirs(competition, team, before_scoring):
    three_late_ones(team)
    before_scoring(2, undefined)
    assert score_late_privately(competition.phase.pk, LATER) == 2
    assert private_scores(team) == [0.25, None, 0.75]


@pytest.mark.parametrize("gone", [0, 1])
def test_one_whose_file_is_gone_stays_without_says_so_and_the_others_get_theirs(competition, team, caplog, gone):
    lost = three_late_ones(team)[gone]
    lost.aligned.storage.delete(lost.aligned.name)
    assert score_late_privately(competition.phase.pk, LATER) == 2
    assert private_scores(team) == [None if place == gone else score for place, score in enumerate((0.25, 0.5, 0.75))]
    assert [(one.message, one.submission) for one in caplog.records] == [("submission.late_private_failed", lost.pk)]


def test_a_confirmation_taken_back_in_the_middle_stops_it_at_once(competition, team, before_scoring):
    three_late_ones(team)
    before_scoring(2, lambda: Phase.objects.filter(competition=competition.pk).update(confirmed_at=None))
    assert score_late_privately(competition.phase.pk, LATER) == 1
    assert private_scores(team) == [0.25, None, None]


def test_a_rescoring_in_the_same_moment_is_not_overwritten(competition, team, before_scoring):
    """It read the file anew: the score by the old predictions is nobody's any more."""
    middle = three_late_ones(team)[1]
    before_scoring(2, lambda: Submission.objects.filter(pk=middle.pk).update(aligned="read/anew", private_score=0.125))
    assert score_late_privately(competition.phase.pk, LATER) == 2
    assert private_scores(team) == [0.25, 0.125, 0.75]


def test_each_late_one_gets_the_score_by_the_solution_it_was_scored_with(competition, team):
    send(team, 0.3, private=0.25, at=AFTER)
    give_solution(competition, solution_csv("rmse", shift=1.0), at=AFTER)
    send(team, 0.3, private=0.25, at=AFTER)
    confirm(competition, LATER)
    assert score_late_privately(competition.phase.pk, LATER) == 2
    by_the_first, by_the_second = private_scores(team)
    assert by_the_first == 0.25
    assert by_the_second > 0.5


def test_before_the_end_a_confirmation_opens_nothing(competition, team):
    """The database refuses it; were it there, the clock would still decide."""
    three_late_ones(team)
    assert catch_up_with_late(NOON) == 0
    assert private_scores(team) == [None, None, None]


def test_the_job_scores_the_late_ones_of_its_competition(competition, team):
    three_late_ones(team)
    with freeze_time(LATER):
        score_late.func(competition.phase.pk)
    assert private_scores(team) == [0.25, 0.5, 0.75]
