"""Reminders before a deadline: who gets which, when, and that nobody gets one twice.

The cup begins on 1 June and ends on 11 June at midnight; teams merge until 8 June.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from competitions.models import Competition, Phase, Standing
from notifications_api.models import Mail, Notification, Preference, Reminder
from notifications_api.reminders import is_due, remind
from submissions.models import Submission
from tests.factories import (
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    SubmissionFactory,
    TeamFactory,
    UserFactory,
    overwrite,
)
from tests.notifications_api.conftest import mailed, told
from tests.phases import FINAL_ENDS, add

pytestmark = pytest.mark.django_db
MERGE = ENDS - timedelta(days=3)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def cup():
    return CompetitionFactory(
        title="Cup", slug="cup", merge_deadline=MERGE, selectable_submissions=1, max_team_size=2, hosts=[UserFactory()]
    )


@pytest.fixture
def alice(cup):
    """With two submissions, none of them selected."""
    team = TeamFactory(competition=cup, owner=UserFactory(username="alice"))
    SubmissionFactory.create_batch(2, team=team)
    return team


@pytest.fixture
def bob(cup):
    """With one submission, and a second person."""
    team = TeamFactory(competition=cup, owner=UserFactory(username="bob"), members=[UserFactory(username="bea")])
    SubmissionFactory(team=team)
    return team


# --- when -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "at", "due"),
    [
        ("merge_deadline", MERGE - DAY - MINUTE, False),
        ("merge_deadline", MERGE - DAY, True),
        ("merge_deadline", MERGE - MINUTE, True),
        ("merge_deadline", MERGE, False),
        ("nothing_selected", ENDS - DAY - MINUTE, False),
        ("nothing_selected", ENDS - DAY, True),
        ("nothing_selected", ENDS, False),
        ("last_hour", ENDS - HOUR - MINUTE, False),
        ("last_hour", ENDS - HOUR, True),
        ("last_hour", ENDS, False),
    ],
)
def test_a_reminder_comes_a_day_or_an_hour_before_its_deadline(cup, kind, at, due):
    assert is_due(cup.phase, kind, at) is due


@pytest.mark.parametrize(
    ("kind", "left"), [("merge_deadline", HOUR), ("nothing_selected", 2 * HOUR), ("last_hour", HOUR)]
)
def test_a_competition_of_eight_hours_is_reminded_later(kind, left):
    cup = CompetitionFactory.build(starts_at=STARTS, merge_deadline=STARTS + 4 * HOUR, ends_at=STARTS + 8 * HOUR)
    deadline = cup.merge_deadline if kind == "merge_deadline" else cup.phase.ends_at
    assert not is_due(cup.phase, kind, deadline - left - MINUTE)
    assert is_due(cup.phase, kind, deadline - left)


@pytest.mark.parametrize(
    "changes", [{"is_published": False}, {"starts_at": ENDS - MINUTE}, {"ended_at": NOON}], ids=lambda c: next(iter(c))
)
def test_nobody_is_reminded_of_a_competition_that_does_not_run(cup, alice, happens, changes):
    overwrite(cup, **changes, merge_deadline=None)
    happens(remind, ENDS - HOUR)
    assert told() == set()


# --- whom -------------------------------------------------------------------------------------------------------------
def test_who_could_still_merge_is_reminded_of_the_deadline(cup, alice, bob, happens):
    happens(remind, MERGE - HOUR)
    assert told() == {("alice", "merge_deadline")}, "bob's team is full"


def test_nothing_is_said_of_merging_where_teams_are_of_one(cup, alice, happens):
    Competition.objects.filter(pk=cup.pk).update(max_team_size=1)
    happens(remind, MERGE - HOUR)
    assert told() == set()


def test_who_has_more_than_counts_and_chose_none_is_reminded(cup, alice, bob, happens):
    happens(remind, ENDS - 2 * HOUR)
    assert told() == {("alice", "nothing_selected")}
    assert mailed() == {("alice", "nothing_selected", "immediate")}
    told_of = Notification.objects.get()
    assert told_of.url == "/competitions/cup/submissions"


@pytest.mark.parametrize(
    "changes",
    [{"is_selected": True}, {"voided_at": NOON}, {"status": "refused"}],
    ids=["it chose one", "one is void", "one could not be scored"],
)
def test_who_has_nothing_to_choose_is_left_alone(cup, alice, happens, changes):
    Submission.objects.filter(pk=alice.submissions.first().pk).update(**changes)
    happens(remind, ENDS - 2 * HOUR)
    assert told() == set()


@pytest.mark.parametrize("mark", ["out_of_competition_at", "disqualified_at"])
def test_teams_that_do_not_compete_are_left_alone(cup, alice, happens, mark):
    setattr(alice, mark, NOON)
    alice.save()
    happens(remind, ENDS - MINUTE)
    assert told() == set()


def test_everybody_who_competes_is_told_of_the_last_hour(cup, alice, bob, happens):
    Submission.objects.all().delete()
    happens(remind, ENDS - HOUR)
    assert told() == {("alice", "last_hour"), ("bob", "last_hour"), ("bea", "last_hour")}


def test_a_reminder_can_be_switched_off(cup, alice, bob, happens):
    for kind in ("last_hour", "nothing_selected"):
        Preference.objects.create(user=alice.owner, kind=kind, in_app=False, email="off")
    happens(remind, ENDS - HOUR)
    assert {name for name, _kind in told()} == {"bob", "bea"}
    assert {name for name, _kind, _mode in mailed()} == {"bob", "bea"}


# --- of which phase ---------------------------------------------------------------------------------------------------
def test_each_phase_that_ends_is_reminded_of_also_beside_one_that_began_later(cup, bob, happens):
    add(cup, name="Track", starts_at=STARTS + HOUR, ends_at=ENDS + DAY)
    happens(remind, ENDS - HOUR)
    told_of = {(one.title, one.url) for one in Notification.objects.filter(kind="last_hour")}
    assert told_of == {("Cup: #1", "/competitions/cup/submit?phase=1")}
    Notification.objects.all().delete()
    happens(remind, ENDS + DAY - HOUR)
    assert {one.url for one in Notification.objects.filter(kind="last_hour")} == {"/competitions/cup/submit?phase=2"}


def test_the_longest_names_fit(cup, bob, happens):
    Competition.objects.filter(pk=cup.pk).update(title="T" * 120)
    add(cup, name="P" * 80, starts_at=STARTS + HOUR, ends_at=ENDS + DAY)
    happens(remind, ENDS + DAY - HOUR)
    (one,) = {one.title for one in Notification.objects.filter(kind="last_hour")}
    assert len(one) == 200
    assert one.startswith("T" * 120)


def test_who_did_not_get_on_is_not_reminded_of_its_end(cup, alice, bob, happens):
    final = add(cup, entry_rule="list")
    Standing.objects.filter(phase=final).update(gets_on=False)
    Standing.objects.filter(phase=final, team=bob).update(gets_on=True)
    happens(remind, FINAL_ENDS - MINUTE)
    assert told() == {("bob", "last_hour"), ("bea", "last_hour")}


# --- once -------------------------------------------------------------------------------------------------------------
def test_a_reminder_is_sent_once_also_where_somebody_deleted_it(cup, bob, happens):
    assert happens(remind, ENDS - HOUR) == 2, "of the end; of the choice nobody is told"
    Notification.objects.all().delete()
    Mail.objects.all().delete()
    assert happens(remind, ENDS - HOUR + MINUTE) == 0
    assert told() == set()


def test_a_later_end_is_reminded_of_again(cup, bob, happens):
    happens(remind, ENDS - HOUR)
    Notification.objects.all().delete()
    Phase.objects.filter(competition=cup.pk).update(ends_at=ENDS + DAY)
    happens(remind, ENDS - MINUTE)
    assert told() == set()
    happens(remind, ENDS + DAY - HOUR)
    assert told() == {("bob", "last_hour"), ("bea", "last_hour")}


def test_what_was_changed_before_the_job_ran_is_not_told(cup, bob, happens):
    from notifications_api.telling import tell_of

    reminder = Reminder.objects.create(
        competition=cup, phase=cup.phase, kind="last_hour", deadline=ENDS, sent_at=ENDS - HOUR
    )
    Phase.objects.filter(competition=cup.pk).update(ends_at=ENDS + DAY)
    tell_of.enqueue("reminder_due", "reminder", reminder.pk, (ENDS - HOUR).isoformat(), by=None, mentioned=[])
    assert told() == set()


def test_many_competitions_that_run_cost_one_query(happens, django_assert_num_queries):
    CompetitionFactory.create_batch(3)
    with django_assert_num_queries(1):
        assert remind(NOON) == 0
