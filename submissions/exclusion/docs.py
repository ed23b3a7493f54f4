"""What the API's description says of exclusions."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema

from competitions.exceptions import NotHost, ReasonMissing, TeamNotActive
from competitions.openapi import COMPETITION
from foundation.openapi import PK, refuses
from foundation.refusals import NotVisible
from submissions.exclusion.exceptions import (
    AlreadyAnswered,
    AlreadyExcluded,
    AlreadyLifted,
    InvalidAnswer,
    NotExcludedTeam,
    NothingToVoid,
)
from submissions.exclusion.serializers import (
    AnswerSerializer,
    ExcludeSerializer,
    ExclusionSerializer,
    LiftSerializer,
    OrganisersSubmissionQuerySerializer,
    OrganisersSubmissionSerializer,
)

TAGS = ["Exclusions"]
REASON = OpenApiExample(
    "A public reason", value={"reason": "Two accounts of one person.", "isReasonPublic": True}, request_only=True
)

list_of_competition = extend_schema(
    operation_id="listExclusions",
    tags=TAGS,
    parameters=[COMPETITION],
    responses={200: ExclusionSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="Every team and submission that was taken out of the ranking, newest first, with reasons and answers. "
    "Organisers only; what is public of it stands in the competition log.",
)
list_of_team = extend_schema(
    operation_id="listTeamExclusions",
    tags=TAGS,
    parameters=[PK],
    responses={200: ExclusionSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="What was taken out of the ranking of one team, newest first. Members of the team, and organisers.",
)
disqualify = extend_schema(
    operation_id="disqualifyTeam",
    tags=TAGS,
    parameters=[PK],
    request=ExcludeSerializer,
    responses={
        201: ExclusionSerializer,
        **refuses(ReasonMissing, NotHost, AlreadyExcluded, TeamNotActive, NotVisible),
    },
    examples=[REASON],
    description="Take a team out of the ranking, before or after the confirmation: ranks close up, and the team stands "
    "last, marked. It can't submit, take anybody in or merge until it is reinstated. The competition log tells it, and "
    "the team is told why. Organisers only.",
)
void = extend_schema(
    operation_id="voidSubmission",
    tags=TAGS,
    parameters=[PK],
    request=ExcludeSerializer,
    responses={201: ExclusionSerializer, **refuses(ReasonMissing, AlreadyExcluded, NothingToVoid, NotVisible)},
    examples=[REASON],
    description="Take one submission out of the ranking, before or after the confirmation: the team stands by its "
    "others. It used up the limits all the same, and can't be selected. The competition log tells it, and the team is "
    "told why. Organisers only.",
)
lift = extend_schema(
    operation_id="liftExclusion",
    tags=TAGS,
    parameters=[PK],
    request=LiftSerializer,
    responses={200: ExclusionSerializer, **refuses(ReasonMissing, NotHost, AlreadyLifted, NotVisible)},
    examples=[OpenApiExample("A mistake", value={"reason": "It was a mistake of ours."}, request_only=True)],
    description="Take an exclusion back: the team is reinstated, or the submission counts again and is selected as it "
    "was. The reason is public. Organisers only.",
)
answer = extend_schema(
    operation_id="answerExclusion",
    tags=TAGS,
    parameters=[PK],
    request=AnswerSerializer,
    responses={
        200: ExclusionSerializer,
        **refuses(InvalidAnswer, NotExcludedTeam, AlreadyLifted, AlreadyAnswered, NotVisible),
    },
    examples=[OpenApiExample("An objection", value={"answer": "We are two people in one flat."}, request_only=True)],
    description="Say something to the organisers about an exclusion, once. Members of the team only.",
)
list_submissions = extend_schema(
    operation_id="listCompetitionSubmissions",
    tags=TAGS,
    parameters=[COMPETITION, OrganisersSubmissionQuerySerializer],
    responses={200: OrganisersSubmissionSerializer(many=True), **refuses(NotHost, NotVisible)},
    description="The submissions of a competition, newest first, so that one can be found that is to be voided: "
    "without files and memos, and with the public score alone. Organisers only.",
)
