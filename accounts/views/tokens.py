"""Personal API tokens: list, make, delete."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, User
from accounts.permissions import require_session
from accounts.serializers import CreatedTokenSerializer, TokenSerializer
from accounts.throttling import WriteThrottle
from accounts.tokens import create_token, revoke_token


class OwnTokens(generics.GenericAPIView[ApiToken]):
    """The tokens of whoever asks that are not deleted; expired ones are shown as such."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [WriteThrottle]
    serializer_class = TokenSerializer
    pagination_class = None
    filter_backends = []
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> QuerySet[ApiToken]:
        return cast(User, self.request.user).api_tokens.filter(revoked_at__isnull=True)


class TokensView(OwnTokens):
    @extend_schema(
        operation_id="tokens",
        summary="One's API tokens",
        description=(
            "One's own tokens, the newest first, with the characters they begin with and when they were used. For "
            "whoever is signed in."
        ),
        tags=["account"],
        responses=TokenSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(self.get_queryset(), many=True).data)

    @extend_schema(
        operation_id="createToken",
        summary="Make an API token",
        description=(
            "Makes a token that signs scripts in as oneself. `token` is in this answer only: nobody can show it again. "
            "For whoever is signed in, not with an API token."
        ),
        tags=["account"],
        request=TokenSerializer,
        responses={
            201: CreatedTokenSerializer,
            400: OpenApiResponse(description="`expires_in_the_past`, `required`"),
            403: OpenApiResponse(description="`session_required`"),
            409: OpenApiResponse(description="`too_many_tokens`"),
        },
        examples=[OpenApiExample("For a laptop", {"name": "laptop", "expiresAt": None}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        require_session(request)
        fields = self.get_serializer(data=request.data)
        fields.is_valid(raise_exception=True)
        token, secret = create_token(user=cast(User, request.user), at=timezone.now(), **fields.validated_data)
        body: dict[str, Any] = {**TokenSerializer(token).data, "token": secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenView(OwnTokens):
    @extend_schema(
        operation_id="deleteToken",
        summary="Delete an API token",
        description="From the next request on it signs nobody in. For its owner; those of others are not found.",
        tags=["account"],
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request, pk: int) -> Response:
        revoke_token(token=self.get_object(), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
