"""`/metrics` in the format of Prometheus, for whoever knows the token; and the counting of requests.

What the processes counted themselves is added up over this machine (`foundation.metrics`); queues, pending submissions,
leases, workers, faults and storage are read from the database, so that every machine tells the same of them. Counts,
bytes and seconds only: nothing of a score, a file or a person.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from foundation.faults import passing_fault
from foundation.metrics import REQUEST_SECONDS, REQUESTS, may_read, registry
from main import figures, health

log = logging.getLogger(__name__)

PATH = "/metrics"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUANTILES = (0.5, 0.95, 0.99)


class MetricsMiddleware:
    """Counts and times every request. Stands first of all, and answers `/metrics` under any host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH:
            return metrics(request)
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = route_of(request)
        REQUEST_SECONDS.labels(method=method, route=route).observe(time.perf_counter() - began)
        REQUESTS.labels(method=method, route=route, status=response.status_code).inc()
        return response


def route_of(request: HttpRequest) -> str:
    """The pattern that the address matched, never the address: there are few patterns, and no names in them."""
    if request.resolver_match is not None:
        if request.resolver_match.url_name == "app":
            return "app"
        return f"/{request.resolver_match.route}"
    if request.path_info in health.VIEWS:
        return request.path_info
    return "static" if request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/") else "none"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything that is counted; 404 where the operator has set no token, 401 for who does not know it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not may_read(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    shared = CollectorRegistry()
    shared.register(DatabaseCollector())
    body = generate_latest(registry()) + generate_latest(shared)
    return HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)


class DatabaseCollector(Collector):
    """What the database and the disk tell at the moment of asking."""

    def collect(self) -> Iterator[Metric]:
        """The figures; none but that while the database or the queue does not answer."""
        try:
            found = list(read())
        except Exception as exc:
            if passing_fault(exc) is None:
                raise
            log.warning("metrics.incomplete", extra={"exception": type(exc).__name__})
            found = []
        yield gauge(
            "uzu_figures_up", "Whether the database and the queue answer, which the rest tells of.", bool(found)
        )
        yield from found


def read() -> Iterator[Metric]:
    at = timezone.now()
    jobs = GaugeMetricFamily("uzu_jobs", "Jobs in the queues.", labels=["queue", "status"])
    oldest = GaugeMetricFamily("uzu_job_oldest_seconds", "How long the first job that is due waits.", labels=["queue"])
    for queue in figures.queues(at):
        jobs.add_metric([queue.name, "ready"], queue.ready)
        jobs.add_metric([queue.name, "running"], queue.running)
        oldest.add_metric([queue.name], queue.oldest_seconds)
    yield from (jobs, oldest)

    pending = figures.pending(at)
    yield gauge("uzu_submissions_pending", "Submissions still to be scored.", pending.total)
    yield gauge("uzu_submissions_after_fault", "Those of them that a fault of ours keeps waiting.", pending.after_fault)
    yield gauge("uzu_submission_oldest_seconds", "How long the first of them waits.", pending.oldest_seconds)
    waits = figures.recent_waits()
    recent = GaugeMetricFamily(
        "uzu_submission_wait_seconds", "From receiving to scoring, of the newest submissions.", labels=["quantile"]
    )
    for quantile in QUANTILES:
        recent.add_metric([str(quantile)], waits[int(quantile * (len(waits) - 1))] if waits else 0.0)
    yield recent

    runs = figures.active_runs()
    yield gauge("uzu_scoring_runs_active", "Private scorings and rescorings that are not over.", len(runs))
    yield gauge(
        "uzu_scoring_run_left", "Submissions they have still to score.", sum(one.total - one.done for one in runs)
    )
    yield gauge(
        "uzu_lease_age_seconds", "Since the most silent holder of a part gave a sign of life.", figures.lease_age(at)
    )
    yield gauge("uzu_workers", "Workers that live.", sum(lives for _worker, lives in figures.workers(at)))

    faults = GaugeMetricFamily("uzu_faults_last_day", "Faults of the last day on all machines.", labels=["fault"])
    by_code: dict[str, int] = {}
    for one in figures.faults(at):
        by_code[one["code"]] = by_code.get(one["code"], 0) + one["times"]
    for code, times in sorted(by_code.items()):
        faults.add_metric([code], times)
    yield faults

    stored = figures.stored()
    kept = GaugeMetricFamily("uzu_stored_bytes", "Files that are kept, by what they are.", labels=["kind"])
    for kind in ("data_files", "archives", "submissions"):
        kept.add_metric([kind], getattr(stored, kind))
    yield kept
    yield gauge("uzu_disk_used_bytes", "Of the disk that UZU_VAR_DIR is on.", stored.disk_used)
    yield gauge("uzu_disk_free_bytes", "Of the disk that UZU_VAR_DIR is on.", stored.disk_free)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))
