"""What an organiser tries by allowed acts alone to see private scores before the confirmation, step by step.

Public score 0.5, private score 3.0: whoever sees a 3.0 anywhere has seen what nobody may.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.models import Phase, Standing
from submissions import runs
from tests.factories import AFTER, NOON, TeamFactory, UserFactory
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv, upload
from tests.submissions.test_runs import work_out

pytestmark = pytest.mark.django_db

RIGHT = solution_csv("rmse")
SWAPPED = RIGHT.replace("Public", "x").replace("Private", "Public").replace("x", "Private")
ALL_BUT_ONE = RIGHT.replace("Private", "Public", 15)


@pytest.fixture
def host(competition):
    host = UserFactory()
    competition.hosts.add(host)
    return host


@pytest.fixture
def desk(host):
    """The organiser's client."""
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(host)
    return client


def put(desk, competition, csv, **fields):
    body = {"file": upload(csv), "reason": "A mistake.", **fields}
    return desk.put(f"/api/competitions/{competition.slug}/solution/", body, format="multipart")


def rescore(competition, moment):
    return work_out(
        runs.start_run(phase=competition.phase, kind="rescore", by=None, at=moment, reason="a mistake"), moment
    )


@pytest.mark.parametrize("moment", [NOON, AFTER], ids=["running", "ended"])
@pytest.mark.parametrize("wanted", [SWAPPED, ALL_BUT_ONE], ids=["swapped", "all but one"])
def test_a_solution_that_refuses_everybody_does_not_free_the_rows(competition, team, desk, wanted, moment):
    submission = send(team, 0.5, 3.0).submission
    with freeze_time(moment):
        put(desk, competition, RIGHT + "33,0,Private\n", acceptRefusals=True)
        rescore(competition, moment)
        assert Standing.objects.get(team=team).total_submissions == 0

        answer = put(desk, competition, wanted, acceptRefusals=True)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "public_rows_added")

        rescore(competition, moment)
        board = desk.get(f"/api/competitions/{competition.slug}/leaderboard/public/").content
        assert b"3.0" not in board

        # The right file comes back without a question, for there is nothing it would refuse.
        assert put(desk, competition, RIGHT).status_code == 200
        rescore(competition, moment)
    submission.refresh_from_db()
    assert submission.public_score == 0.5


def test_nor_the_limits_the_metric_and_the_start(competition, team, desk):
    Phase.objects.update(daily_submission_limit=2)
    send(team), send(team)
    with freeze_time(NOON):
        put(desk, competition, RIGHT + "33,0,Private\n", acceptRefusals=True)
        rescore(competition, NOON)
        address = f"/api/competitions/{competition.slug}/"
        codes = [
            desk.patch(address, change, format="json").json()["errors"][0]["code"]
            for change in ({"metric": "mae"}, {"startsAt": "2026-06-02T00:00:00Z"}, {"scoreDigits": 9})
        ]
        desk.force_authenticate(team.owner)
        allowance = desk.get(f"/api/teams/{team.pk}/allowance/").json()
    assert codes == ["metric_in_use", "start_frozen", "metric_in_use"]
    assert (allowance["usedToday"], allowance["remainingToday"]) == (2, 0)


def test_what_a_rescoring_moved_stands_beside_what_it_was(competition, team, desk):
    submission = send(team, 0.5).submission
    with freeze_time(NOON):
        put(desk, competition, solution_csv("rmse", shift=1.0))
        rescore(competition, NOON)
        rescore(competition, NOON)  # moves nothing more
        desk.force_authenticate(team.owner)
        told = desk.get(f"/api/submissions/{submission.pk}/").json()
    assert (told["formerPublicScore"], told["publicScore"]) == (0.5, pytest.approx(1.0, abs=0.5))
    assert told["publicScore"] != 0.5


def test_no_answer_has_more_digits_than_the_competition_shows(competition, desk):
    """One score with all its digits would spell out public rows to who submits files made for that."""
    Phase.objects.update(score_digits=3)
    first, second = TeamFactory(competition=competition), TeamFactory(competition=competition)
    send(second, 0.123444444, 0.5, at=NOON - timedelta(hours=1))
    later = send(first, 0.123111111, 0.5)
    assert (later.submission.public_score, later.update.rank_after) == (0.123, 2)
    with freeze_time(NOON):
        board = desk.get(f"/api/competitions/{competition.slug}/leaderboard/public/").json()["results"]
        csv = b"".join(desk.get(f"/api/competitions/{competition.slug}/leaderboard/public/csv/"))
    # Equal as shown: the earlier one stands higher, whatever digits nobody sees.
    assert [(row["team"]["id"], row["score"]) for row in board] == [(second.pk, 0.123), (first.pk, 0.123)]
    assert b"0.1231" not in csv
