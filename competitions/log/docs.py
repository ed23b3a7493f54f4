"""What the API's description says of the competition log."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from competitions.exceptions import NotEntered
from competitions.log.serializers import KindCountSerializer, LogRowSerializer
from competitions.models import LogKind
from competitions.openapi import COMPETITION
from foundation.openapi import refuses
from foundation.refusals import NotVisible

KIND = OpenApiParameter("kind", str, enum=LogKind.values, description="Only entries of this kind.")

list_log = extend_schema(
    operation_id="listLog",
    tags=["Competitions"],
    parameters=[COMPETITION, KIND],
    responses={200: LogRowSerializer(many=True), **refuses(NotEntered, NotVisible)},
    description="What organisers did that can move the ranking, newest first. Nobody can change an entry: `hash` is "
    "the SHA-256 of the JSON of `competition`, `sequence`, `at`, `actorId`, `subjectId`, `kind`, `facts`, `reason` and "
    "`previous` (keys sorted, no blanks, UTF-8), and `previous` the hash of the entry before. Open to everybody who "
    "may see the leaderboard.",
)
log_kinds = extend_schema(
    operation_id="listLogKinds",
    tags=["Competitions"],
    parameters=[COMPETITION],
    responses={200: KindCountSerializer(many=True), **refuses(NotEntered, NotVisible)},
    description="Which kinds of entries stand in the log, and how many of each. Open to everybody who may see the "
    "leaderboard.",
)
log_lines = extend_schema(
    operation_id="downloadLog",
    tags=["Competitions"],
    parameters=[COMPETITION],
    responses={(200, "application/x-ndjson"): OpenApiTypes.STR, **refuses(NotEntered, NotVisible)},
    description="The whole log as a file, oldest first: each line is the JSON of one entry as it is hashed, with its "
    "`hash`. `uzu verify` checks it without this server. Open to everybody who may see the leaderboard.",
)
log_feed = extend_schema(
    operation_id="getLogFeed",
    tags=["Competitions"],
    parameters=[COMPETITION, KIND],
    responses={(200, "application/atom+xml"): OpenApiTypes.STR, **refuses(NotEntered, NotVisible)},
    description="The newest entries as an Atom feed, for a feed reader. Open to everybody who may see the leaderboard.",
)
