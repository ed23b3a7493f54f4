"""What can be done with discussions and comments alike: like, report, hide, delete, and look at the history."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from discussions import permissions as can
from discussions.models import Comment, Discussion
from discussions.serializers.posts import LikedSerializer, RevisionSerializer
from discussions.serializers.reports import HideSerializer, ReportCreateSerializer, ReportMadeSerializer
from discussions.services import likes, moderation, texts
from foundation.requests import signed_in


class TalkViewSet(GenericViewSet[Any]):
    """What all endpoints of this room share."""

    lookup_value_converter = "int"

    def sent(self, shape: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """What the request sends, checked. Raises: ValidationError."""
        form = shape(data=self.request.data, partial=partial)
        form.is_valid(raise_exception=True)
        fields: dict[str, Any] = form.validated_data
        return fields


class PostViewSet(TalkViewSet):
    """One post. `get_object` finds it, as far as the person asking may see it."""

    def get_object(self) -> Discussion | Comment:
        raise NotImplementedError

    def shown(self, request: Request, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
        """The post as it is now, read anew."""
        self.kwargs["pk"] = pk
        return Response(self.get_serializer(self.get_object()).data, status=status_code)

    @action(detail=True, methods=["put", "delete"], permission_classes=[IsAuthenticated])
    def like(self, request: Request, pk: int) -> Response:
        post, by, is_liked = self.get_object(), signed_in(request), request.method == "PUT"
        count = likes.like(post=post, by=by, at=timezone.now()) if is_liked else likes.unlike(post=post, by=by)
        return Response(LikedSerializer({"like_count": count, "is_liked": is_liked}).data)

    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def report(self, request: Request, pk: int) -> Response:
        post, fields = self.get_object(), self.sent(ReportCreateSerializer)
        made = moderation.report(post=post, by=signed_in(request), at=timezone.now(), **fields)
        return Response(ReportMadeSerializer(made).data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def hide(self, request: Request, pk: int) -> Response:
        post, fields = self.get_object(), self.sent(HideSerializer)
        moderation.hide(post=post, by=signed_in(request), at=timezone.now(), **fields)
        return self.shown(request, pk)

    @action(detail=True, methods=["post"])
    def unhide(self, request: Request, pk: int) -> Response:
        moderation.unhide(post=self.get_object(), by=signed_in(request))
        return self.shown(request, pk)

    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def revisions(self, request: Request, pk: int) -> Response:
        post = self.get_object()
        can.read_body(request.user, post).require()
        return Response(RevisionSerializer(texts.versions_of(post), many=True).data)
