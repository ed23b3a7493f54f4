"""Invitation codes that nobody guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache.backends.locmem import LocMemCache
from freezegun import freeze_time

from competitions.exceptions import InvitationCodeTooShort, TooManyWrongCodes, WrongInvitationCode
from competitions.organising.creating import create_competition
from competitions.organising.editing import SHORTEST_CODE, edit_competition
from competitions.teams import entries
from competitions.teams.entries import enter
from tests.factories import NOON, CompetitionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    return UserFactory(is_staff=True)


@pytest.mark.parametrize(("code", "is_taken"), [("0042", False), (" 1234567 ", False), ("12345678", True)])
def test_a_new_code_has_eight_characters(host, code, is_taken):
    cup = CompetitionFactory(hosts=[host])
    changes = {"visibility": "invitation", "invitation_code": code}
    if is_taken:
        edit_competition(competition=cup, changes=changes, by=host, at=NOON)
    else:
        with pytest.raises(InvitationCodeTooShort):
            edit_competition(competition=cup, changes=changes, by=host, at=NOON)


def test_one_of_earlier_times_stays_valid(host):
    cup = CompetitionFactory(hosts=[host], visibility="invitation", invitation_code="0042")
    edit_competition(competition=cup, changes={"title": "Other", "invitation_code": "0042"}, by=host, at=NOON)
    assert enter(competition=cup, user=UserFactory(), invitation_code="0042", at=NOON)


def test_a_new_competition_by_invitation_comes_with_one(host):
    made = create_competition(title="A", slug="a", visibility="invitation", by=host, at=NOON)
    assert len(made.invitation_code) >= SHORTEST_CODE


def test_wrong_codes_are_counted_for_the_competition_whoever_tries(monkeypatch):
    monkeypatch.setattr(entries, "WRONG_CODES_AN_HOUR", 3)
    cup, other = (CompetitionFactory(visibility="invitation", invitation_code="kaleidoscope") for _ in range(2))
    for _account in range(3):
        with pytest.raises(WrongInvitationCode):
            enter(competition=cup, user=UserFactory(), invitation_code="x", at=NOON)
    with pytest.raises(TooManyWrongCodes):
        enter(competition=cup, user=UserFactory(), invitation_code="kaleidoscope", at=NOON)
    assert enter(competition=other, user=UserFactory(), invitation_code="kaleidoscope", at=NOON)


def test_wrong_codes_are_forgotten_after_an_hour(monkeypatch):
    monkeypatch.setattr(entries, "WRONG_CODES_AN_HOUR", 1)
    cup = CompetitionFactory(visibility="invitation", invitation_code="kaleidoscope")
    with pytest.raises(WrongInvitationCode):
        enter(competition=cup, user=UserFactory(), invitation_code="x", at=NOON)
    with freeze_time(NOON + timedelta(seconds=3599)), pytest.raises(TooManyWrongCodes):
        enter(competition=cup, user=UserFactory(), invitation_code="kaleidoscope", at=NOON)
    with freeze_time(NOON + timedelta(seconds=3600)):
        assert enter(competition=cup, user=UserFactory(), invitation_code="kaleidoscope", at=NOON)


def test_a_count_that_ends_in_the_moment_of_counting_begins_anew(monkeypatch):
    monkeypatch.setattr(entries, "WRONG_CODES_AN_HOUR", 1)

    def expired(_cache, _key):
        raise ValueError

    cup = CompetitionFactory(visibility="invitation", invitation_code="kaleidoscope")
    monkeypatch.setattr(LocMemCache, "incr", expired)
    with pytest.raises(WrongInvitationCode):
        enter(competition=cup, user=UserFactory(), invitation_code="x", at=NOON)
    with pytest.raises(TooManyWrongCodes):
        enter(competition=cup, user=UserFactory(), invitation_code="kaleidoscope", at=NOON)
