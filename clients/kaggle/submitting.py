"""Sending a file, watching what becomes of it, and the limits."""

from __future__ import annotations

import contextlib
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients import uploads
from clients.kaggle.links import redirect_to_submission
from clients.kaggle.lookup import CompetitionName, competition_of, team_of
from clients.kaggle.paging import Paged, page_of
from clients.kaggle.rpc import Fields, rpc, timestamp
from clients.kaggle.told import outcome_text, score_text
from clients.models import Upload
from competitions import permissions as can
from competitions.exceptions import NotEntered
from competitions.models import Competition, Team
from competitions.quota import check_quota
from foundation.requests import signed_in
from submissions.exceptions import InvalidFile
from submissions.limits import allowance
from submissions.models import Submission
from submissions.querysets import SubmissionQuerySet
from submissions.services import check_allowance, submit

SUBMISSIONS_PAGE = 100  # the client does not print the next page's token here
STATUS = {
    Submission.Status.PENDING: "PENDING",
    Submission.Status.SCORED: "COMPLETE",
    Submission.Status.REFUSED: "ERROR",
    Submission.Status.FAILED: "ERROR",
}


def own_team(request: Request, competition: Competition) -> Team:
    """The sender's team in the competition.

    Raises:
        NotEntered: there is none.
    """
    team = team_of(request, competition)
    if team is None:
        raise NotEntered
    return team


class StartFields(CompetitionName):
    fileName = serializers.CharField(max_length=255)  # noqa: N815
    contentLength = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**62)  # noqa: N815
    lastModifiedEpochSeconds = serializers.IntegerField(required=False)  # noqa: N815


@rpc("competitions.CompetitionApiService/StartSubmissionUpload", StartFields, throttle="writes")
def start_submission_upload(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Announce a file. Everything that can be refused without its bytes is refused here, where the reason is shown."""
    at = timezone.now()
    competition = competition_of(request, fields)
    team = own_team(request, competition)
    can.submit(request.user, team, competition.phase, at).require()
    check_allowance(team, competition.phase, at)
    check_quota(competition, fields["contentLength"])
    upload, secret = uploads.announce(
        user=signed_in(request),
        purpose=Upload.Purpose.SUBMISSION,
        competition=competition,
        filename=fields["fileName"],
        size=fields["contentLength"],
        limit=settings.MAX_UPLOAD_BYTES,
        at=at,
    )
    address = request.build_absolute_uri(reverse("kaggle-upload", args=[secret]))
    return {"token": upload.token, "createUrl": address}


class CreateFields(CompetitionName):
    blobFileTokens = serializers.CharField(max_length=200)  # noqa: N815
    submissionDescription = serializers.CharField(required=False, default="", max_length=500)  # noqa: N815
    sandbox = serializers.BooleanField(required=False, default=False)


@rpc("competitions.CompetitionApiService/CreateSubmission", CreateFields, throttle="submissions")
def create_submission(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    team = own_team(request, competition)
    at = timezone.now()
    can.submit(request.user, team, competition.phase, at).require()
    check_allowance(team, competition.phase, at)
    upload = uploads.take(
        token=fields["blobFileTokens"],
        user=signed_in(request),
        purpose=Upload.Purpose.SUBMISSION,
        competition=competition,
        at=at,
    )
    try:
        with uploads.open_upload(upload) as content:
            outcome = submit(
                team=team,
                user=signed_in(request),
                file=File(content, name=upload.filename),
                filename=upload.filename,
                memo=fields["submissionDescription"],
                cv_score=None,
                source=Submission.Source.KAGGLE,
                at=at,
            )
    except InvalidFile:
        raise
    except Exception:
        # The limit was reached in the same moment, too much waits to be scored, or a fault: the file may be sent again.
        with contextlib.suppress(DatabaseError):  # away: the first fault is the one to tell
            uploads.give_back(upload)
        raise
    return {"message": outcome_text(outcome, competition.phase), "ref": outcome.submission.pk}


class ListFields(CompetitionName, Paged):
    sortBy = serializers.CharField(required=False, max_length=60)  # noqa: N815
    group = serializers.CharField(required=False, max_length=60)


@rpc("competitions.CompetitionApiService/ListSubmissions", ListFields)
def list_submissions(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    own = narrowed(own_submissions(request).filter(phase=competition.phase), fields)
    page, following = page_of(own, fields, default_size=SUBMISSIONS_PAGE)
    return {"submissions": [shape(one) for one in page], "nextPageToken": following}


def own_submissions(request: Request) -> SubmissionQuerySet:
    return Submission.objects.of_teams_of(request.user).select_related("competition", "phase", "team", "user")


def narrowed(rows: SubmissionQuerySet, fields: dict[str, Any]) -> SubmissionQuerySet:
    """By the client's group and order. Ordering by the private score is by date: an order can be read like a score."""
    group = fields.get("group", "").upper().removeprefix("SUBMISSION_GROUP_")
    if group == "SUCCESSFUL":
        rows = rows.scored()
    elif group == "SELECTED":
        rows = rows.selected()
    order = fields.get("sortBy", "").upper().removeprefix("SUBMISSION_SORT_BY_")
    by = {"NAME": ["filename", "-id"], "PUBLIC_SCORE": ["-public_score", "-id"]}
    return rows.order_by(*by.get(order, ["-created_at", "-id"]))


def shape(submission: Submission) -> dict[str, Any]:
    phase = submission.phase
    answer: dict[str, Any] = {
        "ref": submission.pk,
        "fileName": submission.filename,
        "date": timestamp(submission.created_at),
        "description": submission.memo,
        "status": STATUS[Submission.Status(submission.status)],
        "totalBytes": submission.size,
        "submittedBy": submission.user.name if submission.user else "",
        "submittedByRef": submission.user.username if submission.user else "",
        "teamName": submission.team.name,
    }
    if submission.public_score is not None:
        answer["publicScore"] = score_text(submission.public_score, phase)
    if submission.private_score is not None and phase.is_confirmed(timezone.now()):
        answer["privateScore"] = score_text(submission.private_score, phase)
    if submission.is_void:
        answer["errorDescription"] = _("The organisers have taken this submission out of the ranking.")
    elif submission.problems:
        answer["errorDescription"] = " ".join(str(one.get("detail", "")) for one in submission.problems[:3])
    return answer


class RefFields(Fields):
    ref = serializers.IntegerField(min_value=1, max_value=2**62)


class SubmissionIdFields(Fields):
    submissionId = serializers.IntegerField(min_value=1, max_value=2**62)  # noqa: N815


def own_submission(request: Request, pk: int) -> Submission:
    """One of the sender's team's submissions; others do not exist for them."""
    found = own_submissions(request).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such submission."))
    return found


@rpc("competitions.CompetitionApiService/GetSubmission", RefFields)
def get_submission(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    return shape(own_submission(request, fields["ref"]))


@rpc("competitions.CompetitionApiService/DownloadSubmission", SubmissionIdFields)
def download_submission(request: Request, fields: dict[str, Any]) -> Any:
    return redirect_to_submission(request, own_submission(request, fields["submissionId"]))


@rpc("competitions.CompetitionApiService/GetSubmissionLimits", CompetitionName)
def get_submission_limits(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Numbers of today and in all; zeros without a team."""
    competition = competition_of(request, fields)
    team = team_of(request, competition)
    if team is None:
        return {"numToday": 0, "numTotal": 0, "numAllowedNow": 0, "limitedByTotal": False}
    left = allowance(team, competition.phase, timezone.now())
    return {
        "numToday": left.used_today,
        "numTotal": team.submissions.filter(phase=competition.phase).counted().count(),
        # The client knows no "unlimited".
        "numAllowedNow": 1_000_000 if left.remaining is None else left.remaining,
        "limitedByTotal": left.remaining_total is not None
        and (left.remaining_today is None or left.remaining_total < left.remaining_today),
    }
