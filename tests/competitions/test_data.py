"""Data files: organisers publish them, participants download them, also in pieces."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult
from freezegun import freeze_time
from moto import mock_aws

from competitions.files import archives
from competitions.files.archives import build_archive
from competitions.files.services import add_data_file
from competitions.models import Competition, DataArchive, DataFile
from competitions.teams.entries import accept_rules
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

CONTENT = b"0123456789" * 10


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", hosts=[host])


@pytest.fixture
def member(cup):
    return TeamFactory(competition=cup).owner


@pytest.fixture
def train(cup, host):
    return publish(cup, "train.csv")


def publish(cup, name, content=CONTENT, **fields):
    file = SimpleUploadedFile("x", content)
    return add_data_file(competition=cup, file=file, name=name, by=None, at=STARTS, **fields)


def post(client, content=CONTENT, *, filename="train.csv", **fields):
    body = {"file": SimpleUploadedFile(filename, content), **fields}
    return client.post("/api/competitions/cup/data/", body, format="multipart")


def get(client, data_file, **headers):
    return client.get(f"/api/competitions/cup/data/{data_file.pk}/download/", headers=headers)


def content_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def code_of(answer):
    return answer.json()["errors"][0]["code"]


def stored():
    """Every key in private storage."""
    storage = DataFile._meta.get_field("file").storage

    def walk(folder):
        folders, files = storage.listdir(folder)
        return [f"{folder}/{name}" for name in files] + [key for one in folders for key in walk(f"{folder}/{one}")]

    return walk("competitions")


# --- publishing -------------------------------------------------------------------------------------------------------
def test_hosts_publish_files(client_of, cup, host):
    answer = post(client_of(host), description="All of it")
    assert answer.status_code == 201
    assert answer.json() | {"id": 0, "createdAt": ""} == {
        "id": 0,
        "name": "train.csv",
        "description": "All of it",
        "size": 100,
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "isSampleSubmission": False,
        "phase": None,
        "createdAt": "",
        "url": f"/api/competitions/cup/data/{DataFile.objects.get().pk}/download/",
    }


def test_the_sample_submission_is_known_by_its_name(client_of, host, cup):
    assert post(client_of(host), name="sample_submission.csv").json()["isSampleSubmission"]
    assert post(client_of(host), name="other.csv", isSampleSubmission=True).json()["isSampleSubmission"]
    assert DataFile.objects.filter(is_sample_submission=True).count() == 1


def test_a_name_is_used_once_unless_the_file_is_replaced(client_of, host, train, django_capture_on_commit_callbacks):
    refused = post(client_of(host), b"new")
    with django_capture_on_commit_callbacks(execute=True):
        replaced = post(client_of(host), b"new", replace=True)
    assert (refused.status_code, code_of(refused)) == (409, "file_name_taken")
    assert (replaced.status_code, replaced.json()["size"]) == (201, 3)
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a//b", "a\\b", "a/./b", "..", "x" * 201, "データ" * 30, "a\u202eb"]
)
def test_names_are_relative_paths(client_of, host, cup, name):
    answer = post(client_of(host), name=name)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "name"
    assert not DataFile.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("con.csv", "NUL", "folder/aux.tar.gz", "com1.txt", "LPT².csv", "con .csv", "CONIN$"),
        *("a:b.csv", "x?.csv", "a<b", "a>b", 'a"b', "a|b", "a*b", "dot.", "folder./a.csv", "folder /a.csv", "a..."),
    ],
)
def test_names_that_windows_can_not_hold_are_refused(client_of, host, cup, name):
    answer = post(client_of(host), name=name)

    assert (answer.status_code, code_of(answer)) == (400, "invalid_file_name")
    (error,) = answer.json()["errors"]
    assert (error["attr"], error["params"]["name"] in name) == ("name", True)
    assert "Windows can't hold" in error["detail"]
    assert not DataFile.objects.exists()


@pytest.mark.parametrize("name", ["conference.csv", "com10.csv", "nullable.csv", "a.con", "コン.csv", ".hidden"])
def test_names_that_only_look_like_those_are_taken(client_of, host, cup, name):
    assert post(client_of(host), name=name).status_code == 201


@pytest.mark.parametrize("name", ["デ" * 81, "folder/" + "デ" * 81])
def test_a_long_name_is_told_to_be_too_long(client_of, host, cup, name):
    assert "too long" in post(client_of(host), name=name).json()["errors"][0]["detail"]


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    ("present", "name"),
    [
        ("train.csv", "TRAIN.csv"),
        ("Été.csv", "éTÉ.csv"),
        ("images/a.png", "Images/A.png"),
        ("images/a.png", "images"),
        ("images", "images/a.png"),
    ],
)
def test_names_that_can_not_lie_beside_each_other_are_refused(client_of, host, cup, present, name, replace):
    publish(cup, present)

    answer = post(client_of(host), name=name, replace=replace)

    assert (answer.status_code, code_of(answer)) == (409, "file_name_taken")
    assert f"“{present}” is in the way" in answer.json()["errors"][0]["detail"]
    assert [row.name for row in DataFile.objects.all()] == [present]


@pytest.mark.parametrize("name", ["images/a b.png", "学習データ.csv", "…", "x" * 200])
def test_keys_end_in_the_real_name(cup, name):
    row = publish(cup, name)
    assert row.file.name.rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]
    assert row.file.read() == CONTENT


def test_there_is_a_bound(client_of, host, cup, settings):
    settings.MAX_DATA_FILE_BYTES = 99
    answer = post(client_of(host))
    assert (answer.status_code, code_of(answer)) == (413, "file_too_large")


def test_only_hosts_publish_and_delete(client_of, member, train):
    for user, status in ((None, 401), (UserFactory(), 403), (member, 403)):
        assert post(client_of(user), name="y").status_code == status
        assert client_of(user).delete(f"/api/competitions/cup/data/{train.pk}/").status_code == status


def test_a_deleted_file_is_gone(client_of, host, train, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of(host).delete(f"/api/competitions/cup/data/{train.pk}/").status_code == 204
    assert stored() == []
    assert client_of(host).get("/api/competitions/cup/data/").json() == []


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"file": [1]}], ids=str)
def test_nonsense_is_a_clear_error(client_of, host, cup, body):
    assert client_of(host).post("/api/competitions/cup/data/", body, format="multipart").status_code == 400
    assert client_of(host).post("/api/competitions/cup/data/", body).status_code == 400


# --- who downloads, and when ------------------------------------------------------------------------------------------
def test_names_are_for_everybody_files_for_participants(client_of, host, member, train):
    superuser = UserFactory(is_superuser=True)
    for user, status in ((None, 403), (UserFactory(), 403), (member, 200), (host, 200), (superuser, 200)):
        assert client_of(user).get("/api/competitions/cup/data/").status_code == 200
        assert get(client_of(user), train).status_code == status
        archive = client_of(user).get("/api/competitions/cup/data/archive/")
        assert archive.status_code == (202 if status == 200 else 403)


def test_files_open_with_the_start(client_of, host, member, train):
    with freeze_time(STARTS - timedelta(seconds=1)):
        early = get(client_of(member), train)
        assert (early.status_code, code_of(early)) == (403, "competition_not_started")
        assert get(client_of(host), train).status_code == 200
    for at in (STARTS, AFTER):
        with freeze_time(at):
            assert get(client_of(member), train).status_code == 200


def test_files_take_the_present_rules(client_of, cup, member, train):
    Competition.objects.update(rules_required=True, rules_version=2)
    cup.refresh_from_db()
    refused = get(client_of(member), train)
    accept_rules(competition=cup, user=member, at=NOON)
    assert (refused.status_code, code_of(refused)) == (403, "rules_not_accepted")
    assert get(client_of(member), train).status_code == 200


def test_a_closed_room_keeps_even_the_names(client_of, member, train):
    Competition.objects.update(visibility="invitation")
    assert client_of(UserFactory()).get("/api/competitions/cup/data/").status_code == 403
    assert client_of(member).get("/api/competitions/cup/data/").status_code == 200


def test_a_file_belongs_to_its_competition(client_of, member):
    other = publish(CompetitionFactory(), "secret.csv")
    assert get(client_of(member), other).status_code == 404
    assert client_of(member).get(f"/api/competitions/cup/data/{10**30}/download/").status_code == 404


# --- how --------------------------------------------------------------------------------------------------------------
def test_the_whole_file(client_of, member, cup):
    answer = get(client_of(member), publish(cup, "images/学習 データ.csv"))
    assert content_of(answer) == CONTENT
    assert answer["Content-Length"] == "100"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%AD%A6")
    assert "images" not in answer["Content-Disposition"]
    assert "no-cache" in answer["Cache-Control"]


def test_head_tells_without_sending(client_of, member, train):
    answer = client_of(member).head(f"/api/competitions/cup/data/{train.pk}/download/")
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, "100", b"")


def test_any_accept_header_will_do(client_of, member, train):
    assert get(client_of(member), train, accept="application/octet-stream").status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=99-99", 99, 99),
        ("bytes=50-1000", 50, 99),
        ("bytes=-1000", 0, 99),
    ],
)
def test_a_range(client_of, member, train, asked, first, last):
    answer = get(client_of(member), train, range=asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/100"
    assert answer["Content-Length"] == str(last - first + 1)
    assert content_of(answer) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_the_file_does_not_have(client_of, member, train, asked):
    answer = get(client_of(member), train, range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=-", "bytes=9-1", "bytes=0-1,5-6", "lines=0-9", "bytes=a-b", "bytes=" + "9" * 40 + "-"]
)
def test_what_is_no_single_range_gets_all(client_of, member, train, asked):
    assert get(client_of(member), train, range=asked).status_code == 200


def test_an_unchanged_file_is_not_sent_again(client_of, member, train):
    first = get(client_of(member), train)
    assert get(client_of(member), train, if_none_match=first["ETag"]).status_code == 304
    assert get(client_of(member), train, if_modified_since=first["Last-Modified"]).status_code == 304
    assert get(client_of(member), train, if_none_match='"other"').status_code == 200
    assert get(client_of(member), train, if_match='"other"').status_code == 412


def test_going_on_only_with_the_same_file(client_of, member, train):
    first = get(client_of(member), train)
    same = {"range": "bytes=50-", "if_range": first["ETag"]}
    dated = {"range": "bytes=50-", "if_range": first["Last-Modified"]}
    other = {"range": "bytes=50-", "if_range": '"other"'}
    assert get(client_of(member), train, **same).status_code == 206
    assert get(client_of(member), train, **dated).status_code == 206
    assert get(client_of(member), train, **other).status_code == 200


def test_an_empty_file(client_of, member, cup):
    empty = publish(cup, "empty.csv", b"")
    assert content_of(get(client_of(member), empty)) == b""
    assert get(client_of(member), empty, range="bytes=0-").status_code == 416


def test_a_file_that_the_storage_lost(client_of, member, train):
    train.file.storage.delete(train.file.name)
    answer = get(client_of(member), train)
    assert (answer.status_code, code_of(answer)) == (404, "file_gone")


# --- the archive ------------------------------------------------------------------------------------------------------
def archive(client):
    return client.get("/api/competitions/cup/data/archive/")


def test_the_archive_is_made_by_a_job(client_of, cup, member, train):
    publish(cup, "images/a.png", b"png")

    first, second = archive(client_of(member)), archive(client_of(member))
    jobs = DBTaskResult.objects.count()
    build_archive.func(cup.pk)
    ready = archive(client_of(member))

    assert (first.status_code, first.json(), first["Retry-After"]) == (202, {"status": "building"}, "3")
    assert second.status_code == 202
    assert jobs == 1
    assert ready.status_code == 200
    assert 'filename="cup.zip"' in ready["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content_of(ready))) as unpacked:
        assert unpacked.testzip() is None
        assert {name: unpacked.read(name) for name in unpacked.namelist()} == {
            "train.csv": CONTENT,
            "images/a.png": b"png",
        }


def test_the_archive_can_be_resumed(client_of, cup, member, train):
    build_archive.func(cup.pk)
    whole = content_of(archive(client_of(member)))
    rest = client_of(member).get("/api/competitions/cup/data/archive/", headers={"range": "bytes=20-"})
    assert rest.status_code == 206
    assert whole[:20] + content_of(rest) == whole


def test_a_changed_file_makes_a_new_archive(client_of, cup, member, train, django_capture_on_commit_callbacks):
    build_archive.func(cup.pk)
    publish(cup, "train.csv", b"new", replace=True)
    assert archive(client_of(member)).status_code == 202
    with django_capture_on_commit_callbacks(execute=True):
        build_archive.func(cup.pk)
    assert archive(client_of(member)).status_code == 200
    assert DataArchive.objects.count() == 1
    assert sum(key.endswith("/cup.zip") for key in stored()) == 1


def test_the_job_is_safe_to_run_twice(cup, train):
    build_archive.func(cup.pk)
    first = DataArchive.objects.get().file.name
    build_archive.func(cup.pk)
    build_archive.func(10**9)
    assert DataArchive.objects.get().file.name == first


def test_publishing_asks_for_the_archive_ahead(cup, monkeypatch, django_capture_on_commit_callbacks):
    asked = DBTaskResult.objects.filter(task_path=build_archive.module_path)
    with django_capture_on_commit_callbacks(execute=True):
        publish(cup, "a.csv")
    assert asked.count() == 1
    monkeypatch.setattr(archives, "PREPARED_BYTES", 150)
    with django_capture_on_commit_callbacks(execute=True):
        publish(cup, "b.csv")
    assert asked.count() == 1


def test_without_files_there_is_no_archive(client_of, member):
    answer = archive(client_of(member))
    assert (answer.status_code, code_of(answer)) == (404, "no_data_files")


# --- an object storage ------------------------------------------------------------------------------------------------
@pytest.fixture
def object_storage(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    options = {"bucket_name": "uzu", "region_name": "us-east-1", "location": "private", "querystring_auth": True}
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="uzu")
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "foundation.s3.RemoteStorage", "OPTIONS": options},
        }
        yield


# Signatures carry the time, and the client library refuses clocks that do not pass.
@pytest.fixture
def in_object_storage(object_storage, cup):
    return publish(cup, "学習 データ.csv")


def test_an_object_storage_sends_the_file_itself(client_of, member, in_object_storage):
    answer = get(client_of(member), in_object_storage)
    address = urlsplit(answer["Location"])
    assert answer.status_code == 302
    assert address.path.endswith("%E5%AD%A6%E7%BF%92%20%E3%83%87%E3%83%BC%E3%82%BF.csv")
    assert parse_qs(address.query)["response-content-disposition"][0].startswith("attachment; filename*=utf-8''")
    assert "no-store" in answer["Cache-Control"]


def test_without_permission_there_is_no_address(client_of, in_object_storage):
    answer = get(client_of(UserFactory()), in_object_storage)
    assert answer.status_code == 403
    assert "Location" not in answer


def test_an_object_storage_out_of_reach_is_read_through_us(client_of, member, in_object_storage, settings):
    settings.S3_REDIRECTS = False
    whole = get(client_of(member), in_object_storage)
    part = get(client_of(member), in_object_storage, range="bytes=5-9")
    assert content_of(whole) == CONTENT
    assert (part.status_code, content_of(part)) == (206, CONTENT[5:10])
