"""Lists of discussions, and one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from competitions.views.openapi import NOT_FOUND, PK, refusal
from discussions import permissions as can
from discussions.models import Discussion, Tag
from discussions.querysets import SORTS
from discussions.serializers.posts import (
    DiscussionCreateSerializer,
    DiscussionEditSerializer,
    DiscussionListSerializer,
    DiscussionSerializer,
    TagSerializer,
)
from discussions.services import moderation, posts
from discussions.views.lookup import competition_in_query, competition_named, find_discussion

TAGS = ["Discussions"]
COMPETITION = OpenApiParameter("competition", str, description="Slug or id; `site`: site-wide ones; none: all.")
WRITING = {401: refusal("not_authenticated"), 403: refusal("not_entered", "not_a_moderator"), **NOT_FOUND}
NEW = OpenApiExample(
    "A question",
    request_only=True,
    value={
        "competition": "cup",
        "title": "Is `age` in years?",
        "body": "I see **900**.",
        "tags": ["data"],
    },
)


class ThrottledWrites(ScopedRateThrottle):
    """Limits what is written, not what is read."""

    scope = "writes"

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return True
        return super().allow_request(request, view)


class TalkView(APIView):
    throttle_classes = [ThrottledWrites]
    throttle_scope = "writes"


def shown(request: Request, pk: int) -> dict[str, Any]:
    """The discussion as it is now."""
    discussion, viewer = find_discussion(request, pk)
    return DiscussionSerializer(discussion, context={"viewer": viewer, "request": request}).data


class DiscussionsView(TalkView):
    pagination_class = api_settings.DEFAULT_PAGINATION_CLASS

    @extend_schema(
        operation_id="listDiscussions",
        tags=TAGS,
        parameters=[
            COMPETITION,
            OpenApiParameter("search", str, description="Every word has to occur, in the post or in one comment."),
            OpenApiParameter("sort", str, enum=list(SORTS), default="last_comment"),
            OpenApiParameter("tag", str),
            OpenApiParameter("author", str, description="User name."),
            OpenApiParameter("page", int),
            OpenApiParameter("pageSize", int),
        ],
        responses={200: DiscussionListSerializer(many=True), 403: refusal("not_entered"), **NOT_FOUND},
        description=(
            "Discussions you may read, pinned ones first unless searching. Open to everybody; those of a closed room "
            "and, without `competition`, those of an unlisted competition only to its people. Hidden and deleted ones "
            "are left out."
        ),
    )
    def get(self, request: Request) -> Response:
        rows = self.rows(request)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows, request, view=self)
        return paginator.get_paginated_response(DiscussionListSerializer(page, many=True).data)

    def rows(self, request: Request) -> Any:
        params = request.query_params
        rows = in_place(request).listed()
        if tag := params.get("tag"):
            rows = rows.tagged(tag.lower())
        if author := params.get("author"):
            rows = rows.filter(author__username__iexact=author)
        query = params.get("search", "").strip()
        if query:
            rows = rows.search(query)
        sort = params.get("sort")
        return rows.sorted_by(sort if sort in SORTS else "last_comment", pinned_first=not query).for_list(request.user)

    @extend_schema(
        operation_id="startDiscussion",
        tags=TAGS,
        request=DiscussionCreateSerializer,
        responses={201: DiscussionSerializer, 400: refusal("empty", "too_long", "invalid_tags"), **WRITING},
        examples=[NEW],
        description="Start a discussion. For participants and organisers of the competition; site-wide for everybody.",
    )
    def post(self, request: Request) -> Response:
        form = DiscussionCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        made = posts.create_discussion(
            by=request.user,
            competition=competition_named(request, fields.pop("competition")),
            submission_id=fields.pop("submission"),
            notebook_id=fields.pop("notebook"),
            at=timezone.now(),
            **fields,
        )
        return Response(shown(request, made.pk), status=status.HTTP_201_CREATED)


class DiscussionView(TalkView):
    @extend_schema(
        operation_id="getDiscussion",
        tags=TAGS,
        parameters=[PK],
        responses={200: DiscussionSerializer, 403: refusal("not_entered"), **NOT_FOUND},
        description=(
            "One discussion, with its source and its sanitised HTML. Hidden ones: for their author and moderators. A "
            "deleted one stays, emptied, while it has comments."
        ),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(shown(request, pk))

    @extend_schema(
        operation_id="editDiscussion",
        tags=TAGS,
        parameters=[PK],
        request=DiscussionEditSerializer,
        responses={
            200: DiscussionSerializer,
            400: refusal("empty", "too_long", "invalid_tags"),
            401: refusal("not_authenticated"),
            403: refusal("not_the_author", "not_a_moderator"),
            **NOT_FOUND,
            409: refusal("locked", "removed"),
        },
        description=(
            "Its author changes title, body and tags (the earlier version stays in the history); moderators pin and "
            "lock."
        ),
    )
    def patch(self, request: Request, pk: int) -> Response:
        discussion, _viewer = find_discussion(request, pk)
        form = DiscussionEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        marks = {name: fields.pop(name) for name in ("is_pinned", "is_locked") if name in fields}
        if marks:
            can.moderate(request.user, discussion.competition).require()
        if fields:
            posts.edit_discussion(discussion=discussion, by=request.user, at=timezone.now(), **fields)
        if marks:
            moderation.mark(discussion=discussion, by=request.user, **marks)
        return Response(shown(request, pk))

    @extend_schema(
        operation_id="deleteDiscussion",
        tags=TAGS,
        parameters=[PK],
        responses={
            204: OpenApiResponse(description="Deleted"),
            401: refusal("not_authenticated"),
            403: refusal("not_the_author"),
            **NOT_FOUND,
        },
        description="Empty it for everybody; comments stay readable. For its author and moderators.",
    )
    def delete(self, request: Request, pk: int) -> Response:
        discussion, _viewer = find_discussion(request, pk)
        posts.delete_discussion(discussion=discussion, by=request.user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AnnounceView(TalkView):
    @extend_schema(
        operation_id="announceDiscussion",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses={200: DiscussionSerializer, **WRITING, 409: refusal("already_announced", "removed")},
        description="Pin it and tell everybody who takes part, once. Organisers; staff for site-wide ones.",
    )
    def post(self, request: Request, pk: int) -> Response:
        discussion, _viewer = find_discussion(request, pk)
        moderation.announce(discussion=discussion, by=request.user, at=timezone.now())
        return Response(shown(request, pk))


class TagsView(APIView):
    @extend_schema(
        operation_id="listTags",
        tags=TAGS,
        parameters=[COMPETITION, OpenApiParameter("search", str, description="How the name begins.")],
        responses={200: TagSerializer(many=True), 403: refusal("not_entered"), **NOT_FOUND},
        description="Tags of the discussions you may read, the most used first, at most 50.",
    )
    def get(self, request: Request) -> Response:
        tags = Tag.objects.filter(name__startswith=request.query_params.get("search", "").lower())
        used = Q(discussions__in=in_place(request).listed().values("pk"))
        rows = tags.annotate(count=Count("discussions", filter=used)).filter(count__gt=0).order_by("-count", "name")
        return Response(TagSerializer(rows[:50], many=True).data)


def in_place(request: Request) -> Any:
    """The discussions of the place a list asks for."""
    place = request.query_params.get("competition", "")
    if place == "site":
        return Discussion.objects.filter(competition__isnull=True)
    if place:
        return Discussion.objects.filter(competition=competition_in_query(request, place))
    return Discussion.objects.in_lists_of(request.user)
