"""Joining a competition."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from freezegun import freeze_time

from competitions.exceptions import AlreadyEntered
from competitions.models import Competition, Departure, Membership, Page, RulesAcceptance, Standing, Team
from competitions.teams import entries
from tests.factories import AFTER, ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.neighbour import ours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]


def enter(client, competition, **body):
    return client.post(f"/api/competitions/{competition.slug}/enter/", body)


def code_of(response):
    return response.json()["errors"][0]["code"]


def test_entering_makes_a_team_of_one_with_a_standing(client_of):
    alice, cup = UserFactory(username="alice"), CompetitionFactory()

    answer = enter(client_of(alice), cup)

    assert answer.status_code == 201
    team = answer.json()
    assert team["name"] == "alice"
    assert team["competition"] == cup.slug
    assert team["owner"]["username"] == "alice"
    assert [member["username"] for member in team["members"]] == ["alice"]
    assert team["isMine"]
    assert team["isOwner"]
    assert team["isActive"]
    assert Standing.objects.get(team=team["id"]).is_ranked


def test_a_name_that_is_taken_gets_a_number(client_of):
    cup = CompetitionFactory()
    TeamFactory(competition=cup, name="Alice")
    assert enter(client_of(UserFactory(username="alice")), cup).json()["name"] == "alice 2"


def test_nobody_enters_twice(client_of):
    alice, cup = UserFactory(), CompetitionFactory()
    enter(client_of(alice), cup)

    answer = enter(client_of(alice), cup)

    assert (answer.status_code, code_of(answer)) == (409, "already_entered")
    assert ours(Membership).count() == ours(Team).count() == 1


def test_a_visitor_has_to_sign_in(client_of):
    assert enter(client_of(), CompetitionFactory()).status_code == 401


def test_an_unpublished_competition_is_unknown_to_all_but_its_hosts(client_of):
    host = UserFactory()
    cup = CompetitionFactory(is_published=False, hosts=[host])
    assert enter(client_of(UserFactory()), cup).status_code == 404
    assert enter(client_of(host), cup).status_code == 201


@pytest.mark.parametrize(
    ("deadline", "at", "status"),
    [
        (None, STARTS.replace(day=1, month=5), 201),
        (None, ENDS, 403),
        (None, AFTER, 403),
        (NOON, NOON.replace(hour=11, minute=59, second=59), 201),
        (NOON, NOON, 403),
    ],
    ids=["before the start", "at the end", "after the end", "a second before the deadline", "at the deadline"],
)
def test_entering_is_open_from_publication_to_the_entry_deadline(client_of, deadline, at, status):
    cup, user = CompetitionFactory(entry_deadline=deadline), UserFactory()
    with freeze_time(at):
        answer = enter(client_of(user), cup)
    assert answer.status_code == status
    if status == 403:
        assert code_of(answer) == "entry_closed"


def test_required_rules_are_accepted_by_entering_and_the_version_is_kept(client_of):
    alice, cup = UserFactory(), CompetitionFactory(rules_required=True, rules_version=3)

    refused = enter(client_of(alice), cup)
    entered = enter(client_of(alice), cup, acceptRules=True)

    assert (refused.status_code, code_of(refused)) == (403, "rules_not_accepted")
    assert entered.status_code == 201
    assert RulesAcceptance.objects.get(user=alice).version == 3


def test_a_new_version_of_the_rules_is_accepted_anew(client_of):
    alice, cup = UserFactory(), CompetitionFactory(rules_required=True)
    enter(client_of(alice), cup, acceptRules=True)
    Competition.objects.update(rules_version=2)

    answer = client_of(alice).post(f"/api/competitions/{cup.slug}/accept-rules/")

    assert answer.status_code == 204
    assert set(RulesAcceptance.objects.values_list("version", flat=True)) == {1, 2}


@pytest.mark.parametrize("read", [1, 3])
def test_nobody_accepts_a_version_of_the_rules_that_they_did_not_read(client_of, read):
    alice, cup = UserFactory(), CompetitionFactory(rules_required=True, rules_version=2)
    client, accepting = client_of(alice), f"/api/competitions/{cup.slug}/accept-rules/"

    refused = enter(client, cup, acceptRules=True, rulesVersion=read)
    assert (refused.status_code, code_of(refused)) == (409, "rules_changed")
    assert refused.json()["errors"][0]["params"] == {"version": 2}
    assert not ours(Team).exists()
    assert not RulesAcceptance.objects.exists()

    assert enter(client, cup, acceptRules=True, rulesVersion=2).status_code == 201
    Competition.objects.update(rules_version=4)
    refused = client.post(accepting, {"rulesVersion": read})
    assert (refused.status_code, code_of(refused)) == (409, "rules_changed")
    assert client.post(accepting, {"rulesVersion": 4}).status_code == 204
    assert set(RulesAcceptance.objects.values_list("version", flat=True)) == {2, 4}


def test_only_participants_accept_rules_without_entering(client_of):
    answer = client_of(UserFactory()).post(f"/api/competitions/{CompetitionFactory().slug}/accept-rules/")
    assert (answer.status_code, code_of(answer)) == (403, "not_entered")


@pytest.mark.parametrize(("given", "status"), [("kappa", 201), (" kappa ", 201), ("Kappa", 403), ("", 403)])
def test_a_closed_room_takes_its_code(client_of, given, status):
    cup = CompetitionFactory(visibility="invitation", invitation_code="kappa")
    answer = enter(client_of(UserFactory()), cup, invitationCode=given)
    assert answer.status_code == status
    if status == 403:
        assert code_of(answer) == "wrong_invitation_code"


def test_guessing_at_the_code_is_slowed_down_whichever_way(client_of, monkeypatch):
    monkeypatch.setattr("foundation.throttling.WriteThrottle.THROTTLE_RATES", {"joining": "2/min", "writes": "99/min"})
    cup = CompetitionFactory(visibility="invitation", invitation_code="kappa")
    guesser = UserFactory()
    invitation = TeamFactory(competition=cup).invitations.create(user=guesser, created_at=NOON)
    client, accept = client_of(guesser), f"/api/invitations/{invitation.pk}/accept/"
    assert enter(client, cup, invitationCode="alpha").status_code == 403
    assert client.post(accept, {"invitationCode": "beta"}).status_code == 403
    assert client.post(accept, {"invitationCode": "kappa"}).status_code == 429
    assert enter(client, cup, invitationCode="kappa").status_code == 429
    assert enter(client_of(UserFactory()), cup, invitationCode="kappa").status_code == 201, "nobody else waits"


def test_a_closed_room_without_a_code_lets_nobody_in(client_of):
    cup = CompetitionFactory(visibility="invitation", invitation_code="")
    assert enter(client_of(UserFactory()), cup, invitationCode="").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"acceptRules": "perhaps"},
        {"acceptRules": []},
        {"invitationCode": {"a": 1}},
        {"invitationCode": "x\0"},
        [1],
        {"rulesVersion": 0},
        {"rulesVersion": 10**30},
    ],
    ids=str,
)
def test_nonsense_is_refused_clearly(client_of, body):
    answer = client_of(UserFactory()).post(f"/api/competitions/{CompetitionFactory().slug}/enter/", body)
    assert answer.status_code == 400


def test_pages_can_be_read_before_entering(client_of):
    cup = CompetitionFactory(visibility="invitation", invitation_code="kappa")
    Page.objects.create(competition=cup, slug="rules", title="Rules", body="Be *fair*.")
    answer = client_of().get(f"/api/competitions/{cup.slug}/pages/rules/")
    assert answer.json()["html"] == "<p>Be <em>fair</em>.</p>\n"


def test_who_left_a_team_elsewhere_still_needs_the_code_of_a_closed_room(client_of):
    """Who left this room has given its code; who left another one, or somebody else who left this one, has not."""
    alice, bob = UserFactory(), UserFactory()
    cup = CompetitionFactory(visibility="invitation", invitation_code="kappa")
    for competition, user in ((CompetitionFactory(), alice), (cup, bob)):
        left = TeamFactory(competition=competition, disbanded_at=NOON)
        Departure.objects.create(competition=competition, team=left, user=user, joined_at=STARTS, left_at=NOON)
    refused = enter(client_of(alice), cup)
    assert (refused.status_code, code_of(refused)) == (403, "wrong_invitation_code")
    assert enter(client_of(alice), cup, invitationCode="kappa").json()["owner"]["username"] == alice.username
    assert enter(client_of(bob), cup).status_code == 201


def test_entering_shows_on_the_leaderboard_at_once(client_of):
    """A poll must not get the page of before."""
    cup = CompetitionFactory()
    address = f"/api/competitions/{cup.slug}/leaderboard/public/"
    before = client_of().get(address)["ETag"]
    enter(client_of(UserFactory()), cup)
    assert client_of().get(address, HTTP_IF_NONE_MATCH=before).json()["count"] == 1


def test_a_second_click_that_was_quicker_is_told_as_having_entered(monkeypatch):
    """Both had been let in when the first one got its team."""
    alice, cup = UserFactory(), CompetitionFactory()

    def checked_while_the_other_click_enters(**_conditions):
        TeamFactory(competition=cup, owner=alice)

    monkeypatch.setattr(entries, "check_conditions", checked_while_the_other_click_enters)
    with pytest.raises(AlreadyEntered):
        entries.enter(competition=cup, user=alice, at=NOON)
    assert alice.memberships.count() == 1


def test_another_refusal_of_the_database_is_not_told_as_having_entered(monkeypatch):
    def refused(_teams):
        raise IntegrityError("something else")

    TeamFactory(owner=(alice := UserFactory()))
    cup = CompetitionFactory()
    TeamFactory(competition=cup)
    monkeypatch.setattr(entries, "index_names", refused)
    with pytest.raises(IntegrityError):
        entries.enter(competition=cup, user=alice, at=NOON)
