"""What the API's description says of phases."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from competitions.exceptions import (
    ChangedMeanwhile,
    ClockFrozen,
    CombinedWeightsMissing,
    DirectionsDiffer,
    EndInThePast,
    EndsAfterNext,
    EndTooSoon,
    EntryDecided,
    EntryNotByList,
    LimitsFrozen,
    LimitsOnlyRise,
    MetricInUse,
    NoOwnMetric,
    NoSuchTeam,
    OnlyPhase,
    PhaseDecidesEntry,
    PhaseHasFiles,
    PhaseInUse,
    ReasonMissing,
    SelectionFrozen,
    StartFrozen,
    StartOpenedFiles,
    TooManyPhases,
    UnlistedTooLate,
)
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from competitions.phases.serializers import (
    ChangeNamedSerializer,
    NamedTeamSerializer,
    NameTeamsSerializer,
    NewPhaseSerializer,
    PhaseEditSerializer,
    PhaseSerializer,
    RemovalSerializer,
)
from foundation.openapi import refuses
from foundation.refusals import NotVisible

TAGS = ["Phases"]
PHASE = OpenApiParameter("phase", int, OpenApiParameter.PATH, description="The number of the phase.")

phases = extend_schema_view(
    list=extend_schema(
        operation_id="listPhases",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: PhaseSerializer(many=True), **refuses(NotVisible)},
        description="The phases of a competition, by their start. Open to everybody who may see the competition.",
    ),
    create=extend_schema(
        operation_id="addPhase",
        tags=TAGS,
        parameters=[COMPETITION],
        request=NewPhaseSerializer,
        responses={
            201: PhaseSerializer,
            **refuses(EndInThePast, ReasonMissing, NoOwnMetric, TooManyPhases, DirectionsDiffer, *HOSTS_ONLY),
        },
        examples=[
            OpenApiExample(
                "A final after the development",
                value={"name": "Final", "startsAt": "2026-12-01T00:00:00Z", "endsAt": "2026-12-08T00:00:00Z"},
                request_only=True,
            )
        ],
        description="Add a phase, before, after or beside the others. What is not said of its metric, its limits and "
        "the like is as in the newest one. It has no solution yet. Organisers only; with a public reason once every "
        "phase of a competition that was published has ended.",
    ),
    retrieve=extend_schema(
        operation_id="getPhase",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        responses={200: PhaseSerializer, **refuses(NotVisible)},
        description="One phase. Open to everybody who may see the competition.",
    ),
    partial_update=extend_schema(
        operation_id="editPhase",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        request=PhaseEditSerializer,
        responses={
            200: PhaseSerializer,
            **refuses(
                *(EndInThePast, ClockFrozen, StartFrozen, StartOpenedFiles, SelectionFrozen, MetricInUse),
                *(ChangedMeanwhile, EndTooSoon, ReasonMissing, LimitsOnlyRise, LimitsFrozen, NoOwnMetric),
                *(EntryDecided, EndsAfterNext, DirectionsDiffer, CombinedWeightsMissing, *HOSTS_ONLY),
            ),
        },
        examples=[OpenApiExample("A longer day", value={"endsAt": "2026-12-08T12:00:00Z"}, request_only=True)],
        description="Change a phase, by the rules that `PATCH /api/competitions/{competition}/` has for the phase that "
        "is meant where none is named. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="removePhase",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        request=RemovalSerializer,
        responses={
            204: DELETED,
            **refuses(OnlyPhase, PhaseInUse, PhaseHasFiles, PhaseDecidesEntry, CombinedWeightsMissing, ReasonMissing),
            **refuses(*HOSTS_ONLY),
        },
        description="Take away a phase that has not started, and that nothing was sent to and no data file waits "
        "for. Its number is given to no other. Organisers only; with a public reason once the competition was "
        "published.",
    ),
)

NAMED = {200: NamedTeamSerializer(many=True)}
LISTED = (EntryNotByList, NoSuchTeam, UnlistedTooLate, ReasonMissing, *HOSTS_ONLY)

named_teams = extend_schema_view(
    retrieve=extend_schema(
        operation_id="listNamedTeams",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        responses={**NAMED, **refuses(*HOSTS_ONLY)},
        description="The teams that get on into the phase, once that is decided; those that organisers have named so "
        "far, where its rule is their list. Organisers only.",
    ),
    update=extend_schema(
        operation_id="setNamedTeams",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        request=NameTeamsSerializer,
        responses={**NAMED, **refuses(*LISTED)},
        examples=[
            OpenApiExample(
                "Two teams", value={"teams": [3, 7], "reason": "They won the qualifiers."}, request_only=True
            )
        ],
        description="Name the teams that may take part in the phase, where its rule is `list`. Once it has begun for "
        "them, others can be added and none taken off. The log tells of it. Organisers only.",
    ),
    partial_update=extend_schema(
        operation_id="changeNamedTeams",
        tags=TAGS,
        parameters=[COMPETITION, PHASE],
        request=ChangeNamedSerializer,
        responses={**NAMED, **refuses(*LISTED)},
        description="Name further teams, or take some off the list, as `PUT` does. Organisers only.",
    ),
)
