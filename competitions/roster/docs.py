"""What the API's description says of rosters."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import PermissionDenied

from accounts.locking import AccountGone
from accounts.names import NameOfOrganiser
from accounts.services import UsernameTaken
from competitions import exceptions as no
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from competitions.roster.serializers import (
    ImportRosterSerializer,
    JoinByLinkSerializer,
    JoinedSerializer,
    MakeLinksSerializer,
    MineOnRosterSerializer,
    OpenedLinkSerializer,
    RosterEntrySerializer,
    RosterLinkSerializer,
    RosterPlanSerializer,
    RosterTextSerializer,
    RulesAnswerSerializer,
    TokenOfLinkSerializer,
)
from foundation.openapi import refuses
from foundation.refusals import NotSignedIn, NotVisible

TAGS = ["Rosters"]
ENTRY = OpenApiParameter("entry", OpenApiTypes.INT64, OpenApiParameter.PATH, description="Id of the entry.")
ENTERING = (
    *(no.EntryClosed, no.RulesNotAccepted, no.RulesChanged, no.LeftWithSubmissions, no.AlreadyOnRoster),
    *(no.AlreadyEntered, AccountGone),
)
LINK = (no.RosterLinkUnknown, no.RosterLinkUsed, no.RosterLinkExpired, no.RosterNotOpen)
TOKEN = "q3ZJm0pT4mK8yV1cWb7xLr2nHs5dGf9A"  # noqa: S105 -- an example
LIST = "e-mail,name,number,section\nhanako@example.org,Hanako Yamada,s001,A\n"

roster = extend_schema_view(
    list=extend_schema(
        operation_id="listRoster",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: RosterEntrySerializer(many=True), **refuses(*HOSTS_ONLY)},
        description="Everybody on the roster, by section and name. Organisers only. It says nothing of accounts before "
        "their owners join by themselves.",
    ),
    destroy=extend_schema(
        operation_id="deleteRosterEntry",
        tags=TAGS,
        parameters=[COMPETITION, ENTRY],
        responses={204: DELETED, **refuses(*HOSTS_ONLY)},
        description="Take somebody off the roster, with all that it holds of them; their account and team "
        "stay. Organisers only.",
    ),
    preview=extend_schema(
        operation_id="previewRoster",
        tags=TAGS,
        parameters=[COMPETITION],
        request=RosterTextSerializer,
        responses={200: RosterPlanSerializer, **refuses(no.RosterRefused, *HOSTS_ONLY)},
        examples=[OpenApiExample("A class", value={"csv": LIST, "withBrackets": True}, request_only=True)],
        description="What taking over this list would change. Nothing is stored. Organisers only.",
    ),
    import_list=extend_schema(
        operation_id="importRoster",
        tags=TAGS,
        parameters=[COMPETITION],
        request=ImportRosterSerializer,
        responses={
            200: RosterPlanSerializer,
            **refuses(no.RosterRefused, no.ReasonMissing, no.InvalidReason, no.RosterChanged, *HOSTS_ONLY),
        },
        examples=[OpenApiExample("A class", value={"csv": LIST, "withBrackets": True}, request_only=True)],
        description="Take over a list of people: all of it, or nothing and the reasons by line and field. Who is on "
        "the roster and not in the list stays. Sections become brackets; the log tells of these. Organisers only.",
    ),
    links=extend_schema(
        operation_id="createRosterLinks",
        tags=TAGS,
        parameters=[COMPETITION],
        request=MakeLinksSerializer,
        responses={200: RosterLinkSerializer(many=True), **refuses(no.RosterJoined, *HOSTS_ONLY)},
        description="Make links by which people of the roster come in, each for one person and one time. They are told "
        "this once; older ones of the same people work no more. Organisers only.",
    ),
    link=extend_schema(
        operation_id="removeRosterLink",
        tags=TAGS,
        parameters=[COMPETITION, ENTRY],
        responses={204: DELETED, **refuses(*HOSTS_ONLY)},
        description="Let the link of somebody work no more. If they joined, that account is no more taken for them; it "
        "stays, and so does its team. Organisers only.",
    ),
)
mine = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getMyRosterInvitation",
        tags=TAGS,
        parameters=[COMPETITION],
        responses={200: MineOnRosterSerializer, **refuses(NotVisible, NotSignedIn)},
        description="Whether the organisers expect you, by a confirmed email address of yours. They are told "
        "nothing of you before you accept.",
    ),
    accept=extend_schema(
        operation_id="acceptRosterInvitation",
        tags=TAGS,
        parameters=[COMPETITION],
        request=RulesAnswerSerializer,
        responses={200: JoinedSerializer, **refuses(no.NotOnRoster, NotVisible, NotSignedIn, *ENTERING)},
        description="Join as the person whom the organisers expect. From then on they know which account is yours.",
    ),
)
links = extend_schema_view(
    open=extend_schema(
        operation_id="readRosterLink",
        tags=TAGS,
        request=TokenOfLinkSerializer,
        responses={200: OpenedLinkSerializer, **refuses(*LINK)},
        examples=[OpenApiExample("A link", value={"token": TOKEN}, request_only=True)],
        description="Whom a link is for, and where it leads. Nothing happens yet. Open to everybody who holds a link.",
    ),
    join=extend_schema(
        operation_id="enterByRosterLink",
        tags=TAGS,
        request=JoinByLinkSerializer,
        responses={
            200: JoinedSerializer,
            **refuses(*LINK, *ENTERING, no.RosterAccountsClosed, UsernameTaken, NameOfOrganiser, PermissionDenied),
        },
        examples=[
            OpenApiExample(
                "A new account",
                value={"token": TOKEN, "username": "hanako", "password": "a long and good one", "acceptRules": True},
                request_only=True,
            )
        ],
        description="Join with the account that you are signed in with; without one, make it and be signed in. The new "
        "account has no email address: add one in the settings. A link works once.",
    ),
)
