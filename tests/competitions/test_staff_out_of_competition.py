"""Staff of the site who can get at solutions take part without a rank, whatever is done afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from freezegun import freeze_time

from accounts.models import User
from competitions.models import StaffAccess, Standing, Team
from competitions.teams.conflicts import note_staff
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, invite
from competitions.teams.members import remove_member
from tests.competitions.test_log import newest
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup():
    with freeze_time(NOON - timedelta(days=10)):
        return CompetitionFactory(slug="cup")


def is_ranked(team) -> bool:
    assert Standing.objects.get(team=team).is_ranked is Team.objects.get(pk=team.pk).is_ranking
    return Standing.objects.get(team=team).is_ranked


def by_superuser(user):
    user.is_superuser = True
    user.save()


def may_edit() -> Permission:
    return Permission.objects.get(codename="change_competition")


def by_permission(user):
    user.is_staff = True
    user.save()
    user.user_permissions.add(may_edit())


def by_group(user):
    """The group has the permission first, and then the person comes."""
    group = Group.objects.create(name="editors")
    group.permissions.add(may_edit())
    user.is_staff = True
    user.save()
    user.groups.add(group)


def by_permission_of_a_group(user):
    group = Group.objects.create(name="editors")
    user.is_staff = True
    user.save()
    user.groups.add(group)
    group.permissions.add(may_edit())


def without_a_signal(user):
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    note_staff(NOON)


WAYS = [by_superuser, by_permission, by_group, by_permission_of_a_group, without_a_signal]


@pytest.mark.parametrize("gets_access", WAYS)
def test_who_gets_access_leaves_the_ranking_at_once_and_for_good(cup, gets_access):
    user = UserFactory()
    team = enter(competition=cup, user=user, at=NOON)
    assert is_ranked(team)
    with freeze_time(NOON):
        gets_access(user)
        assert not is_ranked(team)
        assert (newest(cup).kind, newest(cup).facts, newest(cup).actor) == (
            "out_of_competition",
            {"team": team.pk},
            None,
        )
        user = User.objects.get(pk=user.pk)
        user.is_superuser = user.is_staff = False
        user.save()
    assert StaffAccess.objects.get(user=user).until == NOON
    assert not is_ranked(team)


@pytest.mark.parametrize("still", [True, False])
def test_who_has_or_had_access_enters_without_a_rank(cup, still):
    user = UserFactory()
    with freeze_time(NOON):
        by_superuser(user)
        if not still:
            user.is_superuser = False
            user.save()
    assert not is_ranked(enter(competition=cup, user=user, at=NOON))


def test_a_team_that_takes_one_in_is_out_and_stays_out(cup):
    owner, user = UserFactory(), UserFactory()
    team = enter(competition=cup, user=owner, at=NOON)
    with freeze_time(NOON):
        by_superuser(user)
    invitation = invite(team=team, username=user.username, by=owner, at=NOON)
    accept_invitation(invitation=invitation, user=user, at=NOON)
    remove_member(team=team, username=user.username, by=owner, at=NOON)
    assert not is_ranked(team)


def test_what_was_over_before_stays_as_it_was(cup):
    user = UserFactory()
    team = TeamFactory(competition=cup, owner=user)
    with freeze_time(AFTER):
        by_superuser(user)
    assert is_ranked(team)


def test_who_lost_access_before_there_was_anything_to_know_competes(cup):
    user = UserFactory()
    with freeze_time(NOON - timedelta(days=20)):
        by_superuser(user)
        user.is_superuser = False
        user.save()
    assert is_ranked(enter(competition=cup, user=user, at=NOON))


def test_staff_without_the_permission_compete(cup):
    user = UserFactory()
    team = enter(competition=cup, user=user, at=NOON)
    with freeze_time(NOON):
        user.is_staff = True
        user.save()
    assert is_ranked(team)
    assert not StaffAccess.objects.filter(user=user).exists()


def test_noting_again_notes_nothing_new(cup):
    user = UserFactory()
    with freeze_time(NOON):
        by_superuser(user)
    assert note_staff(NOON) == note_staff(ENDS) == 0
    assert StaffAccess.objects.filter(user=user).count() == 1
