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
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.avatars import remove_avatar, set_avatar
from accounts.models import User
from accounts.permissions import require_session
from accounts.serializers import (
    AvatarSerializer,
    AvatarUploadSerializer,
    MeSerializer,
    PasswordSerializer,
    SessionSerializer,
    avatar_url,
)
from accounts.services import delete_account
from accounts.sign_in import confirm_password
from accounts.throttling import WriteThrottle


@method_decorator(never_cache, name="dispatch")
class SessionView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="session",
        summary="Who is signed in",
        description=(
            "The first thing an app asks: who is signed in (`user` is null for nobody), the CSRF token, which is also "
            "set as a cookie, and a few facts of the site. Open to everybody."
        ),
        tags=["account"],
        responses=SessionSerializer,
    )
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
            },
        }
        return Response(SessionSerializer(facts).data)


@method_decorator(never_cache, name="dispatch")
class MeView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [WriteThrottle]

    @extend_schema(
        operation_id="me",
        summary="One's own account",
        description="The account that is signed in, with what only its owner sees.",
        tags=["account"],
        responses=MeSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(cast(User, request.user)).data)

    @extend_schema(
        operation_id="updateMe",
        summary="Change one's profile",
        description=(
            "Changes the fields that are sent: display name, bio, links (the whole list), language, time zone. All "
            "others are ignored; e-mail and password are changed at `/api/auth/`. For whoever is signed in."
        ),
        tags=["account"],
        request=MeSerializer,
        responses={
            200: MeSerializer,
            400: OpenApiResponse(description="`invisible_name`, `no_time_zone`, `invalid_scheme`, `max_length`"),
        },
        examples=[
            OpenApiExample(
                "A profile",
                {
                    "displayName": "山田 Alice",
                    "bio": "Trees, mostly boosted.",
                    "links": [{"label": "GitHub", "url": "https://github.com/alice"}],
                    "language": "ja",
                    "timeZone": "Asia/Tokyo",
                },
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request) -> Response:
        fields = MeSerializer(cast(User, request.user), data=request.data, partial=True)
        fields.is_valid(raise_exception=True)
        fields.save()
        return Response(fields.data)


class AvatarView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [WriteThrottle]
    parser_classes = [CamelCaseMultiPartParser]

    @extend_schema(
        operation_id="setAvatar",
        summary="Set one's avatar",
        description=(
            "Takes a PNG, JPEG, WebP or GIF of at most 5 MB and 40 million pixels, cuts a square from its middle and "
            "keeps only the pixels. For whoever is signed in."
        ),
        tags=["account"],
        request={"multipart/form-data": AvatarUploadSerializer},
        responses={200: AvatarSerializer, 400: OpenApiResponse(description="`not_an_image`, `image_too_large`")},
    )
    def put(self, request: Request) -> Response:
        fields = AvatarUploadSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        user = set_avatar(user=cast(User, request.user), file=fields.validated_data["avatar"])
        return Response({"avatar": avatar_url(user)})

    @extend_schema(
        operation_id="deleteAvatar",
        summary="Remove one's avatar",
        description="Goes back to having no picture. The file is deleted. For whoever is signed in.",
        tags=["account"],
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request) -> Response:
        remove_avatar(user=cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeleteAccountView(APIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [WriteThrottle]

    @extend_schema(
        operation_id="deleteAccount",
        summary="Delete one's account",
        description=(
            "Asks for the password, then empties the account for good: name, e-mail address, picture, profile and "
            "tokens are gone and every session ends. Submissions, teams and posts stay, as somebody's; a team with "
            "other members gets one of them as its owner. For whoever is signed in, not with an API token."
        ),
        tags=["account"],
        request=PasswordSerializer,
        responses={
            204: OpenApiResponse(description="Gone."),
            400: OpenApiResponse(description="`wrong_password`, `required`"),
            403: OpenApiResponse(description="`session_required`"),
            429: OpenApiResponse(description="`too_many_attempts`, `throttled`"),
        },
    )
    def post(self, request: Request) -> Response:
        require_session(request)
        fields = PasswordSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        user = cast(User, request.user)
        confirm_password(request, user, fields.validated_data["password"])
        delete_account(user=user, at=timezone.now())
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
