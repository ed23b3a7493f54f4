"""Teams with anybody who ever organised are on the boards, marked, and have no rank, whatever is done afterwards."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from competitions.leaderboards.standings import rebuild_standings
from competitions.models import Competition, Hosting, Standing, Team
from competitions.organising.hosts import add_host, remove_host
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, invite
from competitions.teams.members import leave, remove_member
from competitions.teams.merges import accept_merge, request_merge
from submissions import runs
from tests.competitions.test_admin import form_of
from tests.competitions.test_log import newest, work_out
from tests.factories import AFTER, NOON, CompetitionFactory, UserFactory, give_solution
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    cup = CompetitionFactory(slug="cup", hosts=[host])
    give_solution(cup, solution_csv("rmse"))
    return cup


def entered(competition, user, score=0.5):
    """Somebody who joined as people do, and sent in a file of this score."""
    team = enter(competition=competition, user=user, at=NOON - timedelta(days=1))
    send(team, score, score, user=user)
    return team


def board(api, path="public/") -> list[tuple]:
    with freeze_time(NOON):
        rows = api.get(f"/api/competitions/cup/leaderboard/{path}").json()["results"]
    return [(row["rank"], row["team"]["id"], row["outOfCompetition"]) for row in rows]


def test_a_host_in_the_lead_stands_last_without_a_rank(cup, host, api):
    theirs = entered(cup, host, 0.1)
    first, second = entered(cup, UserFactory(), 0.2), entered(cup, UserFactory(), 0.3)
    waiting = enter(competition=cup, user=UserFactory(), at=NOON)
    assert board(api) == [
        (1, first.pk, False),
        (2, second.pk, False),
        (None, waiting.pk, False),
        (None, theirs.pk, True),
    ]


def test_every_page_of_the_board_and_the_search_find_them(cup, host, api):
    theirs = entered(cup, host, 0.1)
    others = [entered(cup, UserFactory(), 0.2), entered(cup, UserFactory(), 0.3)]
    pages = [board(api, f"public/?pageSize=1&page={page}") for page in (1, 2, 3)]
    assert [row[1] for page in pages for row in page] == [others[0].pk, others[1].pk, theirs.pk]
    assert board(api, "public/?pageSize=2&page=2") == [(None, theirs.pk, True)]
    assert board(api, f"public/?search={theirs.name}") == [(None, theirs.pk, True)]
    api.force_authenticate(host)
    with freeze_time(NOON):
        me = api.get("/api/competitions/cup/leaderboard/public/?pageSize=1").json()["me"]
    assert (me["rank"], me["score"], me["outOfCompetition"]) == (None, 0.1, True)


def test_they_are_counted_nowhere(cup, host, api):
    entered(cup, host, 0.1)
    other = entered(cup, UserFactory(), 0.2)
    update = send(other, 0.15, at=NOON + timedelta(hours=1)).update
    assert (update.rank_after, update.teams) == (1, 1)
    assert api.get("/api/competitions/cup/").json()["teamCount"] == 1
    history = api.get("/api/competitions/cup/leaderboard/history/").json()
    assert [team["id"] for team in history["teams"]] == [other.pk]
    guruguru = api.get("/competitions/cup/public/").json()["results"]
    assert [row["name"] for row in guruguru] == [other.name]


def test_the_csv_marks_them(cup, host, api):
    theirs, other = entered(cup, host, 0.1), entered(cup, UserFactory(), 0.2)
    text = b"".join(api.get("/api/competitions/cup/leaderboard/public/csv/").streaming_content).decode("utf-8-sig")
    rows = [(row["rank"], row["team"], row["out_of_competition"]) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [("1", other.name, ""), ("", theirs.name, "true")]


def test_who_becomes_a_host_is_out_at_once_and_the_ranks_close_up(cup, host, api):
    first, second = entered(cup, UserFactory(), 0.2), entered(cup, UserFactory(), 0.3)
    before = Competition.objects.get().leaderboard_version
    add_host(competition=cup, user=first.owner, by=host, at=NOON)
    assert board(api) == [(1, second.pk, False), (None, first.pk, True)]
    assert Competition.objects.get().leaderboard_version > before, "polls must not get a 304"
    row = newest(cup)
    assert (row.kind, row.actor, row.subject, row.facts) == ("host_added", host, first.owner, {"team": first.pk})


@pytest.mark.parametrize("door", ["service", "relation", "other side of the relation"])
def test_there_is_no_door_by_which_a_host_stays_in(cup, host, door):
    team = entered(cup, UserFactory())
    if door == "service":
        add_host(competition=cup, user=team.owner, by=host, at=NOON)
    elif door == "relation":
        cup.hosts.add(team.owner)
    else:
        team.owner.hosted_competitions.add(cup)
    assert not Standing.objects.get(team=team).is_ranked
    assert Hosting.objects.filter(competition=cup, user=team.owner).exists()


def names_hosts(cup, host, *people):
    """The host saves the admin's form with these organisers beside themselves."""
    client = Client()
    client.force_login(host)
    body = form_of(cup, hosts=[host.pk, *(one.pk for one in people)])
    with freeze_time(NOON):
        return client.post(reverse("admin:competitions_competition_change", args=[cup.pk]), body)


def test_no_host_puts_a_team_out_by_naming_its_member_a_host(cup, host):
    team = entered(cup, UserFactory())
    answer = names_hosts(cup, host, team.owner)
    errors = answer.context["adminform"].form.errors.as_data()["hosts"]
    assert [error.code for error in errors] == ["host_takes_part"]
    assert Standing.objects.get(team=team).is_ranked


def test_who_takes_no_part_is_named_and_told_in_the_log(cup, host):
    helper = UserFactory()
    assert names_hosts(cup, host, helper).status_code == 302
    assert (newest(cup).kind, newest(cup).subject) == ("host_added", helper)
    assert not Standing.objects.get(team=entered(cup, helper)).is_ranked


def test_to_organise_no_more_brings_nobody_back(cup, host):
    team = entered(cup, UserFactory())
    add_host(competition=cup, user=team.owner, by=host, at=NOON)
    remove_host(competition=cup, user=team.owner, by=host, at=NOON)
    assert newest(cup).kind == "host_removed"
    assert not Standing.objects.get(team=team).is_ranked
    former = UserFactory()
    add_host(competition=cup, user=former, by=host, at=NOON)
    remove_host(competition=cup, user=former, by=host, at=NOON)
    assert not Standing.objects.get(team=entered(cup, former)).is_ranked


def joins(team, user):
    accept_invitation(invitation=invite(team=team, username=user.username, by=team.owner, at=NOON), user=user, at=NOON)


def test_a_team_that_takes_a_host_in_is_out_and_stays_out(cup, host):
    team = entered(cup, UserFactory())
    joins(team, host)
    assert not Standing.objects.get(team=team).is_ranked
    remove_member(team=team, username=host.username, by=team.owner, at=NOON)
    assert not Standing.objects.get(team=team).is_ranked
    leave(team=team, user=team.owner, at=NOON)
    assert enter(competition=cup, user=team.owner, at=NOON) == team
    assert not Standing.objects.get(team=team).is_ranked


@pytest.mark.parametrize("asks", ["host", "other"])
def test_a_merge_with_one_that_is_out_is_out(cup, host, asks):
    teams = {"host": enter(competition=cup, user=host, at=NOON), "other": entered(cup, UserFactory())}
    from_team = teams.pop(asks)
    (to_team,) = teams.values()
    merge = request_merge(from_team=from_team, to_team_id=to_team.pk, by=from_team.owner, at=NOON)
    accept_merge(merge_request=merge, by=to_team.owner, at=NOON)
    assert not Standing.objects.filter(competition=cup, is_ranked=True).exists()
    assert Team.objects.get(pk=to_team.pk).out_of_competition_at is not None


def test_a_merge_of_two_that_are_out_leaves_the_moment_of_each(cup, host):
    other, before = UserFactory(), NOON - timedelta(hours=1)
    asks, asked = enter(competition=cup, user=host, at=before), enter(competition=cup, user=other, at=before)
    add_host(competition=cup, user=other, by=host, at=NOON)
    merge = request_merge(from_team=asks, to_team_id=asked.pk, by=host, at=NOON)
    accept_merge(merge_request=merge, by=other, at=NOON)
    moments = Team.objects.filter(pk__in=[asks.pk, asked.pk]).values_list("pk", "out_of_competition_at")
    assert dict(moments) == {asks.pk: before, asked.pk: NOON}


def test_no_run_brings_them_back_and_a_host_of_the_last_minute_leaves_the_final_ranking(cup, host, api):
    theirs, first, second = (
        entered(cup, user, score) for user, score in ((host, 0.1), (UserFactory(), 0.2), (UserFactory(), 0.3))
    )
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    add_host(competition=cup, user=first.owner, by=host, at=AFTER)
    with freeze_time(AFTER):
        rows = api.get("/api/competitions/cup/leaderboard/private/").json()["results"]
    found = [(row["rank"], row["publicRank"], row["change"], row["team"]["id"]) for row in rows]
    assert found == [(1, 1, 0, second.pk), (None, None, None, theirs.pk), (None, None, None, first.pk)]
    rebuild_standings(phase=cup.phase, rows=[])
    assert list(Standing.objects.filter(is_ranked=True).values_list("team", flat=True)) == [second.pk]
    call_command("check_standings", stdout=StringIO())
