"""Submitting, and a team's own submissions. What belongs to other teams does not exist here."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions import permissions as can
from competitions.downloads import file_response
from competitions.exceptions import NotVisible
from competitions.models import Competition, Team
from competitions.views.lookup import find_team
from competitions.views.openapi import NOT_FOUND, PK, refusal
from submissions import services
from submissions.filters import SubmissionFilter
from submissions.limits import allowance
from submissions.models import Submission
from submissions.serializers import (
    AllowanceSerializer,
    DescribeSerializer,
    SubmissionSerializer,
    SubmitSerializer,
    SubmittedSerializer,
    result_of,
)
from submissions.uploads import forget_upload, prepare_upload

TAGS = ["submissions"]


def own_team(request: Request, pk: int) -> Team:
    """The team with this id, if the reader is in it.

    Raises:
        NotVisible: no such team, as far as the reader may know.
        NotTeamMember: a team of others.
    """
    own = Team.objects.of_user(request.user).select_related("competition", "standing").filter(pk=pk).first()
    if own is not None:
        return own
    team = find_team(request, pk)
    can.look_inside(request.user, team.competition).require()
    can.see_team_internals(request.user, team).require()
    return team


def own_submission(request: Request, pk: int) -> Submission:
    """A submission of one of the reader's teams.

    Raises:
        NotVisible: any other.
    """
    found = Submission.objects.of_teams_of(request.user).for_display().filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def shown(request: Request, submission: Submission) -> dict[str, Any]:
    context = {"request": request, **private_context(request, submission.competition)}
    return SubmissionSerializer(submission, context=context).data


def private_context(request: Request, competition: Competition) -> dict[str, bool]:
    verdict = can.view_private_leaderboard(request.user, competition, timezone.now())
    return {"shows_private": bool(verdict)}


class SubmitView(APIView):
    permission_classes = [IsAuthenticated]
    # The names on the wire are read as they are: with a session, the CSRF check has parsed the form before us.
    parser_classes = [MultiPartParser]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "submissions"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too large before reading it, and so before the CSRF check parses the form."""
        prepare_upload(request)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        forget_upload(self.request)
        return super().handle_exception(exc)

    @extend_schema(
        operation_id="submit",
        tags=TAGS,
        summary="Submit predictions",
        description=(
            "Checks and scores a file for your team and answers with the public score, whether it is the team's new "
            "best, and the rank before and after. Files above a size that the site sets wait for the job queue: then "
            "the answer is 202, and `Location` is the place to watch. A file that can't be scored answers 400 with "
            "one entry for every problem, is kept as refused, and does not count against the limits. For members of "
            "the team, from the start of the competition; after its end as a late submission, where those are allowed."
        ),
        request={"multipart/form-data": SubmitSerializer},
        responses={
            201: SubmittedSerializer,
            202: OpenApiResponse(SubmittedSerializer, description="Accepted; it waits for the job queue."),
            400: refusal("required", "invalid", "invalid_memo", "missing_ids", "not_a_number", "missing_columns"),
            403: refusal("not_a_team_member", "competition_not_started", "competition_ended", "rules_not_accepted"),
            **NOT_FOUND,
            409: refusal("total_limit_reached", "team_not_active", "no_solution_yet"),
            413: refusal("file_too_large"),
            429: refusal("daily_limit_reached", "throttled"),
            503: refusal("scoring_failed"),
        },
        examples=[
            OpenApiExample(
                "A new best",
                response_only=True,
                status_codes=["201"],
                value={
                    "submission": {
                        "id": 42,
                        "team": 7,
                        "createdAt": "2026-06-05T12:00:00Z",
                        "filename": "lgbm.csv",
                        "size": 204800,
                        "status": "scored",
                        "publicScore": 0.8123,
                        "privateScore": None,
                        "isBest": True,
                        "isSelected": False,
                        "isLate": False,
                        "memo": "5 folds",
                        "cvScore": 0.809,
                        "problems": [],
                        "source": "web",
                        "user": {"username": "alice", "name": "Alice", "avatar": None},
                    },
                    "result": {
                        "score": 0.8123,
                        "isBest": True,
                        "previousBest": 0.79,
                        "rankBefore": 5,
                        "rankAfter": 2,
                        "teams": 12,
                        "passed": 3,
                    },
                    "allowance": {
                        "dailyLimit": 5,
                        "usedToday": 2,
                        "remainingToday": 3,
                        "resetsAt": "2026-06-06T00:00:00Z",
                        "totalLimit": None,
                        "usedTotal": 9,
                        "remainingTotal": None,
                        "remaining": 3,
                        "reason": None,
                    },
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        form = SubmitSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        # The moment the whole file is here: who begins to send before the end and finishes after it is late.
        at = timezone.now()
        outcome = services.submit(
            user=request.user,
            team=own_team(request, fields["team"]),
            file=fields["file"],
            filename=fields["file"].name,
            memo=fields["memo"],
            cv_score=fields["cvScore"],
            source=Submission.Source.WEB if request.auth is None else Submission.Source.API,
            at=at,
        )
        answer = {
            "submission": shown(request, outcome.submission),
            "result": result_of(outcome),
            "allowance": AllowanceSerializer(outcome.allowance).data,
        }
        return Response(
            answer,
            status=status.HTTP_202_ACCEPTED if outcome.is_queued else status.HTTP_201_CREATED,
            headers={"Location": reverse("submission", args=[outcome.submission.pk])},
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="teamSubmissions",
        tags=TAGS,
        summary="Submissions of your team",
        description=(
            "All submissions of your team, newest first, refused and late ones included. For members only: nobody "
            "else, organisers included, sees another team's submissions here. `ordering`: `createdAt`, `publicScore`, "
            "`cvScore`, each with `-` for the reverse."
        ),
        parameters=[PK],
        responses={200: SubmissionSerializer(many=True), 403: refusal("not_a_team_member"), **NOT_FOUND},
    )
)
class TeamSubmissionsView(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilter
    queryset = Submission.objects.none()

    @cached_property
    def team(self) -> Team:
        return own_team(self.request, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        return Submission.objects.filter(team=self.team).for_display()

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        return {**context, **private_context(self.request, self.team.competition)}


class AllowanceView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="teamAllowance",
        tags=TAGS,
        summary="How often your team may still submit",
        description=(
            "What the limits leave, when the day begins anew, and why nothing is left if so. For members. After the "
            "end, late submissions are counted by themselves, against the daily limit only."
        ),
        parameters=[PK],
        responses={200: AllowanceSerializer, 403: refusal("not_a_team_member"), **NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(AllowanceSerializer(allowance(own_team(request, pk), timezone.now())).data)


class SubmissionView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [ScopedRateThrottle]

    def get_throttles(self) -> list[Any]:
        self.throttle_scope = "writes" if self.request is None or self.request.method == "PATCH" else None
        return super().get_throttles()

    @extend_schema(
        operation_id="submission",
        tags=TAGS,
        summary="One submission",
        description="A submission of your team: what to poll while it waits for the job queue. Others are not found.",
        parameters=[PK],
        responses={200: SubmissionSerializer, **NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(shown(request, own_submission(request, pk)))

    @extend_schema(
        operation_id="describeSubmission",
        tags=TAGS,
        summary="Change memo or CV score",
        description="Writes the memo or the team's own CV score anew. For members of the team, at any time.",
        parameters=[PK],
        request=DescribeSerializer,
        responses={200: SubmissionSerializer, 400: refusal("max_length", "not_finite"), **NOT_FOUND},
        examples=[OpenApiExample("Both", request_only=True, value={"memo": "seed 7", "cvScore": 0.812})],
    )
    def patch(self, request: Request, pk: int) -> Response:
        submission = own_submission(request, pk)
        form = DescribeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(shown(request, services.describe(submission=submission, **form.validated_data)))


class SubmissionFileView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="submissionFile",
        tags=TAGS,
        summary="Download your submission",
        description="The file as your team sent it; from an object storage by a redirect. Others are not found.",
        parameters=[PK],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            302: OpenApiResponse(description="To the object storage, for 15 minutes."),
            404: refusal("not_found", "file_gone"),
        },
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        return file_response(request, own_submission(request, pk))


class SelectionView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "writes"

    @extend_schema(
        operation_id="selectSubmission",
        tags=TAGS,
        summary="Select for the final ranking",
        description=(
            "Marks a scored submission of your team for the final ranking, up to the competition's number and until "
            "its end. With none selected, the best public ones count."
        ),
        parameters=[PK],
        request=None,
        responses={
            200: SubmissionSerializer,
            403: refusal("competition_ended"),
            **NOT_FOUND,
            409: refusal("too_many_selected", "late_not_selectable", "not_scored", "team_not_active"),
        },
    )
    def put(self, request: Request, pk: int) -> Response:
        return self.answer(request, pk, selected=True)

    @extend_schema(
        operation_id="unselectSubmission",
        tags=TAGS,
        summary="Take the selection back",
        description="Takes the mark for the final ranking back, until the competition ends. For members of the team.",
        parameters=[PK],
        responses={200: SubmissionSerializer, 403: refusal("competition_ended"), **NOT_FOUND},
    )
    def delete(self, request: Request, pk: int) -> Response:
        return self.answer(request, pk, selected=False)

    def answer(self, request: Request, pk: int, *, selected: bool) -> Response:
        submission = own_submission(request, pk)
        at = timezone.now()
        return Response(
            shown(request, services.select(submission=submission, selected=selected, by=request.user, at=at))
        )
