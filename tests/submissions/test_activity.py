"""What organisers are told of what happens in their competition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import translation
from freezegun import freeze_time

from competitions.models import Membership
from submissions.activity.queries import activity_of
from submissions.exceptions import InvalidFile
from submissions.models import Submission
from submissions.services import submit
from tests.factories import NOON, CompetitionFactory, SubmissionFactory, TeamFactory, UserFactory
from tests.submissions.conftest import send

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BAD = b"id,target\n1,0.5\n1,x\nmore,x\n"


def told(competition, at):
    return [
        (step.starts_at, step.entries, step.submissions, step.refused)
        for step in activity_of(competition.phase, at).steps
    ]


def joins(team, at):
    Membership.objects.filter(team=team).update(joined_at=at)


def test_a_competition_without_anybody_has_no_steps(competition):
    activity = activity_of(competition.phase, NOON)
    assert (activity.steps, activity.teams, activity.refusals) == ([], 0, [])


def test_hours_without_anything_are_told_too(competition, team):
    joins(team, NOON)
    SubmissionFactory(team=team, created_at=NOON + 2 * HOUR + HOUR / 2)
    SubmissionFactory(team=team, created_at=NOON + 2 * HOUR + HOUR / 4, status="refused", public_score=None)
    assert told(competition, NOON + 3.5 * HOUR) == [
        (NOON, 1, 0, 0),
        (NOON + HOUR, 0, 0, 0),
        (NOON + 2 * HOUR, 0, 2, 1),
        (NOON + 3 * HOUR, 0, 0, 0),
    ]


@pytest.mark.parametrize(("zone", "begins"), [("Asia/Kolkata", 30), ("Asia/Tokyo", 0)])
def test_an_hour_is_one_of_the_competitions_clock(zone, begins):
    competition = CompetitionFactory(time_zone=zone)
    joins(TeamFactory(competition=competition), datetime(2026, 6, 5, 12, 45, tzinfo=UTC))
    [(begin, entries, _, _)] = told(competition, datetime(2026, 6, 5, 12, 50, tzinfo=UTC))
    assert (begin.minute, entries) == (begins, 1)


@pytest.mark.parametrize(("after", "step"), [(timedelta(hours=72), "hour"), (timedelta(hours=72, seconds=1), "day")])
def test_days_are_told_once_it_goes_on_for_more_than_three(competition, team, after, step):
    joins(team, NOON)
    assert activity_of(competition.phase, NOON + after).step == step


def test_a_day_is_one_of_the_competitions_zone_and_summer_time_loses_none():
    competition = CompetitionFactory(time_zone="Europe/Berlin")
    team = TeamFactory(competition=competition)
    # The night to the 29th of March 2026 has 23 hours there.
    joins(team, datetime(2026, 3, 27, 23, 30, tzinfo=UTC))
    SubmissionFactory(team=team, created_at=datetime(2026, 3, 30, 21, 59, tzinfo=UTC))
    SubmissionFactory(team=team, created_at=datetime(2026, 3, 30, 22, 1, tzinfo=UTC))
    assert told(competition, datetime(2026, 3, 31, 12, tzinfo=UTC)) == [
        (datetime(2026, 3, 27, 23, tzinfo=UTC), 1, 0, 0),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 0, 0, 0),
        (datetime(2026, 3, 29, 22, tzinfo=UTC), 0, 1, 0),
        (datetime(2026, 3, 30, 22, tzinfo=UTC), 0, 1, 0),
    ]


def test_teams_that_have_sent_nothing_are_told_apart(competition, team):
    TeamFactory(competition=competition)
    send(team)
    activity = activity_of(competition.phase, NOON + HOUR)
    assert (activity.participants, activity.teams, activity.teams_with_submissions) == (2, 2, 1)


def test_refused_files_are_counted_by_what_was_wrong(competition, team):
    for minute in range(3):
        refused(team, BAD, NOON + timedelta(minutes=minute))
    refused(team, b"id\n1\n", NOON + HOUR)
    kept = {problem["code"] for row in Submission.objects.all() for problem in row.problems}
    kinds = activity_of(competition.phase, NOON + HOUR).refusals
    assert {kind.code for kind in kinds} == kept
    assert [kind.files for kind in kinds] == sorted((kind.files for kind in kinds), reverse=True)
    assert max(kind.files for kind in kinds) == 3


def test_what_was_wrong_is_told_in_the_language_of_the_request(competition, team):
    refused(team, b"id\n1\n")
    [english] = activity_of(competition.phase, NOON).refusals
    with translation.override("ja"):
        [japanese] = activity_of(competition.phase, NOON).refusals
    assert english.code == japanese.code
    assert english.detail != japanese.detail


def test_what_was_taken_over_was_not_sent(competition, team):
    former = SubmissionFactory(team=team, created_at=NOON)
    SubmissionFactory(team=team, created_at=NOON, taken_over_from=former)
    assert sum(step.submissions for step in activity_of(competition.phase, NOON).steps) == 1


def test_it_costs_the_same_for_many_rows(competition, team, django_assert_max_num_queries):
    for minute in range(20):
        SubmissionFactory(team=team, created_at=NOON + timedelta(minutes=minute))
    with django_assert_max_num_queries(9):
        activity_of(competition.phase, NOON + HOUR)


def test_organisers_read_it_over_http(api, competition, team):
    joins(team, NOON)
    send(team)
    api.force_authenticate(UserFactory(is_superuser=True))
    with freeze_time(NOON + HOUR):
        answer = api.get(f"/api/competitions/{competition.slug}/activity/").json()
    assert (answer["teamsWithSubmissions"], answer["pending"]) == (1, 0)
    assert answer["steps"][0] == {"startsAt": "2026-06-05T12:00:00Z", "entries": 1, "submissions": 1, "refused": 0}


def refused(team, content, at=NOON):
    with pytest.raises(InvalidFile):
        submit(user=team.owner, team=team, file=BytesIO(content), filename="a.csv", at=at)
