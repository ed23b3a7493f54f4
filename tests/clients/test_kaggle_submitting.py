"""Submitting by the kaggle command line: the same rules as everywhere, told in its words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from submissions.models import Submission
from tests.clients.conftest import OFF_BY_ONE, PERFECT
from tests.factories import AFTER, NOON, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_a_file_is_scored_and_listed(team, send, competitions_call):
    answer = send(team.owner, OFF_BY_ONE, message="ridge").json()

    assert answer["message"] == "Successfully submitted to Demo Cup"
    (row,) = competitions_call("ListSubmissions", team.owner, competitionName="demo-cup").json()["submissions"]
    assert row["ref"] == answer["ref"]
    assert (row["status"], row["publicScore"], row["description"]) == ("COMPLETE", "1.00000", "ridge")
    assert row["date"] == "2026-06-05T12:00:00Z"
    assert "privateScore" not in row


def test_a_bad_file_is_refused_with_its_places(team, send, competitions_call):
    response = send(team.owner, b"id,target\n1,1.0\n2,x\n3,3.0\n4,4.0\n")

    assert response.status_code == 400
    assert "target" in response.json()["message"]
    (row,) = competitions_call("ListSubmissions", team.owner, competitionName="demo-cup").json()["submissions"]
    assert row["status"] == "ERROR"


def test_an_empty_file_is_refused(team, send):
    assert send(team.owner, b"").status_code == 400


def test_the_limit_is_told_before_any_byte_is_sent(team, send, competitions_call):
    for _ in range(3):
        assert send(team.owner).status_code == 200

    refused = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a", contentLength=1
    )

    assert refused.status_code in (403, 429)
    assert "3" in refused.json()["message"]
    limits = competitions_call("GetSubmissionLimits", team.owner, competitionName="demo-cup").json()
    assert limits == {"numToday": 3, "numTotal": 3, "numAllowedNow": 0, "limitedByTotal": False}


def test_after_the_end_without_late_submissions(team, send, now):
    team.competition.allows_late_submissions = False
    team.competition.save()
    now.move_to(AFTER)

    refused = send(team.owner)

    assert (refused.status_code, refused.json()["message"]) == (403, "The competition has ended.")


def test_an_outsider_is_told_to_join(team, send):
    refused = send(UserFactory())

    assert (refused.status_code, refused.json()["message"]) == (403, "Join the competition first.")


def test_rules_not_accepted(team, send):
    team.competition.rules_required = True
    team.competition.save()

    assert send(team.owner).status_code == 403


def test_a_token_is_used_once_by_its_owner_for_its_competition(team, api, competitions_call):
    colleague = TeamFactory(competition=team.competition)
    started = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a.csv", contentLength=len(PERFECT)
    ).json()
    api.put(started["createUrl"], PERFECT, content_type="application/octet-stream")

    def use(user):
        return competitions_call(
            "CreateSubmission", user, competitionName="demo-cup", blobFileTokens=started["token"]
        ).status_code

    assert use(colleague.owner) == 400
    assert use(team.owner) == 200
    assert use(team.owner) == 400


def test_an_address_takes_no_more_bytes_than_announced(team, api, competitions_call):
    started = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a.csv", contentLength=5
    ).json()

    assert api.put(started["createUrl"], b"123456", content_type="application/octet-stream").status_code == 413
    assert api.put(started["createUrl"], b"12345", content_type="application/octet-stream").status_code == 200


def test_an_upload_goes_on_where_it_was_cut(team, api, competitions_call):
    started = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a.csv", contentLength=len(PERFECT)
    ).json()

    def put(content, content_range):
        return api.put(
            started["createUrl"], content, content_type="application/octet-stream", HTTP_CONTENT_RANGE=content_range
        )

    total = len(PERFECT)
    first = put(PERFECT[:10], f"bytes 0-9/{total}")
    asked = put(b"", f"bytes */{total}")
    last = put(PERFECT[10:], f"bytes 10-{total - 1}/{total}")

    assert [one.status_code for one in (first, asked, last)] == [308, 308, 200]
    assert asked["Range"] == "bytes=0-9"
    used = competitions_call(
        "CreateSubmission", team.owner, competitionName="demo-cup", blobFileTokens=started["token"]
    )
    assert used.status_code == 200
    assert Submission.objects.get().public_score == 0.0


def test_an_address_is_void_after_its_time(team, api, competitions_call, now):
    started = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a.csv", contentLength=5
    ).json()
    now.move_to(NOON + timedelta(hours=7))

    assert api.put(started["createUrl"], b"12345", content_type="application/octet-stream").status_code == 404


def test_another_teams_submission_does_not_exist(team, send, competitions_call):
    ref = send(team.owner).json()["ref"]
    other = TeamFactory(competition=team.competition).owner

    assert competitions_call("GetSubmission", other, ref=ref).status_code == 404
    assert competitions_call("DownloadSubmission", other, submissionId=ref).status_code == 404
    assert competitions_call("ListSubmissions", other, competitionName="demo-cup").json()["submissions"] == []


def test_ordering_by_private_score_is_ordering_by_date(team, send, competitions_call):
    refs = [send(team.owner, content).json()["ref"] for content in (PERFECT, OFF_BY_ONE)]
    Submission.objects.filter(pk=refs[0]).update(private_score=9.0)

    listed = competitions_call(
        "ListSubmissions", team.owner, competitionName="demo-cup", sortBy="SUBMISSION_SORT_BY_PRIVATE_SCORE"
    ).json()["submissions"]

    assert [row["ref"] for row in listed] == refs[::-1]
    assert all("privateScore" not in row for row in listed)
