"""What people have won, and who has won the most."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions.models import Standing
from competitions.teams.achievements import Achievement, achievement_of, activity_of, find_person, site_ranking
from competitions.teams.serializers import AchievementSerializer, RankedPersonSerializer
from competitions.teams.views import docs


class AchievementViewSet(ViewSet):
    """Medals, points and activity of a user, for their profile."""

    @docs.achievements
    def retrieve(self, request: Request, username: str) -> Response:
        at = timezone.now()
        user = find_person(username)
        won = achievement_of(user, at) or Achievement(user.pk)
        activity = activity_of(user, seen_by=request.user, at=at)
        return Response(AchievementSerializer(won, context={"activity": activity}).data)


class SiteRankingViewSet(GenericViewSet[Standing]):
    """Everybody with points, the most first."""

    queryset = Standing.objects.none()
    serializer_class = RankedPersonSerializer
    filter_backends = []

    @docs.site_ranking
    def list(self, request: Request) -> Response:
        ranking: Any = site_ranking(timezone.now())
        page: list[Achievement] = self.paginate_queryset(ranking) or []
        people = get_user_model().objects.living().in_bulk([one.user_id for one in page])
        rows = [{"won": one, "user": people[one.user_id]} for one in page if one.user_id in people]
        return self.get_paginated_response(RankedPersonSerializer(rows, many=True).data)
