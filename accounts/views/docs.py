"""What the API's description says of this room's endpoints: what they are for, what they refuse, examples."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import Throttled

from accounts.permissions import SessionRequired
from accounts.serializers import (
    AvatarSerializer,
    AvatarUploadSerializer,
    CreatedTokenSerializer,
    InvalidScheme,
    InvisibleName,
    MeSerializer,
    PasswordSerializer,
    ProfileSerializer,
    SessionSerializer,
    TokenSerializer,
    UserRefSerializer,
)
from accounts.sign_in import TooManyAttempts, WrongPassword
from accounts.tokens import ExpiresInThePast, TooManyTokens
from accounts.validators import NoTimeZone
from foundation.images import ImageTooLarge, NotAnImage
from foundation.openapi import refuses

ACCOUNT, USERS = ["account"], ["users"]
GONE = OpenApiResponse(description="Gone.")

session = extend_schema(
    operation_id="getSession",
    summary="Who is signed in",
    description=(
        "The first thing an app asks: who is signed in (`user` is null for nobody), the CSRF token, which is also set "
        "as a cookie, and a few facts of the site. Open to everybody."
    ),
    tags=ACCOUNT,
    responses=SessionSerializer,
)

me = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getMe",
        summary="One's own account",
        description="The account that is signed in, with what only its owner sees.",
        tags=ACCOUNT,
        responses=MeSerializer,
    ),
    partial_update=extend_schema(
        operation_id="updateMe",
        summary="Change one's profile",
        description=(
            "Changes the fields that are sent: display name, bio, links (the whole list), language, time zone. All "
            "others are ignored; email and password are changed at `/api/auth/`. For whoever is signed in."
        ),
        tags=ACCOUNT,
        request=MeSerializer,
        responses={200: MeSerializer, **refuses(InvisibleName, NoTimeZone, InvalidScheme)},
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
    ),
    avatar=[
        extend_schema(
            methods=["PUT"],
            operation_id="setAvatar",
            summary="Set one's avatar",
            description=(
                "Takes a PNG, JPEG, WebP or GIF of at most 5 MB and 40 million pixels, cuts a square from its middle "
                "and keeps only the pixels. For whoever is signed in."
            ),
            tags=ACCOUNT,
            request={"multipart/form-data": AvatarUploadSerializer},
            responses={200: AvatarSerializer, **refuses(NotAnImage, ImageTooLarge)},
        ),
        extend_schema(
            methods=["DELETE"],
            operation_id="deleteAvatar",
            summary="Remove one's avatar",
            description="Goes back to having no picture. The file is deleted. For whoever is signed in.",
            tags=ACCOUNT,
            request=None,
            responses={204: GONE},
        ),
    ],
    delete_account=extend_schema(
        operation_id="deleteAccount",
        summary="Delete one's account",
        description=(
            "Asks for the password, then empties the account for good: name, email address, picture, profile and "
            "tokens are gone and every session ends. Submissions, teams and posts stay, as somebody's; a team with "
            "other members gets one of them as its owner. For whoever is signed in, not with an API token."
        ),
        tags=ACCOUNT,
        request=PasswordSerializer,
        responses={204: GONE, **refuses(WrongPassword, SessionRequired, TooManyAttempts, Throttled)},
    ),
)

tokens = extend_schema_view(
    list=extend_schema(
        operation_id="listTokens",
        summary="One's API tokens",
        description=(
            "One's own tokens, the newest first, with the characters they begin with and when they were used. For "
            "whoever is signed in."
        ),
        tags=ACCOUNT,
        responses=TokenSerializer(many=True),
    ),
    create=extend_schema(
        operation_id="createToken",
        summary="Make an API token",
        description=(
            "Makes a token that signs scripts in as oneself. `token` is in this answer only: nobody can show it again. "
            "For whoever is signed in, not with an API token."
        ),
        tags=ACCOUNT,
        request=TokenSerializer,
        responses={201: CreatedTokenSerializer, **refuses(ExpiresInThePast, SessionRequired, TooManyTokens)},
        examples=[OpenApiExample("For a laptop", {"name": "laptop", "expiresAt": None}, request_only=True)],
    ),
    destroy=extend_schema(
        operation_id="deleteToken",
        summary="Delete an API token",
        description="From the next request on it signs nobody in. For its owner; those of others are not found.",
        tags=ACCOUNT,
        responses={204: GONE},
    ),
)

users = extend_schema_view(
    list=extend_schema(
        operation_id="listUsers",
        summary="Find people by name",
        description=(
            "Completes a name, to invite or to mention somebody: at most 20 accounts whose user name begins with the "
            "text, or whose display name has it in it; the closest first. Nothing for an empty text. For signed-in "
            "users."
        ),
        tags=USERS,
        parameters=[OpenApiParameter("search", str, description="The beginning of a name.")],
        responses=UserRefSerializer(many=True),
    ),
    retrieve=extend_schema(
        operation_id="getUser",
        summary="A public profile",
        description="What everybody may see of a user; capitals in the name make no difference. Open to everybody.",
        tags=USERS,
        responses=ProfileSerializer,
    ),
)
