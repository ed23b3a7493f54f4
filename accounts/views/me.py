"""One's own account: who am I, my profile, my picture, goodbye."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.avatars import remove_avatar, set_avatar
from accounts.models import User
from accounts.permissions import require_session
from accounts.serializers import (
    AvatarUploadSerializer,
    MeSerializer,
    PasswordSerializer,
    SessionSerializer,
    avatar_url,
)
from accounts.services import delete_account
from accounts.sign_in import confirm_password
from accounts.views import docs


@method_decorator(never_cache, name="dispatch")
class SessionView(APIView):
    """What the app has to know at its start."""

    permission_classes = [AllowAny]

    @docs.session
    def get(self, request: Request) -> Response:
        facts = {
            "user": request.user if request.user.is_authenticated else None,
            "csrf_token": get_token(request._request),
            "site": {
                "name": settings.SITE_NAME,
                "language": get_language(),
                "languages": [code for code, _name in settings.LANGUAGES],
                "sign_up_open": settings.SIGN_UP_OPEN,
                "version": settings.VERSION,
                "institutions": settings.INSTITUTIONS,
                "second_factor": settings.SECOND_FACTOR,
            },
        }
        return Response(SessionSerializer(facts).data)


@docs.me
@method_decorator(never_cache, name="dispatch")
class MeViewSet(GenericViewSet[User]):
    """The account that is signed in."""

    queryset = User.objects.none()
    serializer_class = MeSerializer
    permission_classes = [IsAuthenticated]

    def get_object(self) -> User:
        return cast(User, self.request.user)

    def retrieve(self, request: Request) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def partial_update(self, request: Request) -> Response:
        fields = self.get_serializer(self.get_object(), data=request.data, partial=True)
        fields.is_valid(raise_exception=True)
        fields.save()
        return Response(fields.data)

    @action(
        detail=True,
        methods=["put", "delete"],
        serializer_class=AvatarUploadSerializer,
        parser_classes=[CamelCaseMultiPartParser],
    )
    def avatar(self, request: Request) -> Response:
        if request.method == "DELETE":
            remove_avatar(user=self.get_object())
            return Response(status=status.HTTP_204_NO_CONTENT)
        fields = self.get_serializer(data=request.data)
        fields.is_valid(raise_exception=True)
        user = set_avatar(user=self.get_object(), file=fields.validated_data["avatar"])
        return Response({"avatar": avatar_url(user)})

    @action(detail=True, methods=["post"], url_path="delete", serializer_class=PasswordSerializer)
    def delete_account(self, request: Request) -> Response:
        require_session(request)
        fields = self.get_serializer(data=request.data)
        fields.is_valid(raise_exception=True)
        confirm_password(request, self.get_object(), fields.validated_data["password"])
        delete_account(user=self.get_object(), at=timezone.now())
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
