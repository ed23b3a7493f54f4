"""People, then their teams, then competitions by their numbers: the order in which everything is locked.

Each of two acts stops where it holds its first lock until the other does too; in another order they would wait for each
other, and PostgreSQL would end one of them.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.models import Standing, Team
from competitions.organising.hosts import add_host
from submissions import runs
from submissions.exclusion.services import disqualify
from tests.competitions.test_races import at_once
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory
from tests.submissions.conftest import competition_with_solution, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def meet(monkeypatch):
    """`meet(place)`: whoever comes by `place` for the first time waits there a moment for the other one."""
    barrier, met = threading.Barrier(2), threading.local()

    def wait() -> None:
        if not hasattr(met, "once"):
            met.once = True
            # Broken: the other one is kept waiting by a lock, as it should be.
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=0.4)

    def patch(place: str, *, after: bool = False) -> None:
        module, _dot, name = place.rpartition(".")
        original = getattr(__import__(module, fromlist=[name]), name)

        def stopping(*args, **kwargs):
            if after:
                result = original(*args, **kwargs)
                wait()
                return result
            wait()
            return original(*args, **kwargs)

        monkeypatch.setattr(place, stopping)

    return patch


def make_staff(user):
    user.is_superuser = True
    user.save()


def test_two_new_members_of_the_staff_with_teams_in_the_same_competitions(meet):
    """The teams of the one come in one order of competitions, and those of the other in the other order."""
    ants, bees = CompetitionFactory(), CompetitionFactory()
    alice, bob = UserFactory(), UserFactory()
    teams = [
        TeamFactory(competition=cup, owner=owner)
        for cup, owner in ((bees, alice), (ants, bob), (ants, alice), (bees, bob))
    ]
    meet("competitions.teams.conflicts.take_out", after=True)
    with freeze_time(NOON):
        assert at_once(lambda: make_staff(alice), lambda: make_staff(bob)) == ["done", "done"]
    assert not Team.objects.filter(pk__in=[team.pk for team in teams], out_of_competition_at__isnull=True).exists()
    assert not Standing.objects.filter(team__in=teams, is_ranked=True).exists()


def test_a_team_is_disqualified_while_somebody_of_it_becomes_an_organiser(meet):
    cup = CompetitionFactory(hosts=[host := UserFactory()])
    team = TeamFactory(competition=cup)
    meet("competitions.listeners.note_hosts")
    meet("submissions.exclusion.services.cancel_requests")
    outcomes = at_once(
        lambda: add_host(competition=cup, user=team.owner, by=host, at=NOON),
        lambda: disqualify(team=team, reason="Two accounts.", by=host, at=NOON),
    )
    assert outcomes == ["done", "done"]
    team.refresh_from_db()
    assert team.out_of_competition_at is not None
    assert team.disqualified_at is not None


def test_two_teams_leave_the_ranking_at_once_and_the_third_closes_up_to_the_first_place(meet):
    cup = competition_with_solution("rmse", hosts=[host := UserFactory()])
    teams = [TeamFactory(competition=cup) for _ in range(3)]
    for place, team in enumerate(teams):
        send(team, 0.1 + place / 10)
    run = runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER)
    while runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.MORE:
        pass
    assert ranks(teams) == [1, 2, 3]
    meet("competitions.leaderboards.standings._close_up")
    with freeze_time(AFTER + timedelta(minutes=1)):
        outcomes = at_once(
            *[lambda team=team: add_host(competition=cup, user=team.owner, by=host, at=AFTER) for team in teams[:2]]
        )
    assert outcomes == ["done", "done"]
    assert ranks(teams) == [None, None, 1]


def ranks(teams):
    return [Standing.objects.get(team=team).final_public_rank for team in teams]
