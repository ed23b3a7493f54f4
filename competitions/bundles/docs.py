"""What the API's description says of bundles and copies."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from competitions.bundles.serializers import ArchiveQuerySerializer, BundleSerializer, CloneSerializer
from competitions.exceptions import (
    BundleRefused,
    MayNotCreateCompetitions,
    PrivateLeaderboardClosed,
    SolutionNotYours,
)
from competitions.openapi import COMPETITION, HOSTS_ONLY
from competitions.organising.serializers import CompetitionSerializer
from foundation.openapi import refuses

TAGS = ["Competitions"]

clones = extend_schema_view(
    create=extend_schema(
        operation_id="cloneCompetition",
        tags=TAGS,
        parameters=[COMPETITION],
        request=CloneSerializer,
        responses={
            201: CompetitionSerializer,
            **refuses(BundleRefused, MayNotCreateCompetitions, SolutionNotYours, *HOSTS_ONLY),
        },
        examples=[
            OpenApiExample(
                "Next year's course",
                value={"title": "Course 2027", "slug": "course-2027", "startsAt": "2027-12-01T09:00:00+09:00"},
                request_only=True,
            )
        ],
        description="Make a draft like this competition, with its pages, data files and settings, and its moments "
        "moved to a new start. Organisers who may make competitions.",
    )
)
bundle = extend_schema_view(
    retrieve=extend_schema(
        operation_id="downloadBundle",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The bundle"),
            **refuses(*HOSTS_ONLY),
        },
        description="The competition as a bundle: a zip of `uzu-competition.yaml`, pages and data files, without the "
        "solution and without what people did. Organisers only.",
    )
)
archive = extend_schema_view(
    retrieve=extend_schema(
        operation_id="downloadArchive",
        tags=TAGS,
        parameters=[COMPETITION, ArchiveQuerySerializer],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The archive"),
            **refuses(PrivateLeaderboardClosed, *HOSTS_ONLY),
        },
        description="The bundle and what people did, once the results of all phases are confirmed: teams, members, "
        "standings, submissions with their scores, discussions and comments, as tables in `results/`, whose "
        "`README.md` says what each column means. Neither the solution, nor submitted files, nor email addresses. "
        "Organisers only.",
    )
)
bundles = extend_schema_view(
    create=extend_schema(
        operation_id="importBundle",
        tags=TAGS,
        request={"multipart/form-data": BundleSerializer},
        responses={201: CompetitionSerializer, **refuses(BundleRefused, MayNotCreateCompetitions)},
        description="Make a draft of a bundle. What is wrong in one is told with its file, line and field; then "
        "nothing is made. Open to everybody who may make competitions.",
    )
)
