"""Large data files in parts: nothing that arrived is lost, and nothing half is published. Both kinds of storage."""

from __future__ import annotations

import hashlib
import io
import urllib.request
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import transaction
from moto.server import ThreadedMotoServer

from competitions.files import uploads as data_uploads
from competitions.models import DataFile, DataUpload
from tests.factories import NOON, CompetitionFactory, UserFactory

pytestmark = pytest.mark.django_db

PART = 5 * 2**20  # the least an object store takes
CONTENT = bytes(range(256)) * (PART // 256) * 2 + b"the rest"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PARTS = [CONTENT[:PART], CONTENT[PART : 2 * PART], CONTENT[2 * PART :]]


@pytest.fixture(scope="module")
def object_store():
    server = ThreadedMotoServer(port=0, ip_address="127.0.0.1")
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["files", "object store", "object store out of reach"])
def storage(request, settings, monkeypatch):
    """What holds private files; out of reach: participants and organisers can't talk to it themselves."""
    monkeypatch.setattr(data_uploads, "PART_BYTES", PART)
    if request.param == "files":
        return request.param
    address = request.getfixturevalue("object_store")
    settings.S3_REDIRECTS = request.param == "object store"
    options = {
        "bucket_name": "uzu",
        "endpoint_url": address,
        "region_name": "us-east-1",
        "access_key": "uzu",
        "secret_key": "secret",
        "location": "private",
        "file_overwrite": False,
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "foundation.s3.RemoteStorage", "OPTIONS": options},
    }
    client = storages["default"].connection.meta.client
    client.create_bucket(Bucket="uzu")
    return request.param


@pytest.fixture
def competition():
    return CompetitionFactory(hosts=[UserFactory(username="host")])


@pytest.fixture
def host(competition, client_of):
    return client_of(competition.hosts.get())


@pytest.fixture
def base(competition):
    return f"/api/competitions/{competition.slug}/data/uploads/"


def begin(host, base, **fields):
    answer = host.post(base, {"name": "images/train.bin", "size": len(CONTENT), "sha256": SHA256, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def put(host, base, upload, number, content):
    """Ask where part `number` goes, and send it there, as a client does."""
    (target,) = host.post(f"{base}{upload['id']}/targets/", {"numbers": [number]}).json()
    if target["direct"]:
        headers = {"Content-Type": "application/octet-stream"}
        request = urllib.request.Request(target["url"], data=content, headers=headers, method="PUT")
        return urllib.request.urlopen(request, timeout=30).status
    return host.put(target["url"], content, content_type="application/octet-stream").status_code


def complete(host, base, upload, capture):
    """Complete, and do what the job does; returns the upload as it stands then."""
    with capture(execute=True):
        answer = host.post(f"{base}{upload['id']}/complete/")
    assert answer.status_code == 202, answer.content
    with transaction.atomic():
        data_uploads.finish_upload(upload["id"], at=NOON)
    return host.get(f"{base}{upload['id']}/").json()


def test_parts_in_any_order_become_the_file(storage, host, base, competition, django_capture_on_commit_callbacks):
    upload = begin(host, base)
    assert (upload["partCount"], upload["missing"]) == (3, [1, 2, 3])

    for number in (3, 1, 2):
        assert put(host, base, upload, number, PARTS[number - 1]) in (200, 204)
    done = complete(host, base, upload, django_capture_on_commit_callbacks)

    assert done["state"] == "done"
    published = DataFile.objects.get()
    assert (published.name, published.size, published.sha256) == ("images/train.bin", len(CONTENT), SHA256)
    with published.file.open() as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == SHA256
    assert published.file.name.endswith("/train.bin")


def test_only_what_is_missing_is_sent_again(storage, host, base):
    upload = begin(host, base)
    put(host, base, upload, 2, PARTS[1])

    assert host.get(f"{base}{upload['id']}/").json()["missing"] == [1, 3]
    refused = host.post(f"{base}{upload['id']}/complete/")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "parts_missing")
    assert not DataFile.objects.exists()


def test_other_bytes_than_announced_are_not_published(storage, host, base, django_capture_on_commit_callbacks):
    upload = begin(host, base, sha256="0" * 64)
    for number, part in enumerate(PARTS, start=1):
        put(host, base, upload, number, part)
    failed = complete(host, base, upload, django_capture_on_commit_callbacks)

    assert failed["state"] == "failed"
    assert "checksum" in failed["error"]
    assert not DataFile.objects.exists()


def test_the_job_may_run_twice(storage, host, base, django_capture_on_commit_callbacks):
    upload = begin(host, base)
    for number, part in enumerate(PARTS, start=1):
        put(host, base, upload, number, part)
    complete(host, base, upload, django_capture_on_commit_callbacks)
    again = data_uploads.finish_upload(upload["id"], at=NOON)

    assert again.state == DataUpload.State.DONE
    assert DataFile.objects.count() == 1


def test_an_upload_that_nobody_completes_is_forgotten(storage, host, base):
    upload = begin(host, base)
    put(host, base, upload, 1, PARTS[0])

    assert data_uploads.sweep_data_uploads(NOON + timedelta(days=2)) == 0
    assert data_uploads.sweep_data_uploads(NOON + timedelta(days=3)) == 1
    assert host.get(f"{base}{upload['id']}/").status_code == 404


def test_an_upload_can_be_given_up(storage, host, base):
    upload = begin(host, base)
    put(host, base, upload, 1, PARTS[0])

    assert host.delete(f"{base}{upload['id']}/").status_code == 204
    assert host.get(base).json() == []


@pytest.mark.parametrize(
    ("number", "content", "code"),
    [(1, b"short", "wrong_part_size"), (1, PARTS[0] + b"x", "wrong_part_size"), (4, b"x", "part_not_expected")],
)
def test_parts_that_do_not_fit_are_refused(host, base, monkeypatch, number, content, code):
    monkeypatch.setattr(data_uploads, "PART_BYTES", PART)
    upload = begin(host, base)
    refused = host.put(f"{base}{upload['id']}/parts/{number}/", content, content_type="application/octet-stream")

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": "../up.csv"}, 400, "invalid_file_name"),
        ({"name": "con.csv"}, 400, "invalid_file_name"),
        ({"size": 2**50}, 413, "file_too_large"),
        ({"size": -1}, 400, "min_value"),
        ({"size": "many"}, 400, "invalid"),
        ({"sha256": "xyz"}, 400, "invalid"),
        ({"name": "a\u0000b"}, 400, None),
    ],
)
def test_what_can_not_be_announced(host, base, fields, status, code):
    refused = host.post(base, {"name": "a.bin", "size": 5, **fields})

    assert refused.status_code == status
    assert code is None or refused.json()["errors"][0]["code"] == code


def test_a_file_of_the_same_name_is_replaced_only_when_told_to(host, base, competition):
    file = io.BytesIO(b"id\n1\n")
    file.name = "train.csv"
    host.post(f"/api/competitions/{competition.slug}/data/", {"file": file}, format="multipart")

    taken = host.post(base, {"name": "train.csv", "size": 5})

    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (409, "file_name_taken")
    assert host.post(base, {"name": "train.csv", "size": 5, "replace": True}).status_code == 201


def test_another_organisers_upload_does_not_exist(host, base, client_of):
    upload = begin(host, base)
    elsewhere = CompetitionFactory(hosts=[UserFactory(username="other")])
    other = client_of(elsewhere.hosts.get())

    assert other.get(f"{base}{upload['id']}/").status_code == 403
    assert other.get(f"/api/competitions/{elsewhere.slug}/data/uploads/{upload['id']}/").status_code == 404
