"""When everybody submits at once: some are scored now, some in a moment, and nobody is lost or counted for nothing."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from freezegun import freeze_time

from submissions.models import Submission
from submissions.services import admission, submitting
from submissions.services.admission import Turns
from tests.factories import NOON, TeamFactory, give_solution
from tests.neighbour import ours

PREDICTIONS = b"id,target\n1,1\n2,2\n3,3\n4,4\n"


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


@pytest.fixture
def team(db):
    team = TeamFactory()
    give_solution(team.competition, "id,target,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Private\n")
    return team


def post(client, team):
    client.force_authenticate(team.owner)
    file = SimpleUploadedFile("submission.csv", PREDICTIONS)
    return client.post("/api/teams/submissions/", {"team": team.pk, "file": file}, format="multipart")


def test_with_every_turn_taken_a_submission_is_queued_and_counted(team, api, monkeypatch):
    monkeypatch.setattr(submitting, "turns", Turns(slots=0, waiters=0, patience=0))
    answer = post(api, team)

    assert answer.status_code == 202
    assert ours(Submission).get().status == Submission.Status.PENDING
    assert submitting.score_stored(ours(Submission).get().pk, NOON).status == Submission.Status.SCORED


def test_a_process_works_on_a_few_at_once_and_scores_and_counts_none_of_the_others(team, api, monkeypatch, settings):
    seen = []

    class Room:
        def __enter__(self):
            seen.append("let in")

        def __exit__(self, *_):
            seen.append("out")

    take_slot = submitting.take_slot
    monkeypatch.setattr(submitting, "room", Room())
    monkeypatch.setattr(submitting, "take_slot", lambda **given: seen.append("slot") or take_slot(**given))
    assert post(api, team).status_code == 201
    settings.SUBMISSION_BACKLOG = 0
    assert post(api, team).status_code == 503
    assert seen == ["let in", "slot", "out", "let in", "out"]
    # The real one has as many places as may be scored, wait for it, and one.
    assert [admission.room.acquire(blocking=False) for _ in range(4)] == [True, True, True, False]
    for _ in range(3):
        admission.room.release()


def test_beyond_the_backlog_nothing_is_kept_or_counted(team, api, settings, caplog):
    settings.SUBMISSION_BACKLOG = 0
    answer = post(api, team)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "overloaded")
    assert int(answer["Retry-After"]) > 0
    assert [record.levelname for record in caplog.records if record.name == "django.request"] == ["WARNING"]
    assert not ours(Submission).exists()
    settings.SUBMISSION_BACKLOG = 1
    assert post(api, team).status_code == 201


def test_a_waiting_one_gets_the_turn_that_becomes_free():
    turns = Turns(slots=1, waiters=1, patience=30)
    granted, taken = [], threading.Event()

    def wait():
        taken.set()
        with turns.turn() as mine:
            granted.append(mine)

    with turns.turn() as first:
        waiter = threading.Thread(target=wait)
        waiter.start()
        taken.wait()
        assert granted == []
    waiter.join()

    assert (first, granted) == (True, [True])


def test_no_more_wait_than_may():
    turns = Turns(slots=1, waiters=0, patience=30)
    with turns.turn() as first, turns.turn() as second:
        assert (first, second) == (True, False)
    with turns.turn() as third:
        assert third
