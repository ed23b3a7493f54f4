"""Daily and total limits: what counts, and when the day begins anew."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from competitions.exceptions import CompetitionEnded
from competitions.models import Standing
from submissions.exceptions import DailyLimitReached, InvalidFile, TotalLimitReached
from submissions.limits import allowance
from submissions.models import Submission
from tests.factories import AFTER, ENDS, NOON, TeamFactory
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import upload

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def team_with(**limits):
    return TeamFactory(competition=competition_with_solution("rmse", **limits))


def test_the_submission_after_the_last_of_the_day_is_refused():
    team = team_with(daily_submission_limit=2)
    send(team), send(team)
    with pytest.raises(DailyLimitReached) as caught:
        send(team)
    assert caught.value.status == 429
    assert caught.value.params == {"limit": 2, "resets_at": "2026-06-06T00:00:00+00:00"}
    assert caught.value.retry_after == 12 * 3600
    assert ours(Submission).count() == 2
    assert Standing.objects.get(team=team).total_submissions == 2


@pytest.mark.parametrize("metric_day", ["2026-06-05", "2026-06-06"])
def test_the_day_begins_at_the_reset_hour_in_the_competitions_zone(metric_day):
    """A limit of one: the last second of one day and the first of the next both have theirs."""
    team = team_with(daily_submission_limit=1, limit_resets_at=time(9), time_zone="Asia/Tokyo")
    reset = datetime.combine(datetime.fromisoformat(metric_day), time(9), TOKYO)
    send(team, at=reset - timedelta(seconds=1))
    with pytest.raises(DailyLimitReached):
        send(team, at=reset - timedelta(microseconds=1))
    send(team, at=reset)
    with pytest.raises(DailyLimitReached):
        send(team, at=reset + timedelta(hours=23, minutes=59))
    send(team, at=reset + timedelta(days=1))


@pytest.mark.parametrize("reset", [time(0), time(1, 30), time(2, 30), time(3)])
@pytest.mark.parametrize("change", ["2026-03-08", "2026-11-01"])
def test_every_moment_is_in_its_day_when_the_clock_is_put_forward_or_back(reset, change):
    """In New York half past two is skipped in March, and half past one comes twice in November."""
    competition = competition_with_solution("rmse", limit_resets_at=reset, time_zone="America/New_York")
    noon = datetime.fromisoformat(f"{change}T12:00:00+00:00")
    days = []
    for minutes in range(-24 * 60, 24 * 60, 10):
        at = noon + timedelta(minutes=minutes)
        begin, end = (moment.astimezone(UTC) for moment in competition.phase.day_of(at))
        assert begin <= at < end
        if not days or days[-1] != (begin, end):
            days.append((begin, end))
    assert all(day[1] == next_day[0] for day, next_day in pairwise(days))


def test_the_limit_holds_in_the_hour_that_comes_twice():
    team = team_with(daily_submission_limit=1, limit_resets_at=time(1, 30), time_zone="America/New_York")
    again = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    team.competition.phase.starts_at, team.competition.phase.ends_at = (
        again - timedelta(days=9),
        again + timedelta(days=9),
    )
    team.competition.phase.save()
    send(team, at=again)
    with pytest.raises(DailyLimitReached):
        send(team, at=again + timedelta(minutes=5))


def test_total_limit_holds_over_the_days():
    team = team_with(daily_submission_limit=None, total_submission_limit=2)
    send(team, at=NOON)
    send(team, at=NOON + timedelta(days=1))
    with pytest.raises(TotalLimitReached):
        send(team, at=NOON + timedelta(days=2))


def test_without_limits_one_may_submit_for_ever():
    team = team_with(daily_submission_limit=None)
    for _ in range(8):
        outcome = send(team)
    assert outcome.allowance.remaining is None
    assert outcome.allowance.used_today == 8


def test_refused_file_gives_its_slot_back():
    team = team_with(daily_submission_limit=1)
    for _ in range(3):
        with pytest.raises(InvalidFile):
            send(team, file=upload("id,target\n"))
    assert send(team).submission.status == Submission.Status.SCORED


def test_members_share_the_limit():
    team = TeamFactory(competition=competition_with_solution("rmse", daily_submission_limit=1))
    other = TeamFactory(competition=team.competition)
    send(team)
    assert send(other).submission.status == Submission.Status.SCORED
    with pytest.raises(DailyLimitReached):
        send(team)


def test_allowance_tells_what_is_left():
    team = team_with(daily_submission_limit=3, total_submission_limit=4)
    send(team, at=NOON - timedelta(days=1))
    left = send(team).allowance
    assert (left.used_today, left.remaining_today, left.used_total, left.remaining_total) == (1, 2, 2, 2)
    assert (left.remaining, left.reason) == (2, None)
    left = allowance(team, team.competition.phase, NOON + timedelta(days=1))
    assert (left.used_today, left.remaining) == (0, 2)


def test_allowance_says_why_nothing_is_left():
    team = team_with(daily_submission_limit=1, total_submission_limit=2, allows_late_submissions=False)
    assert allowance(team, team.competition.phase, NOON - timedelta(days=300)).reason == "competition_not_started"
    send(team)
    assert allowance(team, team.competition.phase, NOON).reason == "daily_limit_reached"
    send(team, at=NOON + timedelta(days=1))
    assert allowance(team, team.competition.phase, NOON + timedelta(days=1)).reason == "total_limit_reached"
    left = allowance(team, team.competition.phase, ENDS)
    assert (left.reason, left.remaining) == ("competition_ended", 0)


def test_late_submissions_have_a_daily_limit_of_their_own():
    team = team_with(daily_submission_limit=1, total_submission_limit=1)
    send(team, at=ENDS - timedelta(seconds=1))
    late = send(team, at=AFTER)
    assert late.submission.is_late
    assert (late.allowance.used_today, late.allowance.remaining, late.allowance.total_limit) == (1, 0, None)
    with pytest.raises(DailyLimitReached):
        send(team, at=AFTER)
    send(team, at=AFTER + timedelta(days=1))


def test_late_submissions_only_where_they_are_allowed():
    team = team_with(allows_late_submissions=False)
    with pytest.raises(CompetitionEnded):
        send(team, at=ENDS)


@pytest.mark.parametrize("state", [{"merged_at": NOON}, {"disbanded_at": NOON}], ids=["merged", "left by everybody"])
def test_a_team_that_is_no_more_has_nothing_left_and_is_told_why(state):
    team = team_with(daily_submission_limit=3)
    for name, value in state.items():
        setattr(team, name, value)
    found = allowance(team, team.competition.phase, NOON)
    assert (found.remaining, found.remaining_today, found.reason) == (0, 3, "team_not_active")


def test_what_other_teams_sent_in_uses_up_nothing():
    team = team_with(daily_submission_limit=3, total_submission_limit=5)
    TeamFactory(competition=team.competition).submits(0.5)
    found = allowance(team, team.competition.phase, NOON)
    assert (found.remaining_today, found.remaining_total) == (3, 5)
