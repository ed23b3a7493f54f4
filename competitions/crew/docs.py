"""What the API's description says of who organises and helps."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from competitions import exceptions as no
from competitions.crew.serializers import (
    CrewInvitationSerializer,
    CrewMemberSerializer,
    NewCrewInvitationSerializer,
)
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from foundation.openapi import PK, refuses
from foundation.refusals import NotVisible

TAGS = ["Organisers and helpers"]
TAKES_PART = (no.HostTakesPart, no.HelperTakesPart)

crew = extend_schema_view(
    list=extend_schema(
        operation_id="listCrew",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: CrewMemberSerializer(many=True), **refuses(*HOSTS_ONLY)},
        description="Who organises the competition, and who helps: sees what those inside see, and moderates the "
        "discussions. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="removeFromCrew",
        tags=TAGS,
        parameters=[
            COMPETITION,
            OpenApiParameter("username", str, OpenApiParameter.PATH, description="Whose role is taken away."),
        ],
        responses={204: DELETED, **refuses(no.NoSuchUser, no.LastOrganiser, *HOSTS_ONLY)},
        description="Take somebody's role away, or give up your own. Organisers, and everybody for themselves; one "
        "organiser stays. The log tells of it.",
    ),
)
invitations_of_competition = extend_schema_view(
    list=extend_schema(
        operation_id="listCrewInvitations",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: CrewInvitationSerializer(many=True), **refuses(*HOSTS_ONLY)},
        description="Who has been asked to organise or to help and has not answered yet. Organisers only.",
    ),
    create=extend_schema(
        operation_id="inviteToCrew",
        tags=TAGS,
        parameters=[COMPETITION],
        request=NewCrewInvitationSerializer,
        responses={
            201: CrewInvitationSerializer,
            **refuses(no.NoSuchUser, no.AlreadyInCrew, no.AlreadyInvited, *TAKES_PART, *HOSTS_ONLY),
        },
        examples=[OpenApiExample("A helper", value={"username": "sora", "role": "helper"}, request_only=True)],
        description="Ask somebody to organise the competition with you, or to help. Organisers only. Nobody who takes "
        "part can be asked, and the role begins when they accept.",
    ),
    destroy=extend_schema(
        operation_id="cancelCrewInvitation",
        tags=TAGS,
        parameters=[COMPETITION, PK],
        responses={204: DELETED, **refuses(no.NotPending, *HOSTS_ONLY)},
        description="Take an invitation back. Organisers only.",
    ),
)
invitations = extend_schema_view(
    list=extend_schema(
        operation_id="listMyCrewInvitations",
        tags=TAGS,
        responses={200: CrewInvitationSerializer(many=True)},
        description="The competitions that you have been asked to organise or to help with, the newest first. Open to "
        "everybody signed in.",
    ),
    accept=extend_schema(
        operation_id="acceptCrewInvitation",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses={
            200: CrewInvitationSerializer,
            **refuses(no.NotPending, no.AlreadyInCrew, *TAKES_PART, NotVisible),
        },
        description="Begin to organise, or to help. The invited only. Who takes part can't.",
    ),
    refuse=extend_schema(
        operation_id="refuseCrewInvitation",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses={200: CrewInvitationSerializer, **refuses(no.NotPending, NotVisible)},
        description="Say no. The invited only.",
    ),
)
