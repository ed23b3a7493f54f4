"""What the API's description says of own metrics."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema

from competitions.exceptions import (
    ChangedMeanwhile,
    DirectionFixed,
    MetricInUse,
    MetricIsBeingTried,
    MetricNotTried,
    NoSolution,
    NotEntered,
    TooManyMetrics,
)
from competitions.metrics.serializers import (
    ConditionsSerializer,
    CurrentMetricSerializer,
    MetricFailureSerializer,
    OwnMetricSerializer,
    OwnMetricWithSourceSerializer,
    ShowMetricSerializer,
    SignatureSerializer,
    SourceSerializer,
    UploadMetricSerializer,
    UseMetricSerializer,
)
from competitions.openapi import COMPETITION, HOSTS_ONLY
from foundation.openapi import refusal, refuses
from foundation.refusals import NotVisible

TAGS = ["Own metrics"]

list_metrics = extend_schema(
    operation_id="listOwnMetrics",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: OwnMetricSerializer(many=True), **refuses(*HOSTS_ONLY)},
    description="The versions of the competition's own metric, newest first. Organisers only.",
)
upload = extend_schema(
    operation_id="uploadOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    request={"multipart/form-data": UploadMetricSerializer},
    responses={
        201: OwnMetricSerializer,
        400: refusal("metric_refused", "metric_syntax", "metric_without_score", "metric_signature", "…"),
        **refuses(DirectionFixed, TooManyMetrics, *HOSTS_ONLY),
    },
    description="Keep a metric as the next version. It is read and not run, and does not score yet: have it tried out, "
    "then use it. Organisers only.",
)
retrieve = extend_schema(
    operation_id="getOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: OwnMetricWithSourceSerializer, **refuses(*HOSTS_ONLY)},
    description="One version, with its source and what came of trying it out. Organisers only.",
)
show = extend_schema(
    operation_id="updateOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    request={"application/json": ShowMetricSerializer},
    responses={200: OwnMetricSerializer, **refuses(*HOSTS_ONLY)},
    description="Let participants read the source while it scores, or no longer. Organisers only.",
)
try_out = extend_schema(
    operation_id="tryOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    request=None,
    responses={202: OwnMetricSerializer, **refuses(MetricIsBeingTried, NoSolution, *HOSTS_ONLY)},
    description="Have a version tried out by the job queue, on the public rows of the solution: ask for the version "
    "until `trialStatus` is no longer `pending`. Organisers only.",
)
use = extend_schema(
    operation_id="useOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    request={"application/json": UseMetricSerializer},
    responses={
        200: OwnMetricSerializer,
        400: refusal("reason_missing", "solution_refused", "…"),
        **refuses(MetricInUse, DirectionFixed, MetricNotTried, MetricIsBeingTried, ChangedMeanwhile, *HOSTS_ONLY),
    },
    description="Let a version score from now on. Scores that exist stay until somebody starts a rescoring. "
    "Organisers only.",
)
read_signature = extend_schema(
    operation_id="readOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    request={"application/json": SourceSerializer},
    responses={
        200: SignatureSerializer,
        400: refusal("metric_syntax", "metric_without_score", "metric_signature", "…"),
        **refuses(*HOSTS_ONLY),
    },
    description="The parameters of a metric, read from its source text. Nothing of it is run or kept. Organisers only.",
)
conditions = extend_schema(
    operation_id="getMetricConditions",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: ConditionsSerializer, **refuses(*HOSTS_ONLY)},
    description="What to know before the competition is scored by another metric: whether own metrics can be run on "
    "this machine, their libraries and limits, what is fixed by now, and what a change sets going. Organisers only.",
)
current = extend_schema(
    operation_id="getCurrentOwnMetric",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: CurrentMetricSerializer, **refuses(NotEntered, NotVisible)},
    description="The version that scores: its parameters, its libraries, and the source where the organisers show it. "
    "For whoever is signed in; open as the leaderboard is.",
)
failures = extend_schema(
    operation_id="listOwnMetricFailures",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: MetricFailureSerializer(many=True), **refuses(*HOSTS_ONLY)},
    description="Where the metric broke off, newest first, with tracebacks; those of private rows once the end has "
    "passed. Organisers only.",
)
