"""Two organisers in the same moment, on PostgreSQL: whatever comes first, the result is one that a single one could have
come to, and the log tells of both.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from freezegun import freeze_time

from competitions.models import Competition
from competitions.organising import editing
from competitions.organising.editing import edit_competition
from competitions.solution.services import active_solution, replace_solution
from submissions import runs
from submissions.checking import differences
from tests.competitions.test_admin import form_of
from tests.competitions.test_races import at_once
from tests.factories import AFTER, ENDS, NOON, TeamFactory, UserFactory
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import solution_csv

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LATER = AFTER + timedelta(days=1)


class Cup:
    """A competition with two organisers and a team, scored privately where `at` is after the end."""

    def __init__(self, at) -> None:
        self.at = at
        self.hosts = UserFactory.create_batch(2, is_staff=True)
        self.competition = competition_with_solution("rmse", hosts=self.hosts)
        self.team = TeamFactory(competition=self.competition)
        send(self.team)
        if at >= ENDS:
            run = runs.start_run(phase=self.competition.phase, kind="private", by=self.hosts[0], at=AFTER)
            self.work(run)

    def work(self, run) -> None:
        while runs.work(run.pk, now=lambda: self.at) is runs.Outcome.MORE:
            pass

    # --- acts ---
    def replaces(self, host, shift=1.0):
        file = BytesIO(solution_csv("rmse", shift=shift).encode())
        return replace_solution(
            phase=self.competition.phase, file=file, filename="s.csv", by=host, at=self.at, reason="A row was wrong."
        )

    def rescores(self, host):
        run = runs.start_run(phase=self.competition.phase, kind="rescore", by=host, at=self.at, reason="Why.")
        self.work(run)

    def scores_privately(self, host):
        self.work(runs.start_run(phase=self.competition.phase, kind="private", by=host, at=self.at, reason="Why."))

    def confirms(self, host):
        runs.confirm_private_leaderboard(phase=self.competition.phase, by=host, at=self.at)

    def unconfirms(self, host):
        runs.unconfirm_private_leaderboard(phase=self.competition.phase, by=host, at=self.at, reason="Why.")

    def moves_the_end(self, host):
        changes = {"ends_at": ENDS + timedelta(days=1)}
        edit_competition(competition=self.competition, changes=changes, by=host, at=self.at, reason="More time.")

    def raises_the_limit(self, host, limit=9):
        edit_competition(competition=self.competition, changes={"daily_submission_limit": limit}, by=host, at=self.at)

    def require_sense(self) -> None:
        """What must hold, whoever came first."""
        competition = Competition.objects.get(pk=self.competition.pk)
        versions = list(competition.solutions.order_by("version").values_list("version", "is_active"))
        assert [version for version, _active in versions] == list(range(1, len(versions) + 1))
        assert [active for _version, active in versions] == [False] * (len(versions) - 1) + [True]
        if competition.phase.confirmed_at is not None:
            run = competition.scoring_runs.filter(scores_private=True).latest("pk")
            assert run.solution == active_solution(competition.phase)
            assert not competition.phase.may_be_objected_to(competition.phase.confirmed_at)
        assert competition.log.filter(kind="solution").count() == len(versions)
        call_command("verify_log", verbosity=0)
        assert not list(differences(competition.phase))


RACES = [
    (NOON, "replaces", "rescores", {"done", "changed_meanwhile", "scoring_run_active"}),
    (NOON, "replaces", "moves_the_end", {"done"}),
    (NOON, "replaces", "replaces", {"done", "changed_meanwhile"}),
    (NOON, "rescores", "rescores", {"done", "scoring_run_active"}),
    (NOON, "moves_the_end", "raises_the_limit", {"done"}),
    (LATER, "replaces", "confirms", {"done", "private_scoring_outdated", "objections_open"}),
    (LATER, "replaces", "scores_privately", {"done", "changed_meanwhile"}),
    (LATER, "rescores", "confirms", {"done", "scoring_run_active"}),
    (LATER, "confirms", "confirms", {"done"}),
    (LATER, "confirms", "unconfirms", {"done"}),
    (LATER, "confirms", "moves_the_end", {"done", "clock_frozen"}),
]


@pytest.mark.parametrize(("at", "first", "second", "possible"), RACES, ids=[f"{r[1]}-{r[2]}" for r in RACES])
def test_two_organisers_at_once(at, first, second, possible):
    cup = Cup(at)
    one, other = cup.hosts
    outcomes = at_once(lambda: getattr(cup, first)(one), lambda: getattr(cup, second)(other))
    assert set(outcomes) <= possible
    assert "done" in outcomes
    cup.require_sense()


def test_a_limit_that_two_raise_does_not_fall_again(monkeypatch):
    """Who raises it less has looked at what there is, and would write after the other one, if that could get through."""
    cup = Cup(NOON)
    one, other = cup.hosts
    has_looked, is_through = threading.Event(), threading.Event()
    check = editing._check_rules

    def check_and_wait(before, after, **more):
        check(before, after, **more)
        if after.phase.daily_submission_limit == 7 and connection.in_atomic_block:  # not the look before the lock
            has_looked.set()
            is_through.wait(timeout=1)

    def raises_it_more():
        assert has_looked.wait(timeout=30)
        cup.raises_the_limit(other, 9)
        is_through.set()

    monkeypatch.setattr(editing, "_check_rules", check_and_wait)
    assert at_once(lambda: cup.raises_the_limit(one, 7), raises_it_more) == ["done", "done"]
    assert Competition.objects.get(pk=cup.competition.pk).phase.daily_submission_limit == 9


def post_new_host(cup, person):
    client = Client()
    client.force_login(cup.hosts[0])
    page = reverse("admin:competitions_competition_change", args=[cup.competition.pk])
    people = [*(host.pk for host in cup.hosts), person.pk]
    body = {**form_of(Competition.objects.get(pk=cup.competition.pk)), "summary": "New.", "hosts": people}
    return client.post(page, {name: value for name, value in body.items() if value is not None}).status_code


def test_people_and_teams_are_locked_before_the_competition():
    """The one order: who submits locks the team and then the competition, whose log the form writes."""
    cup = Cup(NOON)
    with freeze_time(NOON), CaptureQueriesContext(connection) as queries:
        assert post_new_host(cup, UserFactory()) == 302
    locks = [query["sql"].split(" FROM ")[1].split()[0] for query in queries if " UPDATE" in query["sql"][-60:]]
    assert locks.index('"accounts_user"') < locks.index('"competitions_competition"')


def test_a_host_who_has_just_entered_and_submits_waits_for_nobody_crosswise(monkeypatch):
    """They entered after the form was checked; their team goes out of competition while it submits."""
    monkeypatch.setattr("competitions.organising.admin.check_new_hosts", lambda **_: None)
    cup = Cup(NOON)
    with freeze_time(NOON):
        outcomes = at_once(
            lambda: post_new_host(cup, cup.team.owner),
            *[lambda: send(cup.team, at=NOON + timedelta(minutes=1))] * 3,
        )
    assert set(outcomes) == {"done"}
    cup.team.refresh_from_db()
    assert cup.team.out_of_competition_at is not None
    assert not list(differences(cup.competition.phase))
