"""What this process counts of its own work, for `/metrics` (`main.metrics`).

A server is several processes, and any of them may be asked: with a token set, each keeps its numbers in a file of its
own, and whoever is asked adds them up (the multiprocess mode of prometheus_client, which wants to know the folder
before it is imported). What can be read from the database is not counted here.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings

if settings.METRICS_TOKEN:
    settings.METRICS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

REQUESTS = Counter("uzu_http_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "uzu_http_request_seconds",
    "From the request to the first byte of the answer.",
    ["method", "route"],
    buckets=SECONDS,
)
SCORING_SECONDS = Histogram(
    "uzu_scoring_seconds", "Reading, checking and scoring one submission, refused ones included.", buckets=SECONDS
)
FAULTS = Counter("uzu_faults", "Faults that passed, and mistakes of ours, by code.", ["fault"])


def registry() -> CollectorRegistry:
    """The numbers of every process of this machine; of this process alone where no folder is shared."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def may_read(authorization: str) -> bool:
    """Whether this header holds the operator's token."""
    scheme, _blank, token = authorization.partition(" ")
    known = secrets.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer" and known


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Log nothing: the numbers are asked for every few seconds."""


def serve(port: int) -> None:
    """Serve this machine's numbers at a port of their own, for a worker with no web server beside it."""
    answer = make_wsgi_app(registry())

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if may_read(environ.get("HTTP_AUTHORIZATION", "")):
            return answer(environ, start_response)
        start_response("401 Unauthorized", [("WWW-Authenticate", 'Bearer realm="metrics"')])
        return []

    server = make_server("", port, guarded, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def forget() -> None:
    """Delete the numbers that processes of an earlier start left. Only while none of them runs."""
    for path in settings.METRICS_DIR.glob("*.db"):
        path.unlink(missing_ok=True)
