"""Who is told that their team got on into a phase, or did not, and by what rule."""

from __future__ import annotations

import pytest

from competitions.models import Competition
from competitions.phases.entry import decide_entries
from competitions.phases.naming import change_named
from notifications_api.models import Notification
from notifications_api.sentences import sentence
from tests.factories import AFTER, NOON, TeamFactory, UserFactory, submits
from tests.notifications_api.conftest import told
from tests.phases import add, phase_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def winners(cup):
    team = TeamFactory(competition=cup, owner=UserFactory(username="carol"), members=[UserFactory(username="dave")])
    submits(team, 0.1)
    return team


def said(username: str) -> str:
    one = Notification.objects.get(recipient__username=username, kind="entry")
    return sentence(kind="entry", title=one.title, params=one.params, names=[])


def test_each_team_is_told_of_itself_and_why(cup, winners, alice, host, happens):
    members = Competition.objects.get(pk=cup.pk).memberships
    others = set(members.values_list("user__username", flat=True))
    add(cup, name="Final", entry_rule="best", entry_count=1, entry_board="public", entry_phase=cup.phase, at=NOON)
    happens(decide_entries, AFTER)
    assert told() == {(name, "entry") for name in others}
    assert said("carol") == said("dave") == f"Your team got on into “Final” of “{cup.title}”"
    assert said("alice") == (
        f"Your team did not get on into “Final” of “{cup.title}”: it is for the teams up to rank 1 in “#1”"
    )
    urls = set(Notification.objects.filter(recipient__username="carol").values_list("url", flat=True))
    assert urls == {f"/competitions/{cup.slug}/submit?phase=2"}
    happens(decide_entries, AFTER)
    assert Notification.objects.count() == len(others)


def test_a_team_that_is_named_later_is_told_of_in_the_log(cup, winners, host, happens):
    final = add(cup, name="Final", entry_rule="list", at=NOON)
    decide_entries(AFTER)
    happens(change_named, phase=phase_of(cup, final.number), add=[winners.pk], by=host, at=AFTER, reason="Forgotten.")
    assert ("carol", "changed") in told()
