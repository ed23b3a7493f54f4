"""Listing competitions, their pages and their hosts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from clients.kaggle.addresses import page_address
from clients.kaggle.lookup import CompetitionName, competition_of
from clients.kaggle.paging import Paged, page_of
from clients.kaggle.rpc import Word, rpc, timestamp
from competitions.models import Competition, Standing
from foundation.languages import containing, translations_of

GROUPS = ["EVERYTHING", "GENERAL", "ENTERED", "COMMUNITY", "HOSTED", "UNLAUNCHED", "UNLAUNCHED_COMMUNITY"]
CATEGORY = "Community"
ORDER = {
    "BEST": ["-current_phase__starts_at", "-id"],
    "GROUPED": ["-current_phase__starts_at", "-id"],
    "PRIZE": ["-current_phase__starts_at", "-id"],
    "RELEVANCE": ["-current_phase__starts_at", "-id"],
    "EARLIEST_DEADLINE": ["current_phase__ends_at", "id"],
    "LATEST_DEADLINE": ["-current_phase__ends_at", "-id"],
    "NUMBER_OF_TEAMS": ["-team_count", "-id"],
    "RECENTLY_CREATED": ["-created_at", "-id"],
}


class ListFields(Paged):
    group = Word("COMPETITION_LIST_TAB_", GROUPS)
    sortBy = Word("COMPETITION_SORT_BY_", list(ORDER))  # noqa: N815
    category = serializers.CharField(required=False, max_length=60)
    search = serializers.CharField(required=False, max_length=200)

    def validate_category(self, value: str) -> str:
        """Every competition of this server is what Kaggle calls a community competition.

        A list that ignores the choice, or an empty one, would look like an answer to what was asked.
        """
        word = value.upper().removeprefix("HOST_SEGMENT_")
        if word not in ("UNSPECIFIED", "ALL", CATEGORY.upper()):
            raise serializers.ValidationError(
                _("This server keeps no such categories: leave the option out to see every competition."),
                code="invalid_choice",
            )
        return value


@rpc("competitions.CompetitionApiService/ListCompetitions", ListFields)
def list_competitions(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    rows = in_group(fields["group"], request).annotate(
        team_count=Count("teams", filter=Q(teams__merged_at=None, teams__disbanded_at=None), distinct=True)
    )
    if search := fields.get("search"):
        rows = rows.filter(containing(search, "title", "summary") | Q(slug__icontains=search))
    page, following = page_of(rows.order_by(*ORDER[fields["sortBy"]]), fields)
    return {"competitions": shapes(page, request), "nextPageToken": following}


def in_group(group: str, request: Request) -> QuerySet[Competition]:
    listed = Competition.objects.listed_for(request.user)
    if group == "ENTERED":
        return listed.entered_by(request.user)
    if group == "HOSTED":
        return Competition.objects.hosted_by(request.user)
    if group in ("UNLAUNCHED", "UNLAUNCHED_COMMUNITY"):
        return Competition.objects.hosted_by(request.user).filter(is_published=False)
    return listed


@rpc("competitions.CompetitionApiService/GetCompetition", CompetitionName)
def get_competition(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    competition: Any = competition_of(request, fields)
    competition.team_count = competition.teams.active().count()
    return shapes([competition], request)[0]


def shapes(competitions: list[Any], request: Request) -> list[dict[str, Any]]:
    """Competitions in the client's form, with the sender's own rank: one more query, however many there are."""
    standings: Any = (
        Standing.objects.of_current_phases()
        .filter(competition__in=competitions, team__memberships__user=request.user.pk)
        .with_public_rank(seen_by=request.user)
    )
    ranks = {standing.competition_id: standing.public_rank for standing in standings}
    at = timezone.now()
    return [
        {
            "id": one.pk,
            "ref": page_address(request, one.get_absolute_url()),
            "url": page_address(request, one.get_absolute_url()),
            "title": one.local_title,
            "description": one.local_summary,
            "deadline": timestamp(one.phase.ends_at),
            "category": CATEGORY,
            "reward": "",
            "teamCount": one.team_count,
            "userHasEntered": one.pk in ranks,
            "userRank": ranks.get(one.pk) or 0,
            "evaluationMetric": one.phase.metric_definition.label,
            "enabledDate": timestamp(one.phase.starts_at),
            "dateCreated": timestamp(one.created_at),
            "newEntrantDeadline": timestamp(one.entry_deadline),
            "mergerDeadline": timestamp(one.merge_deadline),
            "maxDailySubmissions": one.phase.daily_submission_limit or 0,
            "maxTeamSize": one.max_team_size,
            "submissionsDisabled": not one.phase.is_running(at),
            "tags": [],
        }
        for one in competitions
    ]


class PageFields(CompetitionName):
    pageName = serializers.CharField(required=False, max_length=100)  # noqa: N815


@rpc("competitions.CompetitionApiService/ListCompetitionPages", PageFields)
def list_pages(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    pages = competition_of(request, fields).pages.all()
    if name := fields.get("pageName"):
        pages = pages.filter(_named(name))
    return {
        "pages": [
            {
                "name": page.slug,
                "postTitle": page.local_title,
                "content": page.local_body,
                "mimeType": "text/markdown",
                "isPublished": True,
            }
            for page in pages
        ]
    }


def _named(name: str) -> Q:
    """Pages with this slug, or with this title in any language."""
    named = Q(slug__iexact=name)
    for column in ("title", *translations_of("title")):
        named |= Q(**{f"{column}__iexact": name})
    return named


@rpc("competitions.CompetitionApiService/ListCompetitionHosts", CompetitionName)
def list_hosts(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    hosts = competition_of(request, fields).hosts.order_by("username")
    return {
        "hosts": [
            {
                "id": host.pk,
                "userName": host.username,
                "displayName": host.name,
                "profileUrl": page_address(request, f"/users/{host.username}"),
            }
            for host in hosts
        ]
    }
