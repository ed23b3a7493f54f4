"""Words that the API descriptions of competitions share."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from competitions.exceptions import NotHost
from foundation.refusals import NotVisible

COMPETITION = OpenApiParameter("competition", str, OpenApiParameter.PATH, description="Slug or id.")
HOSTS_ONLY = (NotHost, NotVisible)
DELETED = OpenApiResponse(description="Deleted")
