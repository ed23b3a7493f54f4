"""The description of the API for programs (`/api/schema/`) and for people who want to try it (`/docs`)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from main.openapi_examples import with_examples


class CompactJson(OpenApiJsonRenderer):
    """The description without the indentation that makes it a third longer."""

    def render(self, data: Any, media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


class CompactPlainJson(CompactJson):
    media_type = "application/json"


@method_decorator(conditional_page, name="dispatch")
class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as JSON unless YAML is asked for."""

    renderer_classes = [CompactPlainJson, CompactJson, OpenApiYamlRenderer, OpenApiYamlRenderer2]
    authentication_classes = []

    @extend_schema(
        operation_id="getSchema",
        summary="The description of this API",
        description=(
            "OpenAPI 3.1 of every endpoint, generated from the code. JSON, or YAML with "
            "`Accept: application/yaml`. Open to everybody."
        ),
        tags=["site"],
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="An OpenAPI document.")},
        parameters=[],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def _get_schema_response(self, request: Request) -> Response:
        return Response(schema_in(get_language() or settings.LANGUAGE_CODE))


@lru_cache(maxsize=len(settings.LANGUAGES))
def schema_in(language: str) -> dict[str, Any]:
    """The description, made once in each language: it takes a walk through every view."""
    with translation.override(language):
        return with_examples(SchemaGenerator().get_schema(request=None, public=True))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own static files, with a way to sign in."""
    return render(request, "docs.html", {"site_name": settings.SITE_NAME})
