"""Texts an operator writes: terms of use, privacy. Markdown files in a folder, one per language if wished."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.browsers import privacy_note
from foundation import markdown

NAMES = ("terms", "privacy")


class LegalSerializer(serializers.Serializer[Any]):
    """A text of the operator; `html` is null until somebody wrote it."""

    html = serializers.CharField(allow_null=True, help_text="Sanitised HTML.")
    updated_at = serializers.DateTimeField(allow_null=True)
    file = serializers.CharField(allow_null=True, help_text="For staff, where nothing is written: where to write it.")


class LegalView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="getLegalText",
        summary="Terms of use, or privacy",
        description="What the operator says about using the site (`terms`) or data (`privacy`). Open to everybody.",
        tags=["site"],
        responses=LegalSerializer,
    )
    def get(self, request: Request, name: str) -> Response:
        if name not in NAMES:
            raise Http404
        file = written(name)
        # What the site does by itself is said also where the operator says nothing.
        note = privacy_note() if name == "privacy" else ""
        if file is None and not note:
            wanted = f"{settings.LEGAL_DIR}/{name}.md" if getattr(request.user, "is_staff", False) else None
            return Response({"html": None, "updated_at": None, "file": wanted})
        text = file.read_text(encoding="utf-8", errors="replace") if file else ""
        updated_at = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file else None
        html = markdown.render(f"{text}\n\n{note}")
        return Response(LegalSerializer({"html": html, "updated_at": updated_at, "file": None}).data)


def written(name: str) -> Path | None:
    """The file in the language of the request, else the one without a language; None if there is neither."""
    folder = Path(settings.LEGAL_DIR)
    for file in (folder / f"{name}.{get_language()}.md", folder / f"{name}.md"):
        if file.is_file():
            return file
    return None
