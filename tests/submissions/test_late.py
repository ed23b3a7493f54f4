"""Late submissions: scored, shown as late, and nothing else. Their private scores open with the leaderboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from competitions import signals
from competitions.models import Competition, Standing
from submissions.models import Submission
from submissions.services.late import catch_up_with_late, score_late_privately
from submissions.services.queue import score_late
from tests.factories import AFTER, ENDS, NOON, TeamFactory
from tests.submissions.conftest import competition_with_solution, enqueued, send
from tests.submissions.files import METRICS

pytestmark = pytest.mark.django_db
LATER = AFTER + timedelta(hours=1)


def confirm(competition, at=AFTER):
    Competition.objects.filter(pk=competition.pk).update(confirmed_at=at)
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
    late = send(team, 0.3, private=0.7, at=AFTER).submission
    confirm(team.competition, LATER)
    score_late_privately(team.competition.pk, LATER)
    late.refresh_from_db(), in_time.refresh_from_db()
    assert late.private_score == 0.7
    assert in_time.private_score is None  # the private scoring run's to fill


def test_no_private_score_of_late_ones_is_computed_before_the_confirmation(monkeypatch):
    def never(*_args):
        pytest.fail("computed a private score too early")

    for place in ("late", "evaluation"):
        monkeypatch.setattr(f"submissions.services.{place}.private_score", never)
    team = TeamFactory(competition=competition_with_solution("rmse"))
    late = send(team, 0.3, private=0.7, at=AFTER).submission
    assert score_late_privately(team.competition.pk, LATER) == 0
    late.refresh_from_db()
    assert late.private_score is None


@pytest.mark.parametrize("at", [NOON, AFTER])
def test_submitting_computes_no_private_score_before_the_confirmation(monkeypatch, at):
    monkeypatch.setattr("submissions.services.evaluation.private_score", lambda *_: pytest.fail("too early"))
    team = TeamFactory(competition=competition_with_solution("rmse"))
    assert send(team, at=at).submission.private_score is None


def test_the_confirmation_starts_the_job():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    signal = {"sender": Competition, "competition": team.competition, "by": None, "at": LATER}
    signals.private_leaderboard_confirmed.send(**signal)
    assert enqueued(score_late) == []
    send(team, at=AFTER)
    signals.private_leaderboard_confirmed.send(**signal)
    assert enqueued(score_late) == [team.competition.pk]


def test_score_late_twice_changes_nothing():
    team = TeamFactory(competition=competition_with_solution("rmse"))
    send(team, 0.3, private=0.7, at=AFTER)
    confirm(team.competition, LATER)
    assert [score_late_privately(team.competition.pk, LATER) for _ in range(2)] == [1, 0]
    assert Submission.objects.get().private_score == 0.7


def test_a_lost_job_is_caught_up_with():
    confirmed, other = (TeamFactory(competition=competition_with_solution("rmse")) for _ in range(2))
    for team in (confirmed, other):
        send(team, 0.3, private=0.7, at=AFTER)
    confirm(confirmed.competition, LATER)
    assert [catch_up_with_late(LATER) for _ in range(2)] == [1, 0]
    assert confirmed.submissions.get().private_score == 0.7
    assert other.submissions.get().private_score is None
