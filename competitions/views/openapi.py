"""Words the API documentation of this room repeats."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

COMPETITION = OpenApiParameter("competition", str, OpenApiParameter.PATH, description="Slug or id.")
PK = OpenApiParameter("id", OpenApiTypes.INT64, OpenApiParameter.PATH, description="Id.")


class RefusalEntrySerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)
    params = serializers.DictField(required=False)


class RefusalSerializer(serializers.Serializer):
    """What every refused request answers."""

    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    errors: Any = RefusalEntrySerializer(many=True)


def refusal(*codes: str) -> OpenApiResponse:
    """A refusal with one of `codes`."""
    return OpenApiResponse(RefusalSerializer, description=", ".join(f"`{code}`" for code in codes))


NOT_FOUND: dict[Any, OpenApiResponse] = {404: refusal("not_found")}
HOSTS_ONLY: dict[Any, OpenApiResponse] = {403: refusal("not_a_host"), **NOT_FOUND}
