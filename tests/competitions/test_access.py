"""May this person, which competitions, which people: three questions with one answer."""

from __future__ import annotations

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from accounts.models import User
from competitions.access import PAGE, ROOM
from competitions.models import Competition, Helper
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

ROLES = [
    *("visitor", "stranger", "participant", "host", "co_host", "host_elsewhere", "participant_elsewhere", "helper"),
    *("staff", "editor", "editor_by_group", "once_editor", "superuser"),
    *("inactive", "inactive_host", "inactive_editor", "inactive_superuser"),
]
ROOMS = list(itertools.product(Competition.Visibility.values, [True, False]))


@pytest.fixture
def people():
    """One account of each role; the visitor has none."""
    may_change = Permission.objects.get(codename="change_competition")
    group = Group.objects.create(name="editors")
    group.permissions.add(may_change)
    inactive = {"is_active": False}
    found = {
        role: UserFactory(**fields)
        for role, fields in {
            **{role: {} for role in ROLES[1:8]},
            **{role: {"is_staff": True} for role in ("staff", "editor", "editor_by_group")},
            "once_editor": {"is_staff": False},
            "superuser": {"is_superuser": True},
            "inactive": inactive,
            "inactive_host": inactive,
            "inactive_editor": {"is_staff": True, **inactive},
            "inactive_superuser": {"is_superuser": True, **inactive},
        }.items()
    }
    for role in ("editor", "once_editor", "inactive_editor"):
        found[role].user_permissions.add(may_change)
    found["editor_by_group"].groups.add(group)
    return {"visitor": AnonymousUser(), **found}


@pytest.fixture
def rooms(people):
    """A competition of every visibility, published and not, with the same people; and one of other people."""
    elsewhere = CompetitionFactory(visibility="invitation", invitation_code="x", hosts=[people["host_elsewhere"]])
    TeamFactory(competition=elsewhere, owner=people["participant_elsewhere"])
    hosts = [people[role] for role in ("host", "co_host", "inactive_host")]
    rooms = [
        CompetitionFactory(visibility=visibility, invitation_code="x", is_published=published, hosts=hosts)
        for visibility, published in ROOMS
    ]
    for room in rooms:
        TeamFactory(competition=room, owner=people["participant"])
        Helper.objects.create(competition=room, user=people["helper"], since=NOON)
    return rooms


@pytest.mark.parametrize("rule", [PAGE, ROOM], ids=["page", "room"])
def test_the_three_answers_agree(people, rooms, rule):
    for role, room in itertools.product(ROLES, rooms):
        user = people[role]
        may = bool(rule.may(user, room))
        where = (role, room.visibility, room.is_published)
        assert Competition.objects.filter(rule.rows(user), pk=room.pk).exists() == may, where
        if role != "visitor":
            # Nobody is told of anything in an account that is out of use, though it may still read as visitors do.
            assert User.objects.filter(rule.people(room), pk=user.pk).exists() == (may and user.is_active), where


DRAFT = {"host", "co_host", "editor", "editor_by_group", "superuser"}


@pytest.mark.parametrize(
    ("rule", "visibility", "published", "allowed"),
    [
        (PAGE, "public", True, set(ROLES)),
        (PAGE, "invitation", True, set(ROLES)),
        (PAGE, "public", False, DRAFT),
        (PAGE, "unlisted", False, DRAFT),
        (ROOM, "public", True, set(ROLES)),
        (ROOM, "unlisted", True, set(ROLES)),
        (ROOM, "invitation", True, {*DRAFT, "participant", "helper"}),
        (ROOM, "invitation", False, DRAFT),
    ],
)
def test_who_may(people, rooms, rule, visibility, published, allowed):
    room = rooms[ROOMS.index((visibility, published))]
    assert {role for role in ROLES if rule.may(people[role], room)} == allowed
