"""Submitting by the kaggle command line: the same rules as everywhere, told in its words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from clients.kaggle import submitting
from competitions.models import Phase
from submissions.models import Submission
from tests.clients.conftest import OFF_BY_ONE, PERFECT
from tests.factories import AFTER, NOON, TeamFactory, UserFactory, overwrite, submits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_a_file_is_scored_and_listed(team, send, competitions_call):
    answer = send(team.owner, OFF_BY_ONE, message="ridge").json()

    assert answer["message"].startswith("Successfully submitted to Demo Cup\n")
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

    assert refused.status_code == 400, "behind a 429 the client advises to wait a little while"
    assert "3" in refused.json()["message"]
    limits = competitions_call("GetSubmissionLimits", team.owner, competitionName="demo-cup").json()
    assert limits == {"numToday": 3, "numTotal": 3, "numAllowedNow": 0, "limitedByTotal": False}


def test_too_many_bad_files_are_told_before_any_byte_is_sent(team, send, competitions_call, settings):
    settings.REFUSED_TRIES_PER_HOUR = 1
    assert send(team.owner, b"id,target\n").status_code == 400

    refused = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a", contentLength=1
    )

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    assert "could not be scored" in refused.json()["message"]
    limits = competitions_call("GetSubmissionLimits", team.owner, competitionName="demo-cup").json()
    assert limits["numAllowedNow"] == 0


def announced(team, api, competitions_call):
    """A file that has arrived and waits to be used; its token."""
    started = competitions_call(
        "StartSubmissionUpload", team.owner, competitionName="demo-cup", fileName="a.csv", contentLength=len(PERFECT)
    ).json()
    api.put(started["createUrl"], PERFECT, content_type="application/octet-stream")
    return started["token"]


@pytest.mark.parametrize("when", ["before", "in the same moment"])
def test_at_the_limit_a_file_that_has_arrived_stays_usable(team, api, send, competitions_call, now, monkeypatch, when):
    token = announced(team, api, competitions_call)
    for _ in range(3):
        send(team.owner)
    if when == "in the same moment":
        monkeypatch.setattr(submitting, "check_allowance", lambda *_arguments: None)

    def use():
        return competitions_call("CreateSubmission", team.owner, competitionName="demo-cup", blobFileTokens=token)

    refused = use()
    assert (refused.status_code, "3 submissions of the day" in refused.json()["message"]) == (400, True)
    now.move_to(NOON + timedelta(hours=5))
    team.competition.phase.daily_submission_limit = 4
    team.competition.phase.save()
    assert use().status_code == 200


def test_the_total_limit_is_told_as_a_refusal(team, send):
    team.competition.phase.total_submission_limit = 1
    team.competition.phase.save()
    assert send(team.owner).status_code == 200

    refused = send(team.owner)

    assert (refused.status_code, "1 submission of this competition" in refused.json()["message"]) == (400, True)


# --- what the command prints ------------------------------------------------------------------------------------------
def test_the_message_holds_the_score_the_ranks_and_what_is_left(team, send):
    submits(TeamFactory(competition=team.competition), 0.5)

    messages = [send(team.owner, content).json()["message"] for content in (OFF_BY_ONE, PERFECT, OFF_BY_ONE)]

    assert [message.splitlines()[1:] for message in messages] == [
        ["Public score: 1.00000, your team's best.", "Rank: 2 of 2.", "2 submissions left today."],
        ["Public score: 0.00000, your team's best.", "Rank: 1 of 2; before: 2.", "1 submission left today."],
        [
            "Public score: 1.00000. Your team's best stays 0.00000.",
            "Rank: 1 of 2, as before.",
            "0 submissions left today.",
        ],
    ]


@pytest.mark.parametrize(
    ("limits", "last_line"),
    [
        ({"daily_submission_limit": None}, "Rank: 1 of 1."),
        ({"total_submission_limit": 2}, "1 submission left in this competition."),
        ({"total_submission_limit": 20}, "2 submissions left today."),
    ],
)
def test_the_limit_that_binds_is_the_one_that_is_told(team, send, limits, last_line):
    overwrite(**limits)

    assert send(team.owner).json()["message"].splitlines()[-1] == last_line


def test_the_message_is_in_the_language_of_the_account(team, send):
    User.objects.filter(pk=team.owner.pk).update(language="ja")

    message = send(team.owner, OFF_BY_ONE).json()["message"]

    assert "1.00000" in message
    assert "公開スコア" in message
    assert "残り" in message


def test_a_late_submission_is_told_as_one(team, send, now):
    Phase.objects.update(allows_late_submissions=True)
    now.move_to(AFTER)

    lines = send(team.owner, OFF_BY_ONE).json()["message"].splitlines()

    assert lines[1] == "Public score: 1.00000. It came after the end and does not change the leaderboard."


def test_a_queued_submission_is_told_where_its_score_will_be(team, send, settings):
    settings.INLINE_SCORING_BYTES = 0

    assert "`kaggle competitions submissions` shows the result" in send(team.owner).json()["message"]


def test_after_the_end_without_late_submissions(team, send, now):
    team.competition.phase.allows_late_submissions = False
    team.competition.phase.save()
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


@pytest.fixture
def page(team, competitions_call):
    """`page(token, **fields)`: the numbers on one page of one's submissions, and the next page's token."""

    def ask(token="", **fields):
        answer = competitions_call(
            "ListSubmissions", team.owner, competitionName="demo-cup", pageToken=token, **fields
        ).json()
        return [row["ref"] for row in answer["submissions"]], answer["nextPageToken"]

    return ask


def test_a_submission_that_arrives_between_two_pages_repeats_none(team, page):
    refs = [submits(team, 0.5, at=NOON + timedelta(minutes=minute)).pk for minute in range(4)]
    first, token = page(pageSize=2)
    submits(team, 0.4, at=NOON + timedelta(minutes=5))

    second, end = page(token, pageSize=2)

    assert (first + second, end) == (refs[::-1], "")


@pytest.mark.parametrize("sort", ["PUBLIC_SCORE", "NAME", "DATE"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_tokens_lead_past_rows_without_a_value(team, page, sort, size):
    made = [submits(team, 0.5, at=NOON + timedelta(minutes=minute)) for minute in range(5)]
    for one in made[1:3]:
        Submission.objects.filter(pk=one.pk).update(public_score=None, status=Submission.Status.REFUSED)
    seen, token = [], ""
    for _ in range(6):
        refs, token = page(token, pageSize=size, sortBy=f"SUBMISSION_SORT_BY_{sort}")
        seen += refs
        if not token:
            break

    assert sorted(seen) == [one.pk for one in made]
    if sort == "PUBLIC_SCORE":
        assert set(seen[-2:]) == {one.pk for one in made[1:3]}, "without a score comes last"
