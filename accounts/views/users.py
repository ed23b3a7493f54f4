"""Other people: finding them by name, and their public profiles."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import mixins, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.serializers import ProfileSerializer, UserRefSerializer
from accounts.views import docs

MAX_FOUND = 20


class SearchParameters(serializers.Serializer[Any]):
    """What a search may ask."""

    search = serializers.CharField(max_length=80, allow_blank=True, default="")


@docs.users
class UserViewSet(mixins.RetrieveModelMixin, GenericViewSet[User]):
    """Living accounts: everybody may look at a profile, whoever is signed in may look for people."""

    queryset = User.objects.none()
    serializer_class = ProfileSerializer
    pagination_class = None
    filter_backends = []
    lookup_field = "username"
    lookup_value_converter = "str"

    def get_permissions(self) -> list[BasePermission]:
        return [IsAuthenticated()] if self.action == "list" else [AllowAny()]

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.living()

    def get_object(self) -> User:
        username = self.kwargs["username"]
        if "\x00" in username:
            raise Http404
        return get_object_or_404(self.get_queryset(), username__iexact=username)

    def list(self, request: Request) -> Response:
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        text = parameters.validated_data["search"]
        found = User.objects.named_like(text)[:MAX_FOUND] if text else []
        return Response(UserRefSerializer(cast(Any, found), many=True).data)
