"""Lists of discussions, and one of them."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from discussions import audiences, permissions as can
from discussions.feeds import feed
from discussions.models import Discussion, Tag
from discussions.querysets import DiscussionQuerySet
from discussions.serializers.posts import (
    AudienceQuerySerializer,
    AudienceSerializer,
    DiscussionCreateSerializer,
    DiscussionEditSerializer,
    DiscussionListSerializer,
    DiscussionSerializer,
    TagSerializer,
)
from discussions.services import moderation, posts
from discussions.views import docs
from discussions.views.filters import DiscussionFilter, TagFilter
from discussions.views.lookup import competition_in_query, competition_named, discussions_asked_for, find_discussion
from discussions.views.posts import PostViewSet, TalkViewSet
from foundation.requests import signed_in

MAX_TAGS_SHOWN = 50


@docs.discussions
class DiscussionViewSet(mixins.ListModelMixin, PostViewSet):
    """Discussions, of a competition or of the site."""

    queryset = Discussion.objects.none()
    filterset_class = DiscussionFilter

    def get_queryset(self) -> DiscussionQuerySet:
        return discussions_asked_for(self.request).listed().for_list(self.request.user)

    def get_serializer_class(self) -> type[Serializer[Discussion]]:
        return DiscussionListSerializer if self.action == "list" else DiscussionSerializer

    def get_object(self) -> Discussion:
        return find_discussion(self.request, self.kwargs["pk"])

    @action(detail=False, pagination_class=None)
    def feed(self, request: Request) -> HttpResponse:
        rows = cast("DiscussionQuerySet", self.filter_queryset(self.get_queryset()))
        key = request.query_params.get("competition", "")
        content = feed(
            rows,
            place=competition_in_query(request, key) if key else None,
            announcements=request.query_params.get("announcements") == "true",
            address=request.get_full_path(),
        )
        return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")

    @action(detail=False, pagination_class=None, filter_backends=[], permission_classes=[IsAuthenticated])
    def audience(self, request: Request) -> Response:
        form = AudienceQuerySerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        competition = competition_in_query(request, asked["competition"])
        can.speak_for(request.user, competition).require()
        people = audiences.those(competition, asked["audience"], asked["of"])
        return Response(AudienceSerializer({"people": people.exclude(pk=signed_in(request).pk).count()}).data)

    def create(self, request: Request) -> Response:
        fields = self.sent(DiscussionCreateSerializer)
        made = posts.create_discussion(
            by=signed_in(request),
            competition=competition_named(request, fields.pop("competition")),
            submission_id=fields.pop("submission"),
            notebook_id=fields.pop("notebook"),
            at=timezone.now(),
            **fields,
        )
        return self.shown(request, made.pk, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: int) -> Response:
        return self.shown(request, pk)

    def partial_update(self, request: Request, pk: int) -> Response:
        discussion = self.get_object()
        fields = self.sent(DiscussionEditSerializer, partial=True)
        marks = {name: fields.pop(name) for name in ("is_pinned", "is_locked") if name in fields}
        if marks:
            can.moderate(request.user, discussion.competition).require()
        if fields:
            posts.edit_discussion(discussion=discussion, by=signed_in(request), at=timezone.now(), **fields)
        if marks:
            moderation.mark(discussion=discussion, by=signed_in(request), **marks)
        return self.shown(request, pk)

    def destroy(self, request: Request, pk: int) -> Response:
        posts.delete_discussion(discussion=self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def announce(self, request: Request, pk: int) -> Response:
        moderation.announce(discussion=self.get_object(), by=signed_in(request), at=timezone.now())
        return self.shown(request, pk)


@docs.tags
class TagViewSet(TalkViewSet):
    """The words that gather discussions."""

    queryset = Tag.objects.none()
    serializer_class = TagSerializer
    filterset_class = TagFilter
    pagination_class = None

    def get_queryset(self) -> QuerySet[Tag]:
        return Tag.objects.used_in(discussions_asked_for(self.request).listed())

    def list(self, request: Request) -> Response:
        tags = self.filter_queryset(self.get_queryset())[:MAX_TAGS_SHOWN]
        return Response(self.get_serializer(tags, many=True).data)
