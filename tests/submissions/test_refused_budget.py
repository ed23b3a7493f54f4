"""Files that can't be scored use up no limit, and yet not without bound; and they are not kept for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from submissions.exceptions import InvalidFile, TooManyRefused
from submissions.limits import allowance
from submissions.models import Submission
from submissions.services import clear_refused_files
from tests.factories import NOON, TeamFactory
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import csv_scoring, upload

pytestmark = pytest.mark.django_db
BAD = "id,target\n"


@pytest.fixture
def team(settings):
    settings.REFUSED_TRIES_PER_HOUR = 2
    return TeamFactory(competition=competition_with_solution("rmse", daily_submission_limit=None))


def send_bad(team, *, at=NOON, size=0):
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(BAD + "x" * size), at=at)
    return caught.value.submission


def test_too_many_refused_tries_within_an_hour_have_to_wait(team):
    send_bad(team, at=NOON), send_bad(team, at=NOON + timedelta(minutes=10))
    with pytest.raises(TooManyRefused) as caught:
        send(team, at=NOON + timedelta(minutes=20))
    assert caught.value.status == 429
    assert caught.value.params == {"resets_at": "2026-06-05T13:00:00+00:00"}
    assert caught.value.retry_after == 40 * 60
    assert Submission.objects.filter(team=team).count() == 2, "nothing is kept of it"


def test_the_next_one_is_accepted_when_it_was_said_to_be(team):
    send_bad(team, at=NOON), send_bad(team, at=NOON + timedelta(minutes=10))
    with pytest.raises(TooManyRefused):
        send(team, at=NOON + timedelta(minutes=60, microseconds=-1))
    assert send(team, at=NOON + timedelta(minutes=60)).submission.status == Submission.Status.SCORED


def test_bytes_count_as_tries_do(team, settings):
    settings.REFUSED_TRIES_PER_HOUR, settings.REFUSED_BYTES_PER_HOUR = 0, 1000
    send_bad(team, size=600, at=NOON), send_bad(team, size=600, at=NOON + timedelta(minutes=5))
    with pytest.raises(TooManyRefused):
        send(team, at=NOON + timedelta(minutes=6))
    send(team, at=NOON + timedelta(minutes=60))


def test_good_files_are_not_counted_and_other_teams_not_held_up(team):
    other = TeamFactory(competition=team.competition)
    for _ in range(3):
        send(team)
    send_bad(team), send_bad(team)
    send(other)
    assert allowance(team, team.competition.phase, NOON).reason == "too_many_refused"
    assert allowance(team, team.competition.phase, NOON).remaining == 0


def test_without_bounds_nobody_waits(team, settings):
    settings.REFUSED_TRIES_PER_HOUR = settings.REFUSED_BYTES_PER_HOUR = 0
    for _ in range(3):
        send_bad(team)
    send(team)


def test_what_a_rescoring_refused_is_no_try(team):
    """The team could not know of it."""
    send(team), send(team)
    Submission.objects.filter(team=team).update(status="refused", public_score=None)
    send(team)


@pytest.mark.parametrize("address", ["/api/teams/submissions/", "/teams/submissions/"])
def test_the_doors_of_the_api_and_of_guruguru_say_when(api, team, address):
    from accounts.tokens import create_token

    send_bad(team), send_bad(team)
    api.credentials(HTTP_AUTHORIZATION="Bearer " + create_token(user=team.owner, name="script", at=NOON)[1])
    with freeze_time(NOON + timedelta(minutes=30)):
        answer = api.post(address, {"team": team.pk, "file": upload(csv_scoring("rmse", 0.5))}, format="multipart")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1800")
    assert answer.json()["errors"][0]["code"] == "too_many_refused"


# --- the files ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def refused(team, settings):
    """Five refused files of the team, one a day, the oldest first."""
    settings.REFUSED_FILES_KEPT = 2
    return [send_bad(team, at=NOON + timedelta(days=day)) for day in range(5)]


def with_files(team):
    rows = Submission.objects.filter(team=team).order_by("created_at")
    return [row.pk for row in rows if row.file.storage.exists(row.file.name)]


def test_refused_files_go_but_for_the_last_few(team, refused):
    now = NOON + timedelta(days=9)
    assert clear_refused_files(now) == 3
    assert with_files(team) == [one.pk for one in refused[3:]]
    gone = Submission.objects.get(pk=refused[0].pk)
    assert (gone.file_deleted_at, gone.status, bool(gone.problems)) == (now, "refused", True)
    assert clear_refused_files(now) == 0, "nothing is done twice"


def test_what_is_of_the_last_day_stays_however_much_it_is(team, refused):
    assert clear_refused_files(NOON + timedelta(days=1, seconds=1)) == 1
    assert with_files(team) == [one.pk for one in refused[1:]]


def test_files_that_were_scored_stay_whatever_a_rescoring_made_of_them(team):
    scored = [send(team, at=NOON).submission.pk for _ in range(8)]
    Submission.objects.filter(pk__in=scored).update(status="refused", public_score=None)
    assert clear_refused_files(NOON + timedelta(days=30)) == 0
    assert sorted(with_files(team)) == scored


def test_who_is_stopped_between_file_and_row_goes_on_the_next_time(team, refused):
    refused[0].file.storage.delete(refused[0].file.name)
    assert clear_refused_files(NOON + timedelta(days=9)) == 3


def test_the_api_says_that_the_file_is_gone(member, team, refused):
    clear_refused_files(NOON + timedelta(days=9))
    member.force_authenticate(team.owner)
    address = f"/api/submissions/{refused[0].pk}/"
    assert member.get(address).json()["fileDeletedAt"] == "2026-06-14T12:00:00Z"
    answer = member.get(f"{address}file/")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "file_gone")
    assert member.get(f"/api/submissions/{refused[-1].pk}/").json()["fileDeletedAt"] is None
