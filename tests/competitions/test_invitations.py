"""Joining a team by its owner's invitation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.models import Competition, Invitation, Membership, RulesAcceptance, Team
from tests.factories import ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory
from tests.neighbour import ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]


@pytest.fixture
def alice():
    return UserFactory(username="alice")


@pytest.fixture
def bob():
    return UserFactory(username="bob")


@pytest.fixture
def cup():
    return CompetitionFactory(max_team_size=3)


@pytest.fixture
def team(cup, alice):
    return TeamFactory(competition=cup, name="Whales", owner=alice)


@pytest.fixture
def invite(client_of, team, alice):
    return lambda name="bob": client_of(alice).post(f"/api/teams/{team.pk}/invitations/", {"username": name})


@pytest.fixture
def decide(client_of):
    """`decide(user, "accept")`: about the newest invitation."""

    def decide(user, verb, **body):
        return client_of(user).post(f"/api/invitations/{Invitation.objects.first().pk}/{verb}/", body)

    return decide


def refusal(answer):
    return answer.status_code, answer.json()["errors"][0]["code"]


def members(team):
    return set(team.memberships.values_list("user__username", flat=True))


def test_the_invited_accepts_and_is_in(client_of, invite, decide, bob, team):
    invited = invite()
    waiting = client_of(bob).get("/api/invitations/").json()["results"]
    accepted = decide(bob, "accept")

    assert invited.status_code == 201
    assert [one["team"]["name"] for one in waiting] == ["Whales"]
    assert waiting[0]["invitedBy"]["username"] == "alice"
    assert accepted.json()["status"] == "accepted"
    assert members(team) == {"alice", "bob"}
    assert client_of(bob).get("/api/invitations/").json()["results"] == []


def test_the_invited_refuses(invite, decide, bob, team):
    invite()
    assert decide(bob, "refuse").json()["status"] == "refused"
    assert members(team) == {"alice"}
    assert refusal(decide(bob, "accept")) == (409, "not_pending")


def test_the_owner_takes_it_back(invite, decide, alice, bob):
    invite()
    assert decide(alice, "cancel").json()["status"] == "cancelled"
    assert refusal(decide(bob, "accept")) == (409, "not_pending")


def test_only_the_invited_decides(invite, decide, bob, alice, cup):
    invite()
    for verb in ("accept", "refuse"):
        assert refusal(decide(alice, verb)) == (403, "not_invited")
        assert refusal(decide(UserFactory(), verb)) == (404, "not_found")
    assert refusal(decide(bob, "cancel")) == (403, "not_the_team_owner")


def test_only_members_see_who_is_invited(client_of, invite, bob, team, alice):
    invite()
    path = f"/api/teams/{team.pk}/invitations/"
    assert len(client_of(alice).get(path).json()) == 1
    for user in (None, bob, UserFactory(is_superuser=True)):
        assert refusal(client_of(user).get(path)) == (403, "not_a_team_member")


def test_who_can_be_invited(invite, bob, alice):
    assert refusal(invite("nobody")) == (400, "no_such_user")
    assert refusal(invite("alice")) == (409, "already_a_member")
    assert invite("BOB").status_code == 201
    assert refusal(invite()) == (409, "already_invited")
    UserFactory(username="gone", is_active=False)
    assert refusal(invite("gone")) == (400, "no_such_user")


def test_a_team_has_at_most_so_many_members(invite, decide, bob, team, cup):
    Competition.objects.update(max_team_size=2)
    invite()
    Membership.objects.create(team=team, user=UserFactory(), competition=cup, joined_at=NOON)
    assert refusal(decide(bob, "accept")) == (409, "team_full")
    UserFactory(username="carol")
    assert refusal(invite("carol")) == (409, "team_full")
    assert members(team) >= {"alice"}
    assert "bob" not in members(team)


@pytest.mark.parametrize(
    ("merge_deadline", "at", "code"),
    [
        (None, ENDS - timedelta(seconds=1), None),
        (None, ENDS, "competition_ended"),
        (NOON, NOON - timedelta(seconds=1), None),
        (NOON, NOON, "merge_deadline_passed"),
    ],
)
def test_teams_grow_until_the_merge_deadline(invite, decide, bob, merge_deadline, at, code):
    Competition.objects.update(merge_deadline=merge_deadline)
    with freeze_time(at - timedelta(minutes=1)):
        invite()
    with freeze_time(at):
        answer = decide(bob, "accept")
        UserFactory(username="carol")
        another = invite("carol")
    if code is None:
        assert (answer.status_code, another.status_code) == (200, 201)
    else:
        assert refusal(answer) == refusal(another) == (403, code)


def test_a_team_of_ones_own_is_closed_for_it(client_of, invite, decide, bob, cup, team):
    own = TeamFactory(competition=cup, owner=bob)
    invite()
    assert decide(bob, "accept").status_code == 200
    own.refresh_from_db()
    assert not own.is_active
    assert members(team) == {"alice", "bob"}


def test_unless_it_has_submissions_or_others(invite, decide, bob, cup):
    own = TeamFactory(competition=cup, owner=bob)
    own.submits(0.5)
    invite()
    assert refusal(decide(bob, "accept")) == (409, "merge_instead")


def test_unless_it_has_others(invite, decide, bob, cup):
    TeamFactory(competition=cup, owner=UserFactory(), members=[bob])
    invite()
    assert refusal(decide(bob, "accept")) == (409, "merge_instead")


def test_who_does_not_take_part_yet_brings_what_entering_takes(invite, decide, bob):
    Competition.objects.update(rules_required=True, visibility="invitation", invitation_code="kappa")
    invite()
    assert refusal(decide(bob, "accept", acceptRules=True)) == (403, "wrong_invitation_code")
    assert refusal(decide(bob, "accept", invitationCode="kappa")) == (403, "rules_not_accepted")
    entering = {"invitationCode": "kappa", "acceptRules": True}
    assert refusal(decide(bob, "accept", **entering, rulesVersion=2)) == (409, "rules_changed")
    assert decide(bob, "accept", **entering, rulesVersion=1).status_code == 200
    assert RulesAcceptance.objects.filter(user=bob).exists()


def test_the_entry_deadline_holds_for_them_too(invite, decide, bob, cup):
    invite()
    Competition.objects.update(entry_deadline=NOON)
    assert refusal(decide(bob, "accept")) == (403, "entry_closed")
    TeamFactory(competition=cup, owner=bob)
    assert decide(bob, "accept").status_code == 200


def test_who_left_comes_back_as_who_they_were(client_of, invite, decide, bob, cup, team):
    since = NOON - timedelta(hours=3)
    Membership.objects.create(team=team, user=bob, competition=cup, joined_at=since)
    team.submits(0.5)
    client_of(bob).post(f"/api/teams/{team.pk}/leave/")
    invite()
    decide(bob, "accept")
    assert Membership.objects.get(user=bob).joined_at == since


def test_but_joins_no_other_team(client_of, invite, decide, bob, cup):
    other = TeamFactory(competition=cup, members=[bob])
    other.submits(0.5)
    client_of(bob).post(f"/api/teams/{other.pk}/leave/")
    invite()
    assert refusal(decide(bob, "accept")) == (403, "left_with_submissions")


def test_a_team_that_is_no_more_invites_nobody(client_of, invite, decide, alice, bob, team):
    invite()
    client_of(alice).post(f"/api/teams/{team.pk}/leave/")
    assert Invitation.objects.get().status == "cancelled"
    assert refusal(decide(bob, "accept")) == (409, "not_pending")
    assert client_of(bob).get("/api/invitations/").json()["results"] == []


def test_whoever_listens_is_told(invite, decide, bob, hears):
    with hears("invitation_sent", "invitation_decided", "entered") as heard:
        invite()
        decide(bob, "accept")
    assert heard == ["invitation_sent", "entered", "invitation_decided"]


@pytest.mark.parametrize("body", [{}, {"username": None}, {"username": {"a": 1}}, {"username": "a\0"}, [1]], ids=str)
def test_nonsense_is_a_clear_error(client_of, team, alice, body):
    assert client_of(alice).post(f"/api/teams/{team.pk}/invitations/", body).status_code == 400


def test_teams_stay_one_per_user(invite, decide, bob, team):
    invite()
    decide(bob, "accept")
    assert ours(Membership).filter(user=bob).count() == 1
    assert ours(Team).active().count() == 1


def test_a_competition_that_was_withdrawn_takes_its_invitations_out_of_sight(client_of, invite, decide, alice, bob):
    invite()
    Competition.objects.update(is_published=False, title="Secret")
    assert client_of(bob).get("/api/invitations/").json()["results"] == []
    for user, verb in ((bob, "accept"), (bob, "refuse"), (alice, "cancel")):
        assert refusal(decide(user, verb)) == (404, "not_found")
    Competition.objects.update(is_published=True)
    assert decide(bob, "accept").status_code == 200
