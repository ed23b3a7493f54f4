"""Other people: finding them by name, and their public profiles."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.serializers import ProfileSerializer, UserRefSerializer

MAX_FOUND = 20


class SearchParameters(serializers.Serializer[Any]):
    """What a search may ask."""

    search = serializers.CharField(max_length=80, allow_blank=True, default="")


class UsersView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="users",
        summary="Find people by name",
        description=(
            "Completes a name, to invite or to mention somebody: at most 20 accounts whose user name begins with the "
            "text, or whose display name has it in it; the closest first. Nothing for an empty text. For signed-in "
            "users."
        ),
        tags=["users"],
        parameters=[OpenApiParameter("search", str, description="The beginning of a name.")],
        responses=UserRefSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        text = parameters.validated_data["search"]
        found = User.objects.named_like(text)[:MAX_FOUND] if text else []
        return Response(UserRefSerializer(cast(Any, found), many=True).data)


class UserView(generics.RetrieveAPIView[User]):
    permission_classes = [AllowAny]
    serializer_class = ProfileSerializer
    queryset = User.objects.living()

    @extend_schema(
        operation_id="user",
        summary="A public profile",
        description="What everybody may see of a user; capitals in the name make no difference. Open to everybody.",
        tags=["users"],
        responses=ProfileSerializer,
    )
    def get(self, request: Request, username: str) -> Response:
        return super().get(request, username=username)

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.living()

    def get_object(self) -> User:
        username = self.kwargs["username"]
        if "\x00" in username:
            raise Http404
        return generics.get_object_or_404(self.get_queryset(), username__iexact=username)
