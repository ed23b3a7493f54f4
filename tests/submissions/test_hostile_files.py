"""Whatever is sent as a file is scored or refused with a code, by the service and by the endpoint; never a fault."""

from __future__ import annotations

import gzip
import io
import random
import zipfile

import pytest
from freezegun import freeze_time

from competitions.models import Phase, Standing
from submissions.exceptions import InvalidFile
from submissions.models import Submission
from tests.factories import NOON
from tests.neighbour import ours
from tests.submissions.conftest import send
from tests.submissions.files import csv_scoring, upload

pytestmark = pytest.mark.django_db
GOOD = csv_scoring("rmse", 0.5).encode()
PIECES = [
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b'"',
    b"\r",
    b"\n",
    b",",
    b"nan",
    b"inf",
    b"-",
    b"1e999",
    b"\xef\xbb\xbf",
    b"9" * 400,
]


def mutated(seed: int) -> bytes:
    dice = random.Random(seed)
    content = bytearray(GOOD)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(content))
        content[place : place + dice.randint(0, 3)] = dice.choice([*PIECES, dice.randbytes(3)])
    wrapped = dice.random()
    if wrapped < 0.1:
        return gzip.compress(bytes(content))
    if wrapped < 0.2:
        broken = bytearray(gzip.compress(bytes(content)))
        broken[dice.randrange(len(broken))] ^= 0xFF
        return bytes(broken)
    return bytes(content)


def bomb() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("submission.csv", b"0" * (8 << 20))
    return archive.getvalue()


def test_two_hundred_damaged_files_are_scored_or_refused(team, settings):
    settings.REFUSED_TRIES_PER_HOUR = 1000
    Phase.objects.update(daily_submission_limit=None)
    team.competition.refresh_from_db()
    outcomes = [what_becomes_of(team, mutated(seed)) for seed in range(200)]
    assert all(outcomes)
    assert Standing.objects.get(team=team).total_submissions == outcomes.count("scored")
    assert not ours(Submission).filter(status=Submission.Status.FAILED).exists()


def what_becomes_of(team, content):
    """The status, or the code of the first problem."""
    try:
        return send(team, file=upload(content)).submission.status
    except InvalidFile as refusal:
        return refusal.detail and refusal.problems[0]["code"]


def test_small_archive_of_a_huge_file_is_refused(team, settings):
    settings.MAX_DECOMPRESSED_BYTES = 1 << 20
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(bomb()))
    assert caught.value.problems[0]["code"] == "too_large"


@pytest.mark.parametrize("seed", range(10))
def test_the_endpoint_answers_with_problems_that_can_be_shown(api, team, seed):
    api.force_authenticate(team.owner)
    content = GOOD.replace(b"\n3,", b"\n3," + random.Random(seed).randbytes(4) + b"x", 1)
    with freeze_time(NOON):
        answer = api.post("/api/teams/submissions/", {"team": team.pk, "file": upload(content)}, format="multipart")
    assert answer.status_code == 400
    for error in answer.json()["errors"]:
        assert error["code"]
        assert error["detail"].isprintable()
