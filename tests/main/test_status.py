"""The staff's status page, the signs of life of workers, and the count of faults."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from foundation import fault_log, heartbeat
from foundation.models import FaultCount, Worker
from tests.factories import CompetitionFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/status/"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(is_staff=True))
    return client


def test_it_is_for_the_staff(client):
    assert client.get(ADDRESS).status_code == 302
    client.force_login(UserFactory())
    assert client.get(ADDRESS).status_code == 302


def test_it_says_that_no_worker_runs(staff):
    assert "No worker has given a sign of life" in staff.get(ADDRESS).content.decode()


def test_it_shows_workers_queues_storage_and_faults(staff):
    now = timezone.now()
    heartbeat.beat(now)
    Worker.objects.create(name="x", host="old-box", process=7, started_at=now, seen_at=now - timedelta(hours=2))
    FaultCount.objects.create(hour=now, code="storage_full", exception="OSError", count=3, last_at=now)
    page = staff.get(ADDRESS).content.decode()
    for text in ("old-box", "silent", "works", "scoring", "storage_full", "OSError", "free"):
        assert text in page


@pytest.mark.parametrize("sees_all", [False, True])
def test_names_of_competitions_are_for_who_may_see_all(client, sees_all):
    from submissions.models import ScoringRun

    draft = CompetitionFactory(title="Secret draft", is_published=False)
    ScoringRun.objects.create(competition=draft, phase=draft.phase, kind="rescore", created_at=timezone.now())
    client.force_login(UserFactory(is_staff=True, is_superuser=sees_all))
    page = client.get(ADDRESS).content.decode()
    assert ("Secret draft" in page) is sees_all


def test_the_competitions_that_keep_most_are_told_with_their_quotas(client):
    from competitions.models import DataFile
    from tests.factories import SubmissionFactory, TeamFactory

    cup = CompetitionFactory(title="Large cup", storage_quota=10 * 2**20)
    DataFile.objects.create(competition=cup, name="a.bin", size=2 * 2**20, file="a.bin")
    team = TeamFactory(competition=cup)
    SubmissionFactory(team=team, size=2**20)
    SubmissionFactory(team=team, size=2**30, file_deleted_at=timezone.now())
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = client.get(ADDRESS).content.decode()
    assert "Large cup" in page
    assert "3.0\xa0MB" in page
    assert "10.0\xa0MB" in page


def test_the_admin_leads_there(staff):
    assert f'href="{ADDRESS}"' in staff.get("/admin/").content.decode()


# --- signs of life ------------------------------------------------------------------------------------------------------
def test_a_worker_has_one_row_and_takes_it_away_when_it_ends():
    now = timezone.now()
    heartbeat.beat(now)
    heartbeat.beat(now + timedelta(seconds=10))
    assert Worker.objects.get().seen_at == now + timedelta(seconds=10)
    heartbeat.leave()
    assert not Worker.objects.exists()


def test_what_is_old_is_forgotten():
    now = timezone.now()
    Worker.objects.create(name="x", host="h", process=7, started_at=now, seen_at=now - timedelta(days=2))
    FaultCount.objects.create(hour=now - timedelta(days=32), code="a")
    FaultCount.objects.create(hour=now - timedelta(days=30), code="b")
    heartbeat.forget_old(now)
    assert (Worker.objects.count(), [one.code for one in FaultCount.objects.all()]) == (0, ["b"])


# --- faults -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def recording(settings, monkeypatch):
    settings.RECORD_FAULTS = True
    monkeypatch.setattr(fault_log, "_noted", fault_log.Counter())
    # The writer of the real thing has a thread and a connection of its own.
    monkeypatch.setattr(fault_log.threading.Thread, "start", lambda self: None)


def counted():
    return {(one.code, one.exception): one.count for one in FaultCount.objects.all()}


def test_faults_are_counted_by_the_hour_with_the_class_of_the_exception_alone(recording):
    for _ in range(3):
        fault_log.note("database_unavailable", OperationalError("password=hunter2"))
    fault_log.note("storage_full", OSError(28, "No space"))
    fault_log.write()
    fault_log.write()
    assert counted() == {("database_unavailable", "OperationalError"): 3, ("storage_full", "OSError"): 1}
    fault_log.note("storage_full", OSError(28, "No space"))
    fault_log.write()
    assert counted()["storage_full", "OSError"] == 2


def test_what_could_not_be_written_is_written_later(recording, monkeypatch):
    fault_log.note("database_unavailable", OperationalError("away"))
    with monkeypatch.context() as away:
        away.setattr(
            fault_log.FaultCount.objects, "get_or_create", lambda **_: (_ for _ in ()).throw(OperationalError())
        )
        with pytest.raises(OperationalError):
            fault_log.write()
    fault_log.write()
    assert counted() == {("database_unavailable", "OperationalError"): 1}


def test_a_mistake_of_ours_is_counted_too(recording, api, monkeypatch):
    def broken(*_args, **_kwargs):
        raise KeyError("target")

    monkeypatch.setattr("competitions.organising.views.competitions.CompetitionViewSet.get_queryset", broken)
    api.raise_request_exception = False
    assert api.get("/api/competitions/").status_code == 500
    fault_log.write()
    assert counted() == {("error", "KeyError"): 1}
