"""What the API's description says of entering, of teams, and of how they grow."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from competitions import exceptions as no
from competitions.brackets.serializers import TeamBracketsSerializer
from competitions.openapi import COMPETITION
from competitions.teams.participations import ParticipationSerializer
from competitions.teams.serializers import (
    AcceptInvitationSerializer,
    AcceptRulesSerializer,
    AchievementSerializer,
    EnterSerializer,
    InvitationSerializer,
    MergeRequestSerializer,
    OtherTeamSerializer,
    RankedPersonSerializer,
    TeamIdSerializer,
    TeamNameSerializer,
    TeamSerializer,
    TogetherSerializer,
    UsernameSerializer,
)
from foundation.openapi import PK, Reason, refuses
from foundation.refusals import NotVisible

COMPETITIONS, TEAMS, INVITATIONS, MERGES = ["Competitions"], ["Teams"], ["Invitations"], ["Merge requests"]
OWNERS_ONLY = (no.NotTeamOwner, no.TeamNotActive, NotVisible)
TOO_LATE = (no.CompetitionEnded, no.MergeDeadlinePassed)
TOO_MANY = (no.TooManySubmissionsTogether, no.TooManySubmissionsByTheEnd, no.TooManySubmissionsUnseen)

# --- entering ---------------------------------------------------------------------------------------------------------
entering = extend_schema_view(
    enter=extend_schema(
        operation_id="enterCompetition",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        request=EnterSerializer,
        responses={
            201: TeamSerializer,
            **refuses(
                *(no.EntryClosed, no.RulesNotAccepted, no.WrongInvitationCode, no.LeftWithSubmissions),
                *(no.UnknownBracket, no.BracketOfHosts, no.BracketsFixedByPhase, no.AlreadyEntered, no.RulesChanged),
                NotVisible,
            ),
        },
        examples=[OpenApiExample("Rules accepted", value={"acceptRules": True, "rulesVersion": 1}, request_only=True)],
        description="Join, with a team of your own, which may belong to brackets. Open to everybody signed in, until "
        "the entry deadline.",
    ),
    accept_rules=extend_schema(
        operation_id="acceptCompetitionRules",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        request=AcceptRulesSerializer,
        responses={
            204: OpenApiResponse(description="Accepted"),
            **refuses(no.NotEntered, no.RulesChanged, NotVisible),
        },
        description="Accept the present version of the rules, after they changed. Participants only.",
    ),
)
participations = extend_schema_view(
    list=extend_schema(
        operation_id="listCompetitionsOfUser",
        tags=COMPETITIONS,
        parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)],
        responses={200: ParticipationSerializer(many=True), **refuses(NotVisible)},
        description="The competitions a user takes or took part in, the latest first, with their teams' ranks. Open to "
        "everybody, as far as they find the competition in the list.",
    )
)
achievements = extend_schema(
    operation_id="getAchievements",
    tags=COMPETITIONS,
    parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)],
    responses={200: AchievementSerializer, **refuses(NotVisible)},
    description="Medals, points and activity of a user. Medals and points follow from confirmed results of public "
    "competitions alone, and go when a confirmation is taken back. Open to everybody.",
)
site_ranking = extend_schema(
    operation_id="getSiteRanking",
    tags=COMPETITIONS,
    responses={200: RankedPersonSerializer(many=True)},
    description="Everybody with points, the most first. A final rank is worth 100000 / sqrt(members of the team) * "
    "rank ^ -0.75 * log10(1 + log10(teams)) points, which decay by exp(-days / 500). Open to everybody.",
)

# --- teams ------------------------------------------------------------------------------------------------------------
teams_of_competition = extend_schema_view(
    list=extend_schema(
        operation_id="listTeams",
        tags=TEAMS,
        parameters=[COMPETITION],
        responses={200: TeamSerializer(many=True), **refuses(no.NotEntered, NotVisible)},
        description="The teams by name. Open to everybody who may see the competition; if closed, to its participants.",
    )
)
teams = extend_schema_view(
    list=extend_schema(
        operation_id="listMyTeams",
        tags=TEAMS,
        parameters=[OpenApiParameter("competition", str, description="Slug or id of a competition.")],
        description="The teams you are in, the newest first. Open to everybody signed in.",
    ),
    retrieve=extend_schema(
        operation_id="getTeam",
        tags=TEAMS,
        parameters=[PK],
        responses={200: TeamSerializer, **refuses(no.NotEntered, NotVisible)},
        description="One team and its members. Open to everybody who may see the competition; in a competition by "
        "invitation, to its participants.",
    ),
    partial_update=extend_schema(
        operation_id="renameTeam",
        tags=TEAMS,
        parameters=[PK],
        request=TeamNameSerializer,
        responses={200: TeamSerializer, **refuses(no.InvalidName, no.NameTaken, *OWNERS_ONLY)},
        description="Give the team another name. Its owner only.",
    ),
    leave=extend_schema(
        operation_id="leaveTeam",
        tags=TEAMS,
        parameters=[PK],
        request=None,
        responses={
            204: OpenApiResponse(description="You left."),
            **refuses(no.NotTeamMember, no.CompetitionEnded, no.OwnerMustHandOver, no.TeamNotActive, NotVisible),
        },
        description="Leave the team, until the competition ends. Members only; an owner with other members hands over "
        "first. The last one to leave closes the team.",
    ),
    transfer=extend_schema(
        operation_id="transferTeam",
        tags=TEAMS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={200: TeamSerializer, **refuses(no.NoSuchMember, *OWNERS_ONLY)},
        description="Make another member the owner. The owner only.",
    ),
    remove=extend_schema(
        operation_id="removeTeamMember",
        tags=TEAMS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={
            200: TeamSerializer,
            **refuses(no.NoSuchMember, no.CannotRemoveOneself, no.CompetitionEnded, *OWNERS_ONLY),
        },
        description="Take a member out of the team, until the competition ends. The owner only.",
    ),
)


team_brackets = extend_schema(
    operation_id="setTeamBrackets",
    tags=["Brackets"],
    parameters=[PK],
    request=TeamBracketsSerializer,
    responses={
        200: TeamSerializer,
        **refuses(
            *(no.UnknownBracket, no.BracketOfHosts, no.ReasonMissing, no.NotTeamOwner, no.BracketsFixed),
            *(no.BracketsFixedByPhase, no.TeamNotActive, NotVisible),
        ),
    },
    examples=[OpenApiExample("A team of students", value={"brackets": ["student"]}, request_only=True)],
    description="Say which brackets the team belongs to. Its owner chooses of those that teams choose, for as long "
    "as one can enter and until a phase ends that the team took part in; organisers set all of them at any time, which "
    "the log tells, with a reason once the competition, or a phase of it, has ended.",
)


# --- invitations and merges -------------------------------------------------------------------------------------------
def decision(operation_id: str, tags: list[str], shape: Any, *, who: Reason, description: str) -> Any:
    """Saying no, or taking back what one asked for. `who`: the refusal that everybody else gets."""
    return extend_schema(
        operation_id=operation_id,
        tags=tags,
        parameters=[PK],
        request=None,
        responses={200: shape, **refuses(who, no.NotPending, NotVisible)},
        description=description,
    )


invitations_of_team = extend_schema_view(
    list=extend_schema(
        operation_id="listTeamInvitations",
        tags=INVITATIONS,
        parameters=[PK],
        responses={200: InvitationSerializer(many=True), **refuses(no.NotTeamMember, NotVisible)},
        description="Everybody the team invited, the newest first. Members only.",
    ),
    create=extend_schema(
        operation_id="inviteToTeam",
        tags=INVITATIONS,
        parameters=[PK],
        request=UsernameSerializer,
        responses={
            201: InvitationSerializer,
            **refuses(
                *(no.NoSuchUser, no.AlreadyMember, no.AlreadyInvited, no.TeamFull, no.TeamDisqualified),
                *(*TOO_LATE, *OWNERS_ONLY),
            ),
        },
        description="Invite a user, until the team-merge deadline. The owner only.",
    ),
)
invitations = extend_schema_view(
    list=extend_schema(
        operation_id="listMyInvitations",
        tags=INVITATIONS,
        description="The invitations that wait for your answer, the newest first. Open to everybody signed in.",
    ),
    accept=extend_schema(
        operation_id="acceptInvitation",
        tags=INVITATIONS,
        parameters=[PK],
        request=AcceptInvitationSerializer,
        responses={
            200: InvitationSerializer,
            **refuses(
                *(no.NotInvited, *TOO_LATE, no.EntryClosed, no.RulesNotAccepted, no.WrongInvitationCode),
                *(no.LeftWithSubmissions, no.NotPending, no.TeamFull, no.MergeInstead, no.AlreadyMember),
                *(no.TeamNotActive, no.TeamDisqualified, no.RulesChanged, NotVisible),
            ),
        },
        description="Join the team. The invited only. A team of your own without others or submissions is closed "
        "for it; who does not take part yet enters by this.",
    ),
    refuse=decision(
        "refuseInvitation",
        INVITATIONS,
        InvitationSerializer,
        who=no.NotInvited,
        description="Say no to an invitation. The invited only.",
    ),
    cancel=decision(
        "cancelInvitation",
        INVITATIONS,
        InvitationSerializer,
        who=no.NotTeamOwner,
        description="Take an invitation back. The owner of the team only.",
    ),
)
merge_requests_of_team = extend_schema_view(
    list=extend_schema(
        operation_id="listMergeRequests",
        tags=MERGES,
        parameters=[PK],
        responses={200: MergeRequestSerializer(many=True), **refuses(no.NotTeamMember, NotVisible)},
        description="Merge requests from and to the team, the newest first. Members only.",
    ),
    create=extend_schema(
        operation_id="requestMerge",
        tags=MERGES,
        parameters=[PK],
        request=TeamIdSerializer,
        responses={
            201: MergeRequestSerializer,
            **refuses(
                *(no.SameTeam, no.NoSuchTeam, *TOO_LATE, no.AlreadyRequested, no.TeamFull),
                *(*TOO_MANY, no.TeamDisqualified, *OWNERS_ONLY),
            ),
        },
        description="Ask another team to merge, until the team-merge deadline. The owner only. If it accepts, your "
        "team is emptied into theirs.",
    ),
    preview=extend_schema(
        operation_id="previewMerge",
        tags=MERGES,
        parameters=[PK, OtherTeamSerializer],
        responses={200: TogetherSerializer, **refuses(no.SameTeam, no.NoSuchTeam, *OWNERS_ONLY)},
        description="What your team and another one would be together, and whether you may ask it: nothing is sent. "
        "The owner only.",
    ),
)
merge_requests = extend_schema_view(
    accept=extend_schema(
        operation_id="acceptMerge",
        tags=MERGES,
        parameters=[PK],
        request=None,
        responses={
            200: TeamSerializer,
            **refuses(
                *(*TOO_LATE, no.TeamDisqualified, no.NotPending, no.TeamFull, *TOO_MANY),
                *OWNERS_ONLY,
            ),
        },
        description="Make the two teams one; the answer is the team they become. Only the owner of the team that was "
        "asked.",
    ),
    refuse=decision(
        "refuseMerge",
        MERGES,
        MergeRequestSerializer,
        who=no.NotTeamOwner,
        description="Say no to a merge. Only the owner of the team that was asked.",
    ),
    cancel=decision(
        "cancelMerge",
        MERGES,
        MergeRequestSerializer,
        who=no.NotTeamOwner,
        description="Take a merge request back. Only the owner of the team that asked.",
    ),
)
