"""Renaming, handing over, leaving, removing; who sees a team."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from freezegun import freeze_time

from competitions.models import Competition, Departure, Membership, Standing, Team
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory
from tests.neighbour import ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]

LAST_SECOND = ENDS - timedelta(seconds=1)


@pytest.fixture
def alice():
    return UserFactory(username="alice")


@pytest.fixture
def bob():
    return UserFactory(username="bob")


@pytest.fixture
def cup():
    return CompetitionFactory()


@pytest.fixture
def team(cup, alice, bob):
    """Alice's team, with Bob in it."""
    return TeamFactory(competition=cup, name="Whales", owner=alice, members=[bob])


def refusal(answer):
    return answer.status_code, answer.json()["errors"][0]["code"]


def names(answer):
    return [one["name"] for one in answer.json()["results"]]


# --- seeing -----------------------------------------------------------------------------------------------------------
def test_everybody_sees_the_teams_of_an_open_competition(client_of, team, cup):
    TeamFactory(competition=cup, name="Ants")
    TeamFactory(name="of another competition")
    answer = client_of().get(f"/api/competitions/{cup.slug}/teams/")
    assert names(answer) == ["Ants", "Whales"]
    assert answer.json()["results"][1]["owner"]["username"] == "alice"
    assert client_of().get(f"/api/teams/{team.pk}/").status_code == 200


def test_teams_are_found_by_their_name_and_their_members(client_of, team, cup):
    TeamFactory(competition=cup, name="Ants")
    client = client_of()
    assert names(client.get(f"/api/competitions/{cup.slug}/teams/?search=whal")) == ["Whales"]
    assert names(client.get(f"/api/competitions/{cup.slug}/teams/?search=BOB")) == ["Whales"]
    assert names(client.get(f"/api/competitions/{cup.slug}/teams/?search=cat")) == []


def test_a_closed_room_keeps_its_teams_to_its_people(client_of, team, cup, bob):
    Competition.objects.update(visibility="invitation")
    for path in (f"/api/competitions/{cup.slug}/teams/", f"/api/teams/{team.pk}/"):
        assert client_of().get(path).status_code == 403
        assert client_of(UserFactory()).get(path).status_code == 403
        assert client_of(bob).get(path).status_code == 200


def test_the_list_takes_as_many_queries_however_long(client_of, cup, django_assert_max_num_queries):
    for _ in range(6):
        TeamFactory(competition=cup, members=[UserFactory()])
    with django_assert_max_num_queries(6):
        client_of().get(f"/api/competitions/{cup.slug}/teams/")


def test_my_teams(client_of, team, bob, cup):
    other = TeamFactory(owner=bob)
    assert set(names(client_of(bob).get("/api/teams/"))) == {"Whales", other.name}
    assert names(client_of(bob).get(f"/api/teams/?competition={cup.slug}")) == ["Whales"]
    assert names(client_of(bob).get(f"/api/teams/?competition={cup.pk}")) == ["Whales"]
    assert names(client_of(bob).get("/api/teams/?competition=nope")) == []
    assert client_of().get("/api/teams/").status_code == 401


@pytest.mark.parametrize("pk", ["0", "999999", str(2**63), "9" * 30])
def test_unknown_teams_are_not_found(client_of, alice, pk):
    assert client_of(alice).get(f"/api/teams/{pk}/").status_code == 404
    assert client_of(alice).post(f"/api/teams/{pk}/leave/").status_code == 404


# --- names ------------------------------------------------------------------------------------------------------------
def test_the_owner_renames_the_team(client_of, team, alice):
    answer = client_of(alice).patch(f"/api/teams/{team.pk}/", {"name": "  Blue   Whales 👩‍🔬 "})
    assert answer.json()["name"] == "Blue Whales 👩‍🔬"


def test_a_new_name_makes_the_leaderboard_new(client_of, team, alice, cup):
    client_of(alice).patch(f"/api/teams/{team.pk}/", {"name": "New"})
    assert Competition.objects.get(pk=cup.pk).leaderboard_version > cup.leaderboard_version


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("x" * 81, "invalid_name"),
        ("\u200b\u200d", "invalid_name"),
        ("a\0b", "null_characters_not_allowed"),
        ("x" * 300, "invalid_name"),
        ("ants", "name_taken"),
        ("Ａｎｔｓ", "name_taken"),
        ("ＡNTS", "name_taken"),
        ("𝐀𝐧𝐭𝐬", "name_taken"),
        ({"a": 1}, "invalid"),
    ],
    ids=repr,
)
def test_not_every_name_will_do(client_of, team, alice, cup, name, code):
    TeamFactory(competition=cup, name="Ants")
    assert refusal(client_of(alice).patch(f"/api/teams/{team.pk}/", {"name": name})) == (400, code)


def test_a_name_that_is_too_long_is_told_the_bound_that_holds(client_of, team, alice):
    answer = client_of(alice).patch(f"/api/teams/{team.pk}/", {"name": "x" * 300})
    assert "at most 80 characters" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(("first", "second"), [("ｶﾞｶﾞ", "ガガ"), ("Straße", "STRASSE"), ("ﬁve", "Five"), ("１２", "12")])
def test_of_two_names_that_look_alike_the_second_is_taken(client_of, team, alice, cup, first, second):
    TeamFactory(competition=cup, name=first)
    client = client_of(alice)
    assert refusal(client.patch(f"/api/teams/{team.pk}/", {"name": second})) == (400, "name_taken")
    assert client.patch(f"/api/teams/{team.pk}/", {"name": f"{second} 2"}).json()["name"] == f"{second} 2"


def test_the_database_itself_refuses_a_look_alike(cup):
    TeamFactory(competition=cup, name="Bob")
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamFactory(competition=cup, name="Ｂｏｂ")
    TeamFactory(name="Ｂｏｂ")


def test_a_name_of_signs_that_fold_to_many_is_kept(client_of, team, alice):
    assert client_of(alice).patch(f"/api/teams/{team.pk}/", {"name": "\ufdfa" * 80}).status_code == 200


def test_only_the_owner_manages(client_of, team, bob):
    for user in (bob, UserFactory(), UserFactory(is_superuser=True), *team.competition.hosts.all()):
        client = client_of(user)
        assert refusal(client.patch(f"/api/teams/{team.pk}/", {"name": "x"})) == (403, "not_the_team_owner")
        for act in ("transfer", "remove"):
            answer = client.post(f"/api/teams/{team.pk}/{act}/", {"username": "alice"})
            assert refusal(answer) == (403, "not_the_team_owner")
    assert client_of().patch(f"/api/teams/{team.pk}/", {"name": "x"}).status_code == 401


# --- owners -----------------------------------------------------------------------------------------------------------
def test_the_owner_hands_over(client_of, team, alice, bob):
    answer = client_of(alice).post(f"/api/teams/{team.pk}/transfer/", {"username": "Bob"})
    assert answer.json()["owner"]["username"] == "bob"
    assert client_of(bob).patch(f"/api/teams/{team.pk}/", {"name": "x"}).status_code == 200


def test_only_to_a_member(client_of, team, alice):
    UserFactory(username="carol")
    for name in ("carol", "nobody"):
        answer = client_of(alice).post(f"/api/teams/{team.pk}/transfer/", {"username": name})
        assert refusal(answer) == (400, "no_such_member")


# --- leaving ----------------------------------------------------------------------------------------------------------
def test_a_member_leaves_and_may_start_anew(client_of, team, bob, cup):
    assert client_of(bob).post(f"/api/teams/{team.pk}/leave/").status_code == 204
    assert client_of(bob).post(f"/api/competitions/{cup.slug}/enter/").status_code == 201
    assert not ours(Departure).exists()


def test_an_owner_with_others_hands_over_first(client_of, team, alice):
    assert refusal(client_of(alice).post(f"/api/teams/{team.pk}/leave/")) == (409, "owner_must_hand_over")


def test_the_last_to_leave_closes_the_team(client_of, team, alice, bob, cup):
    client_of(bob).post(f"/api/teams/{team.pk}/leave/")
    client_of(alice).post(f"/api/teams/{team.pk}/leave/")
    team.refresh_from_db()
    assert not team.is_active
    assert not Standing.objects.get(team=team).is_ranked
    assert names(client_of().get(f"/api/competitions/{cup.slug}/teams/")) == []


def test_outsiders_have_nothing_to_leave(client_of, team):
    assert refusal(client_of(UserFactory()).post(f"/api/teams/{team.pk}/leave/")) == (403, "not_a_team_member")


def test_members_go_until_the_end_and_not_after(client_of, team, bob, alice):
    with freeze_time(ENDS):
        assert refusal(client_of(bob).post(f"/api/teams/{team.pk}/leave/")) == (403, "competition_ended")
        answer = client_of(alice).post(f"/api/teams/{team.pk}/remove/", {"username": "bob"})
        assert refusal(answer) == (403, "competition_ended")
    with freeze_time(LAST_SECOND):
        assert client_of(bob).post(f"/api/teams/{team.pk}/leave/").status_code == 204


def test_who_leaves_submissions_of_their_time_behind_competes_in_no_other_team(client_of, team, bob, cup):
    team.submits(0.5)
    client_of(bob).post(f"/api/teams/{team.pk}/leave/")
    answer = client_of(bob).post(f"/api/competitions/{cup.slug}/enter/")
    assert refusal(answer) == (403, "left_with_submissions")


def test_submissions_from_before_ones_time_do_not_bind(client_of, team, bob, cup):
    team.submits(0.5, at=NOON - timedelta(hours=2))
    ours(Membership).filter(user=bob).update(joined_at=NOON - timedelta(hours=1))
    client_of(bob).post(f"/api/teams/{team.pk}/leave/")
    assert client_of(bob).post(f"/api/competitions/{cup.slug}/enter/").status_code == 201


def test_who_left_a_team_empty_gets_it_back_with_its_submissions(client_of, cup):
    carol = UserFactory()
    team = TeamFactory(competition=cup, owner=carol)
    team.submits(0.5)
    client_of(carol).post(f"/api/teams/{team.pk}/leave/")

    answer = client_of(carol).post(f"/api/competitions/{cup.slug}/enter/")

    assert answer.json()["id"] == team.pk
    assert Standing.objects.get(team=team).is_ranked
    assert Standing.objects.get(team=team).total_submissions == 1


# --- removing ---------------------------------------------------------------------------------------------------------
def test_the_owner_removes_a_member(client_of, team, alice):
    answer = client_of(alice).post(f"/api/teams/{team.pk}/remove/", {"username": "bob"})
    assert [member["username"] for member in answer.json()["members"]] == ["alice"]


def test_but_not_oneself_nor_somebody_else(client_of, team, alice):
    remove = f"/api/teams/{team.pk}/remove/"
    assert refusal(client_of(alice).post(remove, {"username": "alice"})) == (400, "cannot_remove_oneself")
    assert refusal(client_of(alice).post(remove, {"username": "carol"})) == (400, "no_such_member")


def test_a_closed_team_is_history(client_of, team, alice):
    Team.objects.update(disbanded_at=AFTER)
    client = client_of(alice)
    assert refusal(client.patch(f"/api/teams/{team.pk}/", {"name": "x"})) == (409, "team_not_active")
    assert refusal(client.post(f"/api/teams/{team.pk}/leave/")) == (409, "team_not_active")
    assert refusal(client.post(f"/api/teams/{team.pk}/invitations/", {"username": "x"})) == (409, "team_not_active")
