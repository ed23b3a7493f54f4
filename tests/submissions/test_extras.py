"""Extra submissions: for one team, for one day, with a reason that everybody can read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.exceptions import CompetitionEnded, CompetitionNotStarted, ReasonMissing, TeamDisqualified
from competitions.models import Team
from competitions.teams.merges import accept_merge, request_merge
from submissions.exceptions import DailyLimitReached, TotalLimitReached
from submissions.exclusion.services import disqualify
from submissions.extras.exceptions import InvalidExtra, NothingIsLimited
from submissions.extras.services import give
from submissions.limits import allowance
from tests.competitions.test_log import newest
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db
WHY = "The site was down."


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    cup = CompetitionFactory(slug="cup", hosts=[host], daily_submission_limit=1, total_submission_limit=2)
    give_solution(cup, solution_csv("rmse"))
    return cup


@pytest.fixture
def team(cup):
    return TeamFactory(competition=cup)


def left(team, at=NOON):
    team = Team.objects.select_related("competition").get(pk=team.pk)
    found = allowance(team, team.competition.phase, at)
    return found.remaining_today, found.remaining_total


def test_one_team_has_more_for_the_day_and_nobody_else_has(cup, team, host):
    other = TeamFactory(competition=cup)
    send(team)
    with pytest.raises(DailyLimitReached):
        send(team)
    give(team=team, count=2, reason=WHY, by=host, at=NOON)
    assert (left(team), left(other)) == ((2, 3), (1, 2))
    send(team)
    send(team)
    with pytest.raises(DailyLimitReached):
        send(team)


def test_the_next_day_is_as_any_other_and_the_total_still_has_room_for_them(cup, team, host):
    for _ in range(1):
        send(team)
    give(team=team, count=1, reason=WHY, by=host, at=NOON)
    send(team)
    tomorrow = NOON + timedelta(days=1)
    assert left(team, tomorrow) == (1, 1)
    send(team, at=tomorrow)
    with pytest.raises(TotalLimitReached):
        send(team, at=tomorrow + timedelta(days=1))


def test_late_submissions_get_none_of_it(cup, team, host):
    last_day = AFTER - timedelta(hours=2)
    give(team=team, count=5, reason=WHY, by=host, at=last_day)
    assert left(team, AFTER) == (1, None)


@pytest.mark.parametrize(
    ("at", "refusal"), [(STARTS - timedelta(days=1), CompetitionNotStarted), (AFTER, CompetitionEnded)]
)
def test_only_while_the_competition_runs(team, host, at, refusal):
    with pytest.raises(refusal):
        give(team=team, count=1, reason=WHY, by=host, at=at)


@pytest.mark.parametrize("count", [0, -1, 101, True, 1.5, "2"])
def test_not_any_number(team, host, count):
    with pytest.raises(InvalidExtra):
        give(team=team, count=count, reason=WHY, by=host, at=NOON)


def test_not_without_a_reason_without_limits_or_for_a_disqualified_team(cup, team, host):
    with pytest.raises(ReasonMissing):
        give(team=team, count=1, reason=" ", by=host, at=NOON)
    disqualify(team=team, reason="Two accounts.", by=host, at=NOON)
    with pytest.raises(TeamDisqualified):
        give(team=team, count=1, reason=WHY, by=host, at=NOON)
    free = TeamFactory(
        competition=CompetitionFactory(hosts=[host], daily_submission_limit=None, total_submission_limit=None)
    )
    with pytest.raises(NothingIsLimited):
        give(team=free, count=1, reason=WHY, by=host, at=NOON)


def test_a_merge_takes_them_along_and_is_not_refused_for_them(cup, team, host):
    other = TeamFactory(competition=cup)
    give(team=team, count=1, reason=WHY, by=host, at=NOON)
    for _ in range(2):
        send(team)
    send(other)
    merge = request_merge(from_team=team, to_team_id=other.pk, by=team.owner, at=NOON)
    accept_merge(merge_request=merge, by=other.owner, at=NOON)
    assert left(other) == (0, 0)
    assert other.extra_submissions.get().count == 1


def test_the_api_gives_them_and_the_log_tells_everybody(cup, team, host, api):
    address = f"/api/teams/{team.pk}/extra-submissions/"
    api.force_authenticate(host)
    with freeze_time(NOON):
        for wrong in ({}, {"count": 0, "reason": WHY}, {"count": 1}, {"count": 1, "reason": " "}):
            assert api.post(address, wrong, format="json").status_code == 400
        made = api.post(address, {"count": 3, "reason": WHY}, format="json")
        assert made.status_code == 201
        api.force_authenticate(team.owner)
        (row,) = api.get(address).json()["results"]
        assert api.get(f"/api/teams/{team.pk}/allowance/").json()["remainingToday"] == 4
        assert api.post(address, {"count": 3, "reason": WHY}, format="json").status_code == 403
    assert (row["count"], row["reason"], row["by"]["username"]) == (3, WHY, "host")
    entry = newest(cup)
    assert (entry.kind, entry.actor, entry.reason) == ("allowance", host, WHY)
    assert entry.facts == {"team": team.pk, "count": 3, "dayEnds": "2026-06-06T00:00:00Z"}
