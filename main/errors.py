"""The one place where exceptions become the API's error format."""

from __future__ import annotations

from typing import Any

from drf_standardized_errors.handler import exception_handler as standardized
from rest_framework.response import Response


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    return standardized(exc, context)
