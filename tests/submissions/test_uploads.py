"""How a file arrives: small ones in memory, large ones on the disk where they will stay."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote, urlencode

import pandas as pd
import pytest
from django.utils import timezone
from freezegun import freeze_time
from rest_framework.test import APIClient

from submissions.models import Submission
from submissions.uploads import LEFT_BEHIND_SECONDS, SMALL_BYTES
from tests.factories import NOON, UserFactory
from tests.neighbour import ours
from tests.submissions.files import csv_scoring
from tests.submissions.test_api import URL, only_error, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


def large(text: str) -> str:
    """The same predictions in a file that is not kept in memory on its way."""
    return text + "\n" * SMALL_BYTES


@pytest.fixture(params=["small", "large"])
def predictions(request):
    text = csv_scoring("rmse", 0.5)
    return text if request.param == "small" else large(text)


def test_what_arrives_is_kept_to_the_letter_with_its_checksum(member, team, predictions, settings):
    answer = post(member, team, predictions)
    assert (answer.status_code, answer.json()["submission"]["publicScore"]) == (201, 0.5), answer.json()
    kept = ours(Submission).get()
    with kept.file.open() as file:
        content = file.read()
    assert content == predictions.encode()
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert left_in(settings.INCOMING_DIR) == []


def test_a_refused_file_is_kept_too(member, team, settings):
    bad = large(csv_scoring("rmse", 0.5) + "99,1\n")
    assert post(member, team, bad).status_code == 400
    kept = ours(Submission).get()
    assert (kept.status, kept.file.size) == ("refused", len(bad))
    assert left_in(settings.INCOMING_DIR) == []


def test_a_large_file_for_the_queue_is_kept_as_well(member, team, settings):
    settings.INLINE_SCORING_BYTES = 10
    text = large(csv_scoring("rmse", 0.5))
    assert post(member, team, text).status_code == 202
    with ours(Submission).get().file.open() as file:
        assert file.read() == text.encode()
    assert left_in(settings.INCOMING_DIR) == []


def test_what_may_not_be_submitted_leaves_nothing_behind(api, team, settings):
    api.force_authenticate(UserFactory())
    answer = post(api, team, large(csv_scoring("rmse", 0.5)))
    assert (answer.status_code, only_error(answer)["code"]) == (403, "not_a_team_member")
    assert left_in(settings.INCOMING_DIR) == []


# --- the body is the file itself --------------------------------------------------------------------------------------
def send(api, body, media_type="text/csv", name=None, **fields):
    headers = {} if name is None else {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return api.generic("POST", f"{URL}?{urlencode(fields)}", body, content_type=media_type, headers=headers)


def as_parquet(text: str) -> bytes:
    file = BytesIO()
    pd.read_csv(BytesIO(text.encode())).to_parquet(file)
    return file.getvalue()


def as_zip(text: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("predictions.csv", text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("media_type", "pack"),
    [
        ("text/csv", str.encode),
        ("text/csv; charset=utf-8", str.encode),
        ("application/gzip", lambda text: gzip.compress(text.encode())),
        ("application/zip", as_zip),
        ("application/vnd.apache.parquet", as_parquet),
    ],
)
def test_a_body_may_be_the_file_itself(member, team, predictions, settings, media_type, pack):
    body = pack(predictions)
    answer = send(member, body, media_type, "予測 1.csv", team=team.pk, memo="5 folds", cvScore="0.45")
    assert (answer.status_code, answer.json()["submission"]["publicScore"]) == (201, 0.5), answer.json()
    kept = ours(Submission).get()
    assert (kept.filename, kept.memo, kept.cv_score, kept.size) == ("予測 1.csv", "5 folds", 0.45, len(body))
    with kept.file.open() as file:
        assert file.read() == body
    assert kept.sha256 == hashlib.sha256(body).hexdigest()
    assert left_in(settings.INCOMING_DIR) == []


@pytest.mark.parametrize("size", [SMALL_BYTES, 2 * SMALL_BYTES])
@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({}, "team", "required"),
        ({"team": "x"}, "team", "invalid"),
        ({"team": 1, "cvScore": "inf"}, "cvScore", "invalid"),
        ({"team": 1, "memo": "m" * 5000}, "memo", "max_length"),
    ],
)
def test_fields_of_the_address_are_checked_as_those_of_a_form(member, settings, size, fields, field, code):
    answer = send(member, b"0" * size, **fields)
    error = only_error(answer)
    assert (answer.status_code, error["attr"], error["code"]) == (400, field, code)
    assert left_in(settings.INCOMING_DIR) == []


def test_an_empty_body_is_told_as_that(member, team):
    answer = send(member, b"", team=team.pk)
    assert (answer.status_code, {error["attr"] for error in answer.json()["errors"]}) == (400, {"file"})


def test_a_session_needs_its_csrf_token_here_too(team):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(team.owner)
    answer = send(browser, csv_scoring("rmse", 0.5).encode(), team=team.pk)
    assert answer.status_code == 403
    assert not ours(Submission).exists()


def test_a_type_that_is_no_file_of_predictions_is_not_read(member, team):
    assert send(member, b"{}", "application/json", team=team.pk).status_code == 415


def test_a_connection_that_breaks_leaves_nothing_behind(member, settings):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"0" * (3 * SMALL_BYTES)
    arrived = []

    class Broken(BytesIO):
        def read(self, size=-1):
            arrived.extend(left_in(settings.INCOMING_DIR))
            if self.tell() >= 2 * SMALL_BYTES:
                raise OSError("the client went away")
            return super().read(size)

    answer = member.generic(
        "POST",
        URL,
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Broken(body), "CONTENT_LENGTH": str(len(body))},
    )
    assert (answer.status_code, only_error(answer)["code"]) == (400, "bad_request")
    assert arrived
    assert left_in(settings.INCOMING_DIR) == []


def test_what_a_killed_process_left_is_thrown_away_after_a_day(member, team, settings):
    settings.INCOMING_DIR.mkdir()
    old, new = settings.INCOMING_DIR / "old", settings.INCOMING_DIR / "new"
    for path, age in ((old, LEFT_BEHIND_SECONDS + 60), (new, LEFT_BEHIND_SECONDS - 60)):
        path.touch()
        moment = (timezone.now() - timedelta(seconds=age)).timestamp()
        os.utime(path, (moment, moment))
    assert post(member, team, large(csv_scoring("rmse", 0.5))).status_code == 201
    assert left_in(settings.INCOMING_DIR) == [new]


def left_in(folder):
    return sorted(folder.iterdir()) if folder.exists() else []
