"""The comments of a discussion."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from competitions.views.openapi import NOT_FOUND, PK, refusal
from discussions.models import Comment
from discussions.serializers.posts import (
    CommentCreateSerializer,
    CommentEditSerializer,
    CommentPlaceSerializer,
    CommentSerializer,
)
from discussions.services import posts
from discussions.views.discussions import TAGS, WRITING, TalkView
from discussions.views.lookup import find_comment, find_discussion

PAGE_SIZE = 50
SORTS = ("oldest", "newest", "most_liked")


class CommentPagination(api_settings.DEFAULT_PAGINATION_CLASS):  # type: ignore[misc, name-defined]
    page_size = PAGE_SIZE


def shown(request: Request, pk: int) -> dict[str, Any]:
    """The comment as it is now."""
    comment, viewer = find_comment(request, pk)
    return CommentSerializer(comment, context={"viewer": viewer}).data


class CommentsView(TalkView):
    pagination_class = CommentPagination

    @extend_schema(
        operation_id="listComments",
        tags=TAGS,
        parameters=[
            PK,
            OpenApiParameter("sort", str, enum=list(SORTS), default="oldest"),
            OpenApiParameter("page", int),
            OpenApiParameter("pageSize", int),
        ],
        responses={200: CommentSerializer(many=True), 403: refusal("not_entered"), **NOT_FOUND},
        description=(
            "The comments as a flat list: a comment is followed by all replies of its thread, oldest first; `parent` "
            "and `thread` tell how they belong together. `sort` orders the threads. Open to whoever may read the "
            "discussion."
        ),
    )
    def get(self, request: Request, pk: int) -> Response:
        discussion, viewer = find_discussion(request, pk)
        sort: Any = request.query_params.get("sort")
        rows = discussion.comments.standing().in_thread_order(sort if sort in SORTS else "oldest")
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows.for_list(request.user), request, view=self)
        for comment in page or []:
            comment.discussion = discussion
        return paginator.get_paginated_response(CommentSerializer(page, many=True, context={"viewer": viewer}).data)

    @extend_schema(
        operation_id="addComment",
        tags=TAGS,
        parameters=[PK],
        request=CommentCreateSerializer,
        responses={
            201: CommentSerializer,
            400: refusal("empty", "too_long", "no_such_comment"),
            **WRITING,
            409: refusal("locked", "removed"),
        },
        examples=[OpenApiExample("A reply", request_only=True, value={"body": "Thank you, @alice!", "parent": 12})],
        description="Answer the discussion, or (with `parent`) a comment of it. For participants and organisers.",
    )
    def post(self, request: Request, pk: int) -> Response:
        discussion, _viewer = find_discussion(request, pk)
        form = CommentCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        made = posts.add_comment(
            discussion=discussion,
            by=request.user,
            body=fields["body"],
            parent_id=fields["parent"],
            at=timezone.now(),
        )
        return Response(shown(request, made.pk), status=status.HTTP_201_CREATED)


class CommentView(TalkView):
    @extend_schema(
        operation_id="getComment",
        tags=TAGS,
        parameters=[PK],
        responses={200: CommentPlaceSerializer, 403: refusal("not_entered"), **NOT_FOUND},
        description="One comment, and the page on which it stands, for links to it. Open to whoever may read the "
        "discussion.",
    )
    def get(self, request: Request, pk: int) -> Response:
        comment, viewer = find_comment(request, pk)
        comment.page = page_of(comment)  # type: ignore[attr-defined]
        return Response(CommentPlaceSerializer(comment, context={"viewer": viewer}).data)

    @extend_schema(
        operation_id="editComment",
        tags=TAGS,
        parameters=[PK],
        request=CommentEditSerializer,
        responses={
            200: CommentSerializer,
            400: refusal("empty", "too_long"),
            401: refusal("not_authenticated"),
            403: refusal("not_the_author"),
            **NOT_FOUND,
            409: refusal("locked", "removed"),
        },
        description="Change what you wrote; the earlier version stays in the history. For its author.",
    )
    def patch(self, request: Request, pk: int) -> Response:
        comment, _viewer = find_comment(request, pk)
        form = CommentEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        posts.edit_comment(comment=comment, by=request.user, at=timezone.now(), **form.validated_data)
        return Response(shown(request, pk))

    @extend_schema(
        operation_id="deleteComment",
        tags=TAGS,
        parameters=[PK],
        responses={
            204: OpenApiResponse(description="Deleted"),
            401: refusal("not_authenticated"),
            403: refusal("not_the_author"),
            **NOT_FOUND,
        },
        description="Empty it for everybody; replies to it stay readable. For its author and moderators.",
    )
    def delete(self, request: Request, pk: int) -> Response:
        comment, _viewer = find_comment(request, pk)
        posts.delete_comment(comment=comment, by=request.user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def page_of(comment: Comment) -> int:
    """On which page it stands, oldest first."""
    threads = Comment.objects.filter(discussion=comment.discussion_id).standing()
    place = threads.annotate(top=Coalesce("thread_id", "id"))
    top = comment.thread_id or comment.pk
    before = place.filter(top__lt=top).count() + place.filter(top=top, pk__lt=comment.pk).count()
    return before // PAGE_SIZE + 1
