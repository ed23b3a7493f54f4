"""What organisers do by the kaggle command line, and that it is for them alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from clients import uploads
from clients.models import Upload
from competitions.models import Competition
from competitions.solution.services import active_solution
from foundation.duties import DUTIES
from tests.clients.conftest import PERFECT, SOLUTION
from tests.factories import AFTER, NOON, UserFactory, overwrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


# --- settings ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def update(host, competition, competitions_call):
    def send(mask, **values):
        return competitions_call(
            "UpdateCompetitionSettings", host, competitionName="demo-cup", settings=values, updateMask=mask
        )

    return send


def test_exactly_what_the_mask_names_is_changed(update):
    Competition.objects.update(rules_required=True, merge_deadline=NOON)

    answer = update("briefDescription,teamMergerExplicitDeadline", title="Not named", briefDescription="New.")

    assert answer.status_code == 200
    now = Competition.objects.get()
    assert (now.title, now.summary, now.merge_deadline, now.rules_required) == ("Demo Cup", "New.", None, True)


def test_a_named_setting_without_a_value_goes_back_to_its_default(update):
    Competition.objects.update(rules_required=True)

    assert update("rulesRequired").status_code == 200
    assert not Competition.objects.get().rules_required


@pytest.mark.parametrize(
    "written",
    ["2026-06-12T00:00:00Z", "2026-06-12T00:00:00.000+00:00Z", "2026-06-12T09:00:00.000+09:00Z", "2026-06-12T00:00:00"],
)
def test_a_moment_as_the_client_writes_it(update, written):
    overwrite(starts_at=NOON + timedelta(days=1))  # afterwards a later end takes a reason
    answer = update("deadline", deadline=written)

    assert answer.json()["deadline"] == "2026-06-12T00:00:00Z"
    assert Competition.objects.get().phase.ends_at == datetime(2026, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mask", "values", "words"),
    [
        ("deadline", {}, "needs a deadline"),
        ("deadline", {"deadline": "2026-06-01T00:00:01Z"}, ""),
        ("deadline", {"deadline": "soon"}, "deadline"),
        ("title", {}, "title"),
        ("maxGpuRuntimeMinutes,title", {"title": "x"}, "maxGpuRuntimeMinutes"),
        ("", {"title": "x"}, "updateMask"),
        ("title", {"title": "x" * 200}, "title"),
    ],
)
def test_what_can_not_be_set_is_told(update, mask, values, words):
    refused = update(mask, **values)

    assert 400 <= refused.status_code < 500
    assert words in refused.json()["message"]
    assert Competition.objects.get().title == "Demo Cup"


def test_the_end_does_not_move_once_it_has_passed(update, now):
    now.move_to(AFTER)

    refused = update("deadline", deadline="2026-07-01T00:00:00Z")

    assert 400 <= refused.status_code < 500
    assert Competition.objects.get().phase.has_ended(AFTER)


# --- making and launching ---------------------------------------------------------------------------------------------
def test_a_draft_is_seen_by_its_organiser_until_it_is_launched(host, competition, competitions_call):
    Competition.objects.update(is_published=False)
    visitor = UserFactory()

    def found(user):
        return competitions_call("GetCompetition", user, competitionName="demo-cup").status_code

    assert (found(host), found(visitor)) == (200, 404)
    assert competitions_call("LaunchCompetition", visitor, competitionName="demo-cup").status_code == 404
    assert competitions_call("LaunchCompetition", host, competitionName="demo-cup").status_code == 200
    assert found(visitor) == 200


def test_launching_later_moves_the_start(host, competition, competitions_call):
    moment = "2026-06-08T00:00:00.000+00:00Z"
    answer = competitions_call("LaunchCompetition", host, competitionName="demo-cup", futureTime=moment)

    assert answer.status_code == 200
    assert Competition.objects.get().phase.starts_at == datetime(2026, 6, 8, tzinfo=UTC)


@pytest.fixture
def staff(db):
    return UserFactory(is_staff=True)


@pytest.mark.parametrize(
    ("privacy", "visibility"), [("PUBLIC", "public"), ("LIMITED", "unlisted"), ("PRIVATE", "invitation")]
)
def test_staff_begins_a_competition_as_a_draft(staff, competitions_call, privacy, visibility):
    answer = competitions_call(
        "CreateCompetition", staff, title="New Cup", slug="new-cup", briefDescription="So new.", privacy=privacy
    )

    made = Competition.objects.get(slug="new-cup")
    assert answer.json()["ref"] == "new-cup"
    assert answer.json()["url"].endswith(f"/{made.pk}/change/")
    assert (made.is_published, made.visibility, bool(made.invitation_code)) == (False, visibility, privacy == "PRIVATE")
    assert (list(made.hosts.all()), made.phase.has_started(NOON)) == ([staff], False)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"slug": "demo-cup"}, 400),
        ({"slug": "12345"}, 400),
        ({"slug": "a b"}, 400),
        ({"slug": "x", "title": ""}, 400),
        ({"slug": "x", "privacy": "SECRET"}, 400),
    ],
)
def test_a_draft_that_can_not_be(staff, competition, competitions_call, fields, status):
    refused = competitions_call("CreateCompetition", staff, **{"title": "New", "privacy": "PUBLIC", **fields})

    assert (refused.status_code, refused.json()["code"]) == (status, status)
    assert Competition.objects.count() == 1


# --- files ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def upload(call, api):
    """`upload(user, "DATASET", content)`: announce and put a file as the client does; its token."""

    def send(user, kind, content, name="a.csv"):
        started = call(
            "blobs.BlobApiService/StartBlobUpload", user, type=kind, name=name, contentLength=len(content)
        ).json()
        assert api.put(started["createUrl"], content, content_type="application/octet-stream").status_code == 200
        return started["token"]

    return send


def test_data_is_added_and_replaced(host, competition, upload, competitions_call):
    def send(name, content):
        files = [{"name": name, "token": upload(host, "DATASET", content)}]
        return competitions_call("CreateCompetitionData", host, competitionName="demo-cup", files=files)

    assert send("images/a.bin", b"one").json()["url"].endswith("/competitions/demo-cup/data")
    assert send("images/a.bin", b"other").status_code == 200
    (found,) = competition.data_files.all()
    assert (found.name, found.file.open().read()) == ("images/a.bin", b"other")


@pytest.mark.parametrize("name", ["../a.csv", "/etc/passwd", "a//b", "a\\b", "", "x" * 300, "con.csv", "a:b.csv"])
def test_odd_paths_are_refused(host, competition, upload, competitions_call, name):
    files = [{"name": name, "token": upload(host, "DATASET", b"1")}]
    refused = competitions_call("CreateCompetitionData", host, competitionName="demo-cup", files=files)

    assert refused.status_code == 400
    assert not competition.data_files.exists()


def test_one_bad_name_among_many_uses_no_upload_up(host, competition, upload, competitions_call):
    good, other = upload(host, "DATASET", b"1"), upload(host, "DATASET", b"2")

    def send(*names):
        files = [{"name": name, "token": token} for name, token in zip(names, (good, other), strict=True)]
        return competitions_call("CreateCompetitionData", host, competitionName="demo-cup", files=files)

    assert "Windows can't hold" in send("a.csv", "nul.csv").json()["message"]
    assert not competition.data_files.exists()
    assert send("a.csv", "b.csv").status_code == 200
    assert [row.name for row in competition.data_files.order_by("name")] == ["a.csv", "b.csv"]


def test_a_solution_replaces_the_present_one(host, competition, upload, competitions_call):
    token = upload(host, "COMPETITION_SOLUTION", SOLUTION.replace(b"4,4.0", b"5,4.0"), "new.csv")
    answer = competitions_call("CreateCompetitionSolution", host, competitionName="demo-cup", blobToken=token)
    status = competitions_call("GetCompetitionSolutionStatus", host, competitionName="demo-cup").json()

    assert answer.status_code == 200
    assert (status["ready"], status["rowIdColumnName"]) == (True, "id")
    assert status["solutionInfo"] == {
        "fileName": "new.csv",
        "uploadDate": "2026-06-05T12:00:00Z",
        "totalRows": 4,
        "publicRows": 2,
        "privateRows": 2,
    }


def test_a_solution_that_can_not_score_is_refused(host, competition, upload, competitions_call):
    token = upload(host, "COMPETITION_SOLUTION", b"id,target,Usage\n1,x,Public\n2,2,Private\n")
    refused = competitions_call("CreateCompetitionSolution", host, competitionName="demo-cup", blobToken=token)

    assert refused.status_code == 400
    assert "target" in refused.json()["message"]
    assert active_solution(competition.phase).rows == 4


def test_a_file_serves_only_what_it_was_sent_for(host, competition, upload, competitions_call):
    data = upload(host, "DATASET", SOLUTION)

    assert (
        competitions_call("CreateCompetitionSolution", host, competitionName="demo-cup", blobToken=data).status_code
        == 400
    )


def test_only_organisers_send_large_files(team, call):
    refused = call(
        "blobs.BlobApiService/StartBlobUpload", team.owner, type="DATASET", name="a.bin", contentLength=2**33
    )

    assert refused.status_code == 403


# --- uploads on their way ---------------------------------------------------------------------------------------------
@pytest.fixture
def address(host, competition, call):
    return call(
        "blobs.BlobApiService/StartBlobUpload", host, type="DATASET", name="a.bin", contentLength=len(PERFECT)
    ).json()["createUrl"]


@pytest.mark.parametrize("sent", [0, 1, 11])
def test_an_upload_tells_how_far_it_got(address, api, sent):
    total = len(PERFECT)
    if sent:
        api.put(
            address,
            PERFECT[:sent],
            content_type="application/octet-stream",
            HTTP_CONTENT_RANGE=f"bytes 0-{sent - 1}/{total}",
        )

    asked = api.put(address, b"", content_type="application/octet-stream", HTTP_CONTENT_RANGE=f"bytes */{total}")

    assert asked.status_code == 308
    assert asked.get("Range") == (f"bytes=0-{sent - 1}" if sent else None)


def test_an_upload_may_start_anew(address, api):
    total = len(PERFECT)
    api.put(address, b"12345", content_type="application/octet-stream", HTTP_CONTENT_RANGE=f"bytes 0-4/{total}")

    assert api.put(address, PERFECT, content_type="application/octet-stream").status_code == 200
    assert uploads.open_upload(Upload.objects.get()).read() == PERFECT


@pytest.mark.parametrize(
    "content_range",
    [
        "bytes 5-9/33",
        "bytes 0-4/99",
        "bytes x-y/z",
        "bytes */99999999999999999999",
        "items 0-4/33",
        "bytes 9-5/33",
        "0",
    ],
)
def test_a_range_that_does_not_fit_is_refused(address, api, content_range):
    refused = api.put(address, b"12345", content_type="application/octet-stream", HTTP_CONTENT_RANGE=content_range)

    assert 400 <= refused.status_code < 500
    assert refused.json()["code"] == refused.status_code


@pytest.mark.parametrize("method", ["get", "post", "delete", "patch"])
def test_an_address_only_takes(address, api, method):
    refused = getattr(api, method)(address)

    assert (refused.status_code, refused.json()["code"]) == (405, 405)


def test_the_worker_forgets_what_nobody_uses(address, api):
    assert uploads.sweep in {duty.run for duty in DUTIES}
    api.put(address, PERFECT, content_type="application/octet-stream")
    storage, key = default_storage, f"uploads/{Upload.objects.get().pk}/0"
    assert storage.exists(key)

    assert uploads.sweep(NOON + timedelta(hours=5)) == 0
    assert uploads.sweep(NOON + timedelta(hours=7)) == 1
    assert not storage.exists(key)


def test_nobody_keeps_many_unsubmitted_files_here(team, competitions_call):
    fields = {"competitionName": "demo-cup", "fileName": "a.csv", "contentLength": 5}
    for _ in range(12):
        assert competitions_call("StartSubmissionUpload", team.owner, **fields).status_code == 200

    assert Upload.objects.filter(user=team.owner).count() == uploads.MOST_WAITING


@pytest.mark.parametrize(("written", "hour"), [("2026-06-20T18:00:00", 9), ("2026-06-20T18:00:00+00:00Z", 18)])
def test_a_moment_without_an_offset_is_of_the_competitions_zone(update, written, hour):
    # Before the start: a later end would need a reason, which this client can't give.
    overwrite(
        time_zone="Asia/Tokyo", starts_at=datetime(2026, 6, 19, tzinfo=UTC), ends_at=datetime(2026, 6, 25, tzinfo=UTC)
    )
    assert update("deadline", deadline=written).status_code == 200
    assert Competition.objects.get().phase.ends_at == datetime(2026, 6, 20, hour, tzinfo=UTC)


def test_a_launch_without_an_offset_too(competitions_call, host, competition):
    starts = datetime(2026, 6, 9, 9, tzinfo=UTC)
    Competition.objects.update(time_zone="Asia/Tokyo", is_published=False)
    answer = competitions_call("LaunchCompetition", host, competitionName="demo-cup", futureTime="2026-06-09T18:00:00")
    assert answer.status_code == 200, answer.json()
    assert Competition.objects.get().phase.starts_at == starts
    assert (
        competitions_call("LaunchCompetition", host, competitionName="demo-cup", futureTime="soon").status_code == 400
    )
