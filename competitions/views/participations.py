"""A user's competitions, for their profile."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView

from competitions.exceptions import NotVisible
from competitions.models import Competition, Standing, Team
from competitions.querysets import count_of
from competitions.serializers.participation import ParticipationSerializer
from competitions.views.openapi import NOT_FOUND


@extend_schema_view(
    get=extend_schema(
        operation_id="listCompetitionsOfUser",
        tags=["Competitions"],
        parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)],
        responses={200: ParticipationSerializer(many=True), **NOT_FOUND},
        description="The competitions a user takes or took part in, the latest first, with their teams' ranks. Open to "
        "everybody, as far as they find the competition in the list.",
    )
)
class ParticipationsView(ListAPIView):
    serializer_class = ParticipationSerializer

    @cached_property
    def at(self) -> Any:
        return timezone.now()

    def get_queryset(self) -> QuerySet[Standing]:
        if getattr(self, "swagger_fake_view", False):
            return Standing.objects.none()
        username = self.kwargs["username"]
        # No name holds a NUL, and PostgreSQL refuses to look for it.
        user = get_user_model().objects.living().filter(username__iexact=username.replace("\0", " ")).first()
        if user is None:
            raise NotVisible
        shown = Competition.objects.listed_for(self.request.user).values("pk")
        return (
            Standing.objects.filter(team__memberships__user=user, competition__in=shown)
            .with_public_rank()
            .with_confirmed_private_rank(self.at)
            .annotate(teams=count_of(Team.objects.active().filter(competition=OuterRef("competition"))))
            .select_related("competition", "team")
            .order_by("-competition__ends_at", "-competition")
        )

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": self.at}
