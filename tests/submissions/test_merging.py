"""What a merge does to submissions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from competitions import signals
from competitions.leaderboards.standings import combine_standings
from competitions.models import Standing, Team
from submissions.models import Submission
from submissions.services import submitting
from tests.factories import AFTER, NOON, CompetitionFactory, SubmissionFactory, TeamFactory, submits
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import METRICS

pytestmark = pytest.mark.django_db


def merge(from_team, to_team, at=NOON):
    """What the merge service does once all its rules are met."""
    with transaction.atomic():
        Team.objects.lock_all([from_team.pk, to_team.pk])
        signals.teams_merging.send(Team, from_team=from_team, to_team=to_team, at=at)
        combine_standings(from_team=from_team, to_team=to_team)
        from_team.merged_into, from_team.merged_at = to_team, at
        from_team.save()


@pytest.fixture(params=METRICS)
def teams(request, db):
    competition = CompetitionFactory(metric=request.param)
    return TeamFactory(competition=competition), TeamFactory(competition=competition)


def test_every_submission_moves(teams):
    asking, asked = teams
    moved = [
        submits(asking, 0.5),
        SubmissionFactory(team=asking, status=Submission.Status.REFUSED, public_score=None),
        SubmissionFactory(team=asking, is_late=True, created_at=AFTER),
    ]
    own = submits(asked, 0.4)
    merge(asking, asked)
    assert set(asked.submissions.all()) == {*moved, own}
    assert not asking.submissions.exists()


def test_best_score_and_its_time_are_those_of_both(teams):
    asking, asked = teams
    best = {"rmse": 0.2, "auc": 0.8}[asked.competition.phase.metric]
    submits(asking, best, at=NOON - timedelta(hours=2))
    submits(asked, 0.5, at=NOON - timedelta(hours=1))
    merge(asking, asked)
    standing = Standing.objects.get(team=asked)
    assert (standing.best_public_score, standing.best_submitted_at) == (best, NOON - timedelta(hours=2))
    assert (standing.last_submitted_at, standing.total_submissions) == (NOON - timedelta(hours=1), 2)


def test_selections_of_both_are_kept_up_to_the_limit_best_public_ones_first(teams):
    asking, asked = teams
    better, worse = {"rmse": (0.1, 0.9), "auc": (0.9, 0.1)}[asked.competition.phase.metric]
    first = submits(asking, better, is_selected=True)
    submits(asking, worse, is_selected=True)
    submits(asked, worse, is_selected=True)
    unselected = submits(asked, better)
    second = submits(asked, 0.5, is_selected=True)
    merge(asking, asked)
    assert set(asked.submissions.selected()) == {first, second}
    unselected.refresh_from_db()
    assert not unselected.is_selected


def test_of_equal_selections_the_earlier_is_kept(teams):
    asking, asked = teams
    later = submits(asking, 0.5, is_selected=True, at=NOON)
    kept = [submits(asked, 0.5, is_selected=True, at=NOON - timedelta(hours=n)) for n in (1, 2)]
    merge(asking, asked)
    assert set(asked.submissions.selected()) == set(kept)
    later.refresh_from_db()
    assert later.team == asked


def test_submissions_of_both_use_up_the_limits():
    competition = competition_with_solution("rmse", daily_submission_limit=3)
    asking, asked = TeamFactory(competition=competition), TeamFactory(competition=competition)
    send(asking), send(asked)
    merge(asking, asked)
    assert send(asked).allowance.remaining == 0


def test_submission_being_scored_during_the_merge_is_finished_for_the_merged_team(monkeypatch):
    competition = competition_with_solution("rmse")
    asking, asked = TeamFactory(competition=competition), TeamFactory(competition=competition)
    submits(asked, 0.5)
    evaluate = submitting.evaluate

    def merged_meanwhile(*args, **kwargs):
        result = evaluate(*args, **kwargs)
        merge(asking, asked)
        return result

    monkeypatch.setattr(submitting, "evaluate", merged_meanwhile)
    outcome = send(asking, 0.25)
    assert outcome.submission.team == asked
    standing = Standing.objects.get(team=asked)
    assert (standing.best_public_score, standing.total_submissions) == (0.25, 2)
    assert Standing.objects.get(team=asking).total_submissions == 0
