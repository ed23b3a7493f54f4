"""Single rules of who may do what, each with the person who shows it. All routes together: `tests/matrix/table.py`."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from competitions import permissions as can
from competitions.models import RulesAcceptance
from competitions.teams.entries import accept_rules
from foundation.refusals import NotVisible
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]


def with_permission(**fields):
    user = UserFactory(**fields)
    user.user_permissions.add(Permission.objects.get(codename="change_competition"))
    return user


def test_who_accepted_an_older_version_of_the_rules_submits_and_downloads_only_once_they_accept_the_present_one():
    cup = CompetitionFactory(rules_required=True)
    team = TeamFactory(competition=cup)
    asks = [
        lambda: can.submit(team.owner, team, team.competition.phase, NOON),
        lambda: can.view_data(team.owner, cup, NOON),
    ]
    accept_rules(competition=cup, user=team.owner, at=NOON)
    assert all(ask() for ask in asks)
    cup.rules_version = 2
    cup.save()
    assert [ask().refusal.code for ask in asks] == ["rules_not_accepted"] * 2
    accept_rules(competition=cup, user=team.owner, at=NOON)
    assert all(ask() for ask in asks)


def test_rules_accepted_elsewhere_or_by_somebody_else_are_not_accepted_here():
    cup, other = CompetitionFactory(rules_required=True), CompetitionFactory(rules_required=True)
    alice, bob = UserFactory(), UserFactory()
    RulesAcceptance.objects.create(competition=other, user=alice, version=1, accepted_at=NOON)
    RulesAcceptance.objects.create(competition=cup, user=bob, version=1, accepted_at=NOON)
    assert not can.accepted_rules(alice, cup)
    assert can.accepted_rules(bob, cup)


@pytest.mark.parametrize("path", ["leaderboard/public/", "teams/"])
def test_organisers_who_do_not_take_part_see_inside_their_closed_room(client_of, path):
    host = UserFactory()
    cup = CompetitionFactory(visibility="invitation", invitation_code="x", hosts=[host])
    assert client_of(host).get(f"/api/competitions/{cup.slug}/{path}").status_code == 200
    assert client_of(UserFactory()).get(f"/api/competitions/{cup.slug}/{path}").status_code == 403


def test_an_editor_is_of_the_staff_and_has_the_permission():
    """One of the two is not enough: a permission may be left with somebody who is of the staff no more."""
    cup = CompetitionFactory()
    editor = with_permission(is_staff=True)
    assert can.edit(editor, cup)
    assert can.send_competition_files(editor)
    for user in (with_permission(is_staff=False), UserFactory(is_staff=True)):
        assert not can.is_editor(user)
        assert not can.edit(user, cup)
        assert not can.send_competition_files(user)


def test_an_editor_opens_a_draft_and_changes_it(client_of):
    editor, draft = with_permission(is_staff=True), CompetitionFactory(is_published=False)
    address = f"/api/competitions/{draft.slug}/"
    assert client_of(editor).get(address).status_code == 200
    assert client_of(editor).patch(address, {"summary": "Soon."}).status_code == 200
    for user in (UserFactory(), UserFactory(is_staff=True), with_permission()):
        assert client_of(user).get(address).status_code == 404


def test_who_may_not_know_of_a_draft_is_told_that_there_is_none():
    draft = CompetitionFactory(is_published=False)
    assert isinstance(can.edit(UserFactory(), draft).refusal, NotVisible)
    assert can.edit(UserFactory(), CompetitionFactory()).refusal.code == "not_a_host"


def test_only_staff_in_use_make_competitions():
    assert can.create_competition(UserFactory(is_staff=True))
    for fields in ({"is_staff": True, "is_active": False}, {}, {"is_superuser": True, "is_staff": False}):
        assert not can.create_competition(UserFactory(**fields))


def test_owning_a_team_that_is_no_more_manages_nothing():
    team = TeamFactory()
    assert can.manage_team(team.owner, team)
    team.disbanded_at = NOON
    assert can.manage_team(team.owner, team).refusal.code == "team_not_active"
    assert can.manage_team(UserFactory(), team).refusal.code == "not_the_team_owner"


def test_members_of_a_competition_that_was_taken_off_the_site_see_their_team_and_submit_nothing():
    team = TeamFactory(competition=CompetitionFactory(is_published=False))
    assert can.see_team(team.owner, team)
    assert isinstance(can.submit(team.owner, team, team.competition.phase, NOON).refusal, NotVisible)
    for user in (UserFactory(), AnonymousUser()):
        assert isinstance(can.see_team(user, team).refusal, NotVisible)


def test_a_closed_room_shows_its_private_leaderboard_to_its_people_only():
    cup = CompetitionFactory(visibility="invitation", invitation_code="x", confirmed_at=AFTER)
    assert can.view_private_leaderboard(TeamFactory(competition=cup).owner, cup.phase, AFTER)
    assert can.view_private_leaderboard(UserFactory(), cup.phase, AFTER).refusal.code == "not_entered"


def test_only_the_invited_person_decides_on_an_invitation_and_only_the_owner_takes_it_back():
    team, invited = TeamFactory(members=[UserFactory()]), UserFactory()
    invitation = team.invitations.create(user=invited, invited_by=team.owner, created_at=NOON)
    member = team.memberships.exclude(user=team.owner).get().user
    everybody = [invited, team.owner, member, UserFactory(), AnonymousUser()]
    assert [bool(can.decide_invitation(user, invitation)) for user in everybody] == [True, False, False, False, False]
    assert [bool(can.cancel_invitation(user, invitation)) for user in everybody] == [False, True, False, False, False]
