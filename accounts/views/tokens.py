"""Personal API tokens: list, make, delete."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import ApiToken, User
from accounts.permissions import require_session
from accounts.serializers import TokenSerializer
from accounts.tokens import create_token, revoke_token
from accounts.views import docs


@docs.tokens
class TokenViewSet(mixins.ListModelMixin, GenericViewSet[ApiToken]):
    """The tokens of whoever asks that are not deleted; expired ones are shown as such."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None
    filter_backends = []
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[ApiToken]:
        return cast(User, self.request.user).api_tokens.filter(revoked_at__isnull=True)

    def create(self, request: Request) -> Response:
        require_session(request)
        fields = self.get_serializer(data=request.data)
        fields.is_valid(raise_exception=True)
        token, secret = create_token(user=cast(User, request.user), at=timezone.now(), **fields.validated_data)
        body = {**self.get_serializer(token).data, "token": secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    def destroy(self, request: Request, pk: int) -> Response:
        revoke_token(token=self.get_object(), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
