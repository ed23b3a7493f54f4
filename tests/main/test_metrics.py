"""`/metrics`: who may read it, what it tells, and that several processes are told as one."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from foundation import heartbeat, metrics as counted
from foundation.models import FaultCount, Worker
from main import figures, metrics
from submissions.models import Submission
from tests.factories import SubmissionFactory, TeamFactory

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a long token for the scraper"


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def scrape(token: str = TOKEN, **headers: str):
    request = RequestFactory().get("/metrics", headers={"authorization": f"Bearer {token}", **headers})
    return metrics.metrics(request)


def told(name: str, **labels: str) -> list[float]:
    """The values of the samples with this name and these labels."""
    families = text_string_to_metric_families(scrape().content.decode())
    samples = [sample for family in families for sample in family.samples]
    return [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]


# --- who ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {TOKEN}", "Bearer wrong", "Bearer ü"])
def test_nobody_without_the_token(client, header):
    headers = {} if header is None else {"authorization": header}
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
    assert not answer.content


def test_without_a_token_there_are_none(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_it_is_asked_under_any_host_name():
    """A scraper asks containers by their addresses, which stand in no list of names."""
    middleware = metrics.MetricsMiddleware(lambda request: pytest.fail("went on"))
    request = RequestFactory().get("/metrics", headers={"authorization": f"Bearer {TOKEN}", "host": "10.1.2.3:8000"})
    assert middleware(request).status_code == 200


# --- what ---------------------------------------------------------------------------------------------------------------
def route_label(client, address: str) -> str:
    return metrics.route_of(client.get(address).wsgi_request)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "route"),
    [
        ("/api/competitions/secret-name/", "/api/competitions/<slug:competition>/"),
        ("/healthz", "/healthz"),
        ("/static/app/x.js", "static"),
        ("/competitions/secret-name", "app"),
        ("/api/nothing/of/this/kind/", "none"),
    ],
)
def test_a_route_is_counted_by_its_pattern_never_by_its_address(client, address, route):
    assert route_label(client, address) == route


@pytest.mark.django_db
def test_requests_are_counted_and_timed():
    from django.http import HttpResponse

    middleware = metrics.MetricsMiddleware(lambda request: HttpResponse(status=418))
    before = sum(told("uzu_http_requests_total", status="418"))
    for method in ("GET", "BREW", "<script>"):
        middleware(RequestFactory().generic(method, "/tea"))
    assert sum(told("uzu_http_requests_total", status="418")) == before + 3
    assert told("uzu_http_request_seconds_count", method="other", route="none")


@pytest.mark.django_db
def test_pending_submissions_workers_and_faults_are_told():
    now = timezone.now()
    team = TeamFactory()
    SubmissionFactory(team=team, status="pending", public_score=None, created_at=now - timedelta(minutes=5), faults=2)
    SubmissionFactory(team=team, status="pending", public_score=None, created_at=now)
    heartbeat.beat(now)
    Worker.objects.create(name="x", host="h", process=1, started_at=now, seen_at=now - timedelta(minutes=5))
    FaultCount.objects.create(hour=now, code="storage_full", exception="OSError", count=3)
    FaultCount.objects.create(hour=now, code="storage_full", exception="OperationalError", count=4)
    FaultCount.objects.create(hour=now - timedelta(days=2), code="storage_full", count=50)

    assert told("uzu_figures_up") == [1.0]
    assert told("uzu_submissions_pending") == [2.0]
    assert told("uzu_submissions_after_fault") == [1.0]
    assert 299 < told("uzu_submission_oldest_seconds")[0] < 330
    assert told("uzu_workers") == [1.0]
    assert told("uzu_faults_last_day", fault="storage_full") == [7.0]
    assert len(told("uzu_jobs", status="ready")) >= 2
    assert told("uzu_disk_free_bytes")[0] > 0


@pytest.mark.django_db
def test_no_score_and_no_name_is_in_it():
    team = TeamFactory(name="Secret team", competition__title="Secret cup")
    SubmissionFactory(team=team, public_score=0.123456, private_score=0.654321, scored_at=timezone.now())
    text = scrape().content.decode()
    assert not any(word in text for word in ("0.1234", "0.6543", "Secret"))


@pytest.mark.django_db
def test_without_a_database_the_rest_is_told(monkeypatch):
    def away(_at):
        raise OperationalError("connection refused")

    monkeypatch.setattr(figures, "queues", away)
    assert told("uzu_figures_up") == [0.0]
    assert told("uzu_submissions_pending") == []
    assert told("uzu_scoring_seconds_count")


PROCESS = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "main.settings"
from foundation.metrics import REQUESTS, SCORING_SECONDS, registry
from prometheus_client import generate_latest
for _ in range(int(sys.argv[1])):
    REQUESTS.labels(method="GET", route="/x", status="200").inc()
    SCORING_SECONDS.observe(0.02)
print(generate_latest(registry()).decode())
"""


def test_processes_of_one_machine_are_added_up_whoever_is_asked(tmp_path):
    """Each of them, and the one that is gone: killed and started again, a process loses no count."""
    environment = {**os.environ, "UZU_METRICS_TOKEN": TOKEN, "UZU_METRICS_DIR": str(tmp_path)}
    for count, together in ((2, 2.0), (3, 5.0), (0, 5.0)):
        command = [sys.executable, "-c", PROCESS, str(count)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert f'uzu_http_requests_total{{method="GET",route="/x",status="200"}} {together}' in done.stdout
        assert f"uzu_scoring_seconds_count {together}" in done.stdout


def test_a_worker_by_itself_answers_at_a_port_of_its_own():
    import urllib.error
    import urllib.request

    from tests.e2e.server import free_port

    port = free_port()
    counted.serve(port)
    address = f"http://127.0.0.1:{port}/metrics"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address, timeout=10)
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "uzu_scoring_seconds_count" in answer.read().decode()


@override_settings(METRICS_TOKEN="")
def test_without_a_token_requests_are_not_even_counted():
    from django.core.exceptions import MiddlewareNotUsed

    with pytest.raises(MiddlewareNotUsed):
        metrics.MetricsMiddleware(lambda request: None)


@pytest.mark.django_db
def test_waits_are_those_of_the_newest_submissions():
    team, now = TeamFactory(), timezone.now()
    for seconds in (3, 1, 2):
        SubmissionFactory(team=team, public_score=0.5, created_at=now - timedelta(seconds=seconds), scored_at=now)
    Submission.objects.filter(team=team).update(scored_at=now)
    assert figures.recent_waits() == [1.0, 2.0, 3.0]
