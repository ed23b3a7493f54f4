"""What organisers do from the command line: settings, launch, solution, data. Every rule is that of the services."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files import File
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from clients import uploads
from clients.kaggle.addresses import page_address
from clients.kaggle.lookup import CompetitionName, competition_of
from clients.kaggle.rpc import Fields, Word, rpc, timestamp
from clients.models import Upload
from competitions import permissions as can
from competitions.files.names import check_free, clean_path
from competitions.files.services import add_data_file
from competitions.models import Competition
from competitions.organising.creating import create_competition as create_draft
from competitions.organising.editing import edit_competition
from competitions.solution.services import active_solution, replace_solution
from foundation.requests import signed_in

SERVICE = "competitions.CompetitionApiService"


class ClientMoment(serializers.DateTimeField):
    """A moment as the kaggle client writes it: with an offset, and a superfluous `Z` behind it.

    One without an offset is of the competition's zone, which the context holds as `zone`.
    """

    def default_timezone(self) -> Any:
        return self.context["zone"]

    def to_internal_value(self, value: Any) -> datetime:
        if isinstance(value, str) and value.endswith("Z") and "+" in value:
            value = value[:-1]
        return super().to_internal_value(value)


class SettingsValues(serializers.Serializer):
    title = serializers.CharField(required=False, max_length=120)
    briefDescription = serializers.CharField(required=False, allow_blank=True, max_length=200)  # noqa: N815
    rulesRequired = serializers.BooleanField(required=False, default=False)  # noqa: N815
    deadline = ClientMoment(required=False)
    teamMergerExplicitDeadline = ClientMoment(required=False, allow_null=True)  # noqa: N815
    prohibitNewEntrantsExplicitDeadline = ClientMoment(required=False, allow_null=True)  # noqa: N815


# The client's name -> ours, and what a name in the mask without a value means.
SETTINGS: dict[str, tuple[str, Any]] = {
    "title": ("title", ""),
    "briefDescription": ("summary", ""),
    "rulesRequired": ("rules_required", False),
    "deadline": ("ends_at", None),
    "teamMergerExplicitDeadline": ("merge_deadline", None),
    "prohibitNewEntrantsExplicitDeadline": ("entry_deadline", None),
}


def settings_of(competition: Competition, at: datetime) -> dict[str, Any]:
    return {
        "competitionName": competition.slug,
        "title": competition.title,
        "briefDescription": competition.summary,
        "rulesRequired": competition.rules_required,
        "disableSubmissions": not competition.phase.is_running(at),
        "hasLeaderboard": True,
        "witholdFinalLeaderboardUntilItHasBeenVerified": True,
        "finalLeaderboardHasBeenVerified": competition.phase.is_confirmed(at),
        "deadline": timestamp(competition.phase.ends_at),
        "teamMergerExplicitDeadline": timestamp(competition.merge_deadline),
        "prohibitNewEntrantsExplicitDeadline": timestamp(competition.entry_deadline),
    }


@rpc(f"{SERVICE}/GetCompetitionSettings", CompetitionName)
def get_settings(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition = competition_of(request, fields)
    can.edit(request.user, competition).require()
    return settings_of(competition, timezone.now())


class UpdateFields(CompetitionName):
    settings = serializers.DictField(required=False, default=dict)
    updateMask = serializers.CharField(max_length=2000)  # noqa: N815


@rpc(f"{SERVICE}/UpdateCompetitionSettings", UpdateFields)
def update_settings(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Change exactly what the mask names; a named setting without a value goes back to its default."""
    at = timezone.now()
    competition = competition_of(request, fields)
    can.edit(request.user, competition).require()
    named = [name.strip() for name in fields["updateMask"].split(",") if name.strip()]
    unknown = sorted(set(named) - set(SETTINGS))
    if unknown:
        raise serializers.ValidationError(
            {"updateMask": _("These settings can't be changed here: %(names)s.") % {"names": ", ".join(unknown)[:300]}}
        )
    values = SettingsValues(data=fields["settings"], context={"zone": ZoneInfo(competition.time_zone)})
    values.is_valid(raise_exception=True)
    changes = {SETTINGS[name][0]: values.validated_data.get(name, SETTINGS[name][1]) for name in named}
    if "ends_at" in changes and changes["ends_at"] is None:
        raise serializers.ValidationError({"deadline": _("A competition needs a deadline.")})
    return settings_of(edit_competition(competition=competition, changes=changes, by=signed_in(request), at=at), at)


class LaunchFields(CompetitionName):
    futureTime = serializers.CharField(required=False, max_length=60)  # noqa: N815


class LaunchMoment(serializers.Serializer):
    futureTime = ClientMoment(required=False)  # noqa: N815


@rpc(f"{SERVICE}/LaunchCompetition", LaunchFields)
def launch(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Publish; with a moment, let it start then."""
    competition = competition_of(request, fields)
    changes: dict[str, Any] = {"is_published": True}
    moment = LaunchMoment(data=fields, context={"zone": ZoneInfo(competition.time_zone)})
    moment.is_valid(raise_exception=True)
    if "futureTime" in moment.validated_data:
        changes["starts_at"] = moment.validated_data["futureTime"]
    edit_competition(competition=competition, changes=changes, by=signed_in(request), at=timezone.now())
    return {}


PRIVACY = {
    "PUBLIC": Competition.Visibility.PUBLIC,
    "LIMITED": Competition.Visibility.UNLISTED,
    "PRIVATE": Competition.Visibility.INVITATION,
}


class CreateFields(Fields):
    title = serializers.CharField(max_length=120)
    slug = serializers.CharField(max_length=80)
    briefDescription = serializers.CharField(required=False, default="", max_length=200)  # noqa: N815
    privacy = Word("COMPETITION_PRIVACY_", list(PRIVACY))


@rpc(f"{SERVICE}/CreateCompetition", CreateFields)
def create_competition(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Make a draft; the address is that of the admin, where its metric and its clock are chosen."""
    made = create_draft(
        title=fields["title"],
        slug=fields["slug"],
        summary=fields["briefDescription"],
        visibility=PRIVACY[fields["privacy"]],
        by=signed_in(request),
        at=timezone.now(),
    )
    address = page_address(request, reverse("admin:competitions_competition_change", args=[made.pk]))
    return {"id": made.pk, "ref": made.slug, "url": address}


# --- solution ---------------------------------------------------------------------------------------------------------
class SolutionFields(CompetitionName):
    blobToken = serializers.CharField(max_length=200)  # noqa: N815


@rpc(f"{SERVICE}/CreateCompetitionSolution", SolutionFields)
def create_solution(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    at = timezone.now()
    competition = competition_of(request, fields)
    can.edit(request.user, competition).require()
    upload = uploads.take(
        token=fields["blobToken"], user=signed_in(request), purpose=Upload.Purpose.SOLUTION, competition=None, at=at
    )
    with uploads.open_upload(upload) as content:
        replace_solution(phase=competition.phase, file=content, filename=upload.filename, by=signed_in(request), at=at)
    return {}


@rpc(f"{SERVICE}/GetCompetitionSolutionStatus", CompetitionName)
def solution_status(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Facts about the solution, as the API gives them to organisers: counts and names, no content."""
    competition = competition_of(request, fields)
    can.see_solution_facts(request.user, competition).require()
    solution = active_solution(competition.phase)
    if solution is None:
        return {"ready": False, "setupError": "", "columnMapping": {}, "requiredMetricColumns": []}
    return {
        "ready": True,
        "setupError": "",
        "rowIdColumnName": solution.id_column,
        "columnMapping": {},
        "requiredMetricColumns": [],
        "solutionInfo": {
            "fileName": solution.filename,
            "uploadDate": timestamp(solution.created_at),
            "totalRows": solution.rows,
            "publicRows": solution.public_rows,
            "privateRows": solution.private_rows,
        },
    }


# --- data -------------------------------------------------------------------------------------------------------------
class DataFileFields(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    token = serializers.CharField(max_length=200)


class DataFields(CompetitionName):
    versionNotes = serializers.CharField(required=False, max_length=2000)  # noqa: N815
    files = DataFileFields(many=True, allow_empty=False)


@rpc(f"{SERVICE}/CreateCompetitionData", DataFields)
def create_data(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    """Add the files, or put them in place of those of the same name; others stay."""
    at = timezone.now()
    competition = competition_of(request, fields)
    can.edit(request.user, competition).require()
    for one in fields["files"]:
        # Before any upload is used: with one bad name nothing is published.
        check_free(competition, clean_path(one["name"]), replace=True)
    for one in fields["files"]:
        upload = uploads.take(
            token=one["token"], user=signed_in(request), purpose=Upload.Purpose.DATA, competition=None, at=at
        )
        with uploads.open_upload(upload) as content:
            add_data_file(
                competition=competition,
                file=File(content, name=upload.filename),
                name=one["name"],
                replace=True,
                by=signed_in(request),
                at=at,
            )
    address = page_address(request, f"{competition.get_absolute_url()}/data")
    return {"url": address, "databundleId": competition.pk, "databundleVersionId": 1}
