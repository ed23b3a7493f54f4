"""The comments of a discussion, and one of them."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from discussions.models import Comment
from discussions.querysets import CommentQuerySet
from discussions.serializers.posts import (
    CommentCreateSerializer,
    CommentEditSerializer,
    CommentSerializer,
)
from discussions.services import posts
from discussions.views import docs
from discussions.views.filters import CommentFilter
from discussions.views.lookup import find_comment, find_discussion
from discussions.views.posts import PostViewSet, TalkViewSet
from foundation.requests import signed_in

PAGE_SIZE = 50


# The class is the settings' to choose, which types can't follow.
class CommentPagination(api_settings.DEFAULT_PAGINATION_CLASS):  # type: ignore[misc, name-defined]
    page_size = PAGE_SIZE


@docs.comments_of_discussion
class CommentsOfDiscussionViewSet(mixins.ListModelMixin, TalkViewSet):
    """The comments of one discussion: its address names the discussion."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    filterset_class = CommentFilter
    pagination_class = CommentPagination

    def get_queryset(self) -> CommentQuerySet:
        discussion = find_discussion(self.request, self.kwargs["pk"])
        return discussion.comments.standing().for_list(self.request.user)

    def create(self, request: Request, pk: int) -> Response:
        discussion = find_discussion(request, pk)
        fields = self.sent(CommentCreateSerializer)
        made = posts.add_comment(
            discussion=discussion,
            by=signed_in(request),
            body=fields["body"],
            parent_id=fields["parent"],
            at=timezone.now(),
        )
        body = self.get_serializer(find_comment(request, made.pk)).data
        return Response(body, status=status.HTTP_201_CREATED)


@docs.comments
class CommentViewSet(PostViewSet):
    """One comment."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer

    def get_object(self) -> Comment:
        return find_comment(self.request, self.kwargs["pk"])

    def retrieve(self, request: Request, pk: int) -> Response:
        comment = self.get_object()
        page = Comment.objects.above(comment).count() // PAGE_SIZE + 1
        return Response({**self.get_serializer(comment).data, "page": page})

    def partial_update(self, request: Request, pk: int) -> Response:
        comment, fields = self.get_object(), self.sent(CommentEditSerializer)
        posts.edit_comment(comment=comment, by=signed_in(request), at=timezone.now(), **fields)
        return self.shown(request, pk)

    def destroy(self, request: Request, pk: int) -> Response:
        posts.delete_comment(comment=self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
