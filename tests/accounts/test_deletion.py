"""Deleting an account: the person is gone, what they did in competitions stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.avatars import set_avatar
from accounts.locking import AccountGone
from accounts.models import ApiToken, User
from accounts.serializers import MeSerializer, user_ref
from accounts.services import create_account, delete_account
from accounts.signals import account_deleted
from accounts.tokens import authenticate_token, create_token
from competitions.models import Invitation, Membership, MergeRequest, RequestStatus
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation
from competitions.teams.members import leave
from competitions.teams.merges import accept_merge, request_merge
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_avatars import picture
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_deleting_asks_for_the_password_and_ends_every_session(alice, app, another_app):
    app.sign_in()
    another_app.sign_in()
    assert app.call("post", "/api/me/delete/", {"password": "wrong"}).status_code == 400
    assert app.user
    assert app.call("post", "/api/me/delete/", {"password": PASSWORD}).status_code == 204
    assert app.user is None
    assert another_app.user is None
    assert app.sign_in().status_code == 400
    assert app.sign_in("alice@example.org").status_code == 400


def test_guessing_the_password_of_an_open_session_is_slowed_down(alice, app):
    app.sign_in()
    for _ in range(5):
        app.call("post", "/api/me/delete/", {"password": "wrong"})
    answer = app.call("post", "/api/me/delete/", {"password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json()["errors"][0]["code"] == "too_many_attempts"


def test_nothing_of_the_person_is_left_in_the_row(alice, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        set_avatar(user=alice, file=SimpleUploadedFile("me.png", picture()))
    alice.refresh_from_db()
    alice.display_name, alice.bio, alice.links = "Alice", "Trees.", [{"label": "x", "url": "https://x.org"}]
    alice.language, alice.time_zone = "ja", "Asia/Tokyo"
    alice.save()
    storage, avatar = alice.avatar.storage, alice.avatar.name
    _, secret = create_token(user=alice, name="laptop", at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(user=alice, at=NOON)
    row = User.objects.values().get(pk=alice.pk)
    assert not [value for value in row.values() if "alice" in str(value).lower()]
    assert {row[field] for field in ("email", "display_name", "bio", "language", "time_zone", "avatar")} == {""}
    assert row["links"] == []
    assert row["deleted_at"] == NOON
    assert not storage.exists(avatar)
    assert authenticate_token(secret, NOON) is None
    assert not ApiToken.objects.exists()
    alice.refresh_from_db()
    assert user_ref(alice) == {"username": None, "name": "(deleted)", "avatar": None}


def test_name_and_address_are_free_again_and_the_profile_is_gone(alice, api):
    delete_account(user=alice, at=NOON)
    assert api.get("/api/users/alice/").status_code == 404
    assert api.get(f"/api/users/{User.objects.get(pk=alice.pk).username}/").status_code == 404
    create_account(username="Alice", email="alice@example.org", password=PASSWORD)


def test_deleting_twice_changes_nothing(alice):
    delete_account(user=alice, at=NOON)
    before = User.objects.values().get()
    delete_account(user=alice, at=NOON + timedelta(days=1))
    assert User.objects.values().get() == before


def test_a_listener_that_fails_keeps_the_account(alice):
    def fail(**_):
        raise RuntimeError

    account_deleted.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            delete_account(user=alice, at=NOON)
    finally:
        account_deleted.disconnect(fail)
    alice.refresh_from_db()
    assert not alice.is_deleted


# --- what was on its way when the account went --------------------------------------------------------------------------
def test_what_was_on_its_way_writes_nothing_of_the_person_any_more(alice):
    cup, team = CompetitionFactory(), TeamFactory()
    invitation = Invitation.objects.create(team=team, user=alice, created_at=NOON)
    as_it_was = User.objects.get(pk=alice.pk)
    delete_account(user=alice, at=NOON)
    row = User.objects.values().get(pk=alice.pk)
    profile = MeSerializer(as_it_was, data={"display_name": "Alice"}, partial=True)
    assert profile.is_valid()
    for act in (
        lambda: enter(competition=cup, user=as_it_was, at=NOON),
        lambda: accept_invitation(invitation=invitation, user=as_it_was, at=NOON),
        lambda: set_avatar(user=as_it_was, file=SimpleUploadedFile("me.png", picture())),
        profile.save,
    ):
        with pytest.raises(AccountGone):
            act()
    assert User.objects.values().get(pk=alice.pk) == row
    assert not Membership.objects.filter(user=alice).exists()


# --- competitions -----------------------------------------------------------------------------------------------------
def test_the_longest_member_becomes_the_owner_and_the_result_stays(alice):
    team = TeamFactory(owner=alice)
    second, third = UserFactory(), UserFactory()
    for days, user in ((2, third), (1, second)):
        Membership.objects.create(
            team=team, user=user, competition=team.competition, joined_at=team.created_at + timedelta(days=days)
        )
    delete_account(user=alice, at=NOON)
    team.refresh_from_db()
    assert team.owner == second
    assert team.memberships.count() == 3


def test_a_team_of_one_stays_without_the_name_of_the_person(alice):
    named_after, renamed = TeamFactory(owner=alice, name="alice 2"), TeamFactory(owner=alice, name="Deep Trees")
    delete_account(user=alice, at=NOON)
    named_after.refresh_from_db()
    renamed.refresh_from_db()
    assert named_after.name == f"team {named_after.pk}"
    assert renamed.name == "Deep Trees"
    assert renamed.is_active


def test_an_emptied_team_stays_in_the_history_without_the_name_of_the_person(alice):
    given_up = enter(competition=CompetitionFactory(), user=alice, at=NOON)
    invitation = Invitation.objects.create(
        team=TeamFactory(competition=given_up.competition), user=alice, created_at=NOON
    )
    accept_invitation(invitation=invitation, user=alice, at=NOON)
    left = enter(competition=CompetitionFactory(), user=alice, at=NOON)
    leave(team=left, user=alice, at=NOON)
    merged = enter(competition=CompetitionFactory(), user=alice, at=NOON)
    other = TeamFactory(competition=merged.competition)
    asked = request_merge(from_team=merged, to_team_id=other.pk, by=alice, at=NOON)
    accept_merge(merge_request=asked, by=other.owner, at=NOON)
    delete_account(user=alice, at=NOON)
    for team in (given_up, left, merged):
        team.refresh_from_db()
        assert (team.name, team.is_active) == (f"team {team.pk}", False)


def test_what_waits_for_the_deleted_is_off(alice):
    competition = CompetitionFactory(hosts=[alice])
    team, other = TeamFactory(owner=alice, competition=competition), TeamFactory(competition=competition)
    elsewhere = TeamFactory()
    Invitation.objects.create(team=elsewhere, user=alice, created_at=NOON)
    MergeRequest.objects.create(from_team=other, to_team=team, created_at=NOON)
    delete_account(user=alice, at=NOON)
    assert Invitation.objects.get().status == RequestStatus.CANCELLED
    assert MergeRequest.objects.get().status == RequestStatus.CANCELLED
    assert not competition.hosts.exists()
