"""The same way of a submission with the files in an S3-compatible store."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from submissions.exceptions import InvalidFile
from submissions.models import Submission
from submissions.services import score_stored, settle_abandoned
from submissions.services.late import score_late_privately
from tests.factories import AFTER, NOON, TeamFactory
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import csv_scoring, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="uzu")
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {
                "BACKEND": "foundation.s3.RemoteStorage",
                "OPTIONS": {"bucket_name": "uzu", "region_name": "us-east-1", "file_overwrite": False},
            },
        }
        yield TeamFactory(competition=competition_with_solution("rmse"))


def test_file_and_aligned_values_are_in_the_store(team):
    submission = send(team, 0.25).submission
    assert submission.public_score == 0.25
    with submission.file.open("rb") as stored:
        assert stored.read() == csv_scoring("rmse", 0.25).encode()
    assert submission.aligned.storage.exists(submission.aligned.name)


def test_refused_file_is_in_the_store_too(team):
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload("id,target\n"))
    assert caught.value.submission.file.storage.exists(caught.value.submission.file.name)


def test_queued_file_is_scored_from_the_store(team, settings):
    settings.INLINE_SCORING_BYTES = 10
    queued = send(team, 0.25).submission
    assert score_stored(queued.pk, NOON).public_score == 0.25


def test_abandoned_file_is_scored_from_the_store(team, settings):
    settings.INLINE_SCORING_BYTES = 10
    send(team, 0.25)
    Submission.objects.update(next_try_at=NOON)
    assert settle_abandoned(NOON + timedelta(hours=1)) == 1
    assert ours(Submission).get().public_score == 0.25


def test_late_private_score_comes_from_the_store(team):
    send(team, 0.25, private=0.75, at=AFTER)
    team.competition.phase.confirmed_at = AFTER
    team.competition.phase.save()
    assert score_late_privately(team.competition.phase.pk, AFTER) == 1
    assert ours(Submission).get().private_score == 0.75
