"""What can be done with discussions and comments alike: like, report, hide, and look at the history."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from competitions.views.openapi import NOT_FOUND, PK, refusal
from discussions.exceptions import Removed
from discussions.models import Comment, Discussion
from discussions.permissions import Viewer
from discussions.serializers.posts import (
    CommentSerializer,
    DiscussionSerializer,
    LikedSerializer,
    RevisionSerializer,
)
from discussions.serializers.reports import HideSerializer, ReportCreateSerializer, ReportMadeSerializer
from discussions.services import likes, moderation
from discussions.views import comments, discussions
from discussions.views.discussions import TAGS, TalkView
from discussions.views.lookup import find_comment, find_discussion

MAX_REVISIONS = 100
MODERATING = {401: refusal("not_authenticated"), 403: refusal("not_a_moderator"), **NOT_FOUND, 409: refusal("removed")}


class OfDiscussion:
    def find(self, request: Request, pk: int) -> tuple[Discussion, Viewer]:
        return find_discussion(request, pk)

    def shown(self, request: Request, pk: int) -> dict[str, Any]:
        return discussions.shown(request, pk)


class OfComment:
    def find(self, request: Request, pk: int) -> tuple[Comment, Viewer]:
        return find_comment(request, pk)

    def shown(self, request: Request, pk: int) -> dict[str, Any]:
        return comments.shown(request, pk)


class LikeView(TalkView):
    permission_classes = [IsAuthenticated]
    find: ClassVar[Any]

    def put(self, request: Request, pk: int) -> Response:
        post, _viewer = self.find(request, pk)
        count = likes.like(post=post, by=request.user, at=timezone.now())
        return Response({"like_count": count, "is_liked": True})

    def delete(self, request: Request, pk: int) -> Response:
        post, _viewer = self.find(request, pk)
        return Response({"like_count": likes.unlike(post=post, by=request.user), "is_liked": False})


class ReportView(TalkView):
    permission_classes = [IsAuthenticated]
    find: ClassVar[Any]

    def post(self, request: Request, pk: int) -> Response:
        post, _viewer = self.find(request, pk)
        form = ReportCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = moderation.report(post=post, by=request.user, at=timezone.now(), **form.validated_data)
        return Response({"id": made.pk}, status=status.HTTP_201_CREATED)


class HideView(TalkView):
    find: ClassVar[Any]
    shown: ClassVar[Any]

    def post(self, request: Request, pk: int) -> Response:
        post, _viewer = self.find(request, pk)
        form = HideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        moderation.hide(post=post, by=request.user, at=timezone.now(), **form.validated_data)
        return Response(self.shown(request, pk))


class UnhideView(TalkView):
    find: ClassVar[Any]
    shown: ClassVar[Any]

    def post(self, request: Request, pk: int) -> Response:
        post, _viewer = self.find(request, pk)
        moderation.unhide(post=post, by=request.user)
        return Response(self.shown(request, pk))


class RevisionsView(TalkView):
    find: ClassVar[Any]

    def get(self, request: Request, pk: int) -> Response:
        post, viewer = self.find(request, pk)
        if not viewer.read_body(post):
            raise Removed
        rows = post.revisions.select_related("written_by")[:MAX_REVISIONS]
        versions = [
            {
                "title": getattr(post, "title", ""),
                "body": post.body,
                "html": post.html,
                "edited_by": post.author,
                "at": post.edited_at or post.created_at,
            },
            *(
                {
                    "title": row.title,
                    "body": row.body,
                    "html": row.html,
                    "edited_by": row.written_by,
                    "at": row.written_at,
                }
                for row in rows
            ),
        ]
        return Response(RevisionSerializer(versions, many=True).data)


def described(kind: str, noun: str, answer: Any) -> dict[str, Any]:
    """The documentation of each, for discussions and for comments."""
    signed_in = {401: refusal("not_authenticated"), **NOT_FOUND, 409: refusal("removed")}
    likes_it = {"tags": TAGS, "parameters": [PK], "request": None, "responses": {200: LikedSerializer, **signed_in}}
    return {
        "like": extend_schema_view(
            put=extend_schema(
                operation_id=f"like{kind}",
                description=f"Like {noun}; a second time changes nothing. For everybody signed in who may read it.",
                **likes_it,
            ),
            delete=extend_schema(
                operation_id=f"unlike{kind}", description=f"Take your like of {noun} back.", **likes_it
            ),
        ),
        "report": extend_schema_view(
            post=extend_schema(
                operation_id=f"report{kind}",
                tags=TAGS,
                parameters=[PK],
                request=ReportCreateSerializer,
                responses={201: ReportMadeSerializer, 400: refusal("own_post"), **signed_in},
                description=f"Tell the moderators of {noun}; one open report per person. For everybody signed in.",
            )
        ),
        "hide": extend_schema_view(
            post=extend_schema(
                operation_id=f"hide{kind}",
                tags=TAGS,
                parameters=[PK],
                request=HideSerializer,
                responses={200: answer, 400: refusal("empty"), **MODERATING},
                description=f"Take {noun} out of sight, with a reason. Organisers; staff for site-wide ones.",
            )
        ),
        "unhide": extend_schema_view(
            post=extend_schema(
                operation_id=f"unhide{kind}",
                tags=TAGS,
                parameters=[PK],
                request=None,
                responses={200: answer, **MODERATING},
                description=f"Show {noun} again. Organisers; staff for site-wide ones.",
            )
        ),
        "revisions": extend_schema_view(
            get=extend_schema(
                operation_id=f"list{kind}Revisions",
                tags=TAGS,
                parameters=[PK],
                responses={200: RevisionSerializer(many=True), **NOT_FOUND, 409: refusal("removed")},
                description=f"Every version of {noun}, the present one first; open to whoever may read it.",
            )
        ),
    }


_discussion = described("Discussion", "a discussion", DiscussionSerializer)
_comment = described("Comment", "a comment", CommentSerializer)


@_discussion["like"]
class DiscussionLikeView(OfDiscussion, LikeView): ...


@_discussion["report"]
class DiscussionReportView(OfDiscussion, ReportView): ...


@_discussion["hide"]
class DiscussionHideView(OfDiscussion, HideView): ...


@_discussion["unhide"]
class DiscussionUnhideView(OfDiscussion, UnhideView): ...


@_discussion["revisions"]
class DiscussionRevisionsView(OfDiscussion, RevisionsView): ...


@_comment["like"]
class CommentLikeView(OfComment, LikeView): ...


@_comment["report"]
class CommentReportView(OfComment, ReportView): ...


@_comment["hide"]
class CommentHideView(OfComment, HideView): ...


@_comment["unhide"]
class CommentUnhideView(OfComment, UnhideView): ...


@_comment["revisions"]
class CommentRevisionsView(OfComment, RevisionsView): ...
